/**
 * Delivery: from nginx's socket to the visitor's last byte.
 *
 *   round 1: 10 segments ──► round 2: 20 ──► round 3: 40 …        half a round trip after the last, it is there
 *
 * TCP sends what its congestion window lets it and doubles the window each round trip (slow start), until the line is full.
 * Every round passes the host's interface, which it shares with the other transfers, and the visitor's own line; the slower
 * of the two decides; the line takes the rounds of all the visitor's connections one after the other. A lost segment costs a
 * round trip and half the window, which from then on grows by one segment a round trip. Not modelled: delayed ACKs, the receiver's
 * window, queues in the network that add to the round trip.
 */
import type { VirtualClock } from '../engine/clock.js';
import { Need } from '../engine/need.js';
import type { Link } from '../host/link.js';
import type { NginxModel, PageModel, TcpModel, VisitorsModel } from '../model.js';
import { Meter } from '../telemetry/meter.js';
import type { Connection } from './connection.js';
import { type Request, Stage } from './request.js';

/** The congestion window cannot outgrow the send buffer: tcp_wmem's maximum, 4 MiB. */
const WINDOW_MAX_BYTES = 4194304;
/** With fewer segments than this behind a lost one, no duplicate ACKs tell of it: the tail loss probe does, in two round trips. */
const TELLTALES = 4;

export function delivery(
  model: TcpModel,
  /** Of each source. */
  visitors: readonly VisitorsModel[],
  nginx: NginxModel,
  pages: readonly PageModel[],
  clock: VirtualClock,
  link: Link,
): Stage {
  const lines = visitors.map(({ bytesPerMs }) => (bytesPerMs === null ? null : new Need('visitor.bandwidth', bytesPerMs)));
  const sizes = pages.map((page) => new Need(`bytes ${page.path}`, page.bytes));
  const luck = new Need('tcp.delivery loss', { law: 'uniform', low: 0, high: 1 });
  const windowMax = Math.floor(WINDOW_MAX_BYTES / model.segmentBytes);
  const lossOf = model.loss === 0 ? null : chanceOfLoss(model.loss, windowMax);
  let lost = 0;

  const meter = new Meter('delivery', null, undefined, undefined, { counters: () => ({ 'segments lost': lost }) });
  return new Stage(meter, enter);

  function enter(request: Request): void {
    // Nginx has closed the connection without a word: all that is on its way is the FIN.
    if (!request.connection!.open) {
      request.waiting = clock.after(request.visitor!.roundTripMs / 2, arrived, request);
      return;
    }
    request.toSend = request.failed ? nginx.errorBytes : sizes[request.pageNumber].of(request);
    request.tries = 0;
    sendRound(request);
  }

  /** As many segments as the window allows. */
  function sendRound(request: Request): void {
    request.waiting = 0;
    request.roundStartMs = clock.now();
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
    const connection = request.connection!;
    const startMs = request.roundStartMs;
    const rttMs = request.visitor!.roundTripMs;
    const segments = segmentsOf(request);
    const payload = Math.min(request.toSend, segments * model.segmentBytes);
    const bytesPerMs = lines[request.visitor!.source];
    const lineMs = bytesPerMs === null ? 0 : (payload + segments * model.headerBytes) / bytesPerMs.of(request.visitor!);
    const sentMs = Math.max(clock.now(), Math.max(startMs, request.visitor!.lineFreeMs) + lineMs);
    request.visitor!.lineFreeMs = sentMs;
    const repairMs = lossOf === null ? 0 : repair(request, segments, rttMs, lossOf);
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
    if (ticket === request.waiting) sendRound(request);
  }

  function arrived(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    request.waiting = 0;
    request.return();
  }

  /** What a lost segment of the round costs; 0 if none was lost. */
  function repair(request: Request, segments: number, rttMs: number, chance: Float64Array): number {
    request.tries += 1;
    if (luck.of(request, request.luck) >= chance[segments]) return 0;
    lost += 1;
    const { connection } = request;
    connection!.threshold = Math.max(2, Math.floor(connection!.window / 2));
    connection!.window = connection!.threshold;
    return segments < TELLTALES ? Math.max(2 * rttMs, model.rtoMinMs) : rttMs;
  }
}

/** Slow start doubles the window each round trip; where a loss has shown the limit, it grows by one (RFC 5681). */
function grown({ window, threshold }: Connection): number {
  return window < threshold ? Math.min(2 * window, threshold) : window + 1;
}

/** The chance that of so many segments at least one is lost. */
function chanceOfLoss(loss: number, most: number): Float64Array {
  const chance = new Float64Array(most + 1);
  let none = 1;
  for (let segments = 1; segments <= most; segments += 1) {
    none *= 1 - loss;
    chance[segments] = 1 - none;
  }
  return chance;
}
