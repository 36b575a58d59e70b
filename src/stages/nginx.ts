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
 * slow visitor holds a slot here but no PHP child. The loops are in `nginxLoops.ts`, connections between two requests in
 * `keptConnections.ts`; workers come and go as the master says, `nginxMaster.ts`. Not modelled: a worker blocked by the disk,
 * `multi_accept`, HTTP/2, and `fastcgi_send_timeout`, which cannot fire since a GET request fits the socket's buffer.
 */
import type { Step } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import { Need } from '../engine/need.js';
import { Timeouts } from '../engine/timeouts.js';
import type { Host } from '../host/host.js';
import type { NginxModel, PageModel, TlsModel } from '../model.js';
import type { Cause } from '../telemetry/cause.js';
import { Meter } from '../telemetry/meter.js';
import type { Connection } from './connection.js';
import type { Daemon, Faults } from './faults.js';
import { KeptConnections } from './keptConnections.js';
import { nginxCauses } from './nginxCauses.js';
import { NginxLoops } from './nginxLoops.js';
import { type Ending, nginxMaster, type Supervision } from './nginxMaster.js';
import { Port } from './nginxPort.js';
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
  admit(): void;
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
  const port = new Port(Math.min(model.listenBacklog, somaxconn), clock);
  const acceptMs = new Need('nginx.accept', model.acceptMs);
  const handshakeMs = tls === null ? null : new Need('nginx.tls', tls.handshakeMs);
  const proxyMs = new Need('nginx.proxy', model.proxyMs);
  const answerMs = new Need('nginx.answer', model.answerMs);
  const staticMs = new Need('nginx.static', model.staticMs);
  const errorMs = new Need('nginx.error', model.errorMs);

  /** The processes that there are; those that accept are known to `loops`. */
  let workers: NginxWorker[] = [];
  let forked = 0;
  let hung = false;
  /** Requests whose time has run out while nginx was hung. */
  const overdue = new Set<Request>();
  const readTimers = new Timeouts(clock, model.fastcgiReadTimeoutMs, expire);
  /** What follows a handshake: one step for all, since tcp alone asks for it. */
  let afterHandshake: Step<Request> | null = null;
  let noSlot = 0;
  let abandoned = 0;

  const memory = host.memory.account('nginx');

  const { emptyReply, noUpstreamSlot, readTimeout, left, unheard, unread, cutOff, shutDown } = nginxCauses(model);
  const loops = new NginxLoops(clock, host.cpu, waited);
  const kept = new KeptConnections(model, clock, leftover.closed, exitIfFree);
  const protections = protectionsOf(model, pages, clock, { serve, apologise: refuse, wake, waited, refresh });
  const places = {
    word: 'workers',
    busy: loops.busy,
    max: model.workerProcesses,
    get now() {
      return Math.max(model.workerProcesses, workers.length);
    },
  };
  const meter = new Meter('nginx', places, loops.queue, Infinity, {
    state: () => ({
      'connections open': workers.reduce((sum, worker) => sum + worker.slots.value, 0),
      ...protections?.state(),
    }),
    peaks: { 'accept queue max': port.queue },
    counters: () => ({
      'idle connections closed for lack of slots': kept.drained,
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
    listener: () => port.opening,
    admit: () => port.admit(),
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
    acceptQueueFull: () => port.full,
  };

  function configure(): void {
    acceptMs.become(model.acceptMs);
    proxyMs.become(model.proxyMs);
    answerMs.become(model.answerMs);
    staticMs.become(model.staticMs);
    errorMs.become(model.errorMs);
  }

  // Accepting.

  function enter(request: Request): void {
    request.waiting = 0;
    const { worker } = request.connection!;
    if (worker === null) return loops.offer(request, acceptAndRead);
    kept.touch(request.connection!);
    loops.queueAt(worker, request, read);
  }

  function secure(request: Request, step: Step<Request>): void {
    afterHandshake = step;
    loops.offer(request, acceptAndGreet);
  }

  function accept(request: Request): boolean {
    port.leave();
    const worker = request.connection!.worker!;
    kept.drain(worker);
    if (worker.takeSlot(clock.now())) return true;
    noSlot += 1;
    request.connection!.open = false;
    request.connection!.worker = null;
    return false;
  }

  function acceptAndRead(request: Request): void {
    const worker = request.connection!.worker!;
    if (accept(request)) return loops.work(request, acceptMs.of(request) + readMs(request), route);
    request.refuse(emptyReply);
    loops.turn(worker);
  }

  function acceptAndGreet(request: Request): void {
    const worker = request.connection!.worker!;
    if (accept(request)) return loops.work(request, acceptMs.of(request) + handshakeMs!.of(request), greeted);
    request.failure = emptyReply;
    afterHandshake!(request, 0);
    loops.turn(worker);
  }

  function greeted(worker: NginxWorker): void {
    const request = loops.done(worker);
    afterHandshake!(request, 0);
    loops.turn(worker);
  }

  // A request.

  function read(request: Request): void {
    loops.work(request, readMs(request), route);
  }

  function readMs(request: Request): number {
    if (request.page.script === null || protections?.answers(request) === true) return staticMs.of(request);
    return proxyMs.of(request);
  }

  function route(worker: NginxWorker): void {
    const request = loops.done(worker);
    if (request.gone) request.refuse(left);
    else if (protections === null) serve(request);
    else protections.enter(request);
    loops.turn(worker);
  }

  function serve(request: Request): void {
    if (request.page.script === null) request.return();
    else pass(request);
  }

  function pass(request: Request): void {
    const worker = request.connection!.worker!;
    kept.drain(worker);
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
    loops.queueAt(worker, request, request.failed ? apologise : answer);
  }

  function answer(request: Request): void {
    loops.work(request, answerMs.of(request), sent);
  }

  function apologise(request: Request): void {
    loops.work(request, errorMs.of(request), sent);
  }

  function sent(worker: NginxWorker): void {
    const request = loops.done(worker);
    const connection = request.connection!;
    request.return();
    if (worker.leaving) letGo(worker, connection);
    loops.turn(worker);
  }

  // What the limits and the cache want.

  function refuse(request: Request, cause: Cause): void {
    request.failure = cause;
    loops.queueAt(request.connection!.worker!, request, apologise);
  }

  function wake(request: Request): void {
    loops.queueAt(request.connection!.worker!, request, wakeUp);
  }

  /** After the lock of the cache there may be a copy to send. */
  function wakeUp(request: Request): void {
    loops.work(request, protections!.cache?.has(request) === true ? staticMs.of(request) : 0, woken);
  }

  function woken(worker: NginxWorker): void {
    const request = loops.done(worker);
    if (request.gone) {
      protections!.forget(request);
      request.refuse(left);
    } else protections!.woken(request);
    loops.turn(worker);
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
    loops.queueAt(half.connection!.worker!, half, stale ? answer : apologise);
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
    if (connection.worker === null) port.forget(connection);
    else kept.finish(connection, keep);
  }

  // Workers come and go.

  function fork(): void {
    const fresh = Array.from({ length: model.workerProcesses }, () => new NginxWorker(group, forked++, model.workerConnections));
    workers = [...workers, ...fresh];
    loops.acceptors = [...fresh, ...loops.acceptors];
    memory.hold(fresh.length * model.workerBytes);
    for (const worker of fresh) loops.lookRound(worker);
  }

  function open(): void {
    if (port.open()) protections?.restarted();
  }

  /** Whoever waits to be accepted is reset by the kernel, or never hears of it. */
  function closePort(why: Ending): void {
    port.close();
    loops.forgetUnaccepted();
    for (const request of inUse()) {
      const { connection } = request;
      if (connection?.open && connection.worker === null && !connection.stale) {
        port.leave();
        sever(request, why === 'no power' ? null : unread);
      }
    }
  }

  /** They accept nobody, close what is idle, finish what they have, and exit. */
  function retire(leavers: readonly NginxWorker[]): void {
    const leaving = leavers.filter((worker) => !worker.gone && !worker.leaving);
    loops.acceptors = loops.acceptors.filter((worker) => !leaving.includes(worker));
    for (const worker of leaving) {
      worker.leaving = true;
      kept.closeAll(worker);
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
    if (leftover.written(request)) kept.close(connection);
  }

  function exitIfFree(worker: NginxWorker): void {
    if (worker.gone || worker.slots.value > 0) return;
    remove([worker]);
    master.exited();
  }

  function remove(leavers: readonly NginxWorker[]): void {
    for (const worker of leavers) worker.gone = true;
    workers = workers.filter((worker) => !worker.gone);
    loops.acceptors = loops.acceptors.filter((worker) => !worker.gone);
    memory.hold(-leavers.length * model.workerBytes);
  }

  /** They are gone at once, and with them their end of every connection. */
  function end(doomed: readonly NginxWorker[], why: Ending): void {
    const dying = doomed.filter((worker) => !worker.gone);
    for (const worker of dying) loops.end(worker);
    remove(dying);
    for (const worker of dying)
      if (why === 'no power') kept.loseAll(worker);
      else kept.closeAll(worker);
    const cause = why === 'no power' ? null : why === 'killed' ? cutOff : shutDown;
    for (const request of inUse()) {
      const { connection } = request;
      if (connection?.open && connection.worker !== null && dying.includes(connection.worker)) sever(request, cause);
    }
    if (workers.length === 0) protections?.restarted();
    if (dying.length > 0) master.exited();
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
    kept.hung = true;
    host.cpu.freeze(group);
    for (const worker of workers) loops.hold(worker);
  }

  /** First what has come, then what has run out, as the event loop does. */
  function thaw(): void {
    hung = false;
    kept.hung = false;
    host.cpu.thaw(group);
    const late = [...overdue];
    overdue.clear();
    for (const worker of workers) {
      loops.letGo(worker);
      kept.closeOverdue(worker);
    }
    for (const worker of workers) if (!worker.busy) loops.lookRound(worker);
    for (const request of late) cut(request, readTimeout);
  }

  function slow(times: number): void {
    group.slowdown = times;
  }

  function waited(request: Request, ms: number): void {
    meter.waitedMs += ms;
    if (request.traced) request.waited(ms);
  }
}
