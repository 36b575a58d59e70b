/**
 * TCP and TLS: from the visitor to the server's door, and the request through it.
 *
 *   SYN ──► port closed? refused ──► accept queue full? dropped, sent again at 1, 3, 7 … s
 *    │
 *    ▼  SYN-ACK, then ACK and first data: 1 round trip later at the server
 *   admitted ──► TLS: 1 or 2 more round trips and a handshake in nginx ──► the request has arrived
 *
 * A kept connection needs none of this but the request's own way; if nginx has closed it in the meantime, the
 * browser is told by a reset and opens another. Where nothing gets through, SYNs keep to their schedule and data is sent again
 * by a time-out that doubles. Not modelled: the SYN queue, since SYN cookies, which are the default, keep it from filling; a
 * FIN's own way, so a visitor knows at once that nginx has closed an idle connection; the usual loss of the request itself.
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
import type { Network } from './network.js';
import type { Listener } from './nginx.js';
import { type Request, Stage } from './request.js';

/** `net.ipv4.tcp_retries2`: data of an established connection is sent again so often (Linux, ip-sysctl). */
const DATA_RETRIES = 15;
/** Header of a browser's GET request with cookies, in bytes; between the 200 of curl and the kilobytes of some sites. */
const REQUEST_BYTES = 600;

export interface Tcp {
  readonly stage: Stage;
  /** The server's end of the request's connection is gone, before nginx has the whole request: by a reset, or without a word. */
  cut(request: Request, cause: Cause | null): void;
}

export function tcpConnect(
  model: TcpModel,
  clock: VirtualClock,
  link: Link,
  network: Network,
  nginx: Listener,
  addresses: Addresses,
): Tcp {
  const luck = new Need('tcp.loss', { law: 'uniform', low: 0, high: 1 });
  const dataLuck = new Need('tcp.data loss', { law: 'uniform', low: 0, high: 1 });
  const lastTry = model.synRetryMs.length - 1;
  const synAckGiveUpMs = 2 * (model.synAckRetryMs.at(-1) ?? 0) + 1000;
  const tlsRounds = model.tls?.version === '1.2' ? 2 : 1;
  let opened = 0;
  let reused = 0;
  let dropped = 0;
  let refusals = 0;

  const timedOut = new Cause('connect timeout', 'tcp', 'no answer to the last SYN', 'browser: ERR_CONNECTION_TIMED_OUT');
  const nobodyThere = new Cause(
    'connect timeout',
    'tcp',
    'nobody at the address that DNS gave',
    'browser: ERR_CONNECTION_TIMED_OUT',
  );
  const strangerRefused = new Cause('refused', 'tcp', 'refused at the address that DNS gave', 'browser: ERR_CONNECTION_REFUSED');
  const reset = new Cause('reset', 'tcp', 'the accept queue stayed full after the handshake', 'browser: ERR_CONNECTION_RESET');
  const refused = new Cause('refused', 'tcp', 'nginx does not listen: the port is closed', 'browser: ERR_CONNECTION_REFUSED');
  const forgotten = new Cause('reset', 'tcp', 'the server knows nothing of the connection', 'browser: ERR_CONNECTION_RESET');
  const unheard = new Cause('connect timeout', 'tcp', 'no answer to what was sent 16 times', 'browser: ERR_CONNECTION_TIMED_OUT');

  const meter = new Meter('tcp', null, undefined, undefined, {
    counters: () => ({
      'connections opened': opened,
      'connections reused': reused,
      'SYN dropped by a full accept queue': dropped,
      'SYN refused by a closed port': refusals,
    }),
  });
  return { stage: new Stage(meter, enter), cut };

  function enter(request: Request): void {
    request.tries = 0;
    if (!request.connection!.open) return sendSyn(request);
    const { idleness } = request.connection!;
    if (idleness !== null && clock.now() - idleness.sinceMs > model.rtoMinMs) request.connection!.window = model.initcwnd;
    if (request.traced) request.note('over the connection kept from before');
    request.waiting = clock.after(rtt(request) / 2, reach, request);
  }

  function sendSyn(request: Request): void {
    if (request.connection!.address !== addresses.here) return sendElsewhere(request);
    const { synLoss } = network;
    if (synLoss > 0 && luck.of(request, request.luck) < synLoss) return awaitNextTry(request, 0);
    request.waiting = clock.after(rtt(request) / 2, meetListener, request);
  }

  /** The site is not there any more, or never was. */
  function sendElsewhere(request: Request): void {
    const refused = addresses.strangerRefuses && request.connection!.address === NOT_OURS;
    if (refused) request.waiting = clock.after(rtt(request), learnOfStranger, request);
    else awaitNextTry(request, 0);
  }

  function learnOfStranger(request: Request, ticket: number): void {
    if (ticket === request.waiting) request.refuse(strangerRefused);
  }

  function meetListener(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    if (network.silent) return awaitNextTry(request, rtt(request) / 2);
    if (nginx.listener() === 0) return turnAway(request);
    if (nginx.acceptQueueFull()) {
      dropped += 1;
      return awaitNextTry(request, rtt(request) / 2);
    }
    request.tries = 0;
    request.connection!.listener = nginx.listener();
    request.waiting = clock.after(rtt(request), knock, request);
  }

  /** A closed port of a host that is up answers at once. */
  function turnAway(request: Request): void {
    refusals += 1;
    request.waiting = clock.after(rtt(request) / 2, learnRefusal, request);
  }

  function learnRefusal(request: Request, ticket: number): void {
    if (ticket === request.waiting) request.refuse(refused);
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
    const connection = request.connection!;
    if (isLost(request)) return knockLater(request);
    if (connection.listener !== nginx.listener()) return refuse(request, forgotten);
    if (nginx.acceptQueueFull()) return stayOutside(request);
    opened += 1;
    request.tries = 0;
    connection.open = true;
    connection.window = model.initcwnd;
    connection.threshold = NO_THRESHOLD;
    nginx.admit();
    if (model.tls === null) return arrive(request);
    request.waiting = 0;
    nginx.secure(request, secured);
  }

  function stayOutside(request: Request): void {
    if (model.abortOnOverflow) return refuse(request, reset);
    const resentMs = resendMs(request);
    const sinceFirstMs = 2 * resentMs - resendMs(request, 0);
    request.waiting = clock.after(resentMs, sinceFirstMs > synAckGiveUpMs ? knockTooLate : knockAgain, request, Kind.timeout);
  }

  /** How long the data waits for its ACK before it is sent again: twice as long each time. */
  function resendMs(request: Request, tries = request.tries): number {
    return network.resendAgainMs(rtt(request), tries);
  }

  function knockLater(request: Request): void {
    request.waiting = clock.after(
      resendMs(request),
      request.tries < DATA_RETRIES ? knockAgain : giveUpData,
      request,
      Kind.timeout,
    );
  }

  /** So much for a connection on which nothing comes back. */
  function giveUpData(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    waited(request, resendMs(request));
    request.refuse(unheard);
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
    if (network.silent) knockLater(request);
    else refuse(request, reset);
  }

  /** What the visitor sends meets a kernel that knows of no connection, or wants none. */
  function refuse(request: Request, cause: Cause): void {
    request.failure = cause;
    request.waiting = clock.after(rtt(request) / 2, learnFailure, request);
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

  /** A reset is on its way, or a FIN without a word. */
  function learnFailure(request: Request, ticket: number): void {
    if (ticket === request.waiting) request.return();
  }

  /** The request is at the server, over a connection that was open when it left. */
  function reach(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    if (isLost(request)) return sendAgainLater(request);
    if (!isThere(request)) return bounce(request);
    if (request.connection!.served > 0) reused += 1;
    arrive(request);
  }

  /** Whether the request does not get through; of the usual loss it is spared. */
  function isLost(request: Request): boolean {
    return network.silent || (network.badLoss > 0 && dataLuck.of(request, request.luck) < network.badLoss);
  }

  function isThere(request: Request): boolean {
    return request.connection!.open && !request.connection!.stale;
  }

  function sendAgainLater(request: Request): void {
    const step = request.tries < DATA_RETRIES ? sendAgain : giveUpData;
    request.waiting = clock.after(resendMs(request), step, request, Kind.timeout);
  }

  function sendAgain(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    waited(request, resendMs(request));
    request.tries += 1;
    reach(request, ticket);
  }

  /** A browser tries a request again by itself if a connection failed it that had served before (RFC 9112, 9.3.1). */
  function bounce(request: Request): void {
    if (request.connection!.served === 0) return refuse(request, forgotten);
    if (request.traced) request.note('nginx had just closed it: reset, and a new one');
    request.waiting = clock.after(rtt(request) / 2, reconnect, request);
  }

  function reconnect(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    const connection = request.connection!;
    connection.served = 0;
    connection.worker = null;
    connection.open = false;
    connection.stale = false;
    request.tries = 0;
    sendSyn(request);
  }

  function cut(request: Request, cause: Cause | null): void {
    const onItsWay = request.waiting !== 0;
    const kept = request.connection!.served > 0;
    if (onItsWay && kept) return; // It meets what there is when it comes.
    link.cancel(request);
    request.sending = false;
    request.tries = 0;
    if (cause === null || network.silent) sendAgainLater(request);
    else if (kept) bounce(request);
    else refuse(request, cause);
  }

  function arrive(request: Request): void {
    request.waiting = 0;
    request.sending = link.send(request, REQUEST_BYTES, arrived);
    if (!request.sending) request.return();
  }

  function arrived(request: Request): void {
    request.sending = false;
    if (network.silent) sendAgainLater(request);
    else if (isThere(request)) request.return();
    else bounce(request);
  }

  function rtt(request: Request): number {
    return request.visitor!.roundTripMs + network.addedMs;
  }

  function waited(request: Request, ms: number): void {
    meter.waitedMs += ms;
    if (request.traced) request.waited(ms);
  }
}
