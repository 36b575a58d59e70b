import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import { story } from '../stages/story.js';
import { bare, scriptPage } from '../support/bare.js';

describe('series', () => {
  const model = bare({
    durationMs: 4500,
    host: { cores: 2 },
    php: { maxChildren: 1, listenBacklog: 1 },
    pages: [scriptPage({ cpuMs: always(400) })],
  });
  const { series } = story(model, [500, 500, 500, 500, 2200, 4100]).result;

  it('has one value a second for all that it tells', () => {
    // The first runs until 900, the second until 1300, the third until 1700; the fourth finds the queue full.
    expect(series.stepMs).toBe(1000);
    expect(series.offered).toEqual([4, 0, 1, 0, 1]);
    expect(series.good).toEqual([1, 2, 1, 0, 1]);
    expect(series.failed).toEqual([1, 0, 0, 0, 0]);
    expect(series.queues['php-fpm']).toEqual([1, 0, 0, 0, 0]);
    expect(series.busy['php-fpm']).toEqual([1, 0, 0, 0, 0]);
    expect(Object.keys(series.queues)).toEqual(['dns', 'tcp', 'nginx', 'php-fpm', 'mysql', 'delivery']);
    expect(Object.keys(series.busy)).toEqual(['nginx', 'php-fpm', 'mysql']);
  });

  it('the cores are in use by their share, in the last, shorter step as well', () => {
    expect(series.cpu).toEqual([500, 700, 400, 0, 400].map((ms, step) => expect.closeTo(ms / (step === 4 ? 500 : 1000) / 2, 9)));
  });

  it('the slowest of the good answers of each second, and nothing where there was none', () => {
    expect(series.p95[0]).toBeCloseTo(400, 6);
    expect(series.p95[1]! / 1200).toBeCloseTo(1, 1.5);
    expect(series.p95[3]).toBeNull();
  });

  it('its step grows with the length of the run, up to a day', () => {
    const step = (durationMs: number) => story(bare({ durationMs, php: { pm: 'static' } }), []).result.series.stepMs / 1000;
    expect([1000, 1_200_000, 1_200_001, 3_600_000, 86_400_000].map(step)).toEqual([1, 1, 2, 5, 120]);
    expect(step(1300 * 86_400_000)).toBe(86_400);
  });
});
