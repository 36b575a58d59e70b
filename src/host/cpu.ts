/**
 * The cores of the host, asked for by tasks. A task does one thing at a time and uses at most one core.
 *
 * One door, `work`, and two disciplines behind it. `FairShare` is fluid processor sharing, exact against theory: every
 * runnable task advances at the same pace. `Kernel`, in `kernel.ts`, gives the cores out by turns as Linux does.
 */
import type { Step } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import { Level } from '../engine/level.js';
import { Sharing, type Unserved } from './sharing.js';

/** A daemon, to which CPU time is put down: `nginx`, `php-fpm`, `mysql`. */
export class Group {
  /** CPU time that its tasks have asked for, less what those that were stopped had yet to get. */
  askedMs = 0;
  /** Everything takes so many times as long. */
  slowdown = 1;
  /** What its tasks have asked for and do not get while its processes are stopped (SIGSTOP); `null` while they run. */
  frozen: Unserved[] | null = null;

  constructor(
    readonly name: string,
    readonly number: number,
  ) {}
}

/** An nginx worker, an FPM child, a database thread: what asks for the CPU, one thing at a time. */
export interface Task {
  readonly group: Group;
}

export interface Cpu {
  /** The daemon of that name. */
  group(name: string): Group;
  /** Runs `done(task)` once the task has had `ms` of CPU time. */
  work<T extends Task>(task: T, ms: number, done: Step<T>): void;
  /** The same for a script's last stretch: where there are turns, it lets those go first who have had less, just before its end. */
  conclude<T extends Task>(task: T, ms: number, done: Step<T>): void;
  /** The task is killed in the middle of its work; what it has had stays had. */
  stop(task: Task): void;
  /** The daemon's processes are stopped: its tasks get nothing until they are continued, and then go on where they were. */
  freeze(group: Group): void;
  thaw(group: Group): void;
  /** `speed` is below 1 where a hypervisor steals time, and 0 while nothing may run. */
  resize(cores: number, speed?: number): void;
  readonly cores: number;
  /** Cores there are, less what is stolen, over time. */
  readonly capacity: Level;
  /** CPU time that the daemon has had up to now. */
  usedMs(group: Group): number;
  /** CPU time given out up to now, counted on its own. */
  readonly busyMs: number;
  readonly groups: readonly Group[];
}

export class FairShare implements Cpu {
  readonly groups: Group[] = [];
  readonly capacity = new Level();
  private readonly sharing: Sharing;

  constructor(
    private readonly clock: VirtualClock,
    public cores: number,
  ) {
    this.capacity.set(cores, clock.now());
    this.sharing = new Sharing(clock, cores, 1);
  }

  group(name: string): Group {
    const known = this.groups.find((group) => group.name === name);
    if (known !== undefined) return known;
    const fresh = new Group(name, this.groups.length);
    this.groups.push(fresh);
    return fresh;
  }

  work<T extends Task>(task: T, ms: number, done: Step<T>): void {
    const { group } = task;
    const neededMs = ms * group.slowdown;
    group.askedMs += neededMs;
    if (group.frozen !== null) group.frozen.push({ subject: task, left: neededMs, done: done as Step<never> });
    else this.sharing.start(task, neededMs, done, group.number);
  }

  /** All advance together, so there is nobody to let go first. */
  conclude<T extends Task>(task: T, ms: number, done: Step<T>): void {
    this.work(task, ms, done);
  }

  stop(task: Task): void {
    const { group } = task;
    const leftMs = group.frozen === null ? this.sharing.cancel(task) : forget(task, group.frozen);
    if (leftMs > 0) group.askedMs -= leftMs;
  }

  freeze(group: Group): void {
    group.frozen ??= this.sharing.takeOut(group.number);
  }

  thaw(group: Group): void {
    const { frozen, number } = group;
    group.frozen = null;
    for (const { subject, left, done } of frozen ?? []) this.sharing.start(subject, left, done as Step<unknown>, number);
  }

  resize(cores: number, speed = 1): void {
    this.cores = cores;
    this.capacity.set(cores * speed, this.clock.now());
    this.sharing.resize(cores * speed, speed);
  }

  usedMs(group: Group): number {
    return group.askedMs - this.sharing.outstanding(group.number) - frozenMs(group);
  }

  get busyMs(): number {
    return this.sharing.deliveredNow;
  }
}

/** CPU time that its tasks have asked for and will get only once they are continued. */
export function frozenMs({ frozen }: Group): number {
  return frozen === null ? 0 : frozen.reduce((sum, { left }) => sum + left, 0);
}

/** Takes the task's job out of what is frozen; returns what it had yet to get. */
export function forget(task: Task, frozen: Unserved[]): number {
  const at = frozen.findIndex(({ subject }) => subject === task);
  return at < 0 ? 0 : frozen.splice(at, 1)[0].left;
}
