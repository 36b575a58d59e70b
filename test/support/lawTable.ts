/**
 * Whether a simulated figure is the figure that theory gives, and a table of all that was asked.
 *
 * Two conditions, both required, on 30 replications. Agreement: the estimate is within t standard errors of the target, where
 * t leaves one false alarm in a million. Sharpness: those t standard errors are a small share of the target, 2 % unless the
 * row says otherwise. Without the second a noisy test passes for any value; without the first a biased one does.
 */
import Table from 'cli-table3';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { afterAll, expect } from 'vitest';

/** Replications of every case. */
export const REPLICATIONS = 30;

/** Student's t that leaves 5e-7 above it, by degrees of freedom. */
const STUDENT: Readonly<Record<number, number>> = { 29: 6.170056, 28: 6.225413, 27: 6.285731, 26: 6.351701 };

/** Something that was simulated along with the figure and whose expected value is known, such as the rate of arrivals. */
export interface Control {
  readonly values: readonly number[];
  readonly mean: number;
}

export interface Judging {
  /** The most that the half-width may be, as a share of the target. */
  readonly tolerance?: number;
  /**
   * Known quantities that explain part of the noise: the figure is estimated where they have their expected values, by least
   * squares. Each costs a degree of freedom.
   */
  readonly controls?: readonly Control[];
}

export interface Estimate {
  readonly mean: number;
  /** Half of the interval in which the target lies, but for one case in a million. */
  readonly halfWidth: number;
}

export function estimate(values: readonly number[], controls: readonly Control[] = []): Estimate {
  const freedom = values.length - 1 - controls.length;
  if (controls.length === 0) {
    const error = sampleStandardDeviation([...values]) / Math.sqrt(values.length);
    return { mean: mean([...values]), halfWidth: STUDENT[freedom] * error };
  }
  const { intercept, error } = leastSquares(values, controls, freedom);
  return { mean: intercept, halfWidth: STUDENT[freedom] * error };
}

/** The rows of one test file, printed once when the file is done. */
export class LawTable {
  private readonly table = new Table({
    head: ['case', 'quantity', 'target', 'estimate', '± interval', 'sharpness', 'limit', 'verdict'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  private missed: string[] = [];

  constructor(title: string) {
    afterAll(() => console.log(`${title}\n${this.table.toString()}`));
  }

  /** Holds the replications' mean against `target`. */
  judge(name: string, quantity: string, target: number, values: readonly number[], judging: Judging = {}): this {
    const { tolerance = 0.02, controls } = judging;
    const { mean: estimated, halfWidth } = estimate(values, controls);
    const agrees = Math.abs(estimated - target) <= halfWidth;
    const sharpness = halfWidth / Math.abs(target);
    const sharp = sharpness <= tolerance;
    const verdict = agrees && sharp ? 'holds' : !agrees ? 'DISAGREES' : 'BLUNT';
    const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
    this.table.push([
      name,
      quantity,
      digits(target),
      digits(estimated),
      digits(halfWidth),
      percent(sharpness),
      percent(tolerance),
      verdict,
    ]);
    if (verdict !== 'holds')
      this.missed.push(
        `${name}, ${quantity}: ${verdict}; target ${digits(target)}, estimate ${digits(estimated)} ± ${digits(halfWidth)}, ` +
          `sharpness ${percent(sharpness)} of at most ${percent(tolerance)}`,
      );
    return this;
  }

  /** Ends a case: every row that was judged since the last end holds. */
  holds(): void {
    const { missed } = this;
    this.missed = [];
    expect(missed).toEqual([]);
  }
}

/** Six digits, which is what a reader compares. */
function digits(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** The regression of `values` on the controls' deviations from their means: its value at no deviation, and that value's error. */
function leastSquares(values: readonly number[], controls: readonly Control[], freedom: number) {
  const rows = values.map((_, row) => [1, ...controls.map((control) => control.values[row] / control.mean - 1)]);
  const width = controls.length + 1;
  const normal = Array.from({ length: width }, (_, i) =>
    Array.from({ length: width }, (_, j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0)),
  );
  const inverse = inverseOf(normal);
  const moments = Array.from({ length: width }, (_, i) => rows.reduce((sum, row, at) => sum + row[i] * values[at], 0));
  const weights = inverse.map((row) => row.reduce((sum, entry, j) => sum + entry * moments[j], 0));
  const squares = rows.reduce((sum, row, at) => {
    const rest = values[at] - row.reduce((fit, entry, i) => fit + entry * weights[i], 0);
    return sum + rest * rest;
  }, 0);
  return { intercept: weights[0], error: Math.sqrt((squares / freedom) * inverse[0][0]) };
}

/** By Gauss and Jordan; the matrix is small, symmetric and positive definite, so that no pivot is sought. */
function inverseOf(matrix: readonly (readonly number[])[]): number[][] {
  const { length } = matrix;
  const work = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let pivot = 0; pivot < length; pivot += 1) {
    const by = work[pivot][pivot];
    work[pivot] = work[pivot].map((entry) => entry / by);
    for (let i = 0; i < length; i += 1) {
      if (i === pivot) continue;
      const times = work[i][pivot];
      work[i] = work[i].map((entry, j) => entry - times * work[pivot][j]);
    }
  }
  return work.map((row) => row.slice(length));
}
