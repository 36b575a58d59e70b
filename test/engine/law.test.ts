import { describe, expect, it } from 'vitest';
import { distribution } from '../../src/engine/distribution.js';
import { always } from '../../src/engine/law.js';
import { Random } from '../../src/engine/random.js';

describe('law', () => {
  it('always is a constant', () => {
    expect(always(42)).toEqual({ law: 'constant', value: 42 });
    expect(distribution(always(42)).draw(new Random('1').stream('x'))).toBe(42);
  });
});
