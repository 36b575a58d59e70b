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
 * slow visitor holds a slot here but no PHP child. Workers come and go as the master says: see `nginxMaster.ts`. Not modelled: a
 * worker blocked by the disk, `multi_accept`, HTTP/2, and `fastcgi_send_timeout`, which cannot fire since a GET request fits
 * the socket's buffer.
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
import type { Daemon, Faults } from './faults.js';
import { type Ending, nginxMaster, type Supervision } from './nginxMaster.js';
import { NginxWorker } from './nginxWorker.js';
import type { Upstream } from './phpFpm.js';
import { protectionsOf } from './protections.js';
import { type Request, type Requests, Stage } from './request.js';

/** What the kernel and the visitor's TCP see of nginx. */
export interface Listener {
  /** Which opening of the port this is, by number from 1; 0 while it is closed. */
  listener(): number;
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
  /** The request ends here and now, and nginx has not been asked. */
  forget(request: Request): void;
  /** Whether the answer is wanted for nginx's cache, whoever else may wait for it. */
  keeps(request: Request): boolean;
  /** PHP-FPM's end has accepted the connection: from now on nginx waits for the answer. */
  connected(request: Request): void;
  /** The PHP-FPM child that served the request has died. */
  cut(request: Request, cause: Cause): void;
  readonly left: Cause;
  /** The visitor has left, and no nginx was there to notice. */
  readonly unheard: Cause;
  readonly faults: Faults;
  readonly daemon: Daemon;
  /** The settings that it was made with have changed. */
  configure(): void;
}

/** What becomes of things that nginx lets go of. */
export interface Leftovers {
  /** PHP-FPM has finished a request that nobody waits for. */
  readonly vanish: Step<Request>;
  /** Nginx has closed a connection that no request was using. */
  readonly closed: (connection: Connection) => void;
  /** A visitor's half goes on by itself, and so must its timers. */
  readonly parted: (half: Request) => void;
  /** Whether nginx has written the whole answer of a request that is being delivered, so that the connection is the kernel's. */
  readonly written: (request: Request) => boolean;
  /** The server's end of the connection is gone while the request was on its way here or back: by a reset, or without a word. */
  readonly severed: (request: Request, cause: Cause | null) => void;
}

export function nginxServer(
  model: NginxModel,
  somaxconn: number,
  tls: TlsModel | null,
  clock: VirtualClock,
  host: Host,
  php: Upstream | null,
  requests: Requests,
  leftover: Leftovers,
  pages: readonly PageModel[],
  supervision: Supervision,
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
  /** The processes there are, and those among them that accept. */
  let workers: NginxWorker[] = [];
  let acceptors: NginxWorker[] = [];
  let forked = 0;
  let listener = 0;
  let opened = 0;
  let hung = false;
  /** Requests whose time has run out while nginx was hung. */
  const overdue = new Set<Request>();
  const readTimers = new Timeouts(clock, model.fastcgiReadTimeoutMs, expire);
  const idleTimers = new Timeouts(clock, model.keepaliveTimeoutMs, idleTooLong);
  /** What follows a handshake: one step for all, since tcp alone asks for it. */
  let afterHandshake: Step<Request> | null = null;
  let noSlot = 0;
  let drained = 0;
  let abandoned = 0;

  const memory = host.memory.account('nginx');

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

  const unheard = new Cause('abandoned', 'nginx', 'the visitor left unnoticed', 'browser: the visitor closed the tab');
  const unread = new Cause('reset', 'nginx', 'nginx died before it had read the request', 'browser: ERR_CONNECTION_RESET');
  const cutOff = new Cause('reset', 'nginx', 'nginx died with the request in its hands', 'browser: ERR_EMPTY_RESPONSE');
  const shutDown = new Cause(
    'reset',
    'nginx',
    'worker_shutdown_timeout: the old worker closed the connection',
    'access.log: "GET …" 499 0',
  );

  const places = {
    word: 'workers',
    busy,
    max: model.workerProcesses,
    get now() {
      return Math.max(model.workerProcesses, workers.length);
    },
  };
  const meter = new Meter('nginx', places, queue, Infinity, {
    state: () => ({
      'connections open': workers.reduce((sum, worker) => sum + worker.slots.value, 0),
      ...protections?.state(),
    }),
    peaks: { 'accept queue max': accepting },
    counters: () => ({
      'idle connections closed for lack of slots': drained,
      'refused for lack of slots': noSlot,
      'abandoned by visitors': abandoned,
      ...protections?.counters(),
    }),
  });

  const stage = new Stage(meter, enter);
  const all = () => workers;
  const master = nginxMaster(model, clock, { all, fork, retire, end, open, close: closePort, freeze, thaw, slow }, supervision);
  // The listener is a function, not a getter: an object written with getters has a shape of its own in each run, which V8 must then
  // look up whenever anything is asked of it.
  return {
    stage,
    faults: master.faults,
    configure,
    daemon: master.daemon,
    listener: () => listener,
    admit,
    secure,
    finish,
    abandon,
    notices: (request) => protections?.notices(request) ?? false,
    forget: (request) => protections?.forget(request),
    keeps: (request) => protections?.cache?.fetching(request) === true,
    connected,
    cut,
    left,
    unheard,
    acceptQueueFull: () => accepting.value > backlog,
  };

  function configure(): void {
    acceptMs.become(model.acceptMs);
    proxyMs.become(model.proxyMs);
    answerMs.become(model.answerMs);
    staticMs.become(model.staticMs);
    errorMs.become(model.errorMs);
  }

  // The event loops.

  function admit(_connection: Connection): void {
    accepting.add(1, clock.now());
  }

  function enter(request: Request): void {
    request.waiting = 0;
    const { worker } = request.connection!;
    if (worker === null) return offer(request, acceptAndRead);
    touch(request.connection!);
    queueAt(worker, request, read);
  }

  function secure(request: Request, step: Step<Request>): void {
    afterHandshake = step;
    offer(request, acceptAndGreet);
  }

  /** A new connection, for whichever worker is idle, or the first to be. */
  function offer(request: Request, step: Step<Request>): void {
    for (const worker of acceptors) if (!worker.busy) return begin(worker, request, step);
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
    request.connection!.worker ??= worker;
    step(request, 0);
  }

  /** The worker is asked for `ms` of CPU and does nothing else meanwhile. */
  function work(request: Request, ms: number, step: Step<NginxWorker>): void {
    const worker = request.connection!.worker!;
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
    lookRound(worker);
  }

  function lookRound(worker: NginxWorker): void {
    if (worker.turning) return;
    worker.turning = true;
    while (!worker.busy && takeNext(worker));
    worker.turning = false;
  }

  function takeNext(worker: NginxWorker): boolean {
    const fromOutside = unaccepted.length > 0 && !worker.leaving && (!worker.acceptedLast || worker.line.length === 0);
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
    const worker = request.connection!.worker!;
    drained += worker.drain(closeIdle);
    if (worker.takeSlot(clock.now())) return true;
    noSlot += 1;
    request.connection!.open = false;
    request.connection!.worker = null;
    return false;
  }

  function acceptAndRead(request: Request): void {
    const worker = request.connection!.worker!;
    if (accept(request)) return work(request, acceptMs.of(request) + readMs(request), route);
    request.refuse(emptyReply);
    turn(worker);
  }

  function acceptAndGreet(request: Request): void {
    const worker = request.connection!.worker!;
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
    const worker = request.connection!.worker!;
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
    if (hung) overdue.delete(request);
    const worker = request.connection!.worker!;
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
    const request = done(worker);
    const connection = request.connection!;
    request.return();
    if (worker.leaving) letGo(worker, connection);
    turn(worker);
  }

  // What the limits and the cache want.

  function refuse(request: Request, cause: Cause): void {
    request.failure = cause;
    queueAt(request.connection!.worker!, request, apologise);
  }

  function wake(request: Request): void {
    queueAt(request.connection!.worker!, request, wakeUp);
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
    if (hung) overdue.delete(request);
    protections?.cache?.ended(request, request.failure);
    leftover.vanish(request, 0);
  }

  // Giving up on PHP-FPM.

  function expire(request: Request): void {
    request.timer = 0;
    if (hung) overdue.add(request);
    else cut(request, readTimeout);
  }

  function cut(request: Request, cause: Cause): void {
    const stale = protections?.cache?.ended(request, cause) === true;
    if (request.visitor === null) return php!.abandoned(request);
    const half = hangUp(request);
    leftover.parted(half);
    half.failure = stale ? null : cause;
    queueAt(half.connection!.worker!, half, stale ? answer : apologise);
  }

  function abandon(request: Request): Request {
    abandoned += 1;
    return hangUp(request);
  }

  function hangUp(request: Request): Request {
    readTimers.cancel(request.timer);
    if (hung) overdue.delete(request);
    request.connection!.worker!.giveSlot(clock.now());
    const half = request.part(vanish);
    if (protections?.cache?.fetching(request) !== true) php!.abandoned(request);
    return half;
  }

  // Keeping connections.

  function finish(connection: Connection, keep: boolean): void {
    connection.served += 1;
    protections?.finished(connection);
    if (!connection.open) return;
    if (connection.worker === null) return forgetConnection(connection);
    touch(connection);
    const kept =
      keep && !connection.worker.leaving && model.keepaliveTimeoutMs > 0 && connection.served < model.keepaliveRequests;
    if (!kept) return close(connection);
    const idleness = connection.worker!.idle.join(connection, clock.now());
    idleness.timer = idleTimers.start(connection);
  }

  /** It leaves the accept queue unaccepted, or nginx knows nothing of it. */
  function forgetConnection(connection: Connection): void {
    if (!connection.stale) leaveAcceptQueue();
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
    connection.worker!.idle.leave(connection);
  }

  function idleTooLong(connection: Connection): void {
    if (hung) {
      connection.idleness!.timer = 0;
      return;
    }
    connection.worker!.idle.leave(connection);
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
    const worker = connection.worker!;
    worker.giveSlot(clock.now());
    if (worker.leaving) exitIfFree(worker);
  }

  // Workers come and go.

  function fork(): void {
    const fresh = Array.from({ length: model.workerProcesses }, () => new NginxWorker(group, forked++, model.workerConnections));
    workers = [...workers, ...fresh];
    acceptors = [...fresh, ...acceptors];
    memory.hold(fresh.length * model.workerBytes);
    for (const worker of fresh) lookRound(worker);
  }

  function open(): void {
    if (opened > 0) protections?.restarted();
    opened += 1;
    listener = opened;
  }

  /** Whoever waits to be accepted is reset by the kernel, or never hears of it. */
  function closePort(why: Ending): void {
    listener = 0;
    queue.add(-unaccepted.length, clock.now());
    while (unaccepted.length > 0) unaccepted.advance();
    for (const request of inUse()) {
      const { connection } = request;
      if (connection?.open && connection.worker === null && !connection.stale) {
        leaveAcceptQueue();
        sever(request, why === 'no power' ? null : unread);
      }
    }
  }

  /** They accept nobody, close what is idle, finish what they have, and exit. */
  function retire(leavers: readonly NginxWorker[]): void {
    const leaving = leavers.filter((worker) => !worker.gone && !worker.leaving);
    acceptors = acceptors.filter((worker) => !leaving.includes(worker));
    for (const worker of leaving) {
      worker.leaving = true;
      while (worker.idle.oldest !== null) closeIdle(worker.idle.oldest);
    }
    for (const { connection } of inUse())
      if (connection?.open && connection.worker !== null && leaving.includes(connection.worker))
        letGo(connection.worker, connection);
    for (const worker of leaving) exitIfFree(worker);
  }

  /** A worker that leaves has nothing more to do with an answer that it has written. */
  function letGo(worker: NginxWorker, connection: Connection): void {
    const { request } = connection;
    if (request === null || connection.worker !== worker || !connection.open) return;
    if (leftover.written(request)) close(connection);
  }

  function exitIfFree(worker: NginxWorker): void {
    if (worker.gone || worker.slots.value > 0) return;
    remove([worker]);
    master.exited();
  }

  function remove(leavers: readonly NginxWorker[]): void {
    for (const worker of leavers) worker.gone = true;
    workers = workers.filter((worker) => !worker.gone);
    acceptors = acceptors.filter((worker) => !worker.gone);
    memory.hold(-leavers.length * model.workerBytes);
  }

  /** They are gone at once, and with them their end of every connection. */
  function end(doomed: readonly NginxWorker[], why: Ending): void {
    const dying = doomed.filter((worker) => !worker.gone);
    const now = clock.now();
    for (const worker of dying) {
      if (worker.request !== null) {
        host.cpu.stop(worker);
        busy.add(-1, now);
      }
      queue.add(-worker.line.length, now);
      while (worker.line.length > 0) worker.line.advance();
    }
    remove(dying);
    for (const worker of dying)
      while (worker.idle.oldest !== null)
        if (why === 'no power') forgetSilently(worker.idle.oldest);
        else closeIdle(worker.idle.oldest);
    const cause = why === 'no power' ? null : why === 'killed' ? cutOff : shutDown;
    for (const request of inUse()) {
      const { connection } = request;
      if (connection?.open && connection.worker !== null && dying.includes(connection.worker)) sever(request, cause);
    }
    if (workers.length === 0) protections?.restarted();
    if (dying.length > 0) master.exited();
  }

  /** The visitor is not told that the connection is no more. */
  function forgetSilently(connection: Connection): void {
    touch(connection);
    connection.worker = null;
    connection.stale = true;
    if (connection.request === null && connection.visitor === null) leftover.closed(connection);
  }

  /** The server's end of its connection is gone; `cause` is what the visitor sees, if they are told. */
  function sever(request: Request, cause: Cause | null): void {
    request.connection!.open = false;
    if (!request.passedOn) php?.delivered(request); // A child that was kept for it has nobody to write to.
    if (request.stage !== stage && !request.passedOn) return leftover.severed(request, cause);
    protections?.forget(request);
    let half = request;
    if (request.passedOn) {
      half = hangUp(request);
      leftover.parted(half);
    } else {
      clock.cancel(request.waiting);
      request.waiting = 0;
    }
    half.failure = half.gone ? unheard : cause;
    half.return();
  }

  /** Those there are now: others may be made while one looks through them. */
  function inUse(): readonly Request[] {
    return [...requests.all];
  }

  // Stopped by a signal.

  function freeze(): void {
    hung = true;
    host.cpu.freeze(group);
    for (const worker of workers) {
      worker.held = !worker.busy;
      worker.busy = true;
    }
  }

  /** First what has come, then what has run out, as the event loop does. */
  function thaw(): void {
    hung = false;
    host.cpu.thaw(group);
    const late = [...overdue];
    overdue.clear();
    for (const worker of workers) {
      if (worker.held) worker.busy = false;
      worker.held = false;
      closeOverdue(worker);
    }
    for (const worker of workers) if (!worker.busy) lookRound(worker);
    for (const request of late) cut(request, readTimeout);
  }

  function closeOverdue({ idle }: NginxWorker): void {
    while (idle.oldest !== null && idle.oldest.idleness!.timer === 0) closeIdle(idle.oldest);
  }

  function slow(times: number): void {
    group.slowdown = times;
  }

  function waited(request: Request, ms: number): void {
    meter.waitedMs += ms;
    if (request.traced) request.waited(ms);
  }
}
