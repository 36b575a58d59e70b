import { describe, expect, it } from 'vitest';
import { lastValueFrom, take } from 'rxjs';
import type { Figure } from '../../src/experiments/interval.js';
import { replicate, replications } from '../../src/experiments/replicate.js';
import { summarise } from '../../src/experiments/summary.js';
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
  ])('at load %f thirty runs of %i s hold the mean sojourn of theory, %i ms, and not its tenth more', (load, seconds, sojourn) => {
    const { latencyMs, stages, runs } = replicate(oneChild(load, seconds), 30);
    expect(runs).toBe(30);
    for (const figure of [latencyMs.mean, stages['php-fpm'].timeMs.mean]) {
      expect(holds(figure!, sojourn)).toBe(true);
      expect(holds(figure!, 1.1 * sojourn)).toBe(false);
    }
    expect(holds(stages['php-fpm'].utilisation!, load)).toBe(true);
  });

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
    const answers: (number | null)[] = [];
    await lastValueFrom(
      replications(model, 3),
    );
    let frames = 0;
    await new Promise<void>((resolve, reject) =>
      replications(model, 3).subscribe({
        next: ({ index, frame, answer }) => {
          frames += 1;
          const runs = answer();
          answers.push(runs?.runs ?? null);
          const ended = frame.timeMs >= frame.durationMs ? index + 1 : index;
          if ((runs?.runs ?? 0) !== ended) reject(new Error(`${runs?.runs} runs in the answer, ${ended} have ended`));
          if (runs !== null && runs.partial !== runs.runs < 3) reject(new Error('partial is wrong'));
        },
        error: reject,
        complete: resolve,
      }),
    );
    expect(frames).toBeGreaterThan(6);
    expect(answers[0]).toBeNull();
    expect(answers.at(-1)).toBe(3);
  });

  it('stop when nobody listens, and what was complete is the answer of so many runs', async () => {
    const model = oneChild(0.5, 5);
    let ended = 0;
    const last = await lastValueFrom(
      new (await import('rxjs')).Observable<ReturnType<typeof summarise> | null>((subscriber) =>
        replications(model, 1000).subscribe(({ answer }) => {
          const runs = answer();
          if ((runs?.runs ?? 0) > ended) ended = runs!.runs;
          subscriber.next(runs);
          if (ended === 2) subscriber.complete();
        }),
      ).pipe(take(10_000)),
    );
    expect([last!.runs, last!.runsAsked, last!.partial]).toEqual([2, 1000, true]);
    const { runsAsked: _, partial: __, ...figures } = last!;
    const { runsAsked: ___, partial: ____, ...expected } = replicate(model, 2);
    expect(figures).toEqual(expected);
  });
});
