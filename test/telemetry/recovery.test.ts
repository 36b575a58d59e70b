import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { Model, ThresholdModel } from '../../src/model.js';
import { type Click, secondBySecond, story } from '../stages/story.js';
import { type Bare, bare, scriptPage } from '../support/bare.js';

const recovery: ThresholdModel = {
  text: 'recovery < 60s',
  window: null,
  metric: { kind: 'recovery' },
  operator: '<',
  value: 60_000,
};

/** One a second for ten seconds, twenty a second for ten, one a second after; one child answers ten a second. */
const clicks: Click[] = [
  ...Array.from({ length: 10 }, (_, i) => 500 + 1000 * i),
  ...Array.from({ length: 200 }, (_, i) => 10_000 + 50 * i),
  ...Array.from({ length: 30 }, (_, i) => 20_500 + 1000 * i),
];

describe('recovery', () => {
  it('is the time from the end of the peak until answers are as fast as before, for three steps in a row', () => {
    const { result } = story(surge(), clicks);
    // The last of the two hundred is answered at 30 s; those of 20.5 to 30.5 wait behind it until 31.1 s.
    expect(result.thresholds).toEqual([{ text: 'recovery < 60s', value: 12_000, verdict: 'pass' }]);
    expect(result.events.at(-1)).toEqual({
      atMs: 32_000,
      kind: 'recovered',
      text: 'answers are as fast as before, 12 s after the peak',
    });
  });

  it('has not come if the run ends before: that fails where there was more time than allowed, and says nothing where there was less', () => {
    const { result } = story(surge({ durationMs: 33_000 }), clicks);
    expect(result.thresholds[0]).toMatchObject({ value: null, verdict: 'inconclusive' });
    const strict = { ...recovery, value: 5000 };
    const failed = story(surge({ durationMs: 33_000, thresholds: [strict] }), clicks).result.thresholds[0];
    expect(failed).toMatchObject({ value: 13_000, verdict: 'fail' });
    expect(result.events.map(({ kind }) => kind)).not.toContain('recovered');
  });

  it('a quiet second is as good as a fast one; a failure is not', () => {
    const quiet = story(surge(), clicks.slice(0, 210)).result;
    expect(quiet.thresholds[0].value).toBe(10_000);
    const refused = story(surge({ php: { maxChildren: 1, listenBacklog: 10 } }), [
      ...clicks.slice(0, 210),
      [23_500, 0, 20],
    ]).result;
    expect(refused.thresholds[0].value).toBeGreaterThan(3000);
  });

  it('a second in which few are answered fast while most wait is none', () => {
    // From 10 s on twenty a second come; four of five take 5 s, and one of five 100 ms: the median of those answered is as before.
    const stalled: Click[] = [
      ...Array.from({ length: 10 }, (_, i) => 500 + 1000 * i),
      ...Array.from({ length: 80 }, (_, i): Click => [10_000 + 50 * i, i % 5 === 0 ? 0 : 1]),
      ...Array.from({ length: 30 }, (_, i) => 20_500 + 1000 * i),
    ];
    const pages = [scriptPage({ waitMs: always(100) }), scriptPage({ waitMs: always(5000) })];
    const incident = { kind: 'event', name: 'stall', fromMs: 10_000, peakToMs: 10_000, toMs: 20_000 } as const;
    const { result } = story(surge({ incident, pages, php: { maxChildren: 500, listenBacklog: 500 } }), stalled);
    // The last of those that take long came at 13.95 s and is answered at 18.95 s; until then the median of the answers is 5 s.
    expect(result.events.find(({ kind }) => kind === 'recovered')).toMatchObject({ atMs: 19_000 });
  });

  it('begins with nothing where there was no surge, or nothing before it', () => {
    expect(story(surge({ incident: null }), clicks).result.thresholds[0]).toEqual({
      text: 'recovery < 60s',
      value: null,
      verdict: 'inconclusive',
    });
    expect(story(surge(), clicks.slice(10)).result.thresholds[0].value).toBeNull();
    const nowhere = surge({ incident: { kind: 'surge', name: 'surge', fromMs: 9000, peakToMs: 20_000, toMs: 20_000 } });
    expect(story(nowhere, clicks).result.thresholds[0].value).toBeNull();
  });

  it('is not known while the peak lasts', async () => {
    const values = await secondBySecond(surge(), clicks, (result) => result.thresholds[0].value);
    expect(values.slice(0, 20)).toEqual(new Array(20).fill(null));
    expect(values.slice(20, 24)).toEqual([null, null, null, null]);
    expect(values.at(-1)).toBe(12_000);
  });
});

function surge(parts: Bare = {}): Model {
  const durationMs = parts.durationMs ?? 50_000;
  return bare({
    durationMs,
    windows: [
      { name: 'before surge', fromMs: 0, toMs: 10_000 },
      { name: 'during surge', fromMs: 10_000, toMs: 20_000 },
      { name: 'after surge', fromMs: 20_000, toMs: durationMs },
    ],
    incident: { kind: 'surge', name: 'surge', fromMs: 10_000, peakToMs: 20_000, toMs: 20_000 },
    pages: [scriptPage({ waitMs: always(100) })],
    thresholds: [recovery],
    ...parts,
  });
}
