/**
 * What is measured of one stage: who came and went, how long they were inside, how long of that they waited.
 *
 * `call` and `return` of a request are the only doors, so no stage can forget to count. Places and line belong to the stage
 * and are shown here.
 */
import { assert } from '../engine/assert.js';
import { Level } from '../engine/level.js';
import { Histogram } from './histogram.js';

export class Meter {
  entered = 0;
  left = 0;
  /** Requests inside, over time. */
  readonly inside = new Level();
  /** Of those that left in the counted time: from call to return, in ms. */
  readonly durations = new Histogram();
  /** Of the counted time: spent in line for a place, for the CPU beyond one's own need, or for a lock, in ms. */
  waitedMs = 0;
  /** Time inside of all that left since the start, and the sum of the times at which those inside came. */
  private spentMs = 0;
  private sinceSum = 0;

  constructor(
    readonly name: string,
    /** What the stage has a limited number of; `null` if nothing. */
    readonly places: Places | null = null,
    /** Those who wait for a place. */
    readonly queue: Level = new Level(),
    readonly queueLimit: number = Infinity,
    /** Further figures, read when the result is made. */
    readonly details: () => Record<string, number> = () => ({}),
  ) {}

  enter(nowMs: number): void {
    this.entered += 1;
    this.sinceSum += nowMs;
    this.inside.add(1, nowMs);
  }

  leave(sinceMs: number, nowMs: number): void {
    this.left += 1;
    this.spentMs += nowMs - sinceMs;
    this.sinceSum -= sinceMs;
    this.inside.add(-1, nowMs);
    this.durations.record(nowMs - sinceMs);
  }

  /** Starts the counted time. */
  startCounting(): void {
    this.durations.reset();
    this.waitedMs = 0;
  }

  /** Little's law on the path, and nobody lost: true of every run at every moment. */
  check(nowMs: number): void {
    assert(
      this.entered - this.left === this.inside.value,
      `${this.name}: entered ${this.entered}, left ${this.left}, inside ${this.inside.value}`,
    );
    // Both sums move by whatever a leaving request says of its coming; when all have left, what came must have gone.
    if (this.inside.value === 0) {
      assert(
        Math.abs(this.sinceSum) <= 1e-9 * Math.max(1, nowMs * (1 + this.inside.max)),
        `${this.name}: a request left that had come at another time`,
      );
      this.sinceSum = 0;
    }
    const spent = this.spentMs + this.inside.value * nowMs - this.sinceSum;
    const area = this.inside.integral(nowMs);
    const tolerance = 1e-9 * Math.max(1, nowMs * (1 + this.inside.max));
    assert(Math.abs(area - spent) <= tolerance, `${this.name}: requests were inside for ${spent} ms, the level says ${area} ms`);
    assert(
      this.queue.value >= 0 && this.queue.value <= this.queueLimit,
      `${this.name}: ${this.queue.value} in a line of ${this.queueLimit}`,
    );
    if (this.places !== null) {
      assert(this.places.busy.value >= 0, `${this.name}: ${this.places.busy.value} ${this.places.word} in use`);
    }
  }
}

/** What a stage has a limited number of. */
export interface Places {
  /** `workers`, `children`, `connections`. */
  readonly word: string;
  readonly busy: Level;
  /** How many there may be. */
  readonly max: number;
}
