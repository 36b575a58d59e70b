/**
 * PHP-FPM: children that each run one script at a time, behind the kernel's accept queue.
 *
 *   enter ──► run ──► ask ──► rest ──► finish      a child is held from `run` to `finish`
 *     │        ▲       │
 *     ▼        └ MySQL ┘                           unix socket full: 502 at once
 *   queue                                          TCP full: the SYN is sent again, until the connect timer
 *
 * The child is held while MySQL answers, too. That is why slow queries empty this pool while the CPU sits idle. The queue
 * is the kernel's: first come, first served, and it runs requests whose visitor has long gone. Who starts and ends
 * children is in `fpmManager.ts`, what may happen to them all in `fpmMaster.ts`. Not modelled: the 5 s wait for first bytes, slow log.
 */
import { Kind } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import { meanOf } from '../engine/distribution.js';
import { Level } from '../engine/level.js';
import type { Random } from '../engine/random.js';
import type { Host } from '../host/host.js';
import { Line } from '../host/line.js';
import type { Model, PhpFpmModel } from '../model.js';
import type { Cause } from '../telemetry/cause.js';
import type { Journal } from '../telemetry/journal.js';
import { Meter } from '../telemetry/meter.js';
import type { Daemon } from './faults.js';
import { fpmCauses } from './fpmCauses.js';
import type { Child } from './fpmChild.js';
import { fpmManager } from './fpmManager.js';
import { type FpmMaster, fpmMaster, type Socket } from './fpmMaster.js';
import type { Database } from './mysql.js';
import { Opcache } from './opcache.js';
import { type Request, Stage } from './request.js';
import { Script } from './script.js';

export interface Upstream {
  readonly stage: Stage;
  /** Nginx has closed its end; what has been accepted is executed all the same. */
  abandoned(request: Request): void;
  /** The visitor has the whole answer, or has gone; a child was kept for it where nginx does not buffer. */
  delivered(request: Request): void;
  /** When the machine goes down and boots. */
  readonly daemon?: Daemon;
  /** The settings that it was made with have changed. */
  configure?(): void;
}

export interface PhpFpm extends Upstream {
  readonly daemon: Daemon;
  readonly master: FpmMaster;
  configure(): void;
  /** The child that holds most memory, and how much that is. */
  largest(): { readonly child: Child; readonly bytes: number } | null;
}

/** PHP's own defaults (php.ini): `max_execution_time` and `realpath_cache_ttl`. */
const EXECUTION_MAX_MS = 30_000;
const PATH_TTL_MS = 120_000;
/** Pages of 4 KiB that a script touches of its child's memory, at the most: a choice, 20 MB. */
const PAGE_BYTES = 4096;
const PAGES_TOUCHED = 5000;

/** What nginx wants to know. */
export interface Caller {
  /** The connection is in the queue, or with a child. */
  readonly connected: (request: Request) => void;
  /** The child has died. */
  readonly cut: (request: Request, cause: Cause) => void;
  /** Nginx wants the answer for its cache, though no visitor may wait for it. */
  readonly keeps: (request: Request) => boolean;
}

export function phpFpm(
  model: PhpFpmModel,
  site: Pick<Model, 'tcp' | 'nginx' | 'pages' | 'host'>,
  clock: VirtualClock,
  host: Host,
  mysql: Database | null,
  caller: Caller,
  random: Random,
  journal: Journal,
): PhpFpm {
  const { tcp, nginx, pages } = site;
  const overTcp = !model.listen.startsWith('/');
  /** Linux lets one connection more wait than the backlog says. */
  const queueMax = Math.min(model.listenBacklog, tcp.somaxconn) + 1;
  const connectGiveUpMs = Math.min(nginx.fastcgiConnectTimeoutMs, tcp.loopbackSynGiveUpMs);
  const scripts = pages.map((page) => (page.script === null ? null : new Script(page.path, page.script)));
  const queue = new Line<Request>();
  const queued = new Level();
  const manager = fpmManager(
    model,
    clock,
    host,
    { idle: acceptWaiting, continued: goOn, killed: kill, exited: disconnect },
    random.stream('php-fpm.fork'),
  );
  const compiles = scripts.some((script) => script !== null && script.compileMs !== null);
  const opcache = compiles ? new Opcache(pages.length, model.realpathCacheTtlMs ?? PATH_TTL_MS) : null;
  const executionMaxMs = (model.maxExecutionMs ?? EXECUTION_MAX_MS) || Infinity;
  const pagesTouched = Math.min(PAGES_TOUCHED, model.childBytes / PAGE_BYTES);
  const faultMs = meanOf(site.host.disk.latencyMs);
  let socket: Socket = 'open';
  let leakBytes = 0;
  const master = fpmMaster(model, clock, host, journal, random.stream('php-fpm.start'), {
    manager,
    setSocket: (state) => {
      socket = state;
    },
    resetQueue,
    forgetCode: () => opcache?.clear(),
    switchCode: () => opcache?.switch(),
    setLeak: (bytes) => {
      leakBytes = bytes;
    },
  });
  let synDropped = 0;
  let forNobody = 0;

  const { full, connectTimeout, terminated, refused, missing, reset, overtime } = fpmCauses(
    model.listen,
    overTcp,
    executionMaxMs,
  );
  const places = { word: 'children', busy: manager.busy, max: model.maxChildren };
  const meter = new Meter('php-fpm', places, queued, queueMax, {
    state: () => ({ children: manager.running(), 'children max': manager.runningMax() }),
    counters: () => ({
      'children started': manager.started(),
      'max children reached': manager.maxReached(),
      'SYN dropped by a full queue': synDropped,
      'executed for nobody': forNobody,
      ...(opcache === null ? {} : { 'scripts compiled': opcache.compiled }),
    }),
  });
  return { stage: new Stage(meter, enter), abandoned, delivered, daemon: master.daemon, master, largest, configure };

  function configure(): void {
    for (const [index, script] of scripts.entries()) script?.become(pages[index].script!);
    places.max = Math.max(places.max, model.maxChildren);
    manager.configure();
  }

  function enter(request: Request): void {
    request.waiting = 0;
    request.tries = 0;
    connect(request);
  }

  /** Nginx connects: to an idle child, to a place in the queue, or not. */
  function connect(request: Request): void {
    if (socket !== 'open') return request.refuse(overTcp || socket === 'left' ? refused : missing);
    const child = manager.takeIdle();
    if (child === null && queue.length >= queueMax) return overTcp ? sendSynAgain(request) : request.refuse(full);
    caller.connected(request);
    if (child !== null) return start(child, request);
    request.queuedMs = clock.now();
    queue.join(request);
    queued.add(1, clock.now());
    manager.knocked();
  }

  function sendSynAgain(request: Request): void {
    synDropped += 1;
    const sentMs = tcp.loopbackSynRetryMs[request.tries];
    const nextMs = tcp.loopbackSynRetryMs[request.tries + 1] ?? Infinity;
    const untilMs = Math.min(nextMs, connectGiveUpMs);
    request.queuedMs = clock.now();
    request.waiting = clock.after(untilMs - sentMs, nextMs < connectGiveUpMs ? connectAgain : giveUp, request, Kind.timeout);
  }

  function connectAgain(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    waited(request, clock.now() - request.queuedMs);
    request.waiting = 0;
    request.tries += 1;
    connect(request);
  }

  function giveUp(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    waited(request, clock.now() - request.queuedMs);
    request.waiting = 0;
    request.refuse(connectTimeout);
  }

  /** Not even the kernel knows of a connection whose SYN it has dropped: that request is over. */
  function abandoned(request: Request): void {
    if (request.waiting === 0) return;
    waited(request, clock.now() - request.queuedMs);
    request.waiting = 0;
    request.return();
  }

  /** First come, first served, whoever may still wait for the answer. */
  function acceptWaiting(): void {
    while (queue.length > 0) {
      const child = manager.takeIdle();
      if (child === null) return;
      const request = queue.subject;
      queue.advance();
      queued.add(-1, clock.now());
      waited(request, clock.now() - request.queuedMs);
      start(child, request);
    }
  }

  function goOn(): void {
    acceptWaiting();
    if (queue.length > 0) manager.knocked();
  }

  /** The listening socket is closed: so are the connections that wait at it. */
  function resetQueue(): void {
    const waiting: Request[] = [];
    for (; queue.length > 0; queue.advance()) waiting.push(queue.subject);
    queued.set(0, clock.now());
    for (const request of waiting) {
      waited(request, clock.now() - request.queuedMs);
      if (request.visitor !== null) request.refuse(reset);
      else {
        if (caller.keeps(request)) caller.cut(request, reset);
        request.return();
      }
    }
  }

  function start(child: Child, request: Request): void {
    child.begin(request, scripts[request.pageNumber]!, clock.now());
    if (request.traced) request.note(`child ${child.number}`);
    if (request.visitor === null && !caller.keeps(request)) forNobody += 1;
    if (host.memory.swapped > 0) return bringBack(child);
    if (opcache !== null) return load(child);
    run(child);
  }

  /** What of its memory lies on swap is read page by page, each a major fault. */
  function bringBack(child: Child): void {
    child.pagesOut = Math.round(pagesTouched * host.memory.swapped);
    readPage(child);
  }

  function readPage(child: Child): void {
    if (child.dead) return;
    if (child.group.frozen !== null) return host.cpu.work(child, 0, readPage);
    if (child.pagesOut === 0) return load(child);
    child.pagesOut -= 1;
    host.disk.work(child, faultMs, readPage);
  }

  /** OPcache has the script, or it is compiled first. */
  function load(child: Child): void {
    const { request, script } = child;
    if (opcache === null || script.compileMs === null) return run(child);
    if (!opcache.lacks(child, request!.pageNumber, clock.now())) return run(child);
    child.resumedMs = clock.now();
    child.compiledMs = script.compileMs.of(request!);
    host.cpu.work(child, child.compiledMs, compiled);
  }

  function compiled(child: Child): void {
    const request = child.request!;
    waited(request, clock.now() - child.resumedMs - child.compiledMs);
    if (request.traced) request.note('compiled');
    opcache!.store(child, request.pageNumber);
    run(child);
  }

  /** One stretch of PHP, up to the next query or the end of the script. */
  function run(child: Child): void {
    child.resumedMs = clock.now();
    if ((child.compiledMs + (child.asked + 1) * child.stretchMs) * child.group.slowdown > executionMaxMs) return runOut(child);
    if (child.asked === child.queries) host.cpu.conclude(child, child.stretchMs, ask);
    else host.cpu.work(child, child.stretchMs, ask);
  }

  /** A timer of the process's CPU time (ITIMER_PROF) ends the script within this stretch: time that it waits does not count. */
  function runOut(child: Child): void {
    const allowedMs = executionMaxMs / child.group.slowdown - child.compiledMs - child.asked * child.stretchMs;
    child.stretchMs = Math.max(0, allowedMs);
    host.cpu.work(child, child.stretchMs, timeUp);
  }

  function timeUp(child: Child): void {
    const request = child.request!;
    waited(request, clock.now() - child.resumedMs - child.stretchMs);
    request.failure = overtime;
    finish(child);
  }

  function ask(child: Child): void {
    const request = child.request!;
    waited(request, clock.now() - child.resumedMs - child.stretchMs);
    if (child.asked === child.queries) return rest(child);
    child.asked += 1;
    child.atDatabase = true;
    request.call(mysql!.stage, resume);
  }

  /** MySQL has answered; an error is an exception that nobody catches, and ends the script. */
  function resume(request: Request): void {
    const child = request.child!;
    child.atDatabase = false;
    if (child.dead) return endOrphan(child);
    if (child.group.frozen !== null) return host.cpu.work(child, 0, proceed);
    proceed(child);
  }

  function proceed(child: Child): void {
    if (child.request!.failed) finish(child);
    else run(child);
  }

  /** The script waits for something outside the box: its child is held, the CPU is not. */
  function rest(child: Child): void {
    const waitMs = child.script.waitMs.of(child.request!);
    if (waitMs === 0) return finish(child);
    child.waiting = clock.after(waitMs, rested, child);
  }

  function rested(child: Child): void {
    child.waiting = 0;
    if (child.group.frozen !== null) host.cpu.work(child, 0, finish);
    else finish(child);
  }

  function finish(child: Child): void {
    const request = child.request!;
    mysql?.close(child);
    if (nginx.fastcgiBuffering || request.visitor === null) release(child, request);
    else child.answered = true;
    request.return();
  }

  function release(child: Child, request: Request): void {
    worked(child, request);
    request.child = null;
    child.end(clock.now());
    if (leakBytes > 0) manager.leak(child, leakBytes);
    manager.finished(child);
  }

  function delivered(request: Request): void {
    if (request.child !== null) release(request.child, request);
  }

  function disconnect(child: Child): void {
    mysql?.close(child);
  }

  /** The child is gone in the middle of a script, for overlong running unless it says why; a query it has sent is worked on to its end. */
  function kill(child: Child, cause: Cause | null): void {
    const request = child.request!;
    if (child.answered) return letGo(child, request); // Nginx has the answer, and the visitor will have it.
    if (request.visitor !== null || caller.keeps(request)) caller.cut(request, cause ?? terminated);
    child.dead = true;
    host.cpu.stop(child);
    clock.cancel(child.waiting);
    if (!child.atDatabase) endOrphan(child);
  }

  function endOrphan(child: Child): void {
    const request = child.request!;
    mysql?.close(child);
    letGo(child, request);
    request.return();
  }

  function letGo(child: Child, request: Request): void {
    worked(child, request);
    child.request = null;
    request.child = null;
  }

  function largest() {
    const child = manager.largest();
    return child === null ? null : { child, bytes: manager.bytesOf(child) };
  }

  /** The child is free again, or gone. */
  function worked(child: Child, request: Request): void {
    const ms = clock.now() - child.sinceMs;
    meter.workedMs += ms;
    if (request.visitor === null) meter.forNobodyMs += ms;
  }

  function waited(request: Request, ms: number): void {
    meter.waitedMs += ms;
    if (request.traced) request.waited(ms);
  }
}
