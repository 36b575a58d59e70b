/**
 * Delivery: from nginx's socket to the visitor's last byte.
 *
 *   round 1: 10 segments ──► round 2: 20 ──► round 3: 40 …        half a round trip after the last, it is there
 *
 * TCP sends what its congestion window lets it and doubles the window each round trip (slow start), until the line is full.
 * Every round passes the host's interface, which it shares with the other transfers, and the visitor's own line; the slower
 * of the two decides; the line takes the rounds of all the visitor's connections one after the other. A lost segment costs a
 * round trip and half the window, which from then on grows by one segment a round trip.
 *
 * What nginx has written is the kernel's, which delivers it whatever becomes of nginx; nginx has written what fits the send buffer.
 * Where nothing gets through, the kernel sends again by a time-out that doubles, one segment at first. A host that has lost its
 * power says nothing: the visitor waits, until the browser asks whether the connection is alive. Not modelled: delayed ACKs, the
 * receiver's window, queues in the network that add to the round trip, the usual loss of what is sent again.
 */
import { Kind } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import { Need } from '../engine/need.js';
import type { Link } from '../host/link.js';
import type { NginxModel, PageModel, TcpModel, VisitorsModel } from '../model.js';
import { Cause } from '../telemetry/cause.js';
import { Meter } from '../telemetry/meter.js';
import type { Connection } from './connection.js';
import { type Network, RTO_MAX_MS, SEND_BUFFER_BYTES } from './network.js';
import { type Request, Stage } from './request.js';

/** With fewer segments than this behind a lost one, no duplicate ACKs tell of it: the tail loss probe does, in two round trips. */
const TELLTALES = 4;
/** Chromium's TCP keep-alive: a probe after so long without a packet, and so long after each that is not answered. */
const PROBE_MS = 45_000;
/** `net.ipv4.tcp_keepalive_probes`: so many probes without an answer end the connection. */
const PROBES = 9;
/** So often data is sent again at the most: `net.ipv4.tcp_retries2`. */
const TRIES_MAX = 15;
/** When the kernel has sent data again for so long, it gives the connection up (ip-sysctl, tcp_retries2). */
const GIVE_UP_MS = 924_600;

export interface Delivery {
  readonly stage: Stage;
  /** Whether nginx has written all that is left to send. */
  written(request: Request): boolean;
  /** Pages have other sizes from now on. */
  configure(): void;
  /** Nginx is gone: what it had not written yet will not come. */
  truncate(request: Request): void;
  /** The host is gone, and what it had not sent. */
  lose(request: Request): void;
}

export function delivery(
  model: TcpModel,
  /** Of each source. */
  visitors: readonly VisitorsModel[],
  nginx: NginxModel,
  pages: readonly PageModel[],
  clock: VirtualClock,
  link: Link,
  network: Network,
): Delivery {
  const lines = visitors.map(({ bytesPerMs }) => (bytesPerMs === null ? null : new Need('visitor.bandwidth', bytesPerMs)));
  const sizes = pages.map((page) => new Need(`bytes ${page.path}`, page.bytes));
  const luck = new Need('tcp.delivery loss', { law: 'uniform', low: 0, high: 1 });
  const { windowMax } = network;
  let lost = 0;

  const meter = new Meter('delivery', null, undefined, undefined, { counters: () => ({ 'segments lost': lost }) });
  const cutShort = new Cause(
    'truncated',
    'nginx',
    'the worker died before it had written the whole answer',
    'browser: ERR_CONTENT_LENGTH_MISMATCH',
  );
  const dead = new Cause(
    'reset',
    'delivery',
    'the host came back and knows nothing of the connection',
    'browser: ERR_CONNECTION_RESET',
  );
  const unheard = new Cause('reset', 'delivery', 'the connection was given up after long silence', 'browser: ERR_TIMED_OUT');
  return { stage: new Stage(meter, enter), written, truncate, lose, configure };

  function configure(): void {
    for (const [index, size] of sizes.entries()) size.become(pages[index].bytes);
  }

  function enter(request: Request): void {
    if (!request.connection!.open) return enterClosed(request);
    request.toSend = request.failed ? nginx.errorBytes : sizes[request.pageNumber].of(request);
    request.tries = 0;
    sendRound(request);
  }

  /** Nginx has closed the connection without a word: all that is on its way is the FIN, or a reset. Or the host is gone. */
  function enterClosed(request: Request): void {
    request.toSend = 0;
    request.roundStartMs = clock.now();
    if (request.failure === null) awaitProbe(request);
    else sendFin(request);
  }

  /** As many segments as the window allows. */
  function sendRound(request: Request): void {
    request.waiting = 0;
    request.roundStartMs = clock.now();
    if (network.silent) return awaitResend(request, resendMs(request));
    sendSegments(request);
  }

  function sendSegments(request: Request): void {
    const segments = segmentsOf(request);
    const payload = Math.min(request.toSend, segments * model.segmentBytes);
    request.sending = link.send(request, payload + segments * model.headerBytes, sentRound);
    if (!request.sending) sentRound(request);
  }

  function segmentsOf(request: Request): number {
    return Math.min(request.connection!.window, Math.ceil(request.toSend / model.segmentBytes));
  }

  /** The round has left the host; it may still be on its way through the visitor's line. */
  function sentRound(request: Request): void {
    request.sending = false;
    if (network.silent) return awaitAck(request);
    const connection = request.connection!;
    const startMs = request.roundStartMs;
    const rttMs = rtt(request);
    const { roundLoss } = network;
    const segments = segmentsOf(request);
    const payload = Math.min(request.toSend, segments * model.segmentBytes);
    const bytesPerMs = lines[request.visitor!.source];
    const lineMs = bytesPerMs === null ? 0 : (payload + segments * model.headerBytes) / bytesPerMs.of(request.visitor!);
    const sentMs = Math.max(clock.now(), Math.max(startMs, request.visitor!.lineFreeMs) + lineMs);
    request.visitor!.lineFreeMs = sentMs;
    const repairMs = roundLoss === null ? 0 : repair(request, segments, rttMs, roundLoss);
    request.toSend -= payload;
    if (repairMs === 0) connection.window = Math.min(grown(connection), windowMax);
    if (request.toSend <= 0) {
      request.waiting = clock.at(sentMs + rttMs / 2 + repairMs, arrived, request);
      return;
    }
    // The first segment's ACK opens the window for the next round, if the line is not still busy with this one.
    const firstAckMs = startMs + rttMs + (sentMs - startMs) / segments;
    request.waiting = clock.at(Math.max(sentMs, firstAckMs) + repairMs, nextRound, request);
  }

  function nextRound(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    if (network.silent) awaitAck(request);
    else sendRound(request);
  }

  // Silence.

  /** Of an ACK that does not come, the kernel learns by the time-out of what it should have been for. */
  function awaitAck(request: Request): void {
    awaitResend(request, Math.max(0, resendMs(request) - sinceStartMs(request)));
  }

  function sendFin(request: Request): void {
    if (network.silent)
      request.waiting = clock.after(sinceStartMs(request) + resendMs(request), sendFinAgain, request, Kind.timeout);
    else request.waiting = clock.after(rtt(request) / 2, arrived, request);
  }

  function sendFinAgain(request: Request, ticket: number): void {
    if (ticket === request.waiting) sendFin(request);
  }

  function awaitResend(request: Request, ms: number): void {
    request.waiting = clock.after(ms, resend, request, Kind.timeout);
  }

  /** What the kernel sends again is one segment, and slow start begins anew towards half the window (RFC 5681, 3.1). */
  function resend(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    const sinceMs = sinceStartMs(request);
    if (sinceMs >= GIVE_UP_MS) return request.refuse(unheard);
    if (network.silent) return awaitResend(request, Math.min(RTO_MAX_MS, sinceMs + resendMs(request)));
    const connection = request.connection!;
    connection.threshold = Math.max(2, Math.floor(connection.window / 2));
    connection.window = 1;
    request.roundStartMs = clock.now();
    sendSegments(request);
  }

  function resendMs(request: Request): number {
    return network.resendMs(rtt(request));
  }

  /** Nothing comes any more. */
  function awaitProbe(request: Request): void {
    request.waiting = clock.after(PROBE_MS, probe, request, Kind.timeout);
  }

  /** A host that is up again answers what it does not know by a reset. */
  function probe(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    if (sinceStartMs(request) >= (1 + PROBES) * PROBE_MS) return request.refuse(unheard);
    if (network.silent) {
      request.waiting = clock.after(PROBE_MS, probe, request, Kind.timeout);
      return;
    }
    request.failure = dead;
    request.waiting = clock.after(rtt(request), arrived, request);
  }

  // What becomes of it when the server dies.

  function written(request: Request): boolean {
    return request.toSend <= SEND_BUFFER_BYTES;
  }

  function truncate(request: Request): void {
    if (written(request)) return;
    request.toSend = SEND_BUFFER_BYTES;
    request.failure = cutShort;
  }

  /** What has left the host arrives. */
  function lose(request: Request): void {
    if (request.toSend <= 0) return;
    link.cancel(request);
    request.sending = false;
    request.toSend = 0;
    request.roundStartMs = clock.now();
    awaitProbe(request);
  }

  function sinceStartMs(request: Request): number {
    return clock.now() - request.roundStartMs;
  }

  function rtt(request: Request): number {
    return request.visitor!.roundTripMs + network.addedMs;
  }

  function arrived(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    request.waiting = 0;
    request.return();
  }

  /** What a lost segment of the round costs; 0 if none was lost. */
  function repair(request: Request, segments: number, rttMs: number, chance: Float64Array): number {
    request.tries += 1;
    const fate = luck.of(request, request.luck);
    if (fate >= chance[segments]) return 0;
    lost += 1;
    const { connection } = request;
    connection!.threshold = Math.max(2, Math.floor(connection!.window / 2));
    connection!.window = connection!.threshold;
    const repairMs = segments < TELLTALES ? Math.max(2 * rttMs, model.rtoMinMs) : rttMs;
    return network.badLoss === 0 ? repairMs : repairMs + again(request, fate / chance[segments]);
  }

  /** What it costs if that which is sent again is lost, too, as `fate` from 0 to 1 has it: a time-out that doubles. */
  function again(request: Request, fate: number): number {
    let ms = 0;
    let left = fate;
    for (let tries = 0; left < network.badLoss && tries <= TRIES_MAX; tries += 1) {
      ms += network.resendAgainMs(rtt(request), tries);
      left /= network.badLoss;
    }
    return ms;
  }
}

/** Slow start doubles the window each round trip; where a loss has shown the limit, it grows by one (RFC 5681). */
function grown({ window, threshold }: Connection): number {
  return window < threshold ? Math.min(2 * window, threshold) : window + 1;
}
