import { describe, expect, it } from 'vitest';
import { choice, distribution, meanOf, zipf } from '../../src/engine/distribution.js';
import type { Law } from '../../src/engine/law.js';
import { Random } from '../../src/engine/random.js';

interface Expected {
  readonly law: Law;
  readonly mean: number;
  /** Standard deviation; `null` where there is none, or its estimate is too noisy. */
  readonly deviation: number | null;
  readonly low: number;
  readonly high: number;
}

const DRAWS = 200_000;

const laws: Record<string, Expected> = {
  constant: { law: { law: 'constant', value: 5 }, mean: 5, deviation: 0, low: 5, high: 5 },
  uniform: { law: { law: 'uniform', low: 2, high: 8 }, mean: 5, deviation: 6 / Math.sqrt(12), low: 2, high: 8 },
  triangular: {
    law: { law: 'triangular', low: 0, mode: 2, high: 10 },
    mean: 4,
    deviation: Math.sqrt((0 + 4 + 100 - 0 - 0 - 20) / 18),
    low: 0,
    high: 10,
  },
  exponential: { law: { law: 'exponential', mean: 3 }, mean: 3, deviation: 3, low: 0, high: 75 },
  lognormal: { law: { law: 'lognormal', mean: 9, cv: 0.6 }, mean: 9, deviation: 5.4, low: 0, high: 300 },
  gamma: { law: { law: 'gamma', mean: 4, cv: 0.5 }, mean: 4, deviation: 2, low: 0, high: 60 },
  'gamma of a shape below 1': { law: { law: 'gamma', mean: 4, cv: 2 }, mean: 4, deviation: 8, low: 0, high: 400 },
  weibull: {
    law: { law: 'weibull', shape: 2, scale: 10 },
    mean: 5 * Math.sqrt(Math.PI),
    deviation: 4.632513752,
    low: 0,
    high: 60,
  },
  'pareto without end': { law: { law: 'pareto', shape: 3, minimum: 2 }, mean: 3, deviation: null, low: 2, high: Infinity },
  'pareto with an end': {
    law: { law: 'pareto', shape: 2, minimum: 1, maximum: 10 },
    mean: (1 / (1 - 0.01)) * 2 * (1 - 0.1),
    deviation: null,
    low: 1,
    high: 10,
  },
  'pareto of shape 1 with an end': {
    law: { law: 'pareto', shape: 1, minimum: 1, maximum: 100 },
    mean: (1 / 0.99) * Math.log(100),
    deviation: null,
    low: 1,
    high: 100,
  },
  hyperexponential: { law: { law: 'hyperexponential', mean: 5, cv: 2 }, mean: 5, deviation: 10, low: 0, high: 1200 },
  'hyperexponential of cv 1': { law: { law: 'hyperexponential', mean: 5, cv: 1 }, mean: 5, deviation: 5, low: 0, high: 120 },
  geometric: { law: { law: 'geometric', mean: 4 }, mean: 4, deviation: Math.sqrt(12), low: 1, high: 100 },
  'geometric of mean 1': { law: { law: 'geometric', mean: 1 }, mean: 1, deviation: 0, low: 1, high: 1 },
  empirical: { law: { law: 'empirical', values: [1, 2, 3, 10] }, mean: 4, deviation: Math.sqrt(12.5), low: 1, high: 10 },
  'uniform, moved up': {
    law: { law: 'uniform', low: 0, high: 2, plus: 10 },
    mean: 11,
    deviation: 2 / Math.sqrt(12),
    low: 10,
    high: 12,
  },
};

describe('distribution', () => {
  for (const [name, { law, mean, deviation, low, high }] of Object.entries(laws)) {
    it(`${name}: says its mean, and 200,000 draws have it`, () => {
      const { draw, mean: said, constant } = distribution(law);
      expect(said).toBeCloseTo(mean, 8);
      expect(meanOf(law)).toBe(said);
      const stream = new Random(name).stream('draws');
      let sum = 0;
      let squares = 0;
      for (let i = 0; i < DRAWS; i += 1) {
        const value = draw(stream);
        if (!(value >= low && value <= high)) expect.fail(`drew ${value}`);
        sum += value;
        squares += (value - mean) * (value - mean);
      }
      const spread = Math.sqrt(squares / DRAWS);
      // Four standard errors, by the spread that was seen.
      expect(Math.abs(sum / DRAWS - mean)).toBeLessThanOrEqual((4 * spread) / Math.sqrt(DRAWS) + 1e-9);
      if (deviation !== null) expect(Math.abs(spread - deviation)).toBeLessThanOrEqual(0.03 * deviation);
      expect(constant).toBe(deviation === 0);
    });
  }

  it('a Pareto law of shape 1 and no end has no mean', () => {
    expect(meanOf({ law: 'pareto', shape: 1, minimum: 1 })).toBe(Infinity);
  });

  it('larger numbers give larger values where a law is inverted', () => {
    const inverted: Law[] = [
      { law: 'uniform', low: 2, high: 8 },
      { law: 'triangular', low: 0, mode: 2, high: 10 },
      { law: 'lognormal', mean: 9, cv: 0.6 },
      { law: 'pareto', shape: 2, minimum: 1, maximum: 10 },
      { law: 'empirical', values: [1, 2, 3, 10] },
    ];
    for (const law of inverted) {
      const values = Array.from({ length: 64 }, (_, i) => distribution(law).draw({ word: () => i * 2 ** 26 }));
      expect(values).toEqual([...values].sort((a, b) => a - b));
    }
  });
});

describe('choice', () => {
  it('finds the thing under each share of the whole', () => {
    const choose = choice([2, 1, 1]);
    expect([0, 0.25, 0.49, 0.51, 0.74, 0.76, 0.999].map((share) => choose({ word: () => share * 2 ** 32 }))).toEqual([
      0, 0, 0, 1, 1, 2, 2,
    ]);
    expect(choice([5])({ word: () => 2 ** 32 - 1 })).toBe(0);
  });
});

describe('zipf', () => {
  it('the k-th most popular weighs one over k to the exponent', () => {
    expect(zipf(4, 1).map((weight) => Math.round(weight * 1e12) / 1e12)).toEqual([1, 0.5, 0.333333333333, 0.25]);
    expect(zipf(3, 0)).toEqual([1, 1, 1]);
  });
});
