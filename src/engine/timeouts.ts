/**
 * Timeouts of equal length, most of which are called off: `fastcgi_read_timeout`, `keepalive_timeout`.
 *
 *   off · off · running · off · running        a ring, in the order of starting, which is that of running out
 *               ▲ first                ▲ last
 *
 * What starts later runs out later, so the clock is told of the first alone; when that moment has come it is told of the next,
 * at the place in the order of events that this had when it started. All is as if the clock knew each, at less cost.
 */
import { Kind, type Step } from './agenda.js';
import type { VirtualClock } from './clock.js';

/** Positions are counted round this many, which fits a small integer; a power of two, as the ring's length is. */
const POSITIONS = 1 << 30;

export class Timeouts<S extends object> {
  private first = 0;
  /** From the first that runs to the last that was started. */
  private length = 0;
  private dues = new Float64Array(16);
  private orders = new Float64Array(16);
  /** Who waits; `undefined` once it is called off. */
  private subjects: (S | undefined)[] = new Array(16).fill(undefined);
  /** The ticket of the one that the clock was told of, which may have been called off since; 0 if none. */
  private awaited = 0;

  /** Each runs `step(subject)` after `delayMs`, which is finite and not negative. */
  constructor(
    private readonly clock: VirtualClock,
    private readonly delayMs: number,
    private readonly step: Step<S>,
  ) {
    if (!(delayMs >= 0 && delayMs < Infinity)) throw new RangeError(`a timeout cannot be ${delayMs} ms long`);
  }

  /** Starts one and returns its ticket, which is never 0. To be forgotten once it has run out. */
  start(subject: S): number {
    if (this.length === this.subjects.length) this.grow();
    const position = this.first + this.length;
    const at = this.placeOf(position);
    this.dues[at] = this.clock.now() + this.delayMs;
    this.orders[at] = this.clock.nextOrder(Kind.timeout);
    this.subjects[at] = subject;
    this.length += 1;
    if (this.awaited === 0) this.awaitFirst();
    return (position & (POSITIONS - 1)) + 1;
  }

  /** Calls off one that runs; 0 is no ticket. */
  cancel(ticket: number): void {
    if (ticket === 0) return;
    this.subjects[this.placeOf(ticket - 1)] = undefined;
    while (this.length > 0 && this.subjects[this.placeOf(this.first)] === undefined) this.advance();
  }

  private advance(): void {
    this.first = (this.first + 1) & (POSITIONS - 1);
    this.length -= 1;
  }

  private awaitFirst(): void {
    this.awaited = this.first + 1;
    const at = this.placeOf(this.first);
    this.clock.atOrder(this.dues[at], this.orders[at], this.ring, undefined);
  }

  private readonly ring = (): void => {
    const ticket = this.awaited;
    const isDue = this.length > 0 && ticket === this.first + 1;
    const subject = isDue ? this.subjects[this.placeOf(this.first)] : undefined;
    this.awaited = 0;
    if (isDue) this.cancel(ticket);
    if (this.length > 0) this.awaitFirst();
    if (subject !== undefined) this.step(subject, ticket);
  };

  private placeOf(position: number): number {
    return position & (this.subjects.length - 1);
  }

  /** Doubles the ring; what stood at a position stands at it again. */
  private grow(): void {
    const length = 2 * this.length;
    const dues = new Float64Array(length);
    const orders = new Float64Array(length);
    const subjects = new Array<S | undefined>(length).fill(undefined);
    for (let i = this.first; i < this.first + this.length; i += 1) {
      const from = this.placeOf(i);
      const to = i & (length - 1);
      dues[to] = this.dues[from];
      orders[to] = this.orders[from];
      subjects[to] = this.subjects[from];
    }
    this.dues = dues;
    this.orders = orders;
    this.subjects = subjects;
  }
}
