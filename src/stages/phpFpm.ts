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
 * children is in `fpmManager.ts`. Not modelled: opcache filling up, the 5 s wait for first bytes, slow log.
 */
import { Kind } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import { Level } from '../engine/level.js';
import type { Random } from '../engine/random.js';
import type { Host } from '../host/host.js';
import { Line } from '../host/line.js';
import type { NginxModel, PageModel, PhpFpmModel, TcpModel } from '../model.js';
import { Cause } from '../telemetry/cause.js';
import { Meter } from '../telemetry/meter.js';
import type { Daemon } from './faults.js';
import type { Child } from './fpmChild.js';
import { fpmManager } from './fpmManager.js';
import type { Database } from './mysql.js';
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
}

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
  tcp: TcpModel,
  nginx: NginxModel,
  pages: readonly PageModel[],
  clock: VirtualClock,
  host: Host,
  mysql: Database | null,
  caller: Caller,
  random: Random,
): Upstream {
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
    { idle: acceptWaiting, overran: kill, exited: disconnect },
    random.stream('php-fpm.fork'),
  );
  let synDropped = 0;
  let forNobody = 0;

  const upstream = overTcp ? model.listen : `unix:${model.listen}`;
  const full = new Cause(
    '502',
    'php-fpm',
    'listen queue full',
    `[error] connect() to ${upstream} failed (11: Resource temporarily unavailable) while connecting to upstream`,
  );
  const connectTimeout = new Cause(
    '504',
    'php-fpm',
    'listen queue full until fastcgi_connect_timeout',
    '[error] upstream timed out (110: Connection timed out) while connecting to upstream',
  );
  const terminated = new Cause(
    '502',
    'php-fpm',
    'request_terminate_timeout: the child was killed',
    '[error] recv() failed (104: Connection reset by peer) while reading response header from upstream',
  );

  const meter = new Meter('php-fpm', { word: 'children', busy: manager.busy, max: model.maxChildren }, queued, queueMax, {
    state: () => ({ children: manager.running, 'children max': manager.runningMax }),
    counters: () => ({
      'children started': manager.started,
      'max children reached': manager.maxReached,
      'SYN dropped by a full queue': synDropped,
      'executed for nobody': forNobody,
    }),
  });
  return { stage: new Stage(meter, enter), abandoned, delivered };

  function enter(request: Request): void {
    request.waiting = 0;
    request.tries = 0;
    connect(request);
  }

  /** Nginx connects: to an idle child, to a place in the queue, or not. */
  function connect(request: Request): void {
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

  function start(child: Child, request: Request): void {
    child.begin(request, scripts[request.pageNumber]!, clock.now());
    if (request.traced) request.note(`child ${child.number}`);
    if (request.visitor === null && !caller.keeps(request)) forNobody += 1;
    run(child);
  }

  /** One stretch of PHP, up to the next query or the end of the script. */
  function run(child: Child): void {
    child.resumedMs = clock.now();
    if (child.asked === child.queries) host.cpu.conclude(child, child.stretchMs, ask);
    else host.cpu.work(child, child.stretchMs, ask);
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
    if (request.failed) return finish(child);
    run(child);
  }

  /** The script waits for something outside the box: its child is held, the CPU is not. */
  function rest(child: Child): void {
    const waitMs = child.script.waitMs.of(child.request!);
    if (waitMs === 0) return finish(child);
    child.waiting = clock.after(waitMs, finish, child);
  }

  function finish(child: Child): void {
    const request = child.request!;
    child.waiting = 0;
    mysql?.close(child);
    if (nginx.fastcgiBuffering || request.visitor === null) release(child, request);
    else child.answered = true;
    request.return();
  }

  function release(child: Child, request: Request): void {
    request.child = null;
    child.end(clock.now());
    manager.finished(child);
  }

  function delivered(request: Request): void {
    if (request.child !== null) release(request.child, request);
  }

  function disconnect(child: Child): void {
    mysql?.close(child);
  }

  /** The master sends SIGTERM: the child is gone; a query it has sent is worked on to its end. */
  function kill(child: Child): void {
    const request = child.request!;
    if (child.answered) return letGo(child, request); // Nginx has the answer, and the visitor will have it.
    if (request.visitor !== null || caller.keeps(request)) caller.cut(request, terminated);
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
    child.request = null;
    request.child = null;
  }

  function waited(request: Request, ms: number): void {
    meter.waitedMs += ms;
    if (request.traced) request.waited(ms);
  }
}
