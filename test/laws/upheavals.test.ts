/**
 * Whatever happens to MySQL, to the name and to the disk, and at whatever moments: every request ends once, nothing is held twice or
 * for ever, and the same seed gives the same bytes. The product's own checks are on in every run.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { always, type Law } from '../../src/engine/law.js';
import type { EventModel, Happening, Model, MysqlDisturbedModel } from '../../src/model.js';
import { run } from '../../src/simulate.js';
import { bare, exponential, poisson, query, scriptPage } from '../support/bare.js';
import { fails, happens } from '../support/happens.js';

const DURATION_MS = 200_000;
const EVENTS_MS = 12_000;

const mysqlVerbs: Happening[] = [
  { verb: 'kill', on: 'mysql' },
  { verb: 'hang', on: 'mysql' },
  { verb: 'stop', on: 'mysql', signal: 'TERM' },
  { verb: 'restart', on: 'mysql', signal: 'TERM' },
  { verb: 'slow', on: 'mysql', times: 5 },
  { verb: 'lock-table', on: 'mysql', table: 'posts' },
  { verb: 'lock-table', on: 'mysql', table: 'users' },
];
const others: Happening[] = [
  { verb: 'fill', on: 'disk' },
  { verb: 'slow', on: 'disk', times: 10 },
  { verb: 'slow', on: 'dns', times: 10 },
  ...(['outage', 'SERVFAIL', 'NXDOMAIN', 'wrong', 'moved'] as const).map(
    (answer): Happening => ({ verb: 'dns', on: 'dns', answer }),
  ),
];

const event: fc.Arbitrary<EventModel> = fc
  .record({
    atMs: fc.integer({ min: 0, max: EVENTS_MS }),
    what: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...mysqlVerbs) }, fc.constantFrom(...others)),
    forMs: fc.integer({ min: 1, max: 4000 }),
    open: fc.boolean(),
  })
  .map(({ atMs, what, forMs, open }) =>
    happens(atMs, what, what.verb === 'restart' || (open && what.verb === 'kill') ? null : forMs),
  );

const disturbed: fc.Arbitrary<MysqlDisturbedModel> = fc.record({
  logFileBytes: fc.constant(1e8),
  checkpointAgeBytes: fc.constantFrom(0, 5e7),
  redoBytesPerCommit: fc.constant(2000),
  pagesPerCommit: fc.constant(4),
  dumpShare: fc.constantFrom(0, 0.25, 1),
  ioCapacity: fc.constantFrom(10, 1000),
  tableWaitTimeoutMs: fc.constantFrom(500, 86_400_000),
  pings: fc.boolean(),
});

const laws = fc.constantFrom<Law>(always(0), always(5), exponential(5));
const site: fc.Arbitrary<Model> = fc
  .record({
    seed: fc.integer({ min: 0, max: 1e6 }).map(String),
    events: fc.array(event, { minLength: 1, maxLength: 8 }),
    disturbed,
    persistent: fc.boolean(),
    maxConnections: fc.constantFrom(3, 100),
    flushLogAtTrxCommit: fc.constantFrom(0 as const, 1 as const),
    roundTripMs: fc.constantFrom(0, 0.5),
    restart: fc.constantFrom('no' as const, 'on-abnormal' as const),
    queries: fc.array(
      fc.record({
        cpuMs: laws,
        holdMs: laws,
        reads: fc.constantFrom(always(0), always(3)),
        row: fc.constantFrom(null, 'stock'),
        table: fc.constantFrom(null, 'posts', 'users'),
        commit: fc.boolean(),
        times: fc.constantFrom(always(1), always(3)),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    readTimeoutMs: fc.constantFrom(300, 60_000),
    terminateMs: fc.constantFrom(0, 2000),
    patienceMs: fc.constantFrom(null, always(1000), exponential(3000)),
    keepAlive: fc.boolean(),
    again: fc.boolean(),
  })
  .map((parts) =>
    bare({
      seed: parts.seed,
      durationMs: DURATION_MS,
      host: { cores: 2, disk: { iops: 1000, queueDepth: 4, latencyMs: exponential(2), fsyncMs: exponential(3) } },
      dns: {
        ttlMs: 1500,
        browserCacheMs: 500,
        resolvers: 3,
        resolverMs: exponential(5),
        authoritativeMs: exponential(30),
        knownShare: 0.2,
        disturbed: { negativeTtlMs: 700, wrongAddress: parts.keepAlive ? 'refused' : 'silent', spread: parts.again },
      },
      nginx: { workerProcesses: 1, workerConnections: 500, fastcgiReadTimeoutMs: parts.readTimeoutMs },
      php: { maxChildren: 12, listenBacklog: 20, requestTerminateTimeoutMs: parts.terminateMs },
      mysql: {
        persistent: parts.persistent,
        maxConnections: parts.maxConnections,
        flushLogAtTrxCommit: parts.flushLogAtTrxCommit,
        roundTripMs: parts.roundTripMs,
        connectMs: always(0.2),
        datasetBytes: 2e7,
        bufferPoolBytes: 1e7,
        baseBytes: 1e6,
        connectionBytes: 1e5,
        lockWaitTimeoutMs: 1500,
        unit: { restart: parts.restart, restartMs: 700, startMs: always(300) },
        disturbed: parts.disturbed,
      },
      pages: [scriptPage({ cpuMs: exponential(3), queries: parts.queries.map(query) }), scriptPage({}, { path: '/other' })],
      visitors: {
        roundTripMs: always(20),
        patienceMs: parts.patienceMs,
        keepAlive: parts.keepAlive,
        pagesPerVisit: always(3),
        thinkMs: exponential(800),
      },
      traffic: [poisson(0, { curve: [{ fromMs: 0, toMs: EVENTS_MS, fromRate: 30, toRate: 60 }] })],
      events: parts.events,
      failures: parts.again ? [fails({ verb: 'hang', on: 'mysql' }, exponential(2000), exponential(200))] : [],
    }),
  );

test('every request that begins ends once, whatever happens', { timeout: 300_000 }, () => {
  fc.assert(
    fc.property(site, (model) => {
      const { requests, outcomes, stages } = run(model);
      expect(requests.good + requests.failed + requests.unfinished).toBe(requests.offered);
      expect(requests.offered).toBeGreaterThan(0);
      expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(requests.good + requests.failed);
      // The last visitor came three minutes ago; what hangs for good hangs in a server that nobody has started again.
      expect(requests.unfinished).toBe(0);
      for (const { inside } of Object.values(stages)) expect(inside).toBe(0);
    }),
    { numRuns: 150 },
  );
});

test('the same seed gives the same bytes', { timeout: 300_000 }, () => {
  fc.assert(
    fc.property(site, (model) => {
      expect(JSON.stringify(run(model))).toBe(JSON.stringify(run(model)));
    }),
    { numRuns: 15 },
  );
});
