/**
 * A figure from several runs: the mean of the runs' values, and where the mean of ever more runs would lie.
 *
 *   mean ± t · s / √n      n values, s their standard deviation, t Student's with n - 1 degrees of freedom
 *
 * Runs are independent of one another; the requests of one run are not, so a run counts as one value, however many
 * requests it had. The interval is left as computed: that of a share may reach below 0, which says that the runs are few.
 */
import jstat from 'jstat';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { assert } from '../engine/assert.js';

export interface Figure {
  /** How many runs had a value; absent where all had one. */
  readonly runs?: number;
  readonly mean: number;
  /** Both ends of the interval that holds the true mean in 95 of 100 cases. One value, or equal ones, give a point. */
  readonly ci95: readonly [low: number, high: number];
}

/** `figure([9, 10, 11]) // => { mean: 10, ci95: [7.516, 12.484] }` */
export function figure(values: readonly number[]): Figure {
  assert(values.length > 0 && values.every(Number.isFinite), 'a figure of no values, or of one that is no number');
  const [first] = values;
  if (values.every((value) => value === first)) return { mean: first, ci95: [first, first] };
  const centre = mean([...values]);
  const half = (student95(values.length - 1) * sampleStandardDeviation([...values])) / Math.sqrt(values.length);
  return { mean: centre, ci95: [centre - half, centre + half] };
}

/** Of the runs that have a value; `null` if none has. */
export function figureOfSome(values: readonly (number | null)[]): Figure | null {
  const there = values.filter((value) => value !== null);
  if (there.length === 0) return null;
  return there.length === values.length ? figure(there) : { runs: there.length, ...figure(there) };
}

/**
 * Student's t that leaves 2.5 % above it. Eight digits, since jstat is right to that many and takes logarithms from the
 * machine, which differ in their last bit from one to the next.
 */
export function student95(freedom: number): number {
  return Number(jstat.studentt.inv(0.975, freedom).toPrecision(8));
}
