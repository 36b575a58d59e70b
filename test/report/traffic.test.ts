import { describe, expect, it } from 'vitest';
import { busiestStretch, highestRate, meanRate, visitRateAt, visitsOf } from '../../src/report/traffic.js';
import { closedModel, model, surgeModel } from './fixtures.js';

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

  it('closed users come at no rate, and count by their number and time', () => {
    const [office] = closedModel().traffic;
    const mixed = model({ traffic: [office, ...surgeModel().traffic] });
    expect(visitRateAt(mixed, 60_000)).toBe(40);
    expect(highestRate(mixed, 0, 600_000)).toBeCloseTo(400, 6);
    expect([visitsOf(office, 0, 10_000), visitsOf(office, 590_000, 700_000), visitsOf(office, 700_000, 800_000)]).toEqual([
      500, 500, 0,
    ]);
  });

  it('joins what comes at one rate, and of two stretches at it takes the longer', () => {
    const step = (fromMs: number, toMs: number, rate: number) => ({ fromMs, toMs, fromRate: rate, toRate: rate });
    const source = (...curve: ReturnType<typeof step>[]) => ({
      kind: 'open' as const,
      name: 'steps',
      mix: null,
      curve,
      spacing: 'even' as const,
      batch: 1,
    });
    const joined = model({ traffic: [source(step(0, 10, 5), step(10, 30, 5), step(30, 40, 1))] });
    expect(busiestStretch(joined, 0, 40)).toEqual({ fromMs: 0, toMs: 30, rate: 5 });
    const twice = model({ traffic: [source(step(0, 10, 5), step(20, 40, 5), step(50, 60, 5))] });
    expect(busiestStretch(twice, 0, 60)).toEqual({ fromMs: 20, toMs: 40, rate: 5 });
  });

  it('is nothing over no time', () => {
    expect([meanRate(surgeModel(), 250_000, 250_000), visitsOf(surgeModel().traffic[0], 10, 5)]).toEqual([0, 0]);
  });
});
