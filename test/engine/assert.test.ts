import { describe, expect, it } from 'vitest';
import { assert, fail } from '../../src/engine/assert.js';

describe('assert', () => {
  it('says nothing of what is true, and that lempsim is wrong otherwise', () => {
    expect(() => assert(true, 'two is even')).not.toThrow();
    expect(() => assert(false, 'two is odd')).toThrow(new Error('lempsim is wrong: two is odd'));
    expect(() => fail('no way')).toThrow('lempsim is wrong: no way');
  });
});
