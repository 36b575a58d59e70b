import { describe, expect, it } from 'vitest';
import { figuresOf } from '../../src/experiments/figures.js';
import { figure } from '../../src/experiments/interval.js';

describe('figures', () => {
  it('stand for every number, groups within groups included', () => {
    const queues = [{ queue: { mean: 1, max: 4 } }, { queue: { mean: 3, max: 4 } }];
    expect(figuresOf(queues)).toEqual({ queue: { mean: figure([1, 3]), max: figure([4, 4]) } });
  });

  it('of an outcome that a run has not seen count 0 there', () => {
    expect(figuresOf<Record<string, number>>([{ 200: 8 }, { 200: 6, 502: 2 }])).toEqual({
      200: figure([8, 6]),
      502: figure([0, 2]),
    });
  });

  it('of what a run has no data for leave that run out', () => {
    const latencies: { p95: number | null }[] = [{ p95: 10 }, { p95: null }, { p95: 12 }];
    expect(figuresOf(latencies)).toEqual({ p95: { runs: 2, ...figure([10, 12]) } });
    expect(figuresOf<{ p95: number | null }>([{ p95: null }, { p95: null }])).toEqual({ p95: null });
  });

  it('of nothing but nothing are nothing', () => {
    expect(figuresOf<Record<string, number>>([{}, {}])).toEqual({});
  });
});
