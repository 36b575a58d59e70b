import { describe, expect, it } from 'vitest';
import { warningsTogether } from '../../src/experiments/warnings.js';

describe('warnings of several runs', () => {
  it('are said once, with the number of runs', () => {
    expect(warningsTogether([['unstable'], [], ['unstable', 'memory']])).toEqual([
      { runs: 2, text: 'unstable' },
      { runs: 1, text: 'memory' },
    ]);
  });

  it('that differ in a number are one, with its range', () => {
    const of = (answers: number) => [`p99 rests on fewer than 10 slower answers of ${answers}`];
    expect(warningsTogether([of(812), of(1790), of(85)])).toEqual([
      { runs: 3, text: 'p99 rests on fewer than 10 slower answers of 85 to 1790' },
    ]);
  });

  it('that differ in words are two', () => {
    expect(warningsTogether([['p99 of 8'], ['p99, p95 of 9']])).toHaveLength(2);
  });
});
