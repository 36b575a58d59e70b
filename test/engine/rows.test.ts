import { describe, expect, it } from 'vitest';
import { Rows } from '../../src/engine/rows.js';

describe('rows', () => {
  it('are zeros at first, and nobody else writes into them, in the same block or the next', () => {
    const rows = new Rows(3);
    const taken = Array.from({ length: 600 }, () => ({ at: rows.take(), block: rows.block }));
    taken.forEach(({ at, block }, row) => {
      expect([...block.subarray(at, at + 3)]).toEqual([0, 0, 0]);
      block.fill(row, at, at + 3);
    });
    expect(new Set(taken.map(({ block }) => block)).size).toBe(3);
    for (const [row, { at, block }] of taken.entries()) expect([...block.subarray(at, at + 3)]).toEqual([row, row, row]);
  });
});
