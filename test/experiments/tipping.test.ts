import { describe, expect, it } from 'vitest';
import { tipping } from '../../src/experiments/tipping.js';
import { plainLook } from '../../src/report/look.js';
import { tippingReport, visitsOnPaper } from '../../src/report/tipping.js';
import { loadScenario } from '../../src/scenario/load.js';

const of = (set: string[] = []) => {
  const model = loadScenario('retry-storm', { set });
  return tipping(model, visitsOnPaper(model));
};

describe('tipping', () => {
  it('a site whose visitors ask four times gives out at its capacity and comes back at a quarter of it', () => {
    const { top, tipsAt, backAt, up, down } = of();
    // On paper 1000 / 5.873 = 170/s; the step beyond it is 187. Four attempts each fit in below 170 / 4 = 42.6/s; the step below that is 34.
    expect(top).toBeCloseTo(1000 / 5.873, 0);
    expect(tipsAt).toBeCloseTo(1.1 * top, 9);
    expect(backAt).toBeCloseTo(0.2 * top, 9);
    expect(up[6].share).toBeGreaterThan(0.99);
    expect(down[4]).toMatchObject({ rate: up[6].rate });
    expect(down[4].share).toBeLessThan(0.01);
    expect(down[4].perView).toBeGreaterThan(3.9);
  }, 60_000);

  it('without retries it comes back as soon as there is room', () => {
    const { top, tipsAt, backAt } = of(['visitors.retry=none']);
    expect(tipsAt).toBeCloseTo(1.1 * top, 9);
    expect(backAt).toBeGreaterThan(0.85 * top);
  }, 60_000);

  it('is told in a sentence and a table', () => {
    const step = (rate: number, share: number) => ({ rate, share, perView: share < 0.5 ? 4 : 1 });
    const found = {
      top: 100,
      stepMs: 60_000,
      up: [step(50, 1), step(100, 1), step(110, 0)],
      down: [step(100, 0), step(50, 1)],
      tipsAt: 110,
      backAt: 50,
    };
    const text = tippingReport(found, 'lempsim tipping mine', plainLook);
    expect(text).toContain('Tips at 110/s and comes back at 50/s: in between it is well or down as it was');
    expect(text).toContain('   110/s        0 %         4            -         -');
    expect(text).toContain('    50/s      100 %         1        100 %         1');
    expect(tippingReport({ ...found, tipsAt: null, backAt: null }, '', plainLook)).toContain('Does not tip up to 110/s');
    expect(tippingReport({ ...found, backAt: null }, '', plainLook)).toContain('does not come back, down to 50/s for 1 min');
    expect(tippingReport({ ...found, backAt: 100 }, '', plainLook)).toContain('Gives out at 110/s and is back at 100/s');
  });
});
