/**
 * The misfortunes of nginx, of the network and of the machine at random moments, several at once, on sites of every kind. The product's
 * own checks are on and stop a run that breaks one; here the totals are held together from outside, and nothing is held for ever.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { always, type Law } from '../../src/engine/law.js';
import type { EventModel, Happening, Model } from '../../src/model.js';
import { run } from '../../src/simulate.js';
import { bare, exponential, filePage, poisson, query, scriptPage, users } from '../support/bare.js';

const TRAFFIC_MS = 10_000;
const DURATION_MS = 200_000;
const among = <T>(...values: T[]) => fc.constantFrom(...values);
const nginx = 'nginx' as const;
const signal = among('QUIT' as const, 'TERM' as const);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: among<Happening>(
      { verb: 'kill', on: nginx },
      { verb: 'hang', on: nginx },
      { verb: 'reload', on: nginx },
      { verb: 'upgrade', on: nginx },
      { verb: 'slow', on: nginx, times: 4 },
    ),
  },
  { weight: 1, arbitrary: signal.map((by): Happening => ({ verb: 'stop', on: nginx, signal: by })) },
  { weight: 2, arbitrary: signal.map((by): Happening => ({ verb: 'restart', on: nginx, signal: by })) },
  {
    weight: 3,
    arbitrary: among<Happening>(
      { verb: 'loss', on: 'network', share: 0.3 },
      { verb: 'loss', on: 'network', share: 1 },
      { verb: 'latency', on: 'network', ms: 70 },
      { verb: 'partition', on: 'network' },
    ),
  },
  { weight: 2, arbitrary: among<Happening>({ verb: 'power-off', on: 'host' }, { verb: 'reboot', on: 'host' }) },
  {
    weight: 2,
    arbitrary: among<Happening>(
      { verb: 'kill', on: 'php-fpm' },
      { verb: 'reload', on: 'php-fpm' },
      { verb: 'kill', on: 'mysql' },
      { verb: 'cron', on: 'host', job: { processes: 2, cpuMs: 300, reads: 20, memoryBytes: 1e6 } },
    ),
  },
);

const events: fc.Arbitrary<EventModel[]> = fc.array(
  fc
    .record({ atMs: fc.integer({ min: 0, max: 9000 }), lastsMs: fc.integer({ min: 1, max: 3000 }), what: happening })
    .map(({ atMs, lastsMs, what }): EventModel => {
      const brief = ['reload', 'restart', 'upgrade', 'reboot', 'cron'].includes(what.verb);
      const open = what.verb === 'kill' && lastsMs % 5 === 0;
      return { name: what.verb, atMs, forMs: brief || open ? null : lastsMs, because: '', what };
    }),
  { minLength: 1, maxLength: 8 },
);

const site: fc.Arbitrary<Model> = fc
  .record({
    events,
    seed: fc.integer({ min: 0, max: 1e6 }).map(String),
    scheduler: among('fair-share' as const, 'kernel' as const),
    bandwidth: among(Infinity, Infinity, 2000),
    workerProcesses: among(1, 2, 3),
    workerConnections: among(8, 40, 1024),
    listenBacklog: among(0, 3, 511),
    keepaliveTimeoutMs: among(0, 300, 20_000),
    keepaliveRequests: among(2, 1000),
    workerShutdownTimeoutMs: among(null, 50, 2000),
    fastcgiReadTimeoutMs: among(300, 60_000),
    fastcgiBuffering: fc.boolean(),
    restart: among('no' as const, 'always' as const),
    staticMs: among(always(0), always(3)),
    abortOnOverflow: fc.boolean(),
    loss: among(0, 0.05),
    tls: among(null, { version: '1.2' as const, handshakeMs: always(2) }, { version: '1.3' as const, handshakeMs: always(0) }),
    listen: among('/run/php/fpm.sock', '127.0.0.1:9000'),
    fpmBacklog: among(0, 511),
    bytes: among(500, 60_000, 9_000_000),
    roundTripMs: among<Law>(always(0), always(40), exponential(60)),
    patienceMs: among<Law | null>(null, exponential(800), always(2000)),
    keepAlive: fc.boolean(),
    closed: fc.boolean(),
    rate: among(5, 40),
    cached: fc.boolean(),
  })
  .map((made) => {
    const curve = [{ fromMs: 0, toMs: TRAFFIC_MS, fromRate: made.rate, toRate: made.rate }];
    const open = poisson(made.rate, { curve });
    const closed = { ...users(made.rate, exponential(500)), toMs: TRAFFIC_MS };
    return bare({
      durationMs: DURATION_MS,
      seed: made.seed,
      events: made.events,
      host: {
        cores: 1,
        scheduler: made.scheduler,
        bootMs: always(700),
        network: { sendBytesPerMs: made.bandwidth, receiveBytesPerMs: made.bandwidth },
      },
      tcp: { abortOnOverflow: made.abortOnOverflow, loss: made.loss, tls: made.tls },
      nginx: {
        workerProcesses: made.workerProcesses,
        workerConnections: made.workerConnections,
        listenBacklog: made.listenBacklog,
        keepaliveTimeoutMs: made.keepaliveTimeoutMs,
        keepaliveRequests: made.keepaliveRequests,
        workerShutdownTimeoutMs: made.workerShutdownTimeoutMs,
        fastcgiReadTimeoutMs: made.fastcgiReadTimeoutMs,
        fastcgiBuffering: made.fastcgiBuffering,
        staticMs: made.staticMs,
        proxyMs: made.staticMs,
        workerBytes: 1000,
        limitConn: made.cached ? { zone: 'one', key: 'server' as const, pages: [], status: 503, connections: 4 } : null,
        unit: { restart: made.restart, restartMs: 100, startMs: always(30) },
      },
      php: { maxChildren: 3, listen: made.listen, listenBacklog: made.fpmBacklog, childBytes: 1000 },
      mysql: { roundTripMs: 0.1 },
      pages: [
        scriptPage(
          { cpuMs: exponential(8), waitMs: exponential(60), queries: [query({ cpuMs: always(1) })] },
          { path: '/shop', assets: [1, 1, 1] },
        ),
        filePage({ path: '/logo.png', bytes: always(made.bytes) }),
      ],
      visitors: {
        roundTripMs: made.roundTripMs,
        patienceMs: made.patienceMs,
        keepAlive: made.keepAlive,
        pagesPerVisit: { law: 'geometric', mean: 2 },
        thinkMs: exponential(700),
      },
      traffic: [made.closed ? closed : open],
    });
  });

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

test('whatever happens to nginx, the network and the machine, every request ends once and nothing is held for ever', {
  timeout: 600_000,
}, () => {
  const outcomes = new Set<string>();
  const texts = new Set<string>();
  let requests = 0;
  fc.assert(
    fc.property(site, (model) => {
      const result = run(model);
      const { offered, good, failed, unfinished } = result.requests;
      expect(offered).toBe(good + failed + unfinished);
      expect(sum(Object.values(result.outcomes))).toBe(good + failed);
      expect(sum(result.causes.map(({ count }) => count))).toBe(failed);
      for (const [name, stage] of Object.entries(result.stages)) {
        expect(stage.entered, name).toBe(stage.left + stage.inside);
        if (model.visitors.patienceMs !== null) expect(stage.inside, name).toBe(0);
      }
      const { details } = result.stages.nginx;
      if (model.visitors.patienceMs !== null) {
        expect(unfinished).toBe(0);
        expect(details['connections open']).toBe(0);
      }
      for (const outcome of Object.keys(result.outcomes)) outcomes.add(outcome);
      for (const { cause } of result.causes) texts.add(cause);
      requests += offered;
      expect(JSON.stringify(run(model))).toBe(JSON.stringify(result));
    }),
    { numRuns: 150 },
  );
  expect(requests).toBeGreaterThan(10_000);
  for (const outcome of ['200', 'refused', 'reset', 'truncated', 'empty reply', '499', '502', 'abandoned'])
    expect([...outcomes]).toContain(outcome);
  for (const text of ['the host came back and knows nothing of the connection', 'the visitor left unnoticed'])
    expect([...texts]).toContain(text);
});
