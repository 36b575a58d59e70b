/**
 * The way between the visitors and the host: what it adds to a round trip, what it loses, and whether anything gets through.
 *
 * A packet gets through if the way is open at the moment at which it passes the host's door. Nobody is told that it is not: what
 * TCP makes of the silence is in `tcp.ts` and `delivery.ts`. A host without power is as silent as a network that is cut.
 * Resolvers of names are reached by other ways.
 */
import { assert } from '../engine/assert.js';
import type { TcpModel } from '../model.js';
import { type End, Factors, type Faults } from './faults.js';

/** The congestion window cannot outgrow the send buffer: tcp_wmem's maximum, 4 MiB. */
export const SEND_BUFFER_BYTES = 4194304;
/** What the kernel waits at the most before it sends data again: TCP_RTO_MAX. */
export const RTO_MAX_MS = 120_000;
/** A time-out of the first round trip measured is three of it: SRTT + 4 RTTVAR, which is half of it at first (RFC 6298). */
const ROUND_TRIPS = 3;

export class Network {
  /** What is added to each round trip, in ms. */
  addedMs = 0;
  /** Nothing gets through. */
  silent = false;
  /** Chance that a packet is lost while more are than usual, what is sent again included; 0 at other times. */
  badLoss = 0;
  /** Chance that a SYN or its answer is lost. */
  synLoss = 0;
  /** The chance that of so many segments at least one is lost; `null` where none is. */
  roundLoss: Float64Array | null = null;
  /** Segments that fit the send buffer. */
  readonly windowMax: number;
  readonly faults: Faults;
  /** Partitions, and the host while it has no power. */
  private cuts = 0;
  private readonly kept: Factors;
  private readonly delays: { readonly ms: number }[] = [];

  constructor(private readonly model: TcpModel) {
    this.windowMax = Math.floor(SEND_BUFFER_BYTES / model.segmentBytes);
    this.kept = new Factors(() => this.loseAgain());
    this.loseAgain();
    this.faults = {
      loss: ({ share }) => this.kept.add(1 - share),
      latency: ({ ms }) => this.slower(ms),
      partition: () => this.cut(),
    };
  }

  /** How long the kernel waits for an ACK before it sends data again, the first time. */
  resendMs(roundTripMs: number): number {
    return Math.max(this.model.rtoMinMs, ROUND_TRIPS * roundTripMs);
  }

  /** The same after so many times: twice as long each time. */
  resendAgainMs(roundTripMs: number, tries: number): number {
    return Math.min(RTO_MAX_MS, this.resendMs(roundTripMs) * (1 << tries));
  }

  /** Returns what opens the way again. */
  cut(): End {
    this.cuts += 1;
    this.look();
    return () => {
      assert(this.cuts > 0, 'a network was mended that was not cut');
      this.cuts -= 1;
      this.look();
    };
  }

  private look(): void {
    this.silent = this.cuts > 0 || this.kept.value <= 0;
  }

  private slower(ms: number): End {
    const delay = { ms };
    this.delays.push(delay);
    this.addUp();
    return () => {
      this.delays.splice(this.delays.indexOf(delay), 1);
      this.addUp();
    };
  }

  private addUp(): void {
    this.addedMs = this.delays.reduce((sum, { ms }) => sum + ms, 0);
  }

  private loseAgain(): void {
    const arrives = (1 - this.model.loss) * this.kept.value;
    this.synLoss = 1 - arrives * arrives;
    this.badLoss = this.kept.value === 1 ? 0 : 1 - arrives;
    this.roundLoss = arrives === 1 ? null : chanceOfLoss(arrives, this.windowMax);
    this.look();
  }
}

/** The chance that of so many segments at least one does not arrive. */
function chanceOfLoss(arrives: number, most: number): Float64Array {
  const chance = new Float64Array(most + 1);
  let none = 1;
  for (let segments = 1; segments <= most; segments += 1) {
    none *= arrives;
    chance[segments] = 1 - none;
  }
  return chance;
}
