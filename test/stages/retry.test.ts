import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { RetryModel, VisitorsModel } from '../../src/model.js';
import { run } from '../../src/simulate.js';
import { Persistence } from '../../src/stages/retry.js';
import { View } from '../../src/stages/view.js';
import { Visitor } from '../../src/stages/visitor.js';
import { Cause } from '../../src/telemetry/cause.js';
import { type Bare, bare, exponential, poisson, scriptPage } from '../support/bare.js';
import { type Click, story } from './story.js';

const rule = (parts: Partial<RetryModel> = {}): RetryModel => ({
  attempts: 4,
  backoffMs: 100,
  multiplier: 2,
  capMs: 10_000,
  jitter: 'none',
  budget: null,
  on: ['502', '504', 'timeout'],
  ...parts,
});

/** One child that is held for 10 s by whoever comes first, and no line: all others get a 502 at once. */
const occupied: Bare = { php: { maxChildren: 1, listenBacklog: -1 }, pages: [scriptPage({ waitMs: always(10_000) })] };

function tries(visitors: Partial<VisitorsModel>, clicks: readonly Click[] = [0, 1], parts: Bare = occupied) {
  return story(bare({ durationMs: 60_000, ...parts, visitors }), clicks);
}

/** When the attempts at the page of the second visitor were made. */
function attemptsAt(visitors: Partial<VisitorsModel>): number[] {
  const { ends } = tries(visitors);
  return ends.filter((end) => end.includes('502')).map((end) => Number(/^([\d.]+) ms/.exec(end)![1]));
}

describe('a program', () => {
  it('tries again after backoff · multiplier^k, so many attempts in all', () => {
    expect(attemptsAt({ retry: rule() })).toEqual([1, 101, 301, 701]);
    expect(attemptsAt({ retry: rule({ multiplier: 3 }) })).toEqual([1, 101, 401, 1301]);
    expect(attemptsAt({ retry: rule({ capMs: 150, attempts: 5 }) })).toEqual([1, 101, 251, 401, 551]);
    expect(attemptsAt({ retry: rule({ attempts: 1 }) })).toEqual([1]);
  });

  it('V31: five retries after 100 · 2^i wait 3,100 ms in all', () => {
    const at = attemptsAt({ retry: rule({ attempts: 6 }) });
    expect(at[5] - at[0]).toBe(3100);
  });

  it('stops when it has the page, which counts once', () => {
    const { ends, result } = tries({ retry: rule({ attempts: 20, backoffMs: 4000, multiplier: 1 }) });
    expect(ends).toEqual([
      '1 ms: 502 (listen queue full) to the click at 1 ms',
      '4001 ms: 502 (listen queue full) to the click at 4001 ms',
      '8001 ms: 502 (listen queue full) to the click at 8001 ms',
      '10000 ms: 200 to the click at 0 ms',
      '22001 ms: 200 to the click at 12001 ms',
    ]);
    expect(result.requests).toEqual({ offered: 5, good: 2, failed: 3, unfinished: 0 });
    expect(result.views).toEqual({
      begun: 2,
      good: 2,
      failed: 0,
      unfinished: 0,
      attempts: 5,
      perView: 2.5,
      again: { retry: 3, 'auto-reload': 0, reload: 0, refresh: 0 },
    });
  });

  it('tries again only after what its rule names', () => {
    expect(attemptsAt({ retry: rule({ on: ['504'] }) })).toEqual([1]);
  });

  it('takes its own patience for a timeout', () => {
    const { ends } = tries({ patienceMs: always(1000), retry: rule({ attempts: 2 }) }, [0]);
    expect(ends).toEqual([
      '1000 ms: 499 (the visitor left before nginx had an answer) to the click at 0 ms',
      '1100 ms: 502 (listen queue full) to the click at 1100 ms',
    ]);
    expect(tries({ patienceMs: always(1000), retry: rule({ on: ['502'] }) }, [0]).ends).toHaveLength(1);
  });

  it.each([
    ['full', 0, 1],
    ['equal', 0.5, 1],
  ] as const)('with %s jitter waits from %d to %d times the rule', (jitter, least, most) => {
    const waits = waitsOf(2000, rule({ jitter }));
    for (const [index, wait] of [100, 200, 400].entries()) {
      const drawn = waits.map((of) => of[index] / wait);
      expect(Math.min(...drawn)).toBeGreaterThanOrEqual(least);
      expect(Math.min(...drawn)).toBeLessThan(least + 0.01);
      expect(Math.max(...drawn)).toBeLessThanOrEqual(most);
      expect(Math.max(...drawn)).toBeGreaterThan(most - 0.01);
    }
  });

  it('V31: with full jitter five retries wait 1,550 ms in all on average', () => {
    const sums = waitsOf(4000, rule({ attempts: 6, jitter: 'full' })).map((waits) => waits.reduce((sum, ms) => sum + ms, 0));
    const mean = sums.reduce((sum, ms) => sum + ms, 0) / sums.length;
    // Independent uniform waits: variance (100² + 200² + 400² + 800² + 1600²) / 12, a standard error of 533 / √4000 = 8.4.
    expect(Math.abs(mean - 1550)).toBeLessThan(4.9 * Math.sqrt((100 ** 2 * (4 ** 5 - 1)) / 3 / 12 / 4000));
  });

  it('with decorrelated jitter waits from the first wait to three times the last one, within the cap', () => {
    const waits = waitsOf(2000, rule({ attempts: 5, jitter: 'decorrelated', capMs: 500 }));
    for (const [first, ...others] of waits) {
      expect(first).toBeGreaterThanOrEqual(100);
      expect(first).toBeLessThanOrEqual(300);
      let last = first;
      for (const wait of others) {
        expect(wait).toBeGreaterThanOrEqual(100);
        expect(wait).toBeLessThanOrEqual(Math.min(500, 3 * last) + 1e-6);
        last = wait;
      }
    }
    expect(waits.filter((of) => of[3] === 500).length).toBeGreaterThan(200);
  });

  it('has a budget: ten saved up, and a share of the first requests', () => {
    const visitors = 200;
    const again = (budget: number | null) =>
      tries({ retry: rule({ attempts: 2, budget }) }, [0, [1, 0, visitors]]).result.views!.again.retry;
    expect(again(null)).toBe(visitors);
    // Those of one moment have all paid in before the first of them tries again, and no more than ten are kept.
    expect(again(0.1)).toBe(10);
    expect(again(0)).toBe(10);
    const onePerSecond = Array.from({ length: 50 }, (_, second) => 1000 * second + 1);
    const spread = (budget: number) =>
      story(
        bare({
          durationMs: 60_000,
          php: { maxChildren: 1, listenBacklog: -1 },
          pages: [scriptPage({ waitMs: always(60_000) })],
          visitors: { retry: rule({ attempts: 2, budget }) },
        }),
        [0, ...onePerSecond],
      ).result.views!.again.retry;
    // The account is full when the first two come; the other 49 pay 4.9 or 24.5 into it.
    expect(spread(0.1)).toBe(10 + 4);
    expect(spread(0.5)).toBe(10 + 24);
  });

  it('asks for the same work again', () => {
    const once = { php: { maxChildren: 1 }, pages: [scriptPage({ waitMs: exponential(3000) })], durationMs: 200_000 };
    const [whole] = tries({}, [0], once).tookMs;
    const visitors = { patienceMs: always(whole - 1), retry: rule({ attempts: 3, backoffMs: 50_000 }) };
    const { result, tookMs } = tries(visitors, [0], once);
    expect(tookMs).toEqual([whole - 1, whole - 1, whole - 1]);
    expect(result.stages['php-fpm'].left).toBe(3);
    expect(result.stages['php-fpm'].timeMs.mean).toBeCloseTo(whole, 5);
  });

  it('does not meet the same bad luck again', () => {
    const lost = run(
      bare({
        durationMs: 1_000_000,
        tcp: { loss: 0.3, synRetryMs: [0], synGiveUpMs: 1000 },
        pages: [scriptPage()],
        traffic: [poisson(20, { curve: [{ fromMs: 0, toMs: 500_000, fromRate: 20, toRate: 20 }] })],
        visitors: { retry: rule({ attempts: 2, on: ['connect timeout'] }) },
      }),
    ).views!;
    // A SYN or its answer is lost with 1 - 0.7² = 0.51; both attempts fail with 0.51² = 0.26, not with 0.51.
    expect(lost.failed / lost.begun).toBeGreaterThan(0.24);
    expect(lost.failed / lost.begun).toBeLessThan(0.28);
  });
});

describe('a browser', () => {
  const unreachable: Bare = { dns: { answer: 'NXDOMAIN', ttlMs: 0 }, durationMs: 6_000_000 };
  const at = (open: number, parts: Bare = unreachable) =>
    tries({ autoReloadMs: always(open) }, [0], parts).ends.map((end) => Number(/^([\d.]+) ms/.exec(end)![1]) / 1000);

  it('loads the page of a network error again after 1, 5, 30 s, 1, 5, 10 min, and then every 30 min', () => {
    expect(at(Infinity)).toEqual([0, 1, 6, 36, 96, 396, 996, 2796, 4596]);
  });

  it('as long as the page is open', () => {
    expect(at(36_000)).toEqual([0, 1, 6]);
    expect(at(36_001)).toEqual([0, 1, 6, 36]);
  });

  it('never that of an HTTP error', () => {
    expect(tries({ autoReloadMs: always(1e9) }, [0, 1]).ends).toHaveLength(2);
  });
});

describe('a person', () => {
  const reload = { chance: 1, afterMs: always(3000), times: 2 };

  it('presses reload at an error page, so often and no more', () => {
    expect(attemptsAt({ reload })).toEqual([1, 3001, 6001]);
    expect(attemptsAt({ reload: { ...reload, chance: 0 } })).toEqual([1]);
  });

  it('by chance', () => {
    const { views } = tries({ reload: { ...reload, chance: 0.25, times: 1 } }, [0, [1, 0, 4000]]).result;
    // A standard error of √(0.25 · 0.75 / 4000) = 0.0068.
    expect(views!.again.reload / 4000).toBeCloseTo(0.25, 1);
    expect(Math.abs(views!.again.reload / 4000 - 0.25)).toBeLessThan(4.9 * 0.0068);
  });

  it('or the browser does it first', () => {
    const { result, ends } = tries({ reload, autoReloadMs: always(1e9) }, [0], {
      dns: { answer: 'NXDOMAIN', ttlMs: 0 },
    });
    // At 1 s by itself; then the person at 4 s (the browser would at 6 s) and at 7 s; then the browser, 30 s after that.
    expect(ends.map((end) => end.split(' ')[0])).toEqual(['0', '1000', '4000', '7000', '67000'].slice(0, ends.length));
    expect(result.views!.again).toMatchObject({ reload: 2 });
  });

  it('does not reload what they have left', () => {
    expect(tries({ reload, patienceMs: always(500) }, [0]).ends).toHaveLength(1);
  });

  it('presses reload while they wait: the old request is given up, and PHP works on for nobody', () => {
    const { ends, result, figure } = tries({ refresh: { afterMs: always(4000), times: 1 } }, [0], {
      php: { maxChildren: 2 },
      pages: [scriptPage({ waitMs: always(6000) })],
    });
    expect(ends).toEqual([
      '4000 ms: 499 (the visitor left before nginx had an answer) to the click at 0 ms',
      '10000 ms: 200 to the click at 4000 ms',
    ]);
    expect(result.views).toMatchObject({ begun: 1, good: 1, attempts: 2, again: { refresh: 1 } });
    expect(result.stages['php-fpm'].entered).toBe(2);
    expect(figure('nginx', 'abandoned by visitors')).toBe(1);
    // Of 12 s of work, the first 6 s were for nobody: all of what ended up to the end of second 5.
    expect(result.series.forNobody!.flatMap((share, step) => (share === null ? [] : [[step, share]]))).toEqual([
      [5, 1],
      [9, 0],
    ]);
  });

  it('only if they wait that long, and leaves if patience ends first', () => {
    const waits = (patienceMs: number) =>
      tries({ refresh: { afterMs: always(4000), times: 9 }, patienceMs: always(patienceMs) }, [0], {
        php: { maxChildren: 9 },
        pages: [scriptPage({ waitMs: always(6000) })],
      }).ends.length;
    expect(waits(3000)).toBe(1);
    expect(waits(5000)).toBe(10);
  });
});

describe('a source with visitors of its own', () => {
  it('differs in what it says', () => {
    const model = bare({
      durationMs: 300_000,
      ...occupied,
      visitors: { reload: { chance: 1, afterMs: always(3000), times: 1 } },
      traffic: [
        poisson(1, { name: 'people' }),
        poisson(1, { name: 'program', visitors: { ...bare().visitors, retry: rule({ attempts: 3 }) } }),
      ],
    });
    const { again, begun, attempts } = run(model).views!;
    expect(attempts).toBe(begun + again.retry + again.reload);
    expect(again.retry).toBeGreaterThan(400);
    expect(again.reload).toBeGreaterThan(200);
    expect(again.reload).toBeLessThan(310);
  });
});

describe('in every run', () => {
  it('retries are attempts less first requests, and no page is asked for more often than the rules allow', () => {
    const law = fc.constantFrom(always(50), always(400), exponential(300));
    const behaviour = fc.record({
      patienceMs: fc.constantFrom(null, always(150), exponential(500)),
      retry: fc.oneof(
        fc.constant(null),
        fc.record({
          attempts: fc.integer({ min: 1, max: 6 }),
          backoffMs: fc.integer({ min: 0, max: 400 }),
          multiplier: fc.constantFrom(1, 2, 3),
          capMs: fc.integer({ min: 1, max: 2000 }),
          jitter: fc.constantFrom('none' as const, 'equal' as const, 'full' as const, 'decorrelated' as const),
          budget: fc.constantFrom(null, 0, 0.1, 1),
          on: fc.constantFrom(['timeout'], ['502', '504', 'reset', 'timeout'], ['empty reply', '500']),
        }),
      ),
      reload: fc.oneof(
        fc.constant(null),
        fc.record({ chance: fc.constantFrom(0.3, 1), afterMs: law, times: fc.constantFrom(1, 3) }),
      ),
      refresh: fc.oneof(fc.constant(null), fc.record({ afterMs: law, times: fc.constantFrom(1, 3) })),
      autoReloadMs: fc.constantFrom(null, always(5000)),
    });
    let retries = 0;
    fc.assert(
      fc.property(behaviour, fc.integer({ min: 0, max: 1e6 }), (visitors, seed) => {
        const result = run(
          bare({
            seed: String(seed),
            durationMs: 40_000,
            host: { cores: 1 },
            tcp: { loss: 0.02 },
            nginx: { workerProcesses: 1, workerConnections: 12, keepaliveTimeoutMs: 500, fastcgiReadTimeoutMs: 900 },
            php: { maxChildren: 2, listenBacklog: 5 },
            pages: [scriptPage({ cpuMs: exponential(30) }, { assets: [1] }), scriptPage({}, { path: '/style.php', weight: 0 })],
            visitors: { ...visitors, pagesPerVisit: { law: 'geometric', mean: 2 }, thinkMs: always(100), keepAlive: true },
            traffic: [poisson(60, { curve: [{ fromMs: 0, toMs: 20_000, fromRate: 60, toRate: 60 }] })],
          }),
        );
        const { views } = result;
        if (views === undefined) return;
        const { begun, good, failed, unfinished, attempts, again } = views;
        const further = Object.values(again).reduce((sum, count) => sum + count, 0);
        expect(attempts - begun).toBe(further);
        expect(good + failed + unfinished).toBe(begun);
        expect(result.series.views!.again.reduce((sum, count) => sum + count, 0)).toBe(further);
        expect(attempts).toBeLessThanOrEqual(result.requests.offered);
        if (visitors.retry !== null) {
          expect(again.retry).toBeLessThanOrEqual(begun * (visitors.retry.attempts - 1));
          if (visitors.retry.budget !== null) expect(again.retry).toBeLessThanOrEqual(10 + visitors.retry.budget * begun);
        } else expect(again.retry).toBe(0);
        expect(again.reload).toBeLessThanOrEqual(begun * (visitors.reload?.times ?? 0));
        expect(again.refresh).toBeLessThanOrEqual(begun * (visitors.refresh?.times ?? 0));
        retries += further;
      }),
      { numRuns: 120 },
    );
    expect(retries).toBeGreaterThan(10_000);
  });
});

/** The waits before each retry, of so many visitors. */
function waitsOf(visitors: number, retry: RetryModel): number[][] {
  const persistence = new Persistence({ ...bare().visitors, retry });
  const failure = new Cause('502', 'php-fpm', 'listen queue full', '');
  return Array.from({ length: visitors }, (_, seed) => {
    const visitor = Object.assign(new Visitor(), { seedHigh: 7, seedLow: seed, requests: 1 });
    return Array.from({ length: retry.attempts - 1 }, (_, retries) =>
      persistence.delayMs(Object.assign(visitor, { retries }), new View(), failure, false, 0),
    );
  });
}
