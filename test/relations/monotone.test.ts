/**
 * What is more, faster or fewer, and can do nobody harm: over 200 stations made up at random, request by request where theory guarantees it
 * (R25 to R30), on average where it does not (R31, R32).
 */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { always } from '../../src/engine/law.js';
import { run } from '../../src/simulate.js';
import { arrivalsOf, silent } from '../stages/story.js';
import type { Bare } from '../support/bare.js';
import { bare, exponential, poisson, scriptPage } from '../support/bare.js';
import { watch } from '../support/watch.js';

/** Hundreds of runs each, on a machine that may be busy. */
vi.setConfig({ testTimeout: 300_000 });

const RUNS = { numRuns: 200 };
/** Times add up in another order from run to run. */
const ROUNDING_MS = 1e-6;

interface Job {
  readonly atMs: number;
  readonly serviceMs: number;
}

/** Jobs with many ties and pauses. */
const jobs = fc
  .array(fc.record({ gapMs: fc.constantFrom(0, 1, 5, 5, 10, 17, 60), serviceMs: fc.integer({ min: 1, max: 40 }) }), {
    minLength: 2,
    maxLength: 30,
  })
  .map((drawn) => {
    let atMs = 0;
    return drawn.map(({ gapMs, serviceMs }): Job => {
      atMs += gapMs;
      return { atMs, serviceMs };
    });
  });
const workers = fc.integer({ min: 1, max: 4 });

/** When each has left PHP-FPM, by its number; each job is a page of its own, so that it keeps its service whatever changes. */
function leavings(given: readonly Job[], parts: Bare, page: (job: Job, index: number) => ReturnType<typeof scriptPage>) {
  const model = bare({ durationMs: 20_000, mysql: null, ...parts, pages: given.map(page), traffic: [silent] });
  const requests = watch(model, { arrivals: arrivalsOf(given.map(({ atMs }, index) => [atMs, index])) });
  return requests.map(({ stages, page, endedMs }) => {
    const stay = stages.find(({ stage }) => stage === 'php-fpm')!;
    return { page, leftMs: stay.toMs, waitedMs: stay.waitedMs, endedMs };
  });
}

/** First come, first served, at so many workers. */
const fifo = (given: readonly Job[], maxChildren: number) =>
  leavings(given, { php: { maxChildren } }, ({ serviceMs }, index) =>
    scriptPage({ waitMs: always(serviceMs) }, { path: `/${index}` }),
  );

/** All at once, sharing the cores. */
const sharing = (given: readonly Job[], cores: number, speed = 1) =>
  leavings(given, { host: { cores }, php: { maxChildren: 100 } }, ({ serviceMs }, index) =>
    scriptPage({ cpuMs: always(serviceMs / speed) }, { path: `/${index}` }),
  );

type Left = ReturnType<typeof fifo>;

/** Nobody of `better` leaves later than in `worse`. */
function noneLater(better: Left, worse: Left): void {
  const before = new Map(worse.map(({ page, leftMs }) => [page, leftMs]));
  for (const { page, leftMs } of better) expect(leftMs).toBeLessThanOrEqual(before.get(page)! + ROUNDING_MS);
}

function noneWaitsLonger(better: Left, worse: Left): void {
  const before = new Map(worse.map(({ page, waitedMs }) => [page, waitedMs]));
  for (const { page, waitedMs } of better) expect(waitedMs).toBeLessThanOrEqual(before.get(page)! + ROUNDING_MS);
}

const chosen = (index: number, given: readonly Job[]) => index % given.length;
const which = fc.nat(1000);

describe('first come, first served', () => {
  test('R25 one more worker: nobody leaves later', () => {
    fc.assert(
      fc.property(jobs, workers, (given, count) => noneLater(fifo(given, count + 1), fifo(given, count))),
      RUNS,
    );
  });

  test('R26 one job shorter: nobody waits longer', () => {
    fc.assert(
      fc.property(jobs, workers, which, fc.integer({ min: 0, max: 39 }), (given, count, index, serviceMs) => {
        const at = chosen(index, given);
        const shorter = given.map((job, other) =>
          other === at ? { ...job, serviceMs: Math.min(job.serviceMs, serviceMs) } : job,
        );
        noneWaitsLonger(fifo(shorter, count), fifo(given, count));
      }),
      RUNS,
    );
  });

  test('R27 all gaps longer at one worker: nobody waits longer', () => {
    fc.assert(
      fc.property(jobs, fc.double({ min: 1, max: 3, noNaN: true }), (given, times) => {
        noneWaitsLonger(
          fifo(
            given.map((job) => ({ ...job, atMs: job.atMs * times })),
            1,
          ),
          fifo(given, 1),
        );
      }),
      RUNS,
    );
  });

  test('R29 two single servers in a row, nginx and a child: either faster, and nobody leaves later', () => {
    const inARow = (given: readonly Job[], nginxMs: number, speed: number) =>
      leavings(given, { nginx: { workerProcesses: 1, proxyMs: always(nginxMs) } }, ({ serviceMs }, index) =>
        scriptPage({ waitMs: always(serviceMs / speed) }, { path: `/${index}` }),
      );
    fc.assert(
      fc.property(jobs, fc.integer({ min: 1, max: 30 }), fc.double({ min: 1, max: 3, noNaN: true }), (given, nginxMs, times) => {
        const before = inARow(given, nginxMs, 1);
        noneLater(inARow(given, nginxMs / times, 1), before);
        noneLater(inARow(given, nginxMs, times), before);
      }),
      RUNS,
    );
  });

  test('R30 one job less: nobody else leaves later', () => {
    fc.assert(
      fc.property(jobs, workers, which, (given, count, index) => {
        const at = chosen(index, given);
        const named = (without: number) =>
          leavings(
            given.filter((_, other) => other !== without),
            { php: { maxChildren: count } },
            (job) => scriptPage({ waitMs: always(job.serviceMs) }, { path: `/${given.indexOf(job)}` }),
          );
        noneLater(named(at), named(-1));
      }),
      RUNS,
    );
  });
});

describe('processor sharing', () => {
  test('R28 more cores, or faster ones: nobody leaves later', () => {
    fc.assert(
      fc.property(jobs, workers, fc.double({ min: 1, max: 3, noNaN: true }), (given, cores, times) => {
        const before = sharing(given, cores);
        noneLater(sharing(given, cores + 1), before);
        noneLater(sharing(given, cores, times), before);
      }),
      RUNS,
    );
  });

  test('R30 one job less: nobody else leaves later', () => {
    fc.assert(
      fc.property(jobs, workers, which, (given, cores, index) => {
        const at = chosen(index, given);
        const named = (without: number) =>
          leavings(
            given.filter((_, other) => other !== without),
            { host: { cores }, php: { maxChildren: 100 } },
            (job) => scriptPage({ cpuMs: always(job.serviceMs) }, { path: `/${given.indexOf(job)}` }),
          );
        noneLater(named(at), named(-1));
      }),
      RUNS,
    );
  });
});

describe('on average', () => {
  /** So many, with what the two sides of each differ by. */
  function onAverage(differences: readonly number[], atLeast: number): void {
    const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length;
    const variance = differences.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (differences.length - 1);
    const error = Math.sqrt(variance / differences.length);
    expect(differences).toHaveLength(200);
    // Not only not worse: better by more than chance explains.
    expect(mean - 4.9 * error).toBeGreaterThan(atLeast);
  }

  test('R31 a larger backlog: more is answered and less is refused', () => {
    const drawn = fc.sample(
      fc.record({
        seed: fc.nat().map(String),
        maxChildren: fc.integer({ min: 1, max: 4 }),
        load: fc.double({ min: 0.6, max: 1.5, noNaN: true }),
        room: fc.integer({ min: 0, max: 6 }),
        more: fc.integer({ min: 1, max: 8 }),
      }),
      { numRuns: 200, seed: 31 },
    );
    const sides = drawn.map(({ seed, maxChildren, load, room, more }) => {
      const side = (listenBacklog: number) =>
        run(
          bare({
            seed,
            durationMs: 30_000,
            mysql: null,
            php: { maxChildren, listenBacklog },
            pages: [scriptPage({ waitMs: exponential(50) })],
            traffic: [poisson(20 * maxChildren * load)],
          }),
        ).requests;
      return { small: side(room - 1), large: side(room - 1 + more) };
    });
    onAverage(
      sides.map(({ small, large }) => (large.good - small.good) / small.offered),
      0,
    );
    onAverage(
      sides.map(({ small, large }) => (small.failed - large.failed) / small.offered),
      0,
    );
  });

  test('R32 failures rarer, or mended sooner: more is answered', () => {
    const drawn = fc.sample(
      fc.record({
        seed: fc.nat().map(String),
        upMs: fc.integer({ min: 2000, max: 20_000 }),
        downMs: fc.integer({ min: 200, max: 3000 }),
        times: fc.double({ min: 1.5, max: 4, noNaN: true }),
        on: fc.constantFrom('php-fpm' as const, 'mysql' as const, 'nginx' as const),
      }),
      { numRuns: 200, seed: 32 },
    );
    const share = (seed: string, on: 'php-fpm' | 'mysql' | 'nginx', upMs: number, downMs: number) => {
      const what = { verb: 'stop', on, signal: 'TERM' } as const;
      const failures = [{ name: 'stop', upMs: exponential(upMs), downMs: exponential(downMs), because: '', what }];
      const pages = [scriptPage({ waitMs: always(10), queries: [aQuery] })];
      const { good, offered } = run(
        bare({ seed, durationMs: 60_000, php: { maxChildren: 20 }, pages, failures, traffic: [poisson(10)] }),
      ).requests;
      return good / offered;
    };
    const sides = drawn.map(({ seed, on, upMs, downMs, times }) => ({
      before: share(seed, on, upMs, downMs),
      rarer: share(seed, on, upMs * times, downMs),
      sooner: share(seed, on, upMs, downMs / times),
    }));
    onAverage(
      sides.map(({ before, rarer }) => rarer - before),
      0,
    );
    onAverage(
      sides.map(({ before, sooner }) => sooner - before),
      0,
    );
  });
});

const aQuery = { times: always(1), cpuMs: always(0), reads: always(0), row: null, table: null, holdMs: always(0), commit: false };
