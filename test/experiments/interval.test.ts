import { describe, expect, it } from 'vitest';
import { type Figure, figure, figureOfSome, student95 } from '../../src/experiments/interval.js';

/** Student's t with 2.5 % above it; the first by its closed form tan(0.475 π), the others from tables of ten digits. */
const quantiles = [
  [1, 12.70620474],
  [2, 4.30265273],
  [4, 2.7764451052],
  [9, 2.2621571628],
  [29, 2.0452296421],
  [99, 1.9842169516],
] as const;

function halfOf({ ci95: [low, high] }: Figure): number {
  return (high - low) / 2;
}

describe('interval', () => {
  it.each(quantiles)('with %i degrees of freedom t is %f, to eight digits', (freedom, exact) => {
    expect(Math.abs(student95(freedom) / exact - 1)).toBeLessThan(3e-8);
  });

  it('of five values is their mean ± 2.776 standard deviations of it', () => {
    const { mean, ci95 } = figure([48, 52, 50, 47, 53]);
    expect(mean).toBe(50);
    const half = 2.7764451052 * Math.sqrt(26 / 4 / 5);
    expect(ci95[0]).toBeCloseTo(50 - half, 6);
    expect(ci95[1]).toBeCloseTo(50 + half, 6);
  });

  it('of ten and of thirty values uses their own degrees of freedom', () => {
    for (const [count, t] of [
      [10, 2.2621571628],
      [30, 2.0452296421],
    ]) {
      const values = Array.from({ length: count }, (_, index) => (index % 2 === 0 ? 1 : -1));
      expect(halfOf(figure(values))).toBeCloseTo(t / Math.sqrt(count - 1), 6);
    }
  });

  it('of one value, or of equal ones, is that point and never NaN', () => {
    expect(figure([0.1])).toEqual({ mean: 0.1, ci95: [0.1, 0.1] });
    expect(figure([0.1, 0.1, 0.1])).toEqual({ mean: 0.1, ci95: [0.1, 0.1] });
    expect(figure([0, 0])).toEqual({ mean: 0, ci95: [0, 0] });
  });

  it('of a share is left as computed, below 0', () => {
    expect(figure([0, 0, 0.03]).ci95[0]).toBeLessThan(0);
  });

  it('does not round counts', () => {
    expect(figure([1, 2]).mean).toBe(1.5);
  });

  it('of nothing, or of what is no number, is our mistake', () => {
    expect(() => figure([])).toThrow('no values');
    expect(() => figure([1, Number.NaN])).toThrow('no number');
  });
});

describe('a figure of some runs', () => {
  it('says how many they are, unless they are all', () => {
    expect(figureOfSome([9, null, 11])).toEqual({ ...figure([9, 11]), runs: 2 });
    expect(figureOfSome([9, 10, 11])).toEqual(figure([9, 10, 11]));
  });

  it('is null where no run has a value', () => {
    expect(figureOfSome([null, null])).toBeNull();
  });
});
