import { describe, expect, it } from 'vitest';
import { share } from '../../src/engine/chance.js';
import { Random } from '../../src/engine/random.js';

describe('chance', () => {
  it('a share lies strictly between 0 and 1', () => {
    expect(share({ word: () => 0 })).toBeGreaterThan(0);
    expect(share({ word: () => 2 ** 32 - 1 })).toBeLessThan(1);
    const stream = new Random('shares').stream('x');
    let sum = 0;
    for (let i = 0; i < 100_000; i += 1) sum += share(stream);
    expect(sum / 100_000).toBeCloseTo(0.5, 2);
  });
});
