/**
 * What is measured of one stage: who came and went, how long they were inside, how long of that they waited.
 *
 * `call` and `return` of a request are the only doors, so no stage can forget to count. Places and line belong to the stage
 * and are shown here.
 */
import { fail } from '../engine/assert.js';
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
  /** Since the start: for how long its places were held by requests that have let go of them, and of that by those nobody waited for, in ms. */
  workedMs = 0;
  forNobodyMs = 0;
  /** Time inside of all that left since the start, and the sum of the times at which those inside came. */
  private spentMs = 0;
  private sinceSum = 0;
  /** The counters as the counted time began. */
  private countersAtStart: Readonly<Record<string, number>> = {};

  constructor(
    readonly name: string,
    /** What the stage has a limited number of; `null` if nothing. */
    readonly places: Places | null = null,
    /** Those who wait for a place. */
    readonly queue: Level = new Level(),
    readonly queueLimit: number = Infinity,
    private readonly figures: Figures = {},
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
    this.countersAtStart = this.figures.counters?.() ?? {};
    for (const level of Object.values(this.figures.peaks ?? {})) level.markMax();
  }

  /** What else the stage has to tell: its state now, and the peaks and counts of the counted time. */
  details(): Record<string, number> {
    const { state, peaks = {}, counters } = this.figures;
    const details: Record<string, number> = { ...state?.() };
    for (const [name, level] of Object.entries(peaks)) details[name] = level.max;
    for (const [name, count] of Object.entries(counters?.() ?? {})) details[name] = count - (this.countersAtStart[name] ?? 0);
    return details;
  }

  /** Little's law on the path, and nobody lost: true of every run at every moment. It runs often: strings are made in need. */
  check(nowMs: number): void {
    const { name, entered, left, inside, queue, queueLimit, places } = this;
    if (entered - left !== inside.value) fail(`${name}: entered ${entered}, left ${left}, inside ${inside.value}`);
    const tolerance = 1e-9 * Math.max(1, nowMs * (1 + inside.max));
    // Both sums move by whatever a leaving request says of its coming; when all have left, what came must have gone.
    if (inside.value === 0) {
      if (!near(this.sinceSum, 0, tolerance)) fail(`${name}: a request left that had come at another time`);
      this.sinceSum = 0;
    }
    const spent = this.spentMs + inside.value * nowMs - this.sinceSum;
    const area = inside.integral(nowMs);
    if (!near(area, spent, tolerance)) fail(`${name}: requests were inside for ${spent} ms, the level says ${area} ms`);
    if (!between(queue.value, queueLimit)) fail(`${name}: ${queue.value} in a line of ${queueLimit}`);
    if (places !== null && !between(places.busy.value, places.now ?? places.max))
      fail(`${name}: ${places.busy.value} of ${places.now ?? places.max} ${places.word} in use`);
  }
}

/** False, too, where one is no number. */
function near(one: number, other: number, tolerance: number): boolean {
  return Math.abs(one - other) <= tolerance;
}

function between(value: number, most: number): boolean {
  return value >= 0 && value <= most;
}

/** What a stage has a limited number of. */
export interface Places {
  /** `workers`, `children`, `connections`. */
  readonly word: string;
  readonly busy: Level;
  /** How many there may be. */
  readonly max: number;
  /** How many there are now, where that is more for a while: two generations of workers. */
  readonly now?: number;
}

/** What else is worth knowing of a stage, by name. */
export interface Figures {
  /** How things are: read as they are when the result is made. */
  readonly state?: () => Record<string, number>;
  /** Of these, the greatest value in the counted time. */
  readonly peaks?: Readonly<Record<string, Level>>;
  /** What only ever grows, since the start; the result has what was added in the counted time. */
  readonly counters?: () => Record<string, number>;
}
