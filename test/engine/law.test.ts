import { describe, expect, it } from 'vitest';
import { distribution, meanOf } from '../../src/engine/distribution.js';
import { always, type Law, scaled } from '../../src/engine/law.js';
import { Random } from '../../src/engine/random.js';

const laws: readonly Law[] = [
  always(4),
  { law: 'uniform', low: 1, high: 3 },
  { law: 'triangular', low: 1, mode: 2, high: 6 },
  { law: 'exponential', mean: 5, plus: 2 },
  { law: 'lognormal', mean: 5, cv: 0.5 },
  { law: 'gamma', mean: 5, cv: 0.5 },
  { law: 'weibull', shape: 1.5, scale: 4 },
  { law: 'pareto', shape: 2.5, minimum: 3 },
  { law: 'pareto', shape: 2.5, minimum: 3, maximum: 30 },
  { law: 'hyperexponential', mean: 5, cv: 2 },
  { law: 'empirical', values: [1, 2, 9] },
];

describe('law', () => {
  it('always is a constant', () => {
    expect(always(42)).toEqual({ law: 'constant', value: 42 });
    expect(distribution(always(42)).draw(new Random('1').stream('x'))).toBe(42);
  });

  it.each(laws)('three times as large gives three times each draw: $law', (law) => {
    const [one, three] = [distribution(law), distribution(scaled(law, 3))];
    const [chance, same] = [new Random('1').stream('x'), new Random('1').stream('x')];
    for (let draw = 0; draw < 50; draw += 1) expect(three.draw(same) / one.draw(chance)).toBeCloseTo(3, 9);
    expect(meanOf(scaled(law, 3))).toBeCloseTo(3 * meanOf(law), 6);
  });

  it('a list is read, not drawn from', () => {
    expect(scaled({ law: 'listed', values: [1, 2] }, 2)).toEqual({ law: 'listed', values: [2, 4] });
    expect(meanOf({ law: 'listed', values: [1, 2] })).toBe(1.5);
    expect(() => distribution({ law: 'listed', values: [1] }).draw(new Random('1').stream('x'))).toThrow('read by a need');
  });
});
