/**
 * PHP-FPM's process manager: who starts and ends children (`pm = static`, `dynamic`, `ondemand`).
 *
 * As in php-src sapi/fpm/fpm/fpm_process_ctl.c: once a second the master counts idle children. With `dynamic` it forks
 * while fewer than `min_spare_servers` are idle, at most as many as are missing, at a rate that doubles from second to
 * second; it ends one while more than `max_spare_servers` are. With `ondemand` it forks one when a connection finds no idle
 * child, and ends one a second that has been idle for too long. In both it looks at the idle child started first.
 *
 *   launch ──► serving ──retire──► children end one by one ──► none      SIGQUIT: each ends when it has answered
 *                 └──────────────terminate──────────────────► none      SIGTERM or SIGKILL: at once
 */
import { Kind } from '../engine/agenda.js';
import type { Chance } from '../engine/chance.js';
import type { VirtualClock } from '../engine/clock.js';
import { distribution } from '../engine/distribution.js';
import { Level } from '../engine/level.js';
import type { Host } from '../host/host.js';
import { Line } from '../host/line.js';
import type { PhpFpmModel } from '../model.js';
import type { Cause } from '../telemetry/cause.js';
import { Child, childRows } from './fpmChild.js';

/** FPM_IDLE_SERVER_MAINTENANCE_HEARTBEAT in fpm_process_ctl.h. */
const MAINTENANCE_MS = 1000;
/** The least interval between checks for overlong requests, as there. */
const HEARTBEAT_MIN_MS = 130;

export interface FpmManager {
  /** Children at work. */
  readonly busy: Level;
  running(): number;
  runningMax(): number;
  started(): number;
  /** Times that more children were wanted than `max_children`. */
  maxReached(): number;
  /** The child that the kernel wakes: the one that has waited longest. */
  takeIdle(): Child | null;
  /** A connection has come and no child was idle. */
  knocked(): void;
  /** The child has answered. */
  finished(child: Child): void;
  /** A new master forks its first children. */
  launch(): void;
  /** SIGQUIT to all children: the idle ones end at once, the others when they have answered; `gone` when there is none. */
  retire(gone: () => void): void;
  /** All children die at once, and with them what they are at. */
  terminate(cause: Cause): void;
  /** One child dies, and another takes its place. */
  lose(child: Child, cause: Cause): void;
  /** The processes are stopped (SIGSTOP), or go on. */
  hold(held: boolean): void;
  /** A request has left memory behind in its child. */
  leak(child: Child, bytes: number): void;
  /** The child that holds most memory. */
  largest(): Child | null;
  bytesOf(child: Child): number;
  /** `pm.max_children` and the like have changed: a static pool grows at once, every pool shrinks as children have nothing to do. */
  configure(): void;
}

/** What the pool wants to know. */
export interface FpmHandlers {
  /** Some child is idle. */
  readonly idle: () => void;
  /** The processes go on after they were stopped, or have begun. */
  readonly continued: () => void;
  /** The child dies in the middle of a script; `null`: it has run for longer than `request_terminate_timeout`. */
  readonly killed: (child: Child, cause: Cause | null) => void;
  /** The child is gone. */
  readonly exited: (child: Child) => void;
}

export function fpmManager(
  model: PhpFpmModel,
  clock: VirtualClock,
  host: Host,
  handlers: FpmHandlers,
  chance: Chance,
): FpmManager {
  const group = host.cpu.group('php-fpm');
  const master = { group };
  const memory = host.memory.account('php-fpm');
  const forkMs = distribution(model.forkMs);
  const rows = childRows();
  const children: Child[] = [];
  let idle = new Line<Child>();
  const busy = new Level();
  let running = 0;
  let runningMax = 0;
  let started = 0;
  let maxReached = 0;
  let forksDue = 0;
  let rate = 1;
  let atMax = false;
  let serving = true;
  let held = false;
  let gone: (() => void) | null = null;
  let maintenance = 0;
  let timeChecks = 0;
  /** PHP-FPM itself wants at least a second; here 0 is a child that ends as soon as it has nothing to do, as theory has it. */
  const endsIdle = model.pm === 'ondemand' && model.processIdleTimeoutMs === 0;

  launch();
  return {
    busy,
    takeIdle,
    knocked,
    finished,
    launch,
    retire,
    terminate,
    lose,
    hold,
    leak,
    largest,
    bytesOf,
    configure,
    // Functions, not getters, as in `nginx.ts`.
    running: () => running,
    runningMax: () => runningMax,
    started: () => started,
    maxReached: () => maxReached,
  };

  /** As a run begins, and once the start of the unit has taken its time, the first children are there. */
  function launch(): void {
    const first = model.pm === 'static' ? model.maxChildren : model.pm === 'dynamic' ? model.startServers : 0;
    serving = true;
    rate = 1;
    atMax = false;
    for (let i = 0; i < first; i += 1) {
      count();
      idle.join(spawn());
    }
    if (model.pm !== 'static') maintenance = clock.after(MAINTENANCE_MS, maintain, undefined, Kind.change);
    if (model.requestTerminateTimeoutMs > 0) timeChecks = clock.after(heartbeatMs(), checkTimes, undefined, Kind.change);
  }

  function configure(): void {
    if (!serving) return;
    shrink();
    if (model.pm === 'static' && running < model.maxChildren) fork(model.maxChildren - running);
  }

  function shrink(): void {
    while (running > model.maxChildren && idle.length > 0) endOldest();
  }

  function takeIdle(): Child | null {
    if (idle.length === 0 || held) return null;
    const child = idle.subject;
    idle.advance();
    busy.add(1, clock.now());
    return child;
  }

  function finished(child: Child): void {
    busy.add(-1, clock.now());
    if (!serving) return end(child);
    if (running > model.maxChildren) return bury(child);
    if (model.maxRequests > 0 && child.served >= model.maxRequests) return replace(child);
    idle.join(child);
    handlers.idle();
    if (endsIdle && child.request === null && idle.leave(child)) bury(child);
  }

  // Forking: the master does one at a time, and each takes it some CPU.

  function fork(number: number): void {
    atMax = false;
    for (let i = 0; i < number; i += 1) count();
    forksDue += number;
    if (forksDue === number && number > 0) forkNext();
  }

  function count(): void {
    running += 1;
    runningMax = Math.max(runningMax, running);
    memory.hold(model.childBytes);
  }

  function forkNext(): void {
    host.cpu.work(master, forkMs.draw(chance), forked);
  }

  function forked(): void {
    forksDue -= 1;
    idle.join(spawn());
    if (forksDue > 0) forkNext();
    handlers.idle();
    shrink();
  }

  function spawn(): Child {
    started += 1;
    const child = new Child(group, started, clock.now(), rows);
    children.push(child);
    return child;
  }

  /** The forks that are due do not happen. */
  function forkNoMore(): void {
    host.cpu.stop(master);
    running -= forksDue;
    memory.hold(-forksDue * model.childBytes);
    forksDue = 0;
  }

  /** The child has exited on its own or was killed at work; the master forks another at once. */
  function replace(child: Child): void {
    if (!serving) return end(child);
    bury(child);
    fork(1);
  }

  function bury(child: Child): void {
    children.splice(children.indexOf(child), 1);
    running -= 1;
    memory.hold(-bytesOf(child));
    child.dead = true;
    if (!child.atDatabase) handlers.exited(child);
  }

  // The end of them all.

  function retire(whenGone: () => void): void {
    serving = false;
    gone = whenGone;
    quit();
    const idlers = children.filter((child) => child.request === null);
    for (const child of idlers) bury(child);
    if (children.length === 0) depart();
  }

  function quit(): void {
    idle = new Line();
    forkNoMore();
    clock.cancel(maintenance);
    maintenance = 0;
  }

  /** A child that is not replaced; with the last one all are gone. */
  function end(child: Child): void {
    bury(child);
    if (children.length === 0) depart();
  }

  function depart(): void {
    clock.cancel(timeChecks);
    timeChecks = 0;
    const next = gone;
    gone = null;
    next?.();
  }

  function terminate(cause: Cause): void {
    serving = false;
    gone = null;
    quit();
    for (const child of [...children]) if (!child.dead) kill(child, cause);
    depart();
  }

  /** A child may have ended meanwhile, by what the death of another has set free. */
  function kill(child: Child, cause: Cause | null): void {
    if (child.request !== null) {
      handlers.killed(child, cause);
      busy.add(-1, clock.now());
    }
    bury(child);
  }

  function lose(child: Child, cause: Cause): void {
    if (child.request === null) idle.leave(child);
    kill(child, cause);
    if (serving) fork(1);
    else if (children.length === 0) depart();
  }

  function hold(now: boolean): void {
    held = now;
    if (!now) handlers.continued();
  }

  // Memory.

  function leak(child: Child, bytes: number): void {
    child.leakedBytes += bytes;
    memory.hold(bytes);
  }

  function bytesOf(child: Child): number {
    return model.childBytes + child.leakedBytes;
  }

  function largest(): Child | null {
    return children.reduce<Child | null>(
      (most, child) => (most === null || child.leakedBytes > most.leakedBytes ? child : most),
      null,
    );
  }

  // Once a second.

  function maintain(): void {
    if (!held) model.pm === 'dynamic' ? keepSpares() : endOneIdle();
    maintenance = clock.after(MAINTENANCE_MS, maintain, undefined, Kind.change);
  }

  function keepSpares(): void {
    if (idle.length > model.maxSpareServers) {
      endOldest();
      rate = 1;
    } else if (idle.length < model.minSpareServers) forkSpares();
    else rate = 1;
  }

  function forkSpares(): void {
    if (running >= model.maxChildren) {
      reachMax();
      rate = 1;
      return;
    }
    fork(Math.min(rate, model.minSpareServers - idle.length, model.maxChildren - running));
    if (rate < model.maxSpawnRate) rate *= 2;
  }

  function knocked(): void {
    if (model.pm !== 'ondemand' || forksDue > 0 || held || !serving) return;
    if (running < model.maxChildren) fork(1);
    else reachMax();
  }

  /** Counted once until a fork is possible again, as the log warns once. */
  function reachMax(): void {
    if (!atMax) maxReached += 1;
    atMax = true;
  }

  function endOneIdle(): void {
    const oldest = oldestIdle();
    if (oldest === null) return;
    const idleSince = Math.floor(oldest.sinceMs / 1000);
    const now = Math.floor(clock.now() / 1000);
    if (idleSince < now - model.processIdleTimeoutMs / 1000) endOldest();
  }

  function endOldest(): void {
    const oldest = oldestIdle()!;
    idle.leave(oldest);
    bury(oldest);
  }

  function oldestIdle(): Child | null {
    return children.find((child) => child.request === null) ?? null;
  }

  // request_terminate_timeout.

  function heartbeatMs(): number {
    return Math.max(HEARTBEAT_MIN_MS, Math.floor(model.requestTerminateTimeoutMs / 3));
  }

  /** Whole seconds are compared, so that it strikes up to one heartbeat late. */
  function checkTimes(): void {
    timeChecks = clock.after(heartbeatMs(), checkTimes, undefined, Kind.change);
    if (held) return;
    const limit = Math.floor(model.requestTerminateTimeoutMs / 1000);
    for (const child of [...children]) {
      if (child.request === null || Math.floor((clock.now() - child.sinceMs) / 1000) < limit) continue;
      handlers.killed(child, null);
      busy.add(-1, clock.now());
      replace(child);
    }
  }
}
