import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import { Need, Pick } from '../../src/engine/need.js';

describe('need', () => {
  const bearer = { seedHigh: 123, seedLow: -456 };

  it('the same bearer always needs the same, in whatever order it is asked', () => {
    const cpu = new Need('php.cpu /', { law: 'exponential', mean: 10 });
    const patience = new Need('visitor.patience', { law: 'uniform', low: 1, high: 2 });
    const before = [cpu.of(bearer), patience.of(bearer), cpu.of(bearer, 3)];
    expect([cpu.of(bearer), patience.of(bearer), cpu.of(bearer, 3)]).toEqual(before);
    expect(cpu.of(bearer, 3)).not.toBe(cpu.of(bearer));
    expect(cpu.of({ seedHigh: 123, seedLow: -455 })).not.toBe(cpu.of(bearer));
    expect(new Need('php.cpu /other', { law: 'exponential', mean: 10 }).of(bearer)).not.toBe(cpu.of(bearer));
  });

  it('its draws are known, so that no machine may differ', () => {
    expect(new Need('php.cpu', { law: 'lognormal', mean: 9, cv: 0.6 }).of({ seedHigh: 1, seedLow: 2 })).toBe(4.289847700634268);
  });

  it('a faster machine makes every need smaller by the same factor', () => {
    const slow = new Need('php.cpu /', { law: 'exponential', mean: 10 });
    const fast = new Need('php.cpu /', { law: 'exponential', mean: 5 });
    for (let seedLow = 0; seedLow < 100; seedLow += 1) {
      expect(fast.of({ seedHigh: 0, seedLow })).toBeCloseTo(slow.of({ seedHigh: 0, seedLow }) / 2, 12);
    }
  });

  it('what is constant is not drawn; what is exponential and more is', () => {
    expect(new Need('x', always(7)).of(bearer)).toBe(7);
    expect(new Need('x', { ...always(7), plus: 1 }).of(bearer)).toBe(8);
    const plain = new Need('x', { law: 'exponential', mean: 10 });
    const moved = new Need('x', { law: 'exponential', mean: 10, plus: 100 });
    expect(moved.of(bearer)).toBeCloseTo(plain.of(bearer) + 100, 12);
    expect(moved.mean).toBe(110);
  });

  it('over many bearers, indices and roles the needs have the mean and spread of their law', () => {
    const law = { law: 'exponential', mean: 10 } as const;
    const means = [
      (i: number) => new Need('role', law).of({ seedHigh: 0, seedLow: i }),
      (i: number) => new Need('role', law).of({ seedHigh: i, seedLow: 0 }),
      (i: number) => new Need('role', law).of(bearer, i),
      (i: number) => new Need(`role ${i}`, law).of(bearer),
    ].map((draw) => {
      const values = Array.from({ length: 20_000 }, (_, i) => draw(i));
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const square = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length;
      return [mean, Math.sqrt(square)];
    });
    for (const [mean, deviation] of means) {
      expect(Math.abs(mean - 10)).toBeLessThan(0.25); // Three and a half standard errors.
      expect(Math.abs(deviation - 10)).toBeLessThan(0.5);
    }
  });
});

describe('pick', () => {
  it('chooses in proportion to the weights, and the same for the same bearer', () => {
    const pick = new Pick('visitor.page', [1, 0, 3]);
    const counts = [0, 0, 0];
    for (let seedLow = 0; seedLow < 40_000; seedLow += 1) counts[pick.of({ seedHigh: 5, seedLow })] += 1;
    expect(counts[1]).toBe(0);
    expect(counts[0] / 40_000).toBeCloseTo(0.25, 2);
    const bearer = { seedHigh: 1, seedLow: 2 };
    expect(pick.of(bearer)).toBe(pick.of(bearer));
    expect(new Pick('the only page', [7]).of(bearer, 3)).toBe(0);
    expect(new Set(Array.from({ length: 50 }, (_, index) => pick.of(bearer, index)))).toEqual(new Set([0, 2]));
  });
});
