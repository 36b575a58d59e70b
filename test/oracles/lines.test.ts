/**
 * Lines before workers, request by request: each is recomputed from its arrival and its needs by a textbook recursion.
 *
 * No statistics. A recursion knows nothing of events, so that a tie or a place counted wrongly shows in the first request it
 * touches.
 */
import { describe, expect, test } from 'vitest';
import { Kind } from '../../src/engine/agenda.js';
import { VirtualClock } from '../../src/engine/clock.js';
import { distribution } from '../../src/engine/distribution.js';
import { always, type Law } from '../../src/engine/law.js';
import { Need } from '../../src/engine/need.js';
import { Random } from '../../src/engine/random.js';
import { Pool } from '../../src/host/pool.js';
import { bare, exponential, poisson, scriptPage } from '../support/bare.js';
import { watch } from '../support/watch.js';

const laws: readonly (readonly [string, Law])[] = [
  ['exponential', exponential(10)],
  ['lognormal, SCV 4', { law: 'lognormal', mean: 10, cv: 2 }],
  ['constant', always(10)],
  ['whole milliseconds, with many ties', { law: 'empirical', values: [0, 5, 5, 10, 10, 15, 25] }],
];

/** Requests of a site with PHP-FPM only: arrivals and services to recompute from, ends and outcomes to compare with. */
function siteRequests(law: Law, rate: number, php: { maxChildren: number; listenBacklog?: number }, even = false) {
  const model = bare({
    durationMs: 400_000,
    php,
    pages: [scriptPage({ waitMs: law })],
    traffic: [
      poisson(rate, {
        spacing: even ? 'even' : 'poisson',
        curve: [{ fromMs: 0, toMs: 16_000_000 / rate, fromRate: rate, toRate: rate }],
      }),
    ],
  });
  const service = new Need('php.wait /', law);
  return watch(model).map((request) => ({ ...request, serviceMs: service.of(request) }));
}

/** Ends of requests at `workers` first come, first served; `null` for one that finds `most` inside. */
function ends(
  requests: readonly { arrivedMs: number; serviceMs: number }[],
  workers: number,
  most = Infinity,
): (number | null)[] {
  const free = new Array<number>(workers).fill(0);
  let inside: number[] = [];
  return requests.map(({ arrivedMs, serviceMs }) => {
    inside = inside.filter((endMs) => endMs > arrivedMs);
    if (inside.length >= most) return null;
    const earliest = free.indexOf(Math.min(...free));
    const endMs = Math.max(arrivedMs, free[earliest]) + serviceMs;
    free[earliest] = endMs;
    inside.push(endMs);
    return endMs;
  });
}

/** Every number as it should be, within 1e-9 of itself. */
function expectClose(simulated: readonly (number | null)[], computed: readonly (number | null)[]): void {
  expect(simulated.length).toBe(computed.length);
  const off = simulated.flatMap((value, at) => {
    const target = computed[at];
    const close = value === null || target === null ? value === target : Math.abs(value - target) <= 1e-9 * Math.max(1, target);
    return close ? [] : [`${at}: ${value}, not ${target}`];
  });
  expect(off).toEqual([]);
}

describe.each(laws)('%s service', (_, law) => {
  test.each([false, true])('O1 one worker, evenly spaced arrivals: %s', (even) => {
    const requests = siteRequests(law, 80, { maxChildren: 1 }, even);
    expect(requests.length).toBeGreaterThan(15_000);
    let lastEndMs = 0;
    const computed = requests.map(({ arrivedMs, serviceMs }) => {
      lastEndMs = Math.max(arrivedMs, lastEndMs) + serviceMs;
      return lastEndMs;
    });
    expectClose(
      requests.map(({ endedMs }) => endedMs),
      computed,
    );
  });

  test.each([2, 5, 16])('O2 %i workers', (workers) => {
    const requests = siteRequests(law, 90 * workers, { maxChildren: workers });
    expectClose(
      requests.map(({ endedMs }) => endedMs),
      ends(requests, workers),
    );
  });

  test.each([
    [1, 0],
    [1, 3],
    [8, 0],
    [8, 15],
  ])('O3 %i workers and a backlog of %i, overloaded', (workers, backlog) => {
    const requests = siteRequests(law, 110 * workers, { maxChildren: workers, listenBacklog: backlog }, true);
    const computed = ends(requests, workers, workers + backlog + 1);
    // With services that vary some are turned away, and always some are not.
    expect(computed.some((endMs) => endMs !== null)).toBe(true);
    expect(computed.some((endMs) => endMs === null)).toBe(true);
    expectClose(
      requests.map(({ endedMs, outcome }) => (outcome === '502' ? null : endedMs)),
      computed,
    );
  });

  test('O3 a pool of four places with room for two in line, and one with none', () => {
    for (const lineMax of [0, 2]) {
      const jobs = seededJobs(law, 2.6, 20_000);
      const clock = new VirtualClock();
      const pool = new Pool<number>(clock, 4, lineMax);
      const left: (number | null)[] = jobs.map(() => null);
      const start = (job: number) => {
        clock.after(jobs[job].serviceMs, finish, job);
      };
      const finish = (job: number) => {
        left[job] = clock.now();
        pool.give();
      };
      for (const [job, { arrivedMs }] of jobs.entries())
        clock.at(arrivedMs, () => pool.take(job, start), undefined, Kind.arrival);
      clock.runUntil(1e6);
      expectClose(left, ends(jobs, 4, 4 + lineMax));
    }
  });

  test('O4 three pools in a row: one place, four, and one', () => {
    const places = [1, 4, 1];
    const random = new Random('tandem');
    const jobs = seededJobs(exponential(10), 12.5, 20_000);
    const service = distribution(law);
    const needs = places.map((count, stage) => {
      const stream = random.stream(`stage ${stage}`);
      return jobs.map(() => (count * service.draw(stream)) / 1.25);
    });
    const left = throughPools(jobs, places, needs);
    let waves = jobs.map(({ arrivedMs }, job) => ({ job, arrivedMs }));
    places.forEach((count, stage) => {
      const served = ends(
        waves.map(({ job, arrivedMs }) => ({ arrivedMs, serviceMs: needs[stage][job] })),
        count,
      );
      // Stable, so that those who leave at one moment go on in the order in which they began to be served.
      waves = waves.map(({ job }, at) => ({ job, arrivedMs: served[at]! })).sort((a, b) => a.arrivedMs - b.arrivedMs);
      if (stage === 0) expect(waves.map(({ job }) => job)).toEqual(jobs.map((_, job) => job));
    });
    const computed = new Array<number>(jobs.length);
    for (const { job, arrivedMs } of waves) computed[job] = arrivedMs;
    expectClose(left, computed);
  });
});

/** Jobs with exponential gaps of `gapMs`. */
function seededJobs(law: Law, gapMs: number, count: number) {
  const random = new Random('jobs');
  const gaps = random.stream('gaps');
  const services = random.stream('services');
  const gap = distribution(exponential(gapMs));
  const service = distribution(law);
  let arrivedMs = 0;
  return Array.from({ length: count }, () => {
    arrivedMs += gap.draw(gaps);
    return { arrivedMs, serviceMs: service.draw(services) };
  });
}

/** When each job leaves the last of the pools. */
function throughPools(jobs: readonly { arrivedMs: number }[], places: readonly number[], needs: readonly (readonly number[])[]) {
  const clock = new VirtualClock();
  const left: number[] = [];
  const stations = places.map((count, stage) => {
    const pool = new Pool<number>(clock, count);
    const start = (job: number) => {
      clock.after(needs[stage][job], finish, job);
    };
    const finish = (job: number) => {
      // The next station is entered before this one calls its next: a place is handed on, the job has already gone.
      const next = stations[stage + 1];
      if (next === undefined) left[job] = clock.now();
      else next(job);
      pool.give();
    };
    return (job: number) => void pool.take(job, start);
  });
  for (const [job, { arrivedMs }] of jobs.entries()) clock.at(arrivedMs, () => stations[0](job), undefined, Kind.arrival);
  clock.runUntil(1e7);
  return left;
}
