/**
 * A disk: so many operations in service at once, so many started per second, each taking its own time; a line before that.
 *
 * The limit on operations per second spaces their starts evenly, as a token bucket with one token does. Not modelled: bursts
 * on credit, large transfers that count as several, merging of neighbours.
 */
import type { Step } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import type { Level } from '../engine/level.js';
import { Pool } from './pool.js';

export class Disk {
  /** Operations completed. */
  operations = 0;
  /** Every operation takes so many times as long. */
  slowdown = 1;
  /** Whether no space is left on it; who writes must look. */
  full = false;
  private readonly slots: Pool<Operation>;
  private readonly spacingMs: number;
  private readonly spare: Operation[] = [];
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

  /** Runs `done(subject)` after an operation that takes `ms` in service. */
  work<S>(subject: S, ms: number, done: Step<S>): void {
    const operation = this.spare.pop() ?? new Operation();
    operation.subject = subject;
    operation.ms = ms * this.slowdown;
    operation.done = done as Step<never>;
    this.slots.take(operation, this.start);
  }

  get busy(): Level {
    return this.slots.busy;
  }

  get waiting(): Level {
    return this.slots.waiting;
  }

  private readonly start: Step<Operation> = (operation) => {
    const now = this.clock.now();
    const startMs = Math.max(now, this.nextStartMs);
    this.nextStartMs = startMs + this.spacingMs;
    this.clock.after(startMs - now + operation.ms, this.finish, operation);
  };

  private readonly finish: Step<Operation> = (operation) => {
    const { subject, done } = operation;
    operation.subject = undefined;
    this.spare.push(operation);
    this.operations += 1;
    this.slots.give();
    done(subject as never, 0);
  };
}

/** One read or flush; used again once it is over. */
class Operation {
  subject: unknown = undefined;
  ms = 0;
  done: Step<never> = nothing;
}

const nothing = () => {};
