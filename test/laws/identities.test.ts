/**
 * What must hold of every site, however it is set up. Sites are made up at random, with limits that are too low, timers that are
 * too short and networks that lose packets; the product's own checks (Little's law on the path, nothing lost, nothing given out
 * twice) are on in all of them and stop a run that breaks one.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { always, type Law } from '../../src/engine/law.js';
import type { Model, PageModel, SourceModel } from '../../src/model.js';
import { run } from '../../src/simulate.js';
import type { Result } from '../../src/telemetry/result.js';
import { type Bare, bare, exponential, filePage, poisson, query, scriptPage, users } from '../support/bare.js';

const SETTINGS = { seed: 20240229, numRuns: 150 };
const DURATION_MS = 30_000;
const TRAFFIC_MS = 15_000;

const time = (most: number): fc.Arbitrary<Law> =>
  fc.oneof(
    fc.constant(always(0)),
    fc.integer({ min: 1, max: most }).map(always),
    fc.integer({ min: 1, max: most }).map(exponential),
    fc.integer({ min: 1, max: most }).map((mean): Law => ({ law: 'lognormal', mean, cv: 2 })),
    fc
      .integer({ min: 1, max: most })
      .map((minimum): Law => ({ law: 'pareto', shape: 1.5, minimum: minimum / 3, maximum: 20 * most })),
  );
const count = (most: number) => fc.integer({ min: 1, max: most });
const among = <T>(...values: T[]) => fc.constantFrom(...values);

const pages = (database: boolean): fc.Arbitrary<PageModel[]> =>
  fc
    .record({
      cpuMs: time(30),
      waitMs: time(50),
      bytes: fc.integer({ min: 1, max: 300_000 }),
      assets: fc.integer({ min: 0, max: 9 }),
      queries: fc.array(
        fc.record({
          times: among<Law>(always(1), always(3), { law: 'geometric', mean: 2 }),
          cpuMs: time(10),
          reads: among<Law>(always(0), always(5), { law: 'geometric', mean: 20 }),
          row: among(null, null, 'counter'),
          holdMs: time(20),
          commit: fc.boolean(),
        }),
        { maxLength: database ? 3 : 0 },
      ),
    })
    .map(({ cpuMs, waitMs, bytes, assets, queries }) => [
      scriptPage(
        { cpuMs, waitMs, queries: queries.map(query) },
        { path: '/shop', bytes: always(bytes), assets: Array(assets).fill(1) },
      ),
      filePage({ path: '/logo.png', weight: 1, bytes: exponential(20_000) }),
      filePage({ path: '/about', weight: 1 }),
    ]);

const source: fc.Arbitrary<SourceModel> = fc.oneof(
  fc
    .record({ rate: count(80), batch: count(4), spacing: among('poisson' as const, 'even' as const) })
    .map(({ rate, batch, spacing }) =>
      poisson(rate, { name: 'open', batch, spacing, curve: [{ fromMs: 0, toMs: TRAFFIC_MS, fromRate: 0, toRate: rate }] }),
    ),
  count(60).map((many): SourceModel => ({ ...users(many, exponential(1500)), toMs: TRAFFIC_MS })),
  count(60).map(
    (rate): SourceModel => ({
      kind: 'bursty',
      name: 'bursts',
      mix: [{ page: 0, weight: 1 }],
      highRate: 3 * rate,
      highMs: 500,
      lowRate: rate / 3,
      lowMs: 1500,
      fromMs: 0,
      toMs: TRAFFIC_MS,
    }),
  ),
);

const parts: fc.Arbitrary<Bare> = fc.boolean().chain((database) =>
  fc.record({
    seed: fc.integer({ min: 0, max: 1e6 }).map(String),
    host: fc.record({
      cores: count(4),
      disk: fc.record({ iops: among(Infinity, 300), queueDepth: count(8), latencyMs: time(8), fsyncMs: time(10) }),
      network: fc.record({ sendBytesPerMs: among(Infinity, 12_500, 1250), receiveBytesPerMs: among(Infinity, 1250) }),
    }),
    dns: fc.record({
      answer: among('NOERROR' as const, 'NOERROR' as const, 'NOERROR' as const, 'SERVFAIL' as const, 'NXDOMAIN' as const),
      ttlMs: among(500, 300_000),
      browserCacheMs: among(0, 1000, 60_000),
      knownShare: among(0, 0.5, 1),
      resolvers: count(3),
      resolverMs: time(20),
      authoritativeMs: time(100),
      resolverCapacityPerSecond: among(Infinity, 20),
      loss: among(0, 0.02, 0.3),
      timeoutMs: among(1000, 5000),
      attempts: count(2),
      nameservers: count(3),
    }),
    tcp: fc.record({
      somaxconn: among(1, 128, 4096),
      abortOnOverflow: fc.boolean(),
      loss: among(0, 0.01, 0.2),
      initcwnd: among(1, 10),
      tls: fc.oneof(fc.constant(null), fc.record({ version: among('1.2' as const, '1.3' as const), handshakeMs: time(3) })),
    }),
    nginx: fc.record({
      workerProcesses: count(3),
      workerConnections: among(6, 30, 1024),
      listenBacklog: among(0, 3, 511),
      keepaliveTimeoutMs: among(0, 200, 75_000),
      keepaliveRequests: among(1, 3, 1000),
      fastcgiConnectTimeoutMs: among(500, 60_000),
      fastcgiReadTimeoutMs: among(100, 1500, 60_000),
      fastcgiBuffering: fc.boolean(),
      acceptMs: time(1),
      proxyMs: time(2),
      answerMs: time(1),
      staticMs: time(2),
      errorMs: time(1),
    }),
    php: fc.record({
      pm: among('static' as const, 'dynamic' as const, 'ondemand' as const),
      maxChildren: fc.integer({ min: 4, max: 20 }),
      startServers: among(2, 3),
      minSpareServers: among(1, 2),
      maxSpareServers: among(3, 4),
      maxSpawnRate: among(1, 32),
      processIdleTimeoutMs: among(1000, 10_000),
      maxRequests: among(0, 1, 25),
      listen: among('/run/php/php8.2-fpm.sock', '127.0.0.1:9000'),
      listenBacklog: among(0, 5, 511),
      requestTerminateTimeoutMs: among(0, 0, 1000, 3000),
      forkMs: time(15),
      childBytes: fc.constant(30e6),
    }),
    mysql: database
      ? fc.record({
          maxConnections: among(1, 5, 151),
          persistent: fc.boolean(),
          connectMs: time(2),
          roundTripMs: among(0, 0.2),
          bufferPoolBytes: among(0, 50, 100),
          datasetBytes: fc.constant(100),
          lockWaitTimeoutMs: among(100, 50_000),
          flushLogAtTrxCommit: among(0 as const, 1 as const, 2 as const),
        })
      : fc.constant(null),
    pages: pages(database),
    visitors: fc.record({
      roundTripMs: time(80),
      bytesPerMs: fc.oneof(fc.constant(null), among<Law>(always(100), { law: 'uniform', low: 50, high: 2000 })),
      patienceMs: fc.oneof(fc.constant(null), among<Law>(exponential(800), exponential(10_000), always(300))),
      connections: count(6),
      keepAlive: fc.boolean(),
      pagesPerVisit: among<Law>(always(1), { law: 'geometric', mean: 3 }),
      thinkMs: among<Law>(exponential(500), always(1000)),
    }),
    traffic: fc
      .array(source, { minLength: 1, maxLength: 2 })
      .map((sources) => sources.map((one, at) => ({ ...one, name: `${one.name} ${at}` }))),
  }),
);

const site: fc.Arbitrary<Model> = parts.map((made) => bare({ name: 'made up', durationMs: DURATION_MS, ...made }));

const bytes = (result: Result) => JSON.stringify(result);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

test('every request that begins ends once, or is still inside', { timeout: 300_000 }, () => {
  let requests = 0;
  let failed = 0;
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(site, (model) => {
      const result = run(model);
      const { offered, good, failed: bad, unfinished } = result.requests;
      expect(offered).toBe(good + bad + unfinished);
      expect(sum(Object.values(result.outcomes))).toBe(good + bad);
      expect(result.outcomes['200'] ?? 0).toBe(good);
      expect(sum(result.causes.map((cause) => cause.count))).toBe(bad);
      expect([sum(result.series.offered), sum(result.series.good), sum(result.series.failed)]).toEqual([offered, good, bad]);
      expect(result.latencyMs.count).toBe(good);
      expect(result.allLatencyMs.count).toBe(good + bad);
      for (const stage of Object.values(result.stages)) expect(stage.entered).toBe(stage.left + stage.inside);
      requests += offered;
      failed += bad;
      for (const outcome of Object.keys(result.outcomes)) outcomes.add(outcome);
    }),
    SETTINGS,
  );
  // The sites are bad enough for the property to mean something.
  expect(requests).toBeGreaterThan(50_000);
  expect(failed / requests).toBeGreaterThan(0.1);
  for (const outcome of ['200', '499', '500', '502', '504', 'abandoned', 'dns failure', 'reset', 'empty reply'])
    expect([...outcomes]).toContain(outcome);
});

test('figures are in order, in range, and numbers', { timeout: 300_000 }, () => {
  fc.assert(
    fc.property(site, (model) => {
      const result = run(model);
      expect(bytes(result)).not.toMatch(/NaN|Infinity|undefined/);
      for (const { count: seen, mean, p50, p90, p95, p99, p999, max } of [result.latencyMs, result.allLatencyMs]) {
        if (seen === 0) continue;
        const order = [0, p50!, p90!, p95!, p99!, p999!, max!];
        expect(order).toEqual([...order].sort((a, b) => a - b));
        expect(mean!).toBeLessThanOrEqual(max!);
      }
      for (const { utilisation, queue, timeMs } of Object.values(result.stages)) {
        expect(utilisation ?? 0).toBeGreaterThanOrEqual(0);
        expect(utilisation ?? 0).toBeLessThanOrEqual(1);
        expect(queue.mean).toBeLessThanOrEqual(queue.max);
        if (queue.limit !== null) expect(queue.max).toBeLessThanOrEqual(queue.limit);
        if (timeMs.waiting !== null) expect(timeMs.waiting).toBeGreaterThanOrEqual(0);
      }
      const { cpu, memory, disk } = result.host;
      expect(cpu.utilisation).toBeLessThanOrEqual(1);
      expect(sum(Object.values(cpu.by))).toBeCloseTo(cpu.utilisation, 9);
      expect(sum(Object.values(memory.by))).toBe(memory.usedMax);
      expect(disk.utilisation).toBeLessThanOrEqual(1);
    }),
    SETTINGS,
  );
});

test('the same seed gives the same bytes, whatever ran before; another seed or another run does not', {
  timeout: 300_000,
}, () => {
  let before: Model | null = null;
  fc.assert(
    fc.property(site, (model) => {
      const first = run(model);
      if (before !== null) run(before);
      expect(bytes(run(model))).toBe(bytes(first));
      before = model;
      // Users who have yet to think and a handful of arrivals may coincide; more cannot.
      if (first.requests.offered < 20) return;
      expect(bytes(run(model, { run: 0 }))).toBe(bytes(first));
      const random = model.traffic.some((one) => one.kind !== 'open' || one.spacing === 'poisson');
      if (!random) return;
      expect(run(model, { run: 1 }).series).not.toEqual(first.series);
      expect(run({ ...model, seed: `${model.seed} too` }).series).not.toEqual(first.series);
    }),
    { ...SETTINGS, numRuns: 100 },
  );
});

test("Little's law at PHP-FPM and MySQL: the time that requests spend is the area under their number", {
  timeout: 300_000,
}, () => {
  let held = 0;
  fc.assert(
    fc.property(site, (made) => {
      // A child that outlives its request, or dies under it, holds a place for nobody; a SYN that waits stands in no line.
      const model: Model = {
        ...made,
        durationMs: 500_000,
        windows: [{ name: 'all', fromMs: 0, toMs: 500_000 }],
        nginx: { ...made.nginx, fastcgiBuffering: true, fastcgiReadTimeoutMs: 1e9 },
        phpFpm: { ...made.phpFpm!, listen: '/run/php.sock', requestTerminateTimeoutMs: 0, maxRequests: 0 },
      };
      const { stages, requests } = run(model);
      const { queue, utilisation, placesMax, timeMs, left, inside } = stages['php-fpm'];
      expect(requests.unfinished).toBe(0);
      expect(inside).toBe(0);
      const area = (queue.mean + utilisation! * placesMax!) * model.durationMs;
      const spent = left * (timeMs.mean ?? 0);
      expect(Math.abs(area - spent)).toBeLessThanOrEqual(1e-6 * Math.max(1, spent));
      if (left > 0) held += 1;
    }),
    { ...SETTINGS, numRuns: 60 },
  );
  expect(held).toBeGreaterThan(30);
});

test('a run is the beginning of a longer one', { timeout: 300_000 }, () => {
  fc.assert(
    fc.property(site, (model) => {
      const short = { ...model, durationMs: 12_000, windows: [{ name: 'all', fromMs: 0, toMs: 12_000 }] };
      const head = run(short).series;
      const whole = run(model).series;
      for (const name of ['offered', 'good', 'failed', 'p95', 'cpu'] as const)
        expect(whole[name].slice(0, 12)).toEqual(head[name]);
    }),
    { ...SETTINGS, numRuns: 60 },
  );
});
