/**
 * V25 to V27: limit_req as a queue with burst + 1 places, limit_conn as a pool without a line, and what a cache hits.
 *
 * Theory has a continuous clock; nginx counts milliseconds and thousandths of a request, or whole seconds. So the times here are long: at
 * one request a second a millisecond is a thousandth of the service, at a validity of 1,000 s a second is a thousandth of it. What
 * is left of the difference, some 0.05 %, is far below what the intervals can see.
 */
import { describe, expect, test } from 'vitest';
import { distribution } from '../../src/engine/distribution.js';
import { always, type Law } from '../../src/engine/law.js';
import { Random } from '../../src/engine/random.js';
import type { FastcgiCacheModel, LimitReqModel } from '../../src/model.js';
import { run } from '../../src/simulate.js';
import { LimitReq, REFUSED } from '../../src/stages/limitReq.js';
import type { Request } from '../../src/stages/request.js';
import { bare, exponential, poisson, scriptPage } from '../support/bare.js';
import { LawTable } from '../support/lawTable.js';
import { column, replicate } from '../support/replicate.js';

const table = new LawTable('Protections');
const laws = { timeout: 600_000 };

/** One a second, for all visitors together; nobody is delayed. */
function bucket(burst: number) {
  const clock = { ms: 0, now: () => clock.ms };
  const model: LimitReqModel = { zone: 'one', key: 'server', pages: [], status: 503, rate: 1, burst, delay: Infinity };
  const limit = new LimitReq(model, clock as never);
  const request = { pageNumber: 0, visitor: null } as Request;
  return { clock, refuses: () => limit.admit(request) === REFUSED };
}

/** Poisson arrivals at `load` times the rate. */
function limited(load: number, burst: number, count: number, replication: number) {
  const { clock, refuses } = bucket(burst);
  const gaps = distribution(exponential(1000 / load));
  const stream = new Random('limit_req', replication).stream('gaps');
  const arrive = () => {
    clock.ms += gaps.draw(stream);
    return refuses();
  };
  for (let warm = 0; warm < 2000; warm += 1) arrive();
  const startMs = clock.ms;
  // For a fixed time: its number of arrivals is then known to be `count` on average, and explains most of the noise.
  const endMs = startMs + (count * 1000) / load;
  let arrived = 0;
  let refused = 0;
  for (clock.ms += gaps.draw(stream); clock.ms < endMs; clock.ms += gaps.draw(stream)) {
    arrived += 1;
    if (refuses()) refused += 1;
  }
  return { arrived, refused: refused / count, accepted: (10 * (arrived - refused) * load) / count };
}

/**
 * Refusals that are rare, by importance sampling: from an empty bucket arrivals come as they would if it were to overflow (Siegmund's
 * conjugate law), up to the first refusal, which is weighed by how unlikely that was; then as they do, until the bucket is empty.
 */
function rarelyRefused(load: number, burst: number, cycles: number, replication: number): number {
  const { clock, refuses } = bucket(burst);
  const stream = new Random('limit_req, rare', replication).stream('gaps');
  const theta = conjugate(load);
  const usual = distribution(exponential(1000 / load));
  const tilted = distribution(exponential(1000 / (load + theta)));
  let weighed = 0;
  refuses();
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    let weight = 0;
    let excess = 0;
    for (;;) {
      const gapMs = (weight === 0 ? tilted : usual).draw(stream);
      clock.ms += gapMs;
      const next = excess + 1 - gapMs / 1000;
      const refused = refuses();
      if (next <= 0) break;
      if (refused && weight === 0) weight = Math.exp(-theta * next);
      if (refused) {
        weighed += weight;
        // What was refused has left no trace; time has passed.
        excess = next - 1;
      } else excess = next;
    }
  }
  // Of the arrivals 1 - load (1 - P) find it empty, and so begin a cycle.
  const perCycle = weighed / cycles;
  return (perCycle * (1 - load)) / (1 - perCycle * load);
}

/** The root of load (e^θ - 1) = θ above 0. */
function conjugate(load: number): number {
  let low = 1e-3;
  let high = 5;
  for (let i = 0; i < 100; i += 1) {
    const middle = (low + high) / 2;
    if (load * (Math.exp(middle) - 1) < middle) low = middle;
    else high = middle;
  }
  return low;
}

describe('V25 limit_req', () => {
  const P: Readonly<Record<number, readonly number[]>> = {
    8: [0.4444444444, 0.1995703064, 0.02185667612, 3.137266262e-5],
    10: [0.5, 0.2689414214, 0.0857143195, 0.024],
    15: [0.6, 0.4196607876, 0.3354485246, 0.3333333376],
    30: [0.75, 0.6721082562, 0.6666667348, 0.6666666667],
  };
  const bursts = [0, 1, 5, 20];
  const cases = Object.entries(P).flatMap(([load, row]) => row.map((target, at) => [Number(load), bursts[at], target] as const));

  test.each(cases)('load %d of 10, burst %d: P(refused) is %d', laws, (load, burst, target) => {
    if (target < 1e-3) {
      table
        .judge(
          `V25 λ ${load}`,
          `burst ${burst}`,
          target,
          replicate((k) => rarelyRefused(load / 10, burst, 20_000, k)),
        )
        .holds();
      return;
    }
    const count = target < 0.05 ? 1_000_000 : target < 0.3 ? 100_000 : 30_000;
    const rows = replicate((k) => limited(load / 10, burst, count, k));
    table
      .judge(`V25 λ ${load}`, `burst ${burst}`, target, column(rows, 'refused'), {
        controls: [{ values: column(rows, 'arrived'), mean: count }],
      })
      .holds();
  });

  test.each([
    [0, 6],
    [1, 8.705088186],
    [5, 9.968272131],
    [20, 9.999999936],
  ])('burst %d: of 15 a second %d are taken', laws, (burst, target) => {
    const rows = replicate((k) => limited(1.5, burst, 30_000, k));
    table
      .judge('V25 λ 15', `taken, burst ${burst}`, target, column(rows, 'accepted'), {
        controls: [{ values: column(rows, 'arrived'), mean: 30_000 }],
      })
      .holds();
  });
});

describe('V26 limit_conn', () => {
  const services: readonly (readonly [string, Law])[] = [
    ['constant', always(100)],
    ['exponential', exponential(100)],
    ['lognormal, SCV 4', { law: 'lognormal', mean: 100, cv: 2 }],
    ['Pareto 2.5', { law: 'pareto', shape: 2.5, minimum: 60 }],
  ];

  test.each(services)('eight places, seven offered: as many are refused whatever the law (%s)', laws, (name, waitMs) => {
    // Long services say the same for longer: those of a law with much spread need more of them.
    const countedMs = name.startsWith('lognormal') ? 1_800_000 : 600_000;
    const offered = (70 * countedMs) / 1000;
    const model = bare({
      durationMs: 5000 + countedMs,
      warmupMs: 5000,
      pages: [scriptPage({ waitMs })],
      php: { maxChildren: 100 },
      nginx: { limitConn: { zone: 'c', key: 'server', pages: [], status: 503, connections: 8 } },
      traffic: [poisson(70)],
    });
    const rows = replicate((k) => {
      const { requests, outcomes } = run(model, { run: k });
      return { offered: requests.offered, refused: (outcomes['503'] ?? 0) / offered };
    });
    table
      .judge(`V26 ${name}`, 'P(503)', 0.1788218265, column(rows, 'refused'), {
        controls: [{ values: column(rows, 'offered'), mean: offered }],
      })
      .holds();
  });
});

describe('V27 fastcgi_cache', () => {
  const VALID_MS = 1_000_000;
  const fixed: Partial<FastcgiCacheModel> = { valid: [{ status: '200', ms: VALID_MS }], inactiveMs: 1e15 };
  /** What lives as long as it is asked for. */
  const sliding: Partial<FastcgiCacheModel> = { valid: [{ status: '200', ms: 1e15 }], inactiveMs: VALID_MS };

  /** Hits and fetches as shares of the requests; `perValidity` requests come in a validity on average, to all keys together. */
  function hits(perValidity: number, count: number, cache: Partial<FastcgiCacheModel>, fetchMs = 0, warmupValidities = 20) {
    const warmupMs = warmupValidities * VALID_MS;
    const durationMs = warmupMs + (count / perValidity) * VALID_MS;
    const model = bare({
      durationMs,
      warmupMs,
      pages: [scriptPage({ waitMs: always(fetchMs) })],
      php: { maxChildren: 1000 },
      nginx: {
        fastcgiCache: {
          pages: [{ page: 0, variants: 1, zipf: 1 }],
          valid: [],
          inactiveMs: 1e15,
          lock: false,
          lockTimeoutMs: 5000,
          lockAgeMs: 5000,
          useStale: [],
          backgroundUpdate: false,
          ...cache,
        },
      },
      traffic: [poisson((1000 * perValidity) / VALID_MS)],
    });
    return replicate((k) => {
      const { details } = run(model, { run: k }).stages.nginx;
      const fetched = details['fetched for the cache'];
      const hit = details['answered from the cache'] + details['answered with a stale copy'];
      return { looked: hit + fetched, hit: hit / (hit + fetched), fetched: fetched / (hit + fetched) };
    });
  }

  const judge = (name: string, target: number, rows: ReturnType<typeof hits>, count: number, key: 'hit' | 'fetched' = 'hit') =>
    table.judge(name, key, target, column(rows, key), { controls: [{ values: column(rows, 'looked'), mean: count }] }).holds();

  test.each([
    [0.1, 0.09090909091, 50_000],
    [1, 0.5, 10_000],
    [5, 0.8333333333, 4000],
    [50, 0.9803921569, 2000],
  ])('fixed: %d requests in a validity, %d of them hit', laws, (perValidity, target, count) => {
    judge(`V27 fixed, λT ${perValidity}`, target, hits(perValidity, count, fixed), count);
  });

  test.each([
    [0.1, 0.09516258196, 50_000],
    [1, 0.6321205588, 10_000],
    [5, 0.993262053, 4000],
    [50, 1, 2000],
  ])('sliding, by `inactive`: %d requests in it, %d of them hit', laws, (perValidity, target, count) => {
    const rows = hits(perValidity, count, sliding);
    if (target === 1) expect(column(rows, 'hit')).toEqual(rows.map(() => 1));
    else judge(`V27 sliding, λT ${perValidity}`, target, rows, count);
  });

  test('a thousand keys by Zipf', laws, () => {
    const keys = { pages: [{ page: 0, variants: 1000, zipf: 1 }] };
    judge('V27 Zipf, fixed', 0.7147730083, hits(1000, 20_000, { ...fixed, ...keys }), 20_000);
    judge('V27 Zipf, sliding', 0.7908688283, hits(1000, 20_000, { ...sliding, ...keys }), 20_000);
  });

  test('a fetch takes a tenth of the validity: `updating` coalesces, and one request in 6.5 asks PHP', laws, () => {
    const coalescing = { ...fixed, lock: true, lockTimeoutMs: 1e12, lockAgeMs: 1e12, useStale: ['updating'] as const };
    judge('V27 coalescing', 0.1538461538, hits(5, 6000, coalescing, VALID_MS / 10), 6000, 'fetched');
  });

  /**
   * The textbook's 0.7692 = 5 / 6.5 has one fetch set the validity. In nginx each of those who missed keeps its own answer when that
   * comes, the last of them L after the first, and validity runs from there: λ E[L] = 0.5 - (1 - e^-0.5) = 0.1065, so that of
   * 1.5 + 5.1065 requests 5.1065 hit.
   */
  test('without it all who come meanwhile ask PHP, and the last of them sets the validity', laws, () => {
    judge('V27 stampede', 5.10653066 / 6.60653066, hits(5, 6000, fixed, VALID_MS / 10), 6000);
  });
});
