/**
 * PHP-FPM's misfortunes at random moments, several at once, on sites of every kind. The product's own checks (nothing lost, nothing
 * given out twice, accounts that add up) are on and stop a run that breaks one; here the totals are held together from outside.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { always, type Law } from '../../src/engine/law.js';
import type { EventModel, Happening } from '../../src/model.js';
import { run } from '../../src/simulate.js';
import { bare, exponential, filePage, poisson, query, scriptPage, users } from '../support/bare.js';

const MB = 1e6;
const among = <T>(...values: T[]) => fc.constantFrom(...values);
const php = 'php-fpm' as const;
const signal = among('QUIT' as const, 'TERM' as const);
const job = { processes: 2, cpuMs: 300, reads: 20, memoryBytes: 60 * MB };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  among<Happening>(
    { verb: 'kill', on: php },
    { verb: 'hang', on: php },
    { verb: 'reload', on: php },
    { verb: 'switch', on: 'code' },
    { verb: 'slow', on: php, times: 3 },
    { verb: 'leak', on: php, bytes: MB },
    { verb: 'kill', on: 'mysql' },
    { verb: 'hang', on: 'mysql' },
    { verb: 'cron', on: 'host', job },
    { verb: 'power-off', on: 'host' },
    { verb: 'reboot', on: 'host' },
    { verb: 'kill', on: 'nginx' },
    { verb: 'hang', on: 'nginx' },
    { verb: 'reload', on: 'nginx' },
  ),
  signal.map((by): Happening => ({ verb: 'stop', on: php, signal: by })),
  signal.map((by): Happening => ({ verb: 'restart', on: php, signal: by })),
);

const events: fc.Arbitrary<EventModel[]> = fc.array(
  fc
    .record({ atMs: fc.integer({ min: 0, max: 9000 }), lastsMs: fc.integer({ min: 1, max: 3000 }), what: happening })
    .map(({ atMs, lastsMs, what }): EventModel => {
      const brief = ['reload', 'restart', 'switch', 'cron', 'reboot'].includes(what.verb);
      const open = what.verb === 'kill' && lastsMs % 3 === 0;
      return { name: what.verb, atMs, forMs: brief || open ? null : lastsMs, because: '', what };
    }),
  { minLength: 1, maxLength: 8 },
);

const site = fc.record({
  events,
  seed: fc.integer({ min: 0, max: 1e6 }).map(String),
  scheduler: among('fair-share' as const, 'kernel' as const),
  cores: among(1, 2),
  memoryBytes: among(2000 * MB, 500 * MB, 350 * MB),
  swapBytes: among(null, null, 50 * MB),
  pm: among('static' as const, 'dynamic' as const, 'ondemand' as const),
  maxRequests: among(0, 5),
  listen: among('/run/php/fpm.sock', '127.0.0.1:9000'),
  listenBacklog: among(0, 5, 511),
  requestTerminateTimeoutMs: among(0, 1000),
  processControlTimeoutMs: among(null, 500, 3000),
  maxExecutionMs: among(null, 40),
  realpathCacheTtlMs: among(null, 0),
  restart: among('no' as const, 'on-failure' as const),
  persistent: fc.boolean(),
  fastcgiBuffering: fc.boolean(),
  fastcgiReadTimeoutMs: among(400, 60_000),
  patienceMs: among<Law | null>(null, exponential(800)),
  compileMs: among<Law | null>(null, always(60)),
  rate: among(10, 60),
});

test('whatever happens to PHP-FPM, every request ends once and every account adds up', { timeout: 300_000 }, () => {
  const outcomes = new Set<string>();
  const causes = new Set<string>();
  let kills = 0;
  fc.assert(
    fc.property(site, (drawn) => {
      const model = bare({
        name: 'misfortunes',
        seed: drawn.seed,
        durationMs: 15_000,
        host: {
          cores: drawn.cores,
          scheduler: drawn.scheduler,
          memoryBytes: drawn.memoryBytes,
          swapBytes: drawn.swapBytes,
          disk: { iops: 3000, queueDepth: 8, latencyMs: always(0.2), fsyncMs: always(1) },
        },
        nginx: {
          workerProcesses: 2,
          fastcgiBuffering: drawn.fastcgiBuffering,
          fastcgiReadTimeoutMs: drawn.fastcgiReadTimeoutMs,
          fastcgiConnectTimeoutMs: 5000,
          proxyMs: always(0.1),
          errorMs: always(0.02),
        },
        php: {
          pm: drawn.pm,
          maxChildren: 6,
          startServers: 2,
          minSpareServers: 1,
          maxSpareServers: 3,
          processIdleTimeoutMs: 1000,
          maxRequests: drawn.maxRequests,
          listen: drawn.listen,
          listenBacklog: drawn.listenBacklog,
          requestTerminateTimeoutMs: drawn.requestTerminateTimeoutMs,
          processControlTimeoutMs: drawn.processControlTimeoutMs,
          maxExecutionMs: drawn.maxExecutionMs,
          realpathCacheTtlMs: drawn.realpathCacheTtlMs,
          forkMs: always(1),
          childBytes: 40 * MB,
          unit: { restart: drawn.restart, restartMs: 100, startMs: always(100) },
        },
        mysql: {
          persistent: drawn.persistent,
          baseBytes: 100 * MB,
          connectionBytes: MB,
          unit: { restart: 'on-abnormal', restartMs: 1000, startMs: always(200) },
        },
        pages: [
          scriptPage(
            {
              cpuMs: exponential(12),
              waitMs: exponential(20),
              compileMs: drawn.compileMs,
              queries: [query({ times: always(2), cpuMs: exponential(3), row: 'counter', holdMs: always(5), commit: true })],
            },
            { bytes: always(20_000), assets: [1] },
          ),
          filePage({ path: '/logo.png', weight: 0 }),
        ],
        visitors: {
          roundTripMs: always(20),
          bytesPerMs: always(400),
          patienceMs: drawn.patienceMs,
          keepAlive: true,
          pagesPerVisit: { law: 'geometric', mean: 2 },
          thinkMs: exponential(500),
        },
        traffic: [
          poisson(drawn.rate, { curve: [{ fromMs: 0, toMs: 10_000, fromRate: drawn.rate, toRate: drawn.rate }] }),
          { ...users(8, exponential(400)), toMs: 10_000 },
        ],
        events: drawn.events,
      });
      const result = run(model);
      const { offered, good, failed, unfinished } = result.requests;
      expect(offered).toBe(good + failed + unfinished);
      for (const stage of Object.values(result.stages)) expect(stage.entered).toBe(stage.left + stage.inside);
      const { memory } = result.host;
      expect(Object.values(memory.by).reduce((sum, held) => sum + held, 0)).toBe(memory.usedMax);
      expect(Math.min(...Object.values(memory.by))).toBeGreaterThanOrEqual(0);
      expect(JSON.stringify(result)).not.toMatch(/NaN|Infinity|undefined/);
      expect(JSON.stringify(run(model))).toBe(JSON.stringify(result));
      for (const outcome of Object.keys(result.outcomes)) outcomes.add(outcome);
      for (const { cause } of result.causes) causes.add(cause);
      kills += result.events.filter(({ kind }) => kind === 'kernel').length;
    }),
    { numRuns: 100 },
  );
  // The sites are unlucky enough for the property to mean something.
  for (const outcome of ['200', '499', '500', '502', '504']) expect([...outcomes]).toContain(outcome);
  for (const cause of [
    'killed with the script in its hands',
    'stopped with the script in its hands',
    'reloaded with the script in its hands: process_control_timeout was over',
    'not accepted before PHP-FPM ended',
    'nobody listens',
    'nobody listens: the socket is gone',
    'max_execution_time: the script used too much CPU',
  ])
    expect([...causes]).toContain(cause);
  expect(kills).toBeGreaterThan(0);
});
