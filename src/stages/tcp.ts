/**
 * TCP and TLS: from the visitor to the server's door, and the request through it.
 *
 *   SYN ──► accept queue full? dropped, sent again at 1, 3, 7 … s
 *    │
 *    ▼  SYN-ACK, then ACK and first data: 1 round trip later at the server
 *   admitted ──► TLS: 1 or 2 more round trips and a handshake in nginx ──► the request has arrived
 *
 * A kept connection needs none of this but the request's own way; if nginx has closed it in the meantime, the
 * browser is told by a reset and opens another. Not modelled: the SYN queue, since SYN cookies, which are the default, keep
 * it from filling; a FIN's own way, so a visitor knows at once that nginx has closed an idle connection.
 */
import { Kind } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import { Need } from '../engine/need.js';
import type { Link } from '../host/link.js';
import type { TcpModel } from '../model.js';
import { Cause } from '../telemetry/cause.js';
import { Meter } from '../telemetry/meter.js';
import { NO_THRESHOLD } from './connection.js';
import { type Addresses, NOT_OURS } from './dns.js';
import type { Listener } from './nginx.js';
import { type Request, Stage } from './request.js';

/** Header of a browser's GET request with cookies, in bytes; between the 200 of curl and the kilobytes of some sites. */
const REQUEST_BYTES = 600;

export function tcpConnect(model: TcpModel, clock: VirtualClock, link: Link, nginx: Listener, addresses: Addresses): Stage {
  const luck = new Need('tcp.loss', { law: 'uniform', low: 0, high: 1 });
  /** Lost are a SYN or its answer. */
  const loss = 1 - (1 - model.loss) * (1 - model.loss);
  const lastTry = model.synRetryMs.length - 1;
  const synAckGiveUpMs = 2 * (model.synAckRetryMs.at(-1) ?? 0) + 1000;
  const tlsRounds = model.tls?.version === '1.2' ? 2 : 1;
  let opened = 0;
  let reused = 0;
  let dropped = 0;

  const timedOut = new Cause('connect timeout', 'tcp', 'no answer to the last SYN', 'browser: ERR_CONNECTION_TIMED_OUT');
  const nobodyThere = new Cause(
    'connect timeout',
    'tcp',
    'nobody at the address that DNS gave',
    'browser: ERR_CONNECTION_TIMED_OUT',
  );
  const strangerRefused = new Cause('refused', 'tcp', 'refused at the address that DNS gave', 'browser: ERR_CONNECTION_REFUSED');
  const reset = new Cause('reset', 'tcp', 'the accept queue stayed full after the handshake', 'browser: ERR_CONNECTION_RESET');

  const meter = new Meter('tcp', null, undefined, undefined, {
    counters: () => ({
      'connections opened': opened,
      'connections reused': reused,
      'SYN dropped by a full accept queue': dropped,
    }),
  });
  return new Stage(meter, enter);

  function enter(request: Request): void {
    request.tries = 0;
    if (!request.connection!.open) return sendSyn(request);
    if (clock.now() - request.connection!.idleness!.sinceMs > model.rtoMinMs) request.connection!.window = model.initcwnd;
    if (request.traced) request.note('over the connection kept from before');
    request.waiting = clock.after(rtt(request) / 2, reachAgain, request);
  }

  function sendSyn(request: Request): void {
    if (request.connection!.address !== addresses.here) return sendElsewhere(request);
    if (loss > 0 && luck.of(request, request.luck) < loss) return awaitNextTry(request, 0);
    request.waiting = clock.after(rtt(request) / 2, meetListener, request);
  }

  /** The site is not there any more, or never was. */
  function sendElsewhere(request: Request): void {
    const refused = addresses.strangerRefuses && request.connection!.address === NOT_OURS;
    if (refused) request.waiting = clock.after(rtt(request), learnRefusal, request);
    else awaitNextTry(request, 0);
  }

  function learnRefusal(request: Request, ticket: number): void {
    if (ticket === request.waiting) request.refuse(strangerRefused);
  }

  function meetListener(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    if (nginx.acceptQueueFull()) {
      dropped += 1;
      return awaitNextTry(request, rtt(request) / 2);
    }
    request.tries = 0;
    request.waiting = clock.after(rtt(request), knock, request);
  }

  /** Nothing came back; the kernel sends the SYN again by its schedule, `goneMs` of the wait being over. */
  function awaitNextTry(request: Request, goneMs: number): void {
    const step = request.tries === lastTry ? giveUp : retry;
    request.waiting = clock.after(Math.max(0, waitMs(request.tries) - goneMs), step, request, Kind.timeout);
  }

  /** From the SYN of that try, from 0, to the next one, or to giving up. */
  function waitMs(tries: number): number {
    return (tries === lastTry ? model.synGiveUpMs : model.synRetryMs[tries + 1]) - model.synRetryMs[tries];
  }

  function retry(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    waited(request, waitMs(request.tries));
    request.tries += 1;
    if (request.traced) request.note(`SYN sent again, try ${request.tries + 1}`);
    sendSyn(request);
  }

  function giveUp(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    waited(request, waitMs(request.tries));
    request.refuse(request.connection!.address === addresses.here ? timedOut : nobodyThere);
  }

  /** The ACK is at the server with the first data right behind it; each time the data is sent again the kernel looks anew. */
  function knock(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    if (nginx.acceptQueueFull()) return stayOutside(request);
    opened += 1;
    const connection = request.connection!;
    connection.open = true;
    connection.window = model.initcwnd;
    connection.threshold = NO_THRESHOLD;
    nginx.admit(connection);
    if (model.tls === null) return arrive(request);
    request.waiting = 0;
    nginx.secure(request, secured);
  }

  function stayOutside(request: Request): void {
    if (model.abortOnOverflow) return refuse(request);
    const resentMs = resendMs(request);
    const sinceFirstMs = 2 * resentMs - resendMs(request, 0);
    request.waiting = clock.after(resentMs, sinceFirstMs > synAckGiveUpMs ? knockTooLate : knockAgain, request, Kind.timeout);
  }

  /** How long the data waits for its ACK before it is sent again: twice as long each time. */
  function resendMs(request: Request, tries = request.tries): number {
    return Math.max(model.rtoMinMs, 3 * rtt(request)) * (1 << tries);
  }

  function knockAgain(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    waited(request, resendMs(request));
    request.tries += 1;
    knock(request, ticket);
  }

  function knockTooLate(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    waited(request, resendMs(request));
    refuse(request);
  }

  /** What the visitor sends meets a kernel that knows of no connection, or wants none. */
  function refuse(request: Request): void {
    request.waiting = clock.after(rtt(request) / 2, learn, request);
  }

  function learn(request: Request, ticket: number): void {
    if (ticket === request.waiting) request.refuse(reset);
  }

  function secured(request: Request): void {
    if (request.gone) return request.return();
    if (request.failed) {
      request.waiting = clock.after(rtt(request) / 2, learnFailure, request);
      return;
    }
    if (request.traced) request.note(`TLS ${model.tls!.version} handshake`);
    request.waiting = clock.after(tlsRounds * rtt(request), reach, request);
  }

  /** Nginx has closed the connection without a word; that is on its way. */
  function learnFailure(request: Request, ticket: number): void {
    if (ticket === request.waiting) request.return();
  }

  /** Over a connection kept from before, if it is still there. */
  function reachAgain(request: Request, ticket: number): void {
    if (ticket === request.waiting && request.connection!.open) reused += 1;
    reach(request, ticket);
  }

  /** The request is at the server, over a connection that was open when it left. */
  function reach(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    if (request.connection!.open) return arrive(request);
    if (request.traced) request.note('nginx had just closed it: reset, and a new one');
    request.waiting = clock.after(rtt(request) / 2, reconnect, request);
  }

  function reconnect(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    request.connection!.served = 0;
    request.connection!.worker = -1;
    sendSyn(request);
  }

  function arrive(request: Request): void {
    request.waiting = 0;
    request.sending = link.send(request, REQUEST_BYTES, arrived);
    if (!request.sending) request.return();
  }

  function arrived(request: Request): void {
    request.sending = false;
    request.return();
  }

  function rtt(request: Request): number {
    return request.visitor!.roundTripMs;
  }

  function waited(request: Request, ms: number): void {
    meter.waitedMs += ms;
    if (request.traced) request.waited(ms);
  }
}
