import { filter, lastValueFrom, takeWhile, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Figure, figure } from '../../src/experiments/interval.js';
import { replicate, replications } from '../../src/experiments/replicate.js';
import { type Kept, kept, summarise } from '../../src/experiments/summary.js';
import { toJson } from '../../src/report/json.js';
import { run } from '../../src/simulate.js';
import type { Result } from '../../src/telemetry/result.js';
import { bare, exponential, poisson, scriptPage } from '../support/bare.js';

/** One PHP child that a request holds for 10 ms in the mean, while `load` of the time someone holds it. */
function oneChild(load: number, seconds: number, seed = '1') {
  return bare({
    seed,
    durationMs: 2000 + 1000 * seconds,
    warmupMs: 2000,
    pages: [scriptPage({ waitMs: exponential(10) })],
    traffic: [poisson(100 * load)],
  });
}

function holds({ ci95: [low, high] }: Figure, value: number): boolean {
  return low <= value && value <= high;
}

describe('replicate', () => {
  it.each([
    [0.5, 100, 20],
    [0.8, 300, 50],
  ])(
    'at load %f thirty runs of %i s hold the mean sojourn of theory, %i ms, and not its tenth more',
    (load, seconds, sojourn) => {
      const { latencyMs, stages, runs } = replicate(oneChild(load, seconds), 30);
      expect(runs).toBe(30);
      for (const figure of [latencyMs.mean, stages['php-fpm'].timeMs.mean]) {
        expect(holds(figure!, sojourn)).toBe(true);
        expect(holds(figure!, 1.1 * sojourn)).toBe(false);
      }
      expect(holds(stages['php-fpm'].utilisation!, load)).toBe(true);
    },
  );

  it('holds the true mean in about 95 of 100 cases', { timeout: 600_000 }, () => {
    const seeds = 200;
    let held = 0;
    for (let seed = 1; seed <= seeds; seed += 1) {
      if (holds(replicate(oneChild(0.5, 40, `coverage ${seed}`), 5).latencyMs.mean!, 20)) held += 1;
    }
    // A binomial of 200 and 0.95 lies within these but for one case in 2,000 on either side.
    expect(held).toBeGreaterThanOrEqual(179);
    expect(held).toBeLessThanOrEqual(198);
  });

  it('the first runs of many are those of few', () => {
    const model = oneChild(0.5, 5);
    const seen: Result[] = [];
    replicate(model, 5, (result, index) => {
      seen[index] = result;
    });
    expect(toJson(seen[0])).toBe(toJson(run(model)));
    expect(new Set(seen.map((result) => result.requests.offered)).size).toBeGreaterThan(1);
    expect(toJson(replicate(model, 3))).toBe(toJson(summarise(model, seen.slice(0, 3))));
  });

  it('gives the same bytes twice, and in slices', async () => {
    const model = oneChild(0.8, 20);
    const text = toJson(replicate(model, 3));
    expect(toJson(replicate(model, 3))).toBe(text);
    expect(toJson((await lastValueFrom(replications(model, 3))).answer()!)).toBe(text);
  });

  it('one run has the figures of that run, as points', () => {
    const model = oneChild(0.5, 5);
    const alone = run(model);
    const { runs, partial, latencyMs, requests, stages } = replicate(model, 1);
    expect([runs, partial]).toEqual([1, false]);
    expect(latencyMs.p95).toEqual({ mean: alone.latencyMs.p95, ci95: [alone.latencyMs.p95, alone.latencyMs.p95] });
    expect(requests.offered.mean).toBe(alone.requests.offered);
    expect(stages['php-fpm'].queue.mean.mean).toBe(alone.stages['php-fpm'].queue.mean);
  });

  it.each([0, -1, 1.5, Number.NaN])('%f runs are refused', (runs) => {
    expect(() => replicate(oneChild(0.5, 1), runs)).toThrow(RangeError);
  });

  it('more runs than an answer may rest on are refused before the first', () => {
    expect(() => replicate(oneChild(0.5, 1), 10_001)).toThrow('10000');
  });
});

describe('replications', () => {
  it('have no answer before the first run has ended, then that of the runs that have', async () => {
    const model = oneChild(0.5, 5);
    const story: string[] = [];
    const last = await lastValueFrom(
      replications(model, 3).pipe(
        filter(({ frame }) => frame.timeMs === 1000 || frame.timeMs === frame.durationMs),
        tap(({ index, frame, answer }) => {
          const runs = answer();
          story.push(`run ${index} at ${frame.timeMs}: ${runs === null ? 'none' : `${runs.runs} of ${runs.runsAsked}`}`);
        }),
      ),
    );
    expect(story).toEqual([
      'run 0 at 1000: none',
      'run 0 at 7000: none',
      'run 1 at 1000: 1 of 3',
      'run 1 at 7000: 1 of 3',
      'run 2 at 1000: 2 of 3',
      'run 2 at 7000: 2 of 3',
    ]);
    expect(last.answer()).toEqual(replicate(model, 3));
  });

  it('that are stopped have the answer of the runs that were complete, marked as partial', async () => {
    const model = oneChild(0.5, 5);
    const stopped = await lastValueFrom(replications(model, 1000).pipe(takeWhile(({ index }) => index < 2)));
    expect(stopped.answer()).toEqual({ ...replicate(model, 2), runsAsked: 1000, partial: true });
  });
});

describe('the answer of several runs', () => {
  const results = (changes: readonly ((result: Kept) => Partial<Kept>)[]) => {
    const result = kept(run(oneChild(0.5, 2)));
    return changes.map((change) => ({ ...result, ...change(result) }));
  };
  const cause = { outcome: '502', stage: 'php-fpm', cause: 'listen queue full', log: 'failed (11)', firstMs: 1, lastMs: 9 };

  it('merges causes by what they are, in the order of how many requests they hit', () => {
    const { causes } = summarise(
      oneChild(0.5, 2),
      results([
        () => ({ causes: [{ ...cause, count: 4 }] }),
        () => ({
          causes: [
            { ...cause, count: 8 },
            { ...cause, stage: 'nginx', count: 30 },
          ],
        }),
        () => ({ causes: [] }),
      ]),
    );
    const { firstMs: _, lastMs: __, ...same } = cause;
    expect(causes).toEqual([
      { ...same, stage: 'nginx', runs: 1, count: figure([0, 30, 0]) },
      { ...same, runs: 2, count: figure([4, 8, 0]) },
    ]);
  });

  it('has the share of errors run by run, of the runs in which requests ended', () => {
    const requests = (good: number, failed: number) => () => ({ requests: { offered: 9, good, failed, unfinished: 0 } });
    const model = oneChild(0.5, 2);
    expect(summarise(model, results([requests(3, 1), requests(1, 1)])).errors).toEqual(figure([0.25, 0.5]));
    expect(summarise(model, results([requests(3, 1), requests(0, 0)])).errors).toEqual({ runs: 1, ...figure([0.25]) });
    expect(summarise(model, results([requests(0, 0), requests(0, 0)])).errors).toBeNull();
  });

  it('judges each threshold by its interval, and all by the worst', () => {
    const metric = { kind: 'p95' } as const;
    const thresholds = [200, 100, 30].map((value) => ({
      text: `p95 < ${value}ms`,
      window: null,
      metric,
      operator: '<' as const,
      value,
    }));
    const of = (...limits: number[]) => {
      const chosen = thresholds.filter(({ value }) => limits.includes(value));
      const runs = [90, 110, 99].map((value) => () => ({
        thresholds: chosen.map(({ text }) => ({ text, value, verdict: 'pass' as const })),
      }));
      const { thresholds: judged, verdict } = summarise({ ...oneChild(0.5, 2), thresholds: chosen }, results(runs));
      return [...judged.map((each) => each.verdict), verdict];
    };
    expect(of(200)).toEqual(['pass', 'pass']);
    expect(of(200, 100)).toEqual(['pass', 'inconclusive', 'inconclusive']);
    expect(of(200, 100, 30)).toEqual(['pass', 'inconclusive', 'fail', 'fail']);
    expect(of()).toEqual(['none']);
  });

  it('keeps what the scenario states as numbers', () => {
    const model = oneChild(0.5, 2);
    const { host, stages, windows } = replicate(model, 2);
    expect([host.cpu.cores, host.memory.bytes, host.memory.overcommittedRuns]).toEqual([1e6, 2 ** 40, 0]);
    expect([stages['php-fpm'].placesMax, stages['php-fpm'].places, stages.dns.utilisation]).toEqual([1, 'children', null]);
    expect(windows.map(({ name, fromMs, toMs }) => [name, fromMs, toMs])).toEqual([['all', 2000, 4000]]);
  });

  it('of runs without an answer has no latencies, and says so once', () => {
    const { latencyMs, errors, warnings } = replicate(bare({ durationMs: 1000 }), 3);
    expect([latencyMs.p95, latencyMs.count.mean, errors]).toEqual([null, 0, null]);
    expect(warnings).toEqual([{ runs: 3, text: 'no request began in the counted time: there is nothing to report' }]);
  });
});
