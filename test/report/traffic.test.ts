import { describe, expect, it } from 'vitest';
import { busiestStretch, highestRate, meanRate, visitRateAt, visitsOf } from '../../src/report/traffic.js';
import { model, surgeModel } from './fixtures.js';

describe('traffic', () => {
  it('sums the sources at a moment', () => {
    expect([60_000, 190_000, 250_000, 335_000, 400_000].map((at) => visitRateAt(surgeModel(), at))).toEqual([
      40, 220, 400, 220, 40,
    ]);
  });

  it('finds the stretch at the highest rate', () => {
    expect(busiestStretch(surgeModel(), 180_000, 350_000)).toEqual({ fromMs: 200_000, toMs: 320_000, rate: 400 });
    expect(busiestStretch(model({ traffic: [] }), 0, 1000)).toBeNull();
  });

  it('takes the mean of straight pieces exactly', () => {
    expect(meanRate(surgeModel(), 180_000, 350_000)).toBeCloseTo((170 * 40 + 360 * (10 + 120 + 15)) / 170, 9);
    expect(highestRate(surgeModel(), 180_000, 350_000)).toBeCloseTo(400, 6);
  });

  it('counts the visits of one source over a stretch', () => {
    const [base, surge] = surgeModel().traffic;
    expect([visitsOf(base, 0, 10_000), visitsOf(surge, 0, 180_000), visitsOf(surge, 180_000, 350_000)]).toEqual([400, 0, 52_200]);
  });

  it('a bursty source counts with its mean', () => {
    const traffic = [
      {
        kind: 'bursty' as const,
        name: 'b',
        mix: null,
        highRate: 100,
        highMs: 1000,
        lowRate: 10,
        lowMs: 9000,
        fromMs: 0,
        toMs: 5000,
      },
    ];
    expect([visitRateAt(model({ traffic }), 100), visitRateAt(model({ traffic }), 6000)]).toEqual([19, 0]);
  });
});
