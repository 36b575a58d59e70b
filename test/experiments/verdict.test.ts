import { describe, expect, it } from 'vitest';
import { verdictOn } from '../../src/experiments/verdict.js';
import type { ThresholdModel } from '../../src/model.js';

function threshold(operator: ThresholdModel['operator'], value: number): ThresholdModel {
  return { text: `p95 ${operator} ${value}`, window: null, metric: { kind: 'p95' }, operator, value };
}

function on(operator: ThresholdModel['operator'], limit: number, low: number, high: number) {
  return verdictOn(threshold(operator, limit), { mean: (low + high) / 2, ci95: [low, high] });
}

describe('verdict', () => {
  it.each([
    ['<', 'pass', 80, 99],
    ['<', 'inconclusive', 80, 100],
    ['<', 'inconclusive', 99, 101],
    ['<', 'fail', 100, 120],
    ['<=', 'pass', 80, 100],
    ['<=', 'inconclusive', 100, 120],
    ['<=', 'fail', 101, 120],
    ['>', 'pass', 101, 120],
    ['>', 'inconclusive', 100, 120],
    ['>', 'fail', 80, 100],
    ['>=', 'pass', 100, 120],
    ['>=', 'inconclusive', 80, 100],
    ['>=', 'fail', 80, 99],
    ['==', 'pass', 100, 100],
    ['==', 'inconclusive', 99, 101],
    ['==', 'fail', 101, 120],
    ['==', 'fail', 80, 99],
  ] as const)('%s 100 is %s for %i to %i', (operator, verdict, low, high) => {
    expect(on(operator, 100, low, high)).toBe(verdict);
  });

  it('is inconclusive without data, and where a run has none', () => {
    expect(verdictOn(threshold('<', 100), null)).toBe('inconclusive');
    expect(verdictOn(threshold('<', 100), { runs: 4, mean: 50, ci95: [49, 51] })).toBe('inconclusive');
    expect(verdictOn(threshold('<', 100), { runs: 4, mean: 500, ci95: [499, 501] })).toBe('inconclusive');
  });
});
