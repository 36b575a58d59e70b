/**
 * Nginx: a few worker processes, each an event loop that does one thing at a time.
 *
 *   admit ──► accept queue ──► accept ──► read ──┬─► file ──────────────► back to the visitor
 *                                                └─► PHP-FPM ──► answer ──► back to the visitor
 *                                                      │
 *                                       timer or visitor gone: 504 or 499, and PHP works on for nobody
 *
 * A connection belongs to the worker that accepted it. Each holds one of the worker's slots, and another while it waits for
 * PHP-FPM; when none is free a new visitor gets nothing at all, and a request for PHP a 500. Answers are buffered, so that a
 * slow visitor holds a slot here but no PHP child. Not modelled: a worker blocked by the disk, `multi_accept`, HTTP/2,
 * and `fastcgi_send_timeout`, which cannot fire since a GET request fits the socket's buffer.
 */
import type { Step } from '../engine/agenda.js';
import { assert } from '../engine/assert.js';
import type { VirtualClock } from '../engine/clock.js';
import { Level } from '../engine/level.js';
import { Need } from '../engine/need.js';
import { Timeouts } from '../engine/timeouts.js';
import type { Host } from '../host/host.js';
import { Line } from '../host/line.js';
import type { NginxModel, PageModel, TlsModel } from '../model.js';
import { Cause } from '../telemetry/cause.js';
import { Meter } from '../telemetry/meter.js';
import type { Connection } from './connection.js';
import { NginxWorker } from './nginxWorker.js';
import type { Upstream } from './phpFpm.js';
import { protectionsOf } from './protections.js';
import { type Request, Stage } from './request.js';

/** What the kernel and the visitor's TCP see of nginx. */
export interface Listener {
  /** Linux holds one connection more than the backlog says. */
  acceptQueueFull(): boolean;
  /** The handshake is complete; the connection waits to be accepted. */
  admit(connection: Connection): void;
  /** TLS: accepts the connection and does the handshake. */
  secure(request: Request, step: Step<Request>): void;
}

export interface Nginx extends Listener {
  readonly stage: Stage;
  /** The visitor has the answer, or has gone: keep the connection or close it. */
  finish(connection: Connection, keep: boolean): void;
  /** The visitor closes the connection while a request is being served; returns the visitor's half of it. */
  abandon(request: Request): Request;
  /** The visitor leaves while nginx has the request to itself. Whether nginx notices, and lets go of it. */
  notices(request: Request): boolean;
  /** Whether the answer is wanted for nginx's cache, whoever else may wait for it. */
  keeps(request: Request): boolean;
  /** PHP-FPM's end has accepted the connection: from now on nginx waits for the answer. */
  connected(request: Request): void;
  /** The PHP-FPM child that served the request has died. */
  cut(request: Request, cause: Cause): void;
  readonly left: Cause;
}

/** What becomes of things that nginx lets go of. */
export interface Leftovers {
  /** PHP-FPM has finished a request that nobody waits for. */
  readonly vanish: Step<Request>;
  /** Nginx has closed a connection that no request was using. */
  readonly closed: (connection: Connection) => void;
  /** A visitor's half goes on by itself, and so must its timers. */
  readonly parted: (half: Request) => void;
}

export function nginxServer(
  model: NginxModel,
  somaxconn: number,
  tls: TlsModel | null,
  clock: VirtualClock,
  host: Host,
  php: Upstream | null,
  leftover: Leftovers,
  pages: readonly PageModel[],
): Nginx {
  const group = host.cpu.group('nginx');
  const backlog = Math.min(model.listenBacklog, somaxconn);
  const acceptMs = new Need('nginx.accept', model.acceptMs);
  const handshakeMs = tls === null ? null : new Need('nginx.tls', tls.handshakeMs);
  const proxyMs = new Need('nginx.proxy', model.proxyMs);
  const answerMs = new Need('nginx.answer', model.answerMs);
  const staticMs = new Need('nginx.static', model.staticMs);
  const errorMs = new Need('nginx.error', model.errorMs);

  /** Connections that wait to be accepted; each is in a worker's line, or here if all are busy. */
  const accepting = new Level();
  const unaccepted = new Line<Request>();
  const queue = new Level();
  const busy = new Level();
  const workers = Array.from(
    { length: model.workerProcesses },
    (_, number) => new NginxWorker(group, number, model.workerConnections),
  );
  const readTimers = new Timeouts(clock, model.fastcgiReadTimeoutMs, expire);
  const idleTimers = new Timeouts(clock, model.keepaliveTimeoutMs, idleTooLong);
  /** What follows a handshake: one step for all, since tcp alone asks for it. */
  let afterHandshake: Step<Request> | null = null;
  let noSlot = 0;
  let drained = 0;
  let abandoned = 0;

  host.memory.account('nginx').hold(model.workerProcesses * model.workerBytes);

  const notEnough = `[alert] ${model.workerConnections} worker_connections are not enough`;
  const emptyReply = new Cause('empty reply', 'nginx', 'worker_connections used up: accepted and closed', notEnough);
  const noUpstreamSlot = new Cause('500', 'nginx', 'worker_connections used up: none left for PHP-FPM', notEnough);
  const readTimeout = new Cause(
    '504',
    'nginx',
    'fastcgi_read_timeout: no answer from PHP-FPM in time',
    '[error] upstream timed out (110: Connection timed out) while reading response header from upstream',
  );
  const protections = protectionsOf(model, pages, clock, { serve, apologise: refuse, wake, waited, refresh });
  const left = new Cause('499', 'nginx', 'the visitor left before nginx had an answer', 'access.log: "GET …" 499 0');

  const meter = new Meter('nginx', { word: 'workers', busy, max: model.workerProcesses }, queue, Infinity, {
    state: () => ({ 'connections open': workers.reduce((sum, worker) => sum + worker.slots.value, 0) }),
    peaks: { 'accept queue max': accepting },
    counters: () => ({
      'idle connections closed for lack of slots': drained,
      'refused for lack of slots': noSlot,
      'abandoned by visitors': abandoned,
      ...protections?.counters(),
    }),
  });

  return {
    stage: new Stage(meter, enter),
    admit,
    secure,
    finish,
    abandon,
    notices: (request) => protections?.notices(request) ?? false,
    keeps: (request) => protections?.cache?.fetching(request) === true,
    connected,
    cut,
    left,
    acceptQueueFull: () => accepting.value > backlog,
  };

  // The event loops.

  function admit(_connection: Connection): void {
    accepting.add(1, clock.now());
  }

  function enter(request: Request): void {
    request.waiting = 0;
    const { worker } = request.connection!;
    if (worker < 0) return offer(request, acceptAndRead);
    touch(request.connection!);
    queueAt(workers[worker], request, read);
  }

  function secure(request: Request, step: Step<Request>): void {
    afterHandshake = step;
    offer(request, acceptAndGreet);
  }

  /** A new connection, for whichever worker is idle, or the first to be. */
  function offer(request: Request, step: Step<Request>): void {
    for (const worker of workers) if (!worker.busy) return begin(worker, request, step);
    unaccepted.join(request, step);
    request.queuedMs = clock.now();
    queue.add(1, clock.now());
  }

  function queueAt(worker: NginxWorker, request: Request, step: Step<Request>): void {
    if (!worker.busy) return begin(worker, request, step);
    worker.line.join(request, step);
    request.queuedMs = clock.now();
    queue.add(1, clock.now());
  }

  function begin(worker: NginxWorker, request: Request, step: Step<Request>): void {
    worker.busy = true;
    busy.add(1, clock.now());
    if (request.connection!.worker < 0) request.connection!.worker = worker.number;
    step(request, 0);
  }

  /** The worker is asked for `ms` of CPU and does nothing else meanwhile. */
  function work(request: Request, ms: number, step: Step<NginxWorker>): void {
    const worker = workers[request.connection!.worker];
    worker.request = request;
    worker.startedMs = clock.now();
    worker.needMs = ms;
    if (ms === 0) step(worker, 0);
    else host.cpu.work(worker, ms, step);
  }

  /** What the worker was at is done; returns the request, whose next steps may not come back to this worker's loop. */
  function done(worker: NginxWorker): Request {
    const request = worker.request!;
    worker.request = null;
    waited(request, clock.now() - worker.startedMs - worker.needMs);
    return request;
  }

  /** One turn of the loop after the other: an accept at the most, and what its own connections want. */
  function turn(worker: NginxWorker): void {
    busy.add(-1, clock.now());
    worker.busy = false;
    if (worker.turning) return;
    worker.turning = true;
    while (!worker.busy && takeNext(worker));
    worker.turning = false;
  }

  function takeNext(worker: NginxWorker): boolean {
    const fromOutside = unaccepted.length > 0 && (!worker.acceptedLast || worker.line.length === 0);
    const line: Line<Request> = fromOutside ? unaccepted : worker.line;
    worker.acceptedLast = fromOutside;
    if (line.length === 0) return false;
    const { subject, step } = line;
    line.advance();
    queue.add(-1, clock.now());
    waited(subject, clock.now() - subject.queuedMs);
    begin(worker, subject, step);
    return true;
  }

  // Accepting.

  function accept(request: Request): boolean {
    leaveAcceptQueue();
    const worker = workers[request.connection!.worker];
    drained += worker.drain(closeIdle);
    if (worker.takeSlot(clock.now())) return true;
    noSlot += 1;
    request.connection!.open = false;
    request.connection!.worker = -1;
    return false;
  }

  function acceptAndRead(request: Request): void {
    const worker = workers[request.connection!.worker];
    if (accept(request)) return work(request, acceptMs.of(request) + readMs(request), route);
    request.refuse(emptyReply);
    turn(worker);
  }

  function acceptAndGreet(request: Request): void {
    const worker = workers[request.connection!.worker];
    if (accept(request)) return work(request, acceptMs.of(request) + handshakeMs!.of(request), greeted);
    request.failure = emptyReply;
    afterHandshake!(request, 0);
    turn(worker);
  }

  function greeted(worker: NginxWorker): void {
    const request = done(worker);
    afterHandshake!(request, 0);
    turn(worker);
  }

  // A request.

  function read(request: Request): void {
    work(request, readMs(request), route);
  }

  function readMs(request: Request): number {
    if (request.page.script === null || protections?.answers(request) === true) return staticMs.of(request);
    return proxyMs.of(request);
  }

  function route(worker: NginxWorker): void {
    const request = done(worker);
    if (request.gone) request.refuse(left);
    else if (protections === null) serve(request);
    else protections.enter(request);
    turn(worker);
  }

  function serve(request: Request): void {
    if (request.page.script === null) request.return();
    else pass(request);
  }

  function pass(request: Request): void {
    const worker = workers[request.connection!.worker];
    drained += worker.drain(closeIdle);
    if (!worker.takeSlot(clock.now())) {
      noSlot += 1;
      protections?.forget(request);
      return request.refuse(noUpstreamSlot);
    }
    request.call(php!.stage, take);
  }

  function connected(request: Request): void {
    request.timer = readTimers.start(request);
  }

  /** PHP-FPM has answered, well or badly. */
  function take(request: Request): void {
    readTimers.cancel(request.timer);
    request.timer = 0;
    const worker = workers[request.connection!.worker];
    worker.giveSlot(clock.now());
    if (protections?.cache?.ended(request, request.failure) === true) request.failure = null;
    queueAt(worker, request, request.failed ? apologise : answer);
  }

  function answer(request: Request): void {
    work(request, answerMs.of(request), sent);
  }

  function apologise(request: Request): void {
    work(request, errorMs.of(request), sent);
  }

  function sent(worker: NginxWorker): void {
    done(worker).return();
    turn(worker);
  }

  // What the limits and the cache want.

  function refuse(request: Request, cause: Cause): void {
    request.failure = cause;
    queueAt(workers[request.connection!.worker], request, apologise);
  }

  function wake(request: Request): void {
    queueAt(workers[request.connection!.worker], request, wakeUp);
  }

  /** After the lock of the cache there may be a copy to send. */
  function wakeUp(request: Request): void {
    work(request, protections!.cache?.has(request) === true ? staticMs.of(request) : 0, woken);
  }

  function woken(worker: NginxWorker): void {
    const request = done(worker);
    if (request.gone) {
      protections!.forget(request);
      request.refuse(left);
    } else protections!.woken(request);
    turn(worker);
  }

  /** A background subrequest. Its connection to PHP-FPM takes no slot here, and its answer no CPU. */
  function refresh(request: Request): void {
    const shadow = request.shadow();
    protections!.cache!.fetchFor(shadow);
    shadow.call(php!.stage, vanish);
  }

  /** What no visitor waits for has come from PHP-FPM; the cache may. */
  function vanish(request: Request): void {
    readTimers.cancel(request.timer);
    request.timer = 0;
    protections?.cache?.ended(request, request.failure);
    leftover.vanish(request, 0);
  }

  // Giving up on PHP-FPM.

  function expire(request: Request): void {
    request.timer = 0;
    cut(request, readTimeout);
  }

  function cut(request: Request, cause: Cause): void {
    const stale = protections?.cache?.ended(request, cause) === true;
    if (request.visitor === null) return php!.abandoned(request);
    const half = hangUp(request);
    leftover.parted(half);
    half.failure = stale ? null : cause;
    queueAt(workers[half.connection!.worker], half, stale ? answer : apologise);
  }

  function abandon(request: Request): Request {
    abandoned += 1;
    return hangUp(request);
  }

  function hangUp(request: Request): Request {
    readTimers.cancel(request.timer);
    workers[request.connection!.worker].giveSlot(clock.now());
    const half = request.part(vanish);
    if (protections?.cache?.fetching(request) !== true) php!.abandoned(request);
    return half;
  }

  // Keeping connections.

  function finish(connection: Connection, keep: boolean): void {
    connection.served += 1;
    protections?.finished(connection);
    if (!connection.open) return;
    if (connection.worker < 0) return forget(connection);
    touch(connection);
    const kept = keep && model.keepaliveTimeoutMs > 0 && connection.served < model.keepaliveRequests;
    if (!kept) return close(connection);
    const idleness = workers[connection.worker].idle.join(connection, clock.now());
    idleness.timer = idleTimers.start(connection);
  }

  /** It leaves the accept queue unaccepted. */
  function forget(connection: Connection): void {
    leaveAcceptQueue();
    connection.open = false;
  }

  function leaveAcceptQueue(): void {
    assert(accepting.value > 0, 'nginx took a connection from an empty accept queue');
    accepting.add(-1, clock.now());
  }

  /** A request has come over a kept connection. */
  function touch(connection: Connection): void {
    if (connection.idleness === null) return;
    idleTimers.cancel(connection.idleness.timer);
    workers[connection.worker].idle.leave(connection);
  }

  function idleTooLong(connection: Connection): void {
    workers[connection.worker].idle.leave(connection);
    close(connection);
    if (connection.request === null) leftover.closed(connection);
  }

  function closeIdle(connection: Connection): void {
    touch(connection);
    close(connection);
    if (connection.request === null) leftover.closed(connection);
  }

  function close(connection: Connection): void {
    connection.open = false;
    workers[connection.worker].giveSlot(clock.now());
  }

  function waited(request: Request, ms: number): void {
    meter.waitedMs += ms;
    if (request.traced) request.waited(ms);
  }
}
