/**
 * The cores of the host, asked for by tasks. A task does one thing at a time and uses at most one core.
 *
 * One door, `work`, whatever the discipline behind it. `FairShare` is fluid processor sharing, exact against theory: every
 * runnable task advances at the same pace. Not modelled here: time slices, wake-up preemption, caches gone cold.
 */
import type { Step } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import { Level } from '../engine/level.js';
import { Sharing } from './sharing.js';

/** A daemon, to which CPU time is put down: `nginx`, `php-fpm`, `mysql`. */
export class Group {
  runnable = 0;
  completedMs = 0;
  /** Sum over runnable tasks of the service given out when they began; see `usedMs`. */
  startSum = 0;

  constructor(readonly name: string) {}
}

/** What asks for the CPU or the disk: an nginx worker, an FPM child, a database thread. One thing at a time. */
export abstract class Task {
  /** The work in hand: how much of it, and what follows. */
  needMs = 0;
  next: Step<never> = unset;
  startedAt = 0;
  /** The work's ticket at the CPU, 0 while there is none. */
  cpuTicket = 0;

  constructor(readonly group: Group) {}
}

const unset: Step<never> = () => {
  throw new Error('a task was resumed that had nothing to do');
};

export interface Cpu {
  /** The daemon of that name. */
  group(name: string): Group;
  /** Runs `done(task)` once the task has had `ms` of CPU time. */
  work<T extends Task>(task: T, ms: number, done: Step<T>): void;
  /** The task is killed in the middle of its work; what it has had stays had. */
  stop(task: Task): void;
  /** `speed` is below 1 where a hypervisor steals time. */
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
    let group = this.groups.find((known) => known.name === name);
    if (group === undefined) {
      group = new Group(name);
      this.groups.push(group);
    }
    return group;
  }

  work<T extends Task>(task: T, ms: number, done: Step<T>): void {
    const { group } = task;
    task.needMs = ms;
    task.next = done as Step<never>;
    task.cpuTicket = this.sharing.start(task, ms, this.finish);
    task.startedAt = this.sharing.servedNow;
    group.runnable += 1;
    group.startSum += task.startedAt;
  }

  resize(cores: number, speed = 1): void {
    this.cores = cores;
    this.capacity.set(cores * speed, this.clock.now());
    this.sharing.resize(cores * speed, speed);
  }

  /** Of finished work all, of work in hand what the sharing has given since it began. */
  usedMs(group: Group): number {
    return group.completedMs + group.runnable * this.sharing.servedNow - group.startSum;
  }

  get busyMs(): number {
    return this.sharing.deliveredNow;
  }

  stop(task: Task): void {
    const had = this.sharing.servedNow - task.startedAt;
    if (this.sharing.cancel(task.cpuTicket)) this.leave(task, had);
  }

  private readonly finish: Step<Task> = (task) => {
    this.leave(task, task.needMs);
    task.next(task as never, 0);
  };

  private leave(task: Task, hadMs: number): void {
    const { group } = task;
    task.cpuTicket = 0;
    group.completedMs += hadMs;
    group.runnable -= 1;
    group.startSum = group.runnable === 0 ? 0 : group.startSum - task.startedAt;
  }
}
