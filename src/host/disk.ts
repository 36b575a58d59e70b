/**
 * A disk: so many operations in service at once, so many started per second, each taking its own time; a line before that.
 *
 * The limit on operations per second spaces their starts evenly, as a token bucket with one token does. Not modelled: bursts
 * on credit, large transfers that count as several, merging of neighbours.
 */
import type { Step } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import type { Level } from '../engine/level.js';
import type { Task } from './cpu.js';
import { Pool } from './pool.js';

export class Disk {
  /** Operations completed. */
  operations = 0;
  private readonly slots: Pool<Task>;
  private readonly spacingMs: number;
  private nextStartMs = 0;

  /** `iops` may be infinite; `queueDepth` is a whole number of at least 1. */
  constructor(
    private readonly clock: VirtualClock,
    iops: number,
    readonly queueDepth: number,
  ) {
    this.spacingMs = 1000 / iops;
    this.slots = new Pool(clock, queueDepth);
  }

  /** Runs `done(task)` after an operation that takes `ms` in service. */
  work<T extends Task>(task: T, ms: number, done: Step<T>): void {
    task.needMs = ms;
    task.next = done as Step<never>;
    this.slots.take(task, this.start);
  }

  get busy(): Level {
    return this.slots.busy;
  }

  get waiting(): Level {
    return this.slots.waiting;
  }

  private readonly start: Step<Task> = (task) => {
    const now = this.clock.now();
    const startMs = Math.max(now, this.nextStartMs);
    this.nextStartMs = startMs + this.spacingMs;
    this.clock.after(startMs - now + task.needMs, this.finish, task);
  };

  private readonly finish: Step<Task> = (task) => {
    this.operations += 1;
    this.slots.give();
    task.next(task as never, 0);
  };
}
