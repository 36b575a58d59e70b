/**
 * What a cache with a time to live answers, and what a database that fails and is mended does, request by request: each is recomputed
 * from the arrivals, the needs, and the log of what happened, by a rule of a line. No statistics.
 */
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { always } from '../../src/engine/law.js';
import { Need } from '../../src/engine/need.js';
import { Random } from '../../src/engine/random.js';
import { run } from '../../src/simulate.js';
import { faults } from '../../src/streams/faults.js';
import { bare, exponential, filePage, poisson, query, scriptPage } from '../support/bare.js';
import { fails } from '../support/happens.js';
import { stayIn, watch } from '../support/watch.js';

describe("O8 the resolvers' caches", () => {
  for (const [name, resolvers, ttlMs, fetch] of [
    ['one resolver, fetches that take no time', 1, 2000, always(0)],
    ['five resolvers, fetches of 100 ms on average', 5, 3000, exponential(100)],
    ['a TTL shorter than a fetch', 2, 50, exponential(200)],
  ] as const)
    test(name, () => {
      const resolve = exponential(15);
      const model = bare({
        durationMs: 400_000,
        pages: [filePage()],
        dns: { ttlMs, resolvers, resolverMs: resolve, authoritativeMs: fetch, timeoutMs: 30_000 },
        traffic: [poisson(20, { curve: [{ fromMs: 0, toMs: 360_000, fromRate: 20, toRate: 20 }] })],
      });
      const resolverMs = new Need('dns.resolver', resolve);
      const fetchMs = new Need('dns.authoritative', fetch);
      const fetchedMs = new Array(resolvers).fill(-1);
      const expiryMs = new Array(resolvers).fill(-1);
      let misses = 0;
      for (const request of watch(model)) {
        const { arrivedMs, visitor } = request;
        const at = (visitor.seedLow >>> 0) % resolvers;
        let lateMs = Math.max(0, fetchedMs[at] - arrivedMs);
        if (arrivedMs >= expiryMs[at]) {
          misses += 1;
          lateMs = fetchMs.of(request, 0);
          fetchedMs[at] = arrivedMs + lateMs;
          expiryMs[at] = fetchedMs[at] + ttlMs;
        }
        const { fromMs, toMs } = stayIn(request, 'dns');
        expect(toMs - fromMs).toBeCloseTo(resolverMs.of(request, 0) + lateMs, 6);
      }
      expect(run(model).stages.dns.details['asked of the zone']).toBe(misses);
    });
});

describe('O10 failures, replayed from the log', () => {
  const model = bare({
    durationMs: 2_000_000,
    pages: [scriptPage({ queries: [query()] })],
    traffic: [poisson(7, { spacing: 'even', curve: [{ fromMs: 0, toMs: 1_990_000, fromRate: 7, toRate: 7 }] })],
    failures: [fails({ verb: 'kill', on: 'mysql' }, exponential(30_000), exponential(5000))],
  });
  const intervals = () => {
    const down: [number, number][] = [];
    for (const { atMs, text } of run(model).events) {
      if (text === 'kill mysql') down.push([atMs, Infinity]);
      if (text === 'kill mysql is over') down.at(-1)![1] = atMs;
    }
    return down;
  };

  test('each request fails if it comes in an interval of the log, and only then', () => {
    const down = intervals();
    expect(down.length).toBeGreaterThan(30);
    for (const { arrivedMs, outcome } of watch(model))
      expect(outcome).toBe(down.some(([from, to]) => from <= arrivedMs && arrivedMs < to) ? '500' : '200');
  });

  test('downtime is the sum of the repairs, clipped to the counted time', () => {
    const [fromMs, toMs] = [500_000, 1_500_000];
    const downMs = intervals().reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, toMs) - Math.max(from, fromMs)), 0);
    const probes = watch(model).filter(({ arrivedMs }) => arrivedMs >= fromMs && arrivedMs < toMs);
    const failed = probes.filter(({ outcome }) => outcome === '500').length;
    // A probe every seventh of a second: each interval is met to within one of them.
    expect(Math.abs(failed * (1000 / 7) - downMs)).toBeLessThan((1000 / 7) * (1 + intervals().length));
    expect(downMs).toBeGreaterThan(50_000);
  });
});

test('a server that stands still at times: each request leaves when the time that it was there is enough', () => {
  const model = bare({
    durationMs: 600_000,
    php: { maxChildren: 2000 },
    pages: [scriptPage({ queries: [query({ row: 'r', cpuMs: exponential(10) })] })],
    traffic: [poisson(50, { curve: [{ fromMs: 0, toMs: 590_000, fromRate: 50, toRate: 50 }] })],
    failures: [fails({ verb: 'hang', on: 'mysql' }, exponential(10_000), exponential(500))],
  });
  const down: [number, number][] = [];
  const clock = new VirtualClock();
  faults(model, clock, new Random(model.seed)).subscribe(({ begins }) => {
    if (begins) down.push([clock.now(), Infinity]);
    else down.at(-1)![1] = clock.now();
  });
  clock.runUntil(model.durationMs);
  const upTo = (ms: number) => down.reduce((sum, [from, to]) => sum - Math.max(0, Math.min(to, ms) - from), ms);
  const serviceMs = new Need('mysql.cpu / 0', exponential(10));
  let upAtEnd = 0;
  for (const request of watch(model)) {
    upAtEnd = Math.max(upAtEnd, upTo(request.arrivedMs)) + serviceMs.of(request, 1);
    expect(Math.abs(upTo(request.endedMs) - upAtEnd)).toBeLessThan(1e-6);
    // Nobody leaves while it stands still.
    expect(down.some(([from, to]) => from < request.endedMs - 1e-9 && request.endedMs < to)).toBe(false);
  }
  expect(down.length).toBeGreaterThan(40);
});
