import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { Metric, ThresholdModel } from '../../src/model.js';
import type { ThresholdResult } from '../../src/telemetry/result.js';
import { verdictOf } from '../../src/telemetry/thresholds.js';
import { secondBySecond, story } from '../stages/story.js';
import { bare, scriptPage } from '../support/bare.js';

/** One child answers in 100 ms, one may wait: three at once are 100 ms, 200 ms and a 502. Four seconds, of them two windows. */
const site = {
  durationMs: 4000,
  windows: [
    { name: 'first', fromMs: 0, toMs: 2000 },
    { name: 'second', fromMs: 2000, toMs: 4000 },
  ],
  php: { maxChildren: 1, listenBacklog: 0 },
  pages: [scriptPage({ waitMs: always(100) })],
};
const clicks = [500, 500, 500, 2500];

describe('threshold', () => {
  const measured: [Metric, whole: number | null, first: number | null, second: number | null][] = [
    [{ kind: 'mean' }, 400 / 3, 150, 100],
    [{ kind: 'p50' }, 100, 100, 100],
    [{ kind: 'p90' }, 200, 200, 100],
    [{ kind: 'p95' }, 200, 200, 100],
    [{ kind: 'p99' }, 200, 200, 100],
    [{ kind: 'p999' }, 200, 200, 100],
    [{ kind: 'max' }, 200, 200, 100],
    [{ kind: 'errors' }, 1 / 4, 1 / 3, 0],
    [{ kind: 'availability' }, 3 / 4, 2 / 3, 1],
    [{ kind: 'goodput' }, 3 / 4, 1, 1 / 2],
    [{ kind: 'throughput' }, 1, 3 / 2, 1 / 2],
    [{ kind: 'downtime' }, 0, 0, 0],
    [{ kind: 'recovery' }, null, null, null],
    [{ kind: 'outcome', outcome: '502' }, 1, 1, 0],
    [{ kind: 'outcome', outcome: '504' }, 0, 0, 0],
    [{ kind: 'queue', stage: 'php-fpm', of: 'mean' }, 100 / 4000, 100 / 2000, 0],
    [{ kind: 'queue', stage: 'php-fpm', of: 'max' }, 1, 1, 0],
    [{ kind: 'utilisation', stage: 'php-fpm', of: 'mean' }, 300 / 4000, 200 / 2000, 100 / 2000],
    [{ kind: 'queue', stage: 'apache', of: 'max' }, null, null, null],
    [{ kind: 'utilisation', stage: 'dns', of: 'mean' }, null, null, null],
  ];
  for (const [metric, ...wanted] of measured) {
    const { kind, ...rest } = metric;
    it(`${kind} ${Object.values(rest).join(' ')}: of the whole run, and of each window`.replace('  ', ' '), () => {
      const thresholds = [null, 0, 1].map(
        (window) => ({ text: kind, window, metric, operator: '<', value: 1e9 }) as ThresholdModel,
      );
      const { result } = story(bare({ ...site, thresholds }), clicks);
      // A quantile is good to half a percent.
      for (const [i, { value }] of result.thresholds.entries()) {
        if (wanted[i] === null) expect(value).toBeNull();
        else expect(Math.abs(value! - wanted[i])).toBeLessThanOrEqual(0.005 * wanted[i]);
      }
      expect(result.thresholds.map(({ verdict }) => verdict)).toEqual(
        wanted.map((value) => (value === null ? 'inconclusive' : 'pass')),
      );
    });
  }

  const operators: [ThresholdModel['operator'], below: boolean, equal: boolean, above: boolean][] = [
    ['<', false, false, true],
    ['<=', false, true, true],
    ['>', true, false, false],
    ['>=', true, true, false],
    ['==', false, true, false],
  ];
  for (const [operator, ...passes] of operators) {
    it(`${operator} compares with the limit`, () => {
      const thresholds = [199, 200, 201].map(
        (value) =>
          ({ text: `max ${operator} ${value}`, window: null, metric: { kind: 'max' }, operator, value }) as ThresholdModel,
      );
      const { result } = story(bare({ ...site, thresholds }), clicks);
      expect(result.thresholds.map(({ verdict }) => verdict === 'pass')).toEqual(passes);
      expect(result.thresholds[0]).toMatchObject({ text: `max ${operator} 199`, value: 200 });
    });
  }

  it('without data is inconclusive: nobody came, or the window has not begun', async () => {
    const thresholds: ThresholdModel[] = [
      { text: 'errors < 5%', window: null, metric: { kind: 'errors' }, operator: '<', value: 0.05 },
      { text: 'availability > 99%', window: null, metric: { kind: 'availability' }, operator: '>', value: 0.99 },
      { text: 'second: p95 < 1s', window: 1, metric: { kind: 'p95' }, operator: '<', value: 1000 },
    ];
    const verdicts = (result: { thresholds: readonly ThresholdResult[] }) => result.thresholds.map(({ verdict }) => verdict);
    expect(verdicts(story(bare({ ...site, thresholds }), []).result)).toEqual(['inconclusive', 'inconclusive', 'inconclusive']);
    const bySecond = await secondBySecond(bare({ ...site, thresholds }), [500, 2500], verdicts);
    expect(bySecond[0]).toEqual(['pass', 'pass', 'inconclusive']);
    expect(bySecond[3]).toEqual(['pass', 'pass', 'pass']);
  });
});

describe('verdict', () => {
  const of = (...verdicts: ThresholdResult['verdict'][]) =>
    verdictOf(verdicts.map((verdict) => ({ text: '', value: 0, verdict })));

  it('fails if one fails, is open if one is, and passes if all do', () => {
    expect(of()).toBe('none');
    expect(of('pass', 'pass')).toBe('pass');
    expect(of('pass', 'inconclusive')).toBe('inconclusive');
    expect(of('inconclusive', 'fail', 'pass')).toBe('fail');
  });

  it('is part of the answer', () => {
    const threshold = (value: number): ThresholdModel => ({
      text: 'max',
      window: null,
      metric: { kind: 'max' },
      operator: '<',
      value,
    });
    expect(story(bare({ ...site, thresholds: [threshold(500), threshold(150)] }), clicks).result.verdict).toBe('fail');
    expect(story(bare(site), clicks).result.verdict).toBe('none');
  });
});
