import { describe, expect, it } from 'vitest';
import { piecesOf, schedule } from '../../src/validate/schedule.js';

/** What the measured stack's load generator sent, in whole microseconds; measured stack, arrival schedule check. */
const SENT = [
  {
    seed: 101,
    profile: '50:4',
    weights: [1],
    count: 178,
    firstUs: [33904, 34251, 40508, 56683, 96007, 100093, 170293, 173221, 178026, 181394, 185726, 227706],
    pages: '000000000000',
    lastUs: 3982635,
  },
  {
    seed: 101040,
    profile: '80:18',
    weights: [1],
    count: 1471,
    firstUs: [25902, 48130, 68009, 76363, 92695, 100263, 103231, 109972, 129373, 148604, 152060, 163056],
    pages: '000000000000',
    lastUs: 17961495,
  },
  {
    seed: 7,
    profile: '40:2,200:2,40:3',
    weights: [0.7, 0.2, 0.1],
    count: 600,
    firstUs: [12350, 12773, 70529, 92391, 107448, 114622, 130397, 140337, 143942, 157266, 159999, 240392],
    pages: '010000010000',
    lastUs: 6996896,
  },
];

describe('the arrivals of a measured run', () => {
  it.each(SENT)('are those that were sent: seed $seed, $profile', ({ seed, profile, weights, count, firstUs, pages, lastUs }) => {
    const sent = schedule(seed, profile, weights);
    const us = sent.map(({ atMs }) => Math.floor(1000 * atMs));
    expect(sent.length).toBe(count);
    expect(us.slice(0, 12)).toEqual(firstUs);
    expect(us.at(-1)).toBe(lastUs);
    expect(
      sent
        .slice(0, 12)
        .map(({ page }) => page)
        .join(''),
    ).toBe(pages);
  });

  it('a profile is rates and seconds, piece by piece', () => {
    expect(piecesOf('80.308:10,401.538:10')).toEqual([
      { rate: 80.308, seconds: 10 },
      { rate: 401.538, seconds: 10 },
    ]);
  });
});
