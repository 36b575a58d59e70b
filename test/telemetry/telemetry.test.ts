import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import { type Click, story } from '../stages/story.js';
import { type Bare, bare, filePage, scriptPage } from '../support/bare.js';

/** Four windows' worth of time, in which one child answers in 100 ms and keeps one waiting. */
const site: Bare = {
  durationMs: 8000,
  warmupMs: 2000,
  windows: [
    { name: 'first', fromMs: 2000, toMs: 4000 },
    { name: 'second', fromMs: 4000, toMs: 7000 },
    { name: 'third', fromMs: 7000, toMs: 8000 },
  ],
  host: { cores: 1 },
  php: { maxChildren: 1, listenBacklog: 0 },
  pages: [scriptPage({ cpuMs: always(100) }), filePage({ path: '/logo.png' })],
};

describe('windows', () => {
  it('a request counts for the window in which it began, and not at all if that was in the warm-up', () => {
    const { result } = visits([1950, 2001, 3950, 6999, 7950]);
    expect(result.windows.map(({ name, requests }) => [name, requests])).toEqual([
      ['first', { offered: 2, good: 2, failed: 0, unfinished: 0 }],
      ['second', { offered: 1, good: 1, failed: 0, unfinished: 0 }],
      ['third', { offered: 1, good: 0, failed: 0, unfinished: 1 }],
    ]);
    expect(result.requests).toEqual({ offered: 4, good: 3, failed: 0, unfinished: 1 });
    expect(result.windows.map(({ latencyMs }) => [latencyMs.count, latencyMs.max])).toEqual([
      [2, 149], // The one of 2001 waits for the one of 1950.
      [1, 100],
      [0, null],
    ]);
    expect(result.series.offered).toEqual([0, 1, 1, 1, 0, 0, 1, 1]);
  });

  it('what stages and cores did counts for the window in which they did it', () => {
    const { result } = visits([1950, 3950, 4500, 4500]);
    // Of CPU 50 ms in the first from the warm-up, 50 of its own; 50, 100 and 100 in the second.
    expect(result.windows.map(({ cpu }) => cpu.utilisation)).toEqual([closeTo(100 / 2000), closeTo(250 / 3000), 0]);
    expect(result.windows.map(({ stages }) => stages['php-fpm'].utilisation)).toEqual([
      closeTo(100 / 2000),
      closeTo(250 / 3000),
      0,
    ]);
    expect(result.windows.map(({ stages }) => stages['php-fpm'].queue)).toEqual([
      { mean: 0, max: 0 },
      { mean: closeTo(100 / 3000), max: 1 },
      { mean: 0, max: 0 },
    ]);
    expect(result.host.cpu).toMatchObject({ cores: 1, utilisation: closeTo(350 / 6000) });
    expect(result.host.cpu.by['php-fpm']).toEqual(closeTo(350 / 6000));
    expect(result.stages['php-fpm'].queue).toEqual({ mean: closeTo(100 / 6000), max: 1, limit: 1 });
  });

  it('rates are per second of the window', () => {
    const { result } = visits([2500, 4500, 5500, 6500, 6500, 6500]);
    expect(result.windows.map(({ perSecond }) => perSecond)).toEqual([
      { offered: 0.5, throughput: 0.5, goodput: 0.5 },
      { offered: closeTo(5 / 3), throughput: closeTo(5 / 3), goodput: closeTo(4 / 3) },
      { offered: 0, throughput: 0, goodput: 0 },
    ]);
    expect(result.perSecond).toEqual({ offered: 1, throughput: 1, goodput: closeTo(5 / 6) });
  });

  it('the times of a stage are those of requests that left it in the counted time', () => {
    const { result } = visits([500, 2500]);
    expect(result.stages['php-fpm']).toMatchObject({
      entered: 2,
      left: 2,
      inside: 0,
      timeMs: { mean: closeTo(100), waiting: 0 },
    });
    const early = visits([500]).result;
    expect(early.stages['php-fpm'].timeMs).toEqual({ mean: null, p95: null, waiting: null, share: null });
  });
});

describe('causes', () => {
  it('are counted apart, with their first and last moment, the most frequent first', () => {
    // Of three at once one runs, one waits and one is refused.
    const { result, logs } = visits([2500, 2500, 2500, 4500, 4500, 4500, 4550, 5500]);
    expect(result.causes).toEqual([
      {
        outcome: '502',
        stage: 'php-fpm',
        cause: 'listen queue full',
        log: logs[0].replace('php-fpm: ', ''),
        count: 3,
        firstMs: 2500,
        lastMs: 4550,
      },
    ]);
    expect(result.outcomes).toEqual({ '200': 5, '502': 3 });
    expect(result.windows.map(({ outcomes }) => outcomes)).toEqual([{ '200': 2, '502': 1 }, { '200': 3, '502': 2 }, {}]);
    expect(result.latencyMs.count).toBe(5);
    expect(result.allLatencyMs.count).toBe(8);
    expect(result.allLatencyMs).toMatchObject({ max: 200, mean: closeTo((100 + 200 + 100 + 200 + 100) / 8) });
  });

  it('of failures alike in number are told in the order of their names; of the warm-up there are none', () => {
    const { result } = story(
      bare({ ...site, nginx: { fastcgiReadTimeoutMs: 50 }, php: { maxChildren: 1, listenBacklog: 0 } }),
      [1000, 1000, 1000, 2500, 2500, 2500, 5000],
    );
    expect(result.causes.map(({ cause, count }) => [cause, count])).toEqual([
      ['fastcgi_read_timeout: no answer from PHP-FPM in time', 3],
      ['listen queue full', 1],
    ]);
    const equal = story(bare({ ...site, nginx: { fastcgiReadTimeoutMs: 150 } }), [2500, 2500, 2500]).result;
    expect(equal.causes.map(({ cause }) => cause)).toEqual([
      'fastcgi_read_timeout: no answer from PHP-FPM in time',
      'listen queue full',
    ]);
  });
});

function visits(clicks: readonly Click[]) {
  return story(bare(site), clicks);
}

function closeTo(value: number) {
  return expect.closeTo(value, 9);
}
