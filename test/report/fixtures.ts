/**
 * Results and traces made by hand, with figures that belong together: a calm run, a surge, a static site,
 * closed users, nobody, and a run that was interrupted.
 */
import { always } from '../../src/engine/law.js';
import type { Model, PageModel, SourceModel, WindowModel } from '../../src/model.js';
import type { CauseCount, Latency, Requests, Result, Series, StageResult, WindowResult } from '../../src/telemetry/result.js';
import type { Span, Trace } from '../../src/telemetry/trace.js';

type Changes<T> = { readonly [K in keyof T]?: T[K] };

const minute = 60_000;

export function model(changes: Changes<Model> = {}): Model {
  return {
    name: 'calm',
    about: 'An ordinary hour.',
    siteName: 'shop',
    seed: '1',
    durationMs: 10 * minute,
    warmupMs: minute,
    windows: [{ name: 'all', fromMs: minute, toMs: 10 * minute }],
    incident: null,
    host: {
      cores: 1,
      scheduler: 'fair-share',
      memoryBytes: 4 * 1024 ** 3,
      swapBytes: null,
      systemBytes: 300 * 1024 ** 2,
      disk: { iops: 3000, queueDepth: 4, latencyMs: always(1), fsyncMs: always(5) },
      network: { sendBytesPerMs: 125_000, receiveBytesPerMs: 125_000 },
      bootMs: null,
    },
    dns: {
      name: 'shop.example',
      address: '192.0.2.1',
      ttlMs: 300_000,
      answer: 'NOERROR',
      browserCacheMs: 60_000,
      knownShare: 0.5,
      resolvers: 3,
      resolverMs: always(10),
      authoritativeMs: always(40),
      resolverCapacityPerSecond: Infinity,
      loss: 0,
      timeoutMs: 5000,
      attempts: 2,
      nameservers: 2,
      disturbed: null,
    },
    tcp: {
      somaxconn: 4096,
      abortOnOverflow: false,
      synRetryMs: [1000, 3000, 7000],
      synGiveUpMs: 15_000,
      loopbackSynRetryMs: [1000],
      loopbackSynGiveUpMs: 3000,
      synAckRetryMs: [1000],
      rtoMinMs: 200,
      initcwnd: 10,
      segmentBytes: 1460,
      headerBytes: 40,
      loss: 0,
      tls: null,
    },
    nginx: {
      workerProcesses: 1,
      workerConnections: 768,
      listenBacklog: 511,
      keepaliveTimeoutMs: 0,
      keepaliveRequests: 1000,
      fastcgiConnectTimeoutMs: 60_000,
      fastcgiSendTimeoutMs: 60_000,
      fastcgiReadTimeoutMs: 60_000,
      fastcgiBuffering: true,
      acceptMs: always(0.05),
      proxyMs: always(0.1),
      answerMs: always(0.05),
      staticMs: always(0.1),
      errorMs: always(0.05),
      errorBytes: 500,
      workerBytes: 10 * 1024 ** 2,
      limitReq: null,
      limitConn: null,
      fastcgiCache: null,
      workerShutdownTimeoutMs: null,
      unit: { restart: 'no', restartMs: 100, startMs: always(20) },
    },
    phpFpm: {
      pm: 'static',
      maxChildren: 8,
      startServers: 2,
      minSpareServers: 1,
      maxSpareServers: 3,
      maxSpawnRate: 32,
      processIdleTimeoutMs: 10_000,
      maxRequests: 0,
      listen: '/run/php/php-fpm.sock',
      listenBacklog: 511,
      requestTerminateTimeoutMs: 0,
      forkMs: always(2),
      childBytes: 30 * 1024 ** 2,
      processControlTimeoutMs: null,
      maxExecutionMs: null,
      realpathCacheTtlMs: null,
      unit: { restart: 'no', restartMs: 100, startMs: always(100) },
    },
    mysql: {
      maxConnections: 151,
      persistent: true,
      connectMs: always(0.3),
      roundTripMs: 0.1,
      bufferPoolBytes: 128 * 1024 ** 2,
      datasetBytes: 64 * 1024 ** 2,
      lockWaitTimeoutMs: 50_000,
      flushLogAtTrxCommit: 1,
      baseBytes: 200 * 1024 ** 2,
      connectionBytes: 1024 ** 2,
      disturbed: null,
      unit: { restart: 'on-abnormal', restartMs: 5000, startMs: always(2000) },
    },
    pages: [appPage()],
    visitors: {
      roundTripMs: always(30),
      bytesPerMs: null,
      patienceMs: null,
      connections: 6,
      keepAlive: false,
      pagesPerVisit: always(1),
      thinkMs: always(7000),
      retry: null,
      reload: null,
      refresh: null,
      autoReloadMs: null,
    },
    traffic: [openSource(40)],
    events: [],
    failures: [],
    thresholds: [],
    watch: [],
    slo: null,
    variants: [],
    ...changes,
  };
}

/** 3.1 ms of PHP, 5 queries of 0.5 ms: with Nginx's 0.2 ms, 5.8 ms of CPU. */
export function appPage(changes: Changes<PageModel> = {}): PageModel {
  const query = {
    times: always(5),
    cpuMs: always(0.5),
    reads: always(3),
    row: null,
    table: null,
    holdMs: always(0),
    commit: false,
  };
  return {
    path: '/app.php',
    weight: 1,
    bytes: always(14_600),
    script: { cpuMs: always(3.1), waitMs: always(0), compileMs: null, queries: [query] },
    assets: [],
    ...changes,
  };
}

export function openSource(rate: number): SourceModel {
  const curve = [{ fromMs: 0, toMs: 10 * minute, fromRate: rate, toRate: rate }];
  return { kind: 'open', name: 'base', mix: null, curve, spacing: 'poisson', batch: 1 };
}

/** 40 a second, and from 3:00 on a surge to 400: 20 s up, 2 min at the top, 30 s down. */
function surgeSource(): SourceModel {
  const curve = [
    { fromMs: 3 * minute, toMs: 3 * minute + 20_000, fromRate: 0, toRate: 360 },
    { fromMs: 3 * minute + 20_000, toMs: 5 * minute + 20_000, fromRate: 360, toRate: 360 },
    { fromMs: 5 * minute + 20_000, toMs: 5 * minute + 50_000, fromRate: 360, toRate: 0 },
  ];
  return { kind: 'open', name: 'surge', mix: null, curve, spacing: 'poisson', batch: 1 };
}

const surgeWindows: WindowModel[] = [
  { name: 'before surge', fromMs: minute, toMs: 3 * minute },
  { name: 'during surge', fromMs: 3 * minute, toMs: 5 * minute + 50_000 },
  { name: 'after surge', fromMs: 5 * minute + 50_000, toMs: 10 * minute },
];

export function surgeModel(changes: Changes<Model> = {}): Model {
  return model({
    name: 'surge',
    about: 'A popular site links to us; ten times the visitors for two minutes.',
    windows: surgeWindows,
    incident: { kind: 'surge', name: 'surge', fromMs: 3 * minute, peakToMs: 5 * minute + 20_000, toMs: 5 * minute + 50_000 },
    traffic: [openSource(40), surgeSource()],
    thresholds: [
      { text: 'during surge: errors > 5%', window: 1, metric: { kind: 'errors' }, operator: '>', value: 0.05 },
      { text: 'before surge: p95 < 50ms', window: 0, metric: { kind: 'p95' }, operator: '<', value: 50 },
      { text: 'after surge: p99 < 1s', window: 2, metric: { kind: 'p99' }, operator: '<', value: 1000 },
    ],
    watch: ["Watch PHP-FPM's line fill in two seconds."],
    ...changes,
  });
}

export function latency(count: number, p50: number, p95: number): Latency {
  if (count === 0) return { count: 0, mean: null, p50: null, p90: null, p95: null, p99: null, p999: null, max: null };
  return { count, mean: p50 * 1.2, p50, p90: p95 * 0.8, p95, p99: p95 * 1.5, p999: p95 * 2, max: p95 * 3 };
}

function stage(changes: Changes<StageResult> = {}): StageResult {
  return {
    entered: 21_600,
    left: 21_600,
    inside: 0,
    utilisation: null,
    places: null,
    placesMax: null,
    queue: { mean: 0, max: 0, limit: null },
    timeMs: { mean: 10, p95: 12, waiting: 0, share: 0.1 },
    details: {},
    ...changes,
  };
}

const stages: Record<string, StageResult> = {
  dns: stage(),
  tcp: stage({ queue: { mean: 0, max: 2, limit: 511 } }),
  nginx: stage({ utilisation: 0.01, places: 'connections', placesMax: 768 }),
  'php-fpm': stage({
    utilisation: 0.03,
    places: 'children',
    placesMax: 8,
    queue: { mean: 0.01, max: 3, limit: 512 },
    timeMs: { mean: 7.1, p95: 14, waiting: 0.6, share: 0.12 },
    details: { children: 8 },
  }),
  mysql: stage({ utilisation: 0.004, places: 'connections', placesMax: 151 }),
  delivery: stage({ timeMs: { mean: 32, p95: 34, waiting: 0, share: 0.6 } }),
};

export function series(changes: Changes<Series> = {}): Series {
  const steps = 600;
  const flat = (value: number): number[] => new Array<number>(steps).fill(value);
  return {
    stepMs: 1000,
    offered: flat(40),
    good: flat(40),
    failed: flat(0),
    p95: flat(87),
    cpu: flat(0.23),
    queues: { tcp: flat(0), nginx: flat(0), 'php-fpm': flat(0), mysql: flat(0) },
    busy: { nginx: flat(4), 'php-fpm': flat(0), mysql: flat(0) },
    ...changes,
  };
}

export function result(changes: Changes<Result> = {}): Result {
  const requests: Requests = { offered: 21_600, good: 21_600, failed: 0, unfinished: 0 };
  const speeds = latency(21_600, 61, 87);
  const perSecond = { offered: 40, throughput: 40, goodput: 40 };
  return {
    format: 'lempsim.result/1',
    lempsim: '0.1.0',
    scenario: 'calm',
    about: 'An ordinary hour.',
    site: 'shop',
    scenarioHash: 'a1b2c3d4',
    seed: '1',
    runs: 1,
    durationMs: 10 * minute,
    warmupMs: minute,
    partial: false,
    requests,
    outcomes: { '200': 21_600 },
    causes: [],
    latencyMs: speeds,
    allLatencyMs: speeds,
    perSecond,
    stages,
    host: {
      cpu: { cores: 1, utilisation: 0.232, by: { nginx: 0.008, 'php-fpm': 0.124, mysql: 0.1 } },
      memory: {
        bytes: 4 * 1024 ** 3,
        usedMax: 900 * 1024 ** 2,
        by: { system: 300 * 1024 ** 2, nginx: 10 * 1024 ** 2, 'php-fpm': 240 * 1024 ** 2, mysql: 350 * 1024 ** 2 },
        overcommitted: false,
      },
      disk: { utilisation: 0.002, operations: 640, queue: { mean: 0, max: 3 } },
      network: { sent: 324_000_000, received: 12_000_000, sendUtilisation: 0.005 },
    },
    availability: { requests: 1, time: 1, downtimeMs: 0, outages: [], backMs: null, normalMs: null, budget: null },
    windows: [windowResult('all', minute, 10 * minute, { requests, latencyMs: speeds, perSecond })],
    events: [],
    series: series(),
    thresholds: [],
    verdict: 'none',
    warnings: [],
    ...changes,
  };
}

export function windowResult(name: string, fromMs: number, toMs: number, changes: Changes<WindowResult> = {}): WindowResult {
  return {
    name,
    fromMs,
    toMs,
    requests: { offered: 4800, good: 4800, failed: 0, unfinished: 0 },
    outcomes: { '200': 4800 },
    latencyMs: latency(4800, 61, 87),
    perSecond: { offered: 40, throughput: 40, goodput: 40 },
    stages: {
      dns: { utilisation: null, queue: { mean: 0, max: 0 } },
      tcp: { utilisation: null, queue: { mean: 0, max: 0 } },
      nginx: { utilisation: 0.01, queue: { mean: 0, max: 0 } },
      'php-fpm': { utilisation: 0.03, queue: { mean: 0, max: 1 } },
      mysql: { utilisation: 0.004, queue: { mean: 0, max: 0 } },
      delivery: { utilisation: null, queue: { mean: 0, max: 0 } },
    },
    cpu: { utilisation: 0.232, by: { nginx: 0.008, 'php-fpm': 0.124, mysql: 0.1 } },
    ...changes,
  };
}

export const fullQueue: CauseCount = {
  outcome: '502',
  stage: 'php-fpm',
  cause: 'listen queue full',
  log:
    '[error] connect() to unix:/run/php/php-fpm.sock failed (11: Resource temporarily unavailable) while connecting to upstream, ' +
    'request: "GET /app.php HTTP/1.1"',
  count: 30_200,
  firstMs: 194_300,
  lastMs: 341_000,
};

/** What the surge does to the shop: one core answers 172 of 400 a second. */
export function surgeResult(changes: Changes<Result> = {}): Result {
  const during = windowResult('during surge', 3 * minute, 5 * minute + 50_000, {
    requests: { offered: 59_000, good: 28_800, failed: 30_200, unfinished: 0 },
    outcomes: { '200': 28_800, '502': 30_200 },
    latencyMs: latency(28_800, 2800, 3100),
    perSecond: { offered: 347, throughput: 347, goodput: 169 },
    stages: {
      nginx: { utilisation: 0.7, queue: { mean: 0, max: 0 } },
      'php-fpm': { utilisation: 0.97, queue: { mean: 440, max: 512 } },
      mysql: { utilisation: 0.05, queue: { mean: 0, max: 0 } },
    },
    cpu: { utilisation: 0.98, by: { nginx: 0.05, 'php-fpm': 0.51, mysql: 0.42 } },
  });
  return result({
    scenario: 'surge',
    about: 'A popular site links to us; ten times the visitors for two minutes.',
    requests: { offered: 73_800, good: 43_600, failed: 30_200, unfinished: 0 },
    outcomes: { '200': 43_600, '502': 30_200 },
    causes: [fullQueue],
    latencyMs: latency(43_600, 2100, 3050),
    perSecond: { offered: 137, throughput: 137, goodput: 81 },
    stages: {
      ...stages,
      'php-fpm': { ...stages['php-fpm'], utilisation: 0.35, queue: { mean: 140, max: 512, limit: 512 } },
    },
    host: { ...result().host, cpu: { cores: 1, utilisation: 0.48, by: { nginx: 0.03, 'php-fpm': 0.25, mysql: 0.2 } } },
    windows: [
      windowResult('before surge', minute, 3 * minute),
      during,
      windowResult('after surge', 5 * minute + 50_000, 10 * minute, { latencyMs: latency(10_000, 62, 95) }),
    ],
    events: [
      { atMs: 180_000, kind: 'surge', text: 'the surge begins' },
      { atMs: 194_300, kind: 'first failure', text: 'first 502 (listen queue full), of 30200' },
      { atMs: 354_000, kind: 'recovered', text: 'answers are as fast as before, 34 s after the peak' },
    ],
    series: surgeSeries(),
    thresholds: [
      { text: 'during surge: errors > 5%', value: 0.512, verdict: 'pass' },
      { text: 'before surge: p95 < 50ms', value: 87, verdict: 'fail' },
      { text: 'after surge: p99 < 1s', value: null, verdict: 'inconclusive' },
    ],
    verdict: 'fail',
    ...changes,
  });
}

function surgeSeries(): Series {
  const at = (value: (second: number) => number): number[] => Array.from({ length: 600 }, (_, second) => value(second));
  const full = (second: number): boolean => second >= 187 && second < 350;
  const rate = (second: number): number => {
    if (second < 180 || second >= 350) return 40;
    if (second < 200) return 40 + (second - 180) * 18;
    return second < 320 ? 400 : 40 + (350 - second) * 12;
  };
  return series({
    offered: at(rate),
    good: at((second) => (full(second) ? 172 : Math.min(172, rate(second)))),
    failed: at((second) => (full(second) && second >= 194 ? Math.max(0, rate(second) - 172) : 0)),
    p95: at((second) => (full(second) ? 3000 : 87)),
    cpu: at((second) => (full(second) ? 1 : 0.23)),
    queues: { nginx: at(() => 0), 'php-fpm': at((second) => (full(second) ? 512 : 0)), mysql: at(() => 0) },
    busy: {
      nginx: at((second) => (full(second) ? 560 : 4)),
      'php-fpm': at((second) => (full(second) ? 8 : 0)),
      mysql: at(() => 1),
    },
  });
}

/** Children held by something outside the box: full, while the CPU is not. */
export function heldModel(): Model {
  const page = appPage({ script: { cpuMs: always(3.1), waitMs: always(1000), compileMs: null, queries: [] } });
  return surgeModel({ pages: [page] });
}

export function heldResult(): Result {
  const surge = surgeResult();
  const { series } = surge;
  const good = series.good.map((value, second) => (second >= 187 && second < 350 ? 8 : value));
  return { ...surge, series: { ...series, good, cpu: series.cpu.map((value) => Math.min(value, 0.04)) } };
}

export function staticModel(): Model {
  const page: PageModel = { path: '/index.html', weight: 1, bytes: always(200_000), script: null, assets: [] };
  return model({ name: 'static', phpFpm: null, mysql: null, pages: [page] });
}

export function staticResult(changes: Changes<Result> = {}): Result {
  const { dns, tcp, nginx, delivery } = stages;
  const base = result();
  const ofNginx = { cores: 1, utilisation: 0.006, by: { nginx: 0.006 } };
  return result({
    scenario: 'static',
    stages: { dns, tcp, nginx, delivery },
    host: { ...base.host, cpu: ofNginx, network: { sent: 4_300_000_000, received: 1, sendUtilisation: 0.064 } },
    series: series({ queues: {}, busy: { nginx: new Array<number>(600).fill(4) }, cpu: new Array<number>(600).fill(0.006) }),
    windows: [windowResult('all', minute, 10 * minute, { stages: { nginx: { utilisation: 0.01, queue: { mean: 0, max: 0 } } } })],
    ...changes,
  });
}

export function closedModel(): Model {
  const source: SourceModel = {
    kind: 'closed',
    name: 'office',
    mix: null,
    users: 50,
    thinkMs: always(100),
    fromMs: 0,
    toMs: 10 * minute,
  };
  return model({ name: 'closed', traffic: [source] });
}

export function closedResult(): Result {
  const base = result();
  return result({
    scenario: 'closed',
    requests: { offered: 92_900, good: 92_850, failed: 0, unfinished: 50 },
    outcomes: { '200': 92_850 },
    perSecond: { offered: 172, throughput: 172, goodput: 172 },
    latencyMs: latency(92_850, 190, 260),
    stages: { ...stages, 'php-fpm': { ...stages['php-fpm'], utilisation: 1, queue: { mean: 24, max: 42, limit: 512 } } },
    host: { ...base.host, cpu: { cores: 1, utilisation: 0.999, by: { nginx: 0.03, 'php-fpm': 0.53, mysql: 0.439 } } },
  });
}

export function emptyResult(changes: Changes<Result> = {}): Result {
  const none: Requests = { offered: 0, good: 0, failed: 0, unfinished: 0 };
  const perSecond = { offered: 0, throughput: 0, goodput: 0 };
  const idle = { cores: 1, utilisation: 0, by: {} };
  const noTime = { mean: null, p95: null, waiting: null, share: null };
  const idleStages = Object.entries(stages).map(([name, each]) => [
    name,
    { ...each, entered: 0, left: 0, utilisation: each.utilisation === null ? null : 0, timeMs: noTime },
  ]);
  return result({
    requests: none,
    outcomes: {},
    perSecond,
    latencyMs: latency(0, 0, 0),
    allLatencyMs: latency(0, 0, 0),
    stages: Object.fromEntries(idleStages),
    host: { ...result().host, cpu: idle },
    availability: { requests: null, time: null, downtimeMs: 0, outages: [], backMs: null, normalMs: null, budget: null },
    windows: [
      windowResult('all', minute, 10 * minute, {
        requests: none,
        outcomes: {},
        latencyMs: latency(0, 0, 0),
        perSecond,
        cpu: { utilisation: 0, by: {} },
      }),
    ],
    series: series({ offered: [], good: [], failed: [], p95: [], cpu: [], queues: {}, busy: {} }),
    ...changes,
  });
}

/** Interrupted in the middle of the surge. */
export function partialResult(): Result {
  const surge = surgeResult();
  return { ...surge, partial: true, durationMs: 252_000, events: surge.events.slice(0, 2) };
}

function span(stage: string, depth: number, fromMs: number, toMs: number, waitedMs: number, note: string): Span {
  return { stage, depth, fromMs, toMs, waitedMs, note };
}

export function trace(changes: Changes<Trace> = {}): Trace {
  const start = 190_000;
  return {
    scenario: 'surge',
    seed: '1',
    request: 8123,
    page: '/app.php',
    arrivedMs: start,
    endedMs: start + 400,
    outcome: '200',
    cause: null,
    log: null,
    spans: [
      span('dns', 0, start, start + 40, 0, 'asked the resolver, which had it'),
      span('tcp', 0, start + 40, start + 70, 0, 'new connection'),
      span('nginx', 0, start + 70, start + 370, 0, 'passed to PHP-FPM'),
      span('php-fpm', 1, start + 71, start + 369, 200, 'child 3'),
      ...[0, 1, 2, 3, 4, 5, 6].map((query) => span('mysql', 2, start + 280 + query * 10, start + 284 + query * 10, 1, 'query')),
      span('delivery', 0, start + 370, start + 400, 0, '14,600 bytes'),
    ],
    ...changes,
  };
}
