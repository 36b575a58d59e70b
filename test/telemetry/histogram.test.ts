import { describe, expect, it } from 'vitest';
import { distribution } from '../../src/engine/distribution.js';
import type { Law } from '../../src/engine/law.js';
import { Random } from '../../src/engine/random.js';
import { Histogram } from '../../src/telemetry/histogram.js';

const laws: Record<string, Law> = {
  exponential: { law: 'exponential', mean: 80 },
  'lognormal, wide': { law: 'lognormal', mean: 300, cv: 3 },
  uniform: { law: 'uniform', low: 5, high: 2000 },
  'pareto, over six decades': { law: 'pareto', shape: 0.7, minimum: 0.01, maximum: 10_000 },
  'three values': { law: 'empirical', values: [3, 50, 1000] },
};

describe('histogram', () => {
  for (const [name, law] of Object.entries(laws)) {
    it(`${name}: every quantile within 0.4 % of the sorted data`, () => {
      const data = drawn(law, 100_000, name);
      const histogram = filled(data);
      const sorted = Float64Array.from(data).sort();
      for (const p of [0.001, 0.01, 0.1, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999]) {
        const exact = sorted[Math.ceil(p * sorted.length) - 1];
        expect(Math.abs(histogram.quantile(p)! / exact - 1)).toBeLessThan(0.004);
      }
      expect([histogram.min, histogram.max, histogram.count]).toEqual([sorted[0], sorted[sorted.length - 1], 100_000]);
      expect(histogram.mean).toBeCloseTo(data.reduce((sum, value) => sum + value, 0) / data.length, 6);
    });
  }

  it('of many the quantiles are far closer than a bucket is wide', () => {
    const data = drawn({ law: 'uniform', low: 100, high: 200 }, 200_000, 'many');
    const histogram = filled(data);
    for (const p of [0.1, 0.5, 0.9]) expect(Math.abs(histogram.quantile(p)! - (100 + 100 * p))).toBeLessThan(0.4);
  });

  it('the ends are exact, and what is one value is that value', () => {
    const histogram = filled([7.123, 9, 11.5]);
    expect([histogram.quantile(0), histogram.quantile(1)]).toEqual([7.123, 11.5]);
    const one = filled([123.456]);
    expect([0, 0.5, 0.999, 1].map((p) => one.quantile(p))).toEqual([123.456, 123.456, 123.456, 123.456]);
  });

  it('of nothing there is no mean and no quantile', () => {
    const empty = new Histogram();
    expect([empty.mean, empty.quantile(0.5), empty.max, empty.min]).toEqual([null, null, 0, Infinity]);
  });

  it('takes nothing at all, a picosecond and a million years', () => {
    const histogram = filled([0, 1e-12, 3e16]);
    expect([histogram.count, histogram.min, histogram.max]).toEqual([3, 0, 3e16]);
    expect(histogram.quantile(0.3)).toBeLessThan(1e-5);
    expect(histogram.quantile(1)).toBeGreaterThan(1e11);
    expect(histogram.quantile(2)).toBe(3e16); // Beyond all: the greatest.
  });

  it('merging loses nothing', () => {
    const data = drawn(laws.exponential, 30_000, 'merging');
    const parts = [filled(data.slice(0, 1000)), filled(data.slice(1000, 1001)), new Histogram(), filled(data.slice(1001))];
    const merged = new Histogram();
    for (const part of parts) merged.add(part);
    const whole = filled(data);
    for (const p of [0, 0.01, 0.5, 0.99, 1]) expect(merged.quantile(p)).toBe(whole.quantile(p));
    expect([merged.count, merged.min, merged.max]).toEqual([whole.count, whole.min, whole.max]);
    expect(merged.sum).toBeCloseTo(whole.sum, 4);
  });

  it('a reset forgets all', () => {
    const histogram = filled([1, 2, 3]);
    histogram.reset();
    expect(histogram).toEqual(new Histogram());
  });

  it('with fewer bits is smaller, and coarser', () => {
    const coarse = new Histogram(5);
    const data = drawn(laws.exponential, 20_000, 'coarse');
    for (const value of data) coarse.record(value);
    const exact = Float64Array.from(data).sort()[9999];
    expect(Math.abs(coarse.quantile(0.5)! / exact - 1)).toBeLessThan(0.033);
  });
});

function drawn(law: Law, count: number, seed: string): number[] {
  const { draw } = distribution(law);
  const stream = new Random(seed).stream('histogram');
  return Array.from({ length: count }, () => draw(stream));
}

function filled(data: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of data) histogram.record(value);
  return histogram;
}
