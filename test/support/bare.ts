/**
 * A site configured down to nothing: no network, no costs, no limits. A test adds the one thing that it is about.
 *
 *   bare({ pages: [scriptPage({ cpuMs: exponential(10) })], traffic: [poisson(80)] })
 */
import { always, type Law } from '../../src/engine/law.js';
import type {
  ClosedSourceModel,
  DnsModel,
  HostModel,
  Model,
  MysqlModel,
  NginxModel,
  OpenSourceModel,
  PageModel,
  PhpFpmModel,
  QueryModel,
  ScriptModel,
  TcpModel,
  UnitModel,
  VisitorsModel,
} from '../../src/model.js';

export const zero = always(0);
export const exponential = (mean: number): Law => ({ law: 'exponential', mean });

/** A unit that is not started again by itself, and takes no time to start. */
export const atOnce: UnitModel = { restart: 'no', restartMs: 0, startMs: zero };

export interface Bare {
  name?: string;
  seed?: string;
  durationMs?: number;
  warmupMs?: number;
  windows?: Model['windows'];
  incident?: Model['incident'];
  host?: Partial<HostModel>;
  dns?: Partial<DnsModel>;
  tcp?: Partial<TcpModel>;
  nginx?: Partial<NginxModel>;
  php?: Partial<PhpFpmModel> | null;
  mysql?: Partial<MysqlModel> | null;
  pages?: readonly PageModel[];
  visitors?: Partial<VisitorsModel>;
  traffic?: Model['traffic'];
  events?: Model['events'];
  failures?: Model['failures'];
  thresholds?: Model['thresholds'];
  slo?: number;
  variants?: Model['variants'];
}

export function bare(parts: Bare = {}): Model {
  const durationMs = parts.durationMs ?? 100_000;
  const warmupMs = parts.warmupMs ?? 0;
  return {
    name: parts.name ?? 'bare',
    about: '',
    siteName: 'bare',
    seed: parts.seed ?? '1',
    durationMs,
    warmupMs,
    windows: parts.windows ?? [{ name: 'all', fromMs: warmupMs, toMs: durationMs }],
    incident: parts.incident ?? null,
    host: {
      cores: 1e6,
      scheduler: 'fair-share',
      memoryBytes: 2 ** 40,
      swapBytes: null,
      systemBytes: 0,
      disk: { iops: Infinity, queueDepth: 1e6, latencyMs: zero, fsyncMs: zero },
      network: { sendBytesPerMs: Infinity, receiveBytesPerMs: Infinity },
      bootMs: null,
      ...parts.host,
    },
    dns: {
      name: 'www.foobar.com',
      address: '8.8.8.8',
      ttlMs: 300_000,
      answer: 'NOERROR',
      browserCacheMs: 60_000,
      knownShare: 0,
      resolvers: 1,
      resolverMs: zero,
      authoritativeMs: zero,
      resolverCapacityPerSecond: Infinity,
      loss: 0,
      timeoutMs: 5000,
      attempts: 2,
      nameservers: 1,
      disturbed: null,
      ...parts.dns,
    },
    tcp: {
      somaxconn: 1e9,
      abortOnOverflow: false,
      synRetryMs: [0, 1000, 3000, 7000, 15000, 31000, 63000],
      synGiveUpMs: 127_000,
      loopbackSynRetryMs: [0, 1000, 2000, 3000, 4000, 5000, 7000, 11000, 19000, 35000, 67000],
      loopbackSynGiveUpMs: 131_000,
      synAckRetryMs: [1000, 3000, 7000, 15000, 31000],
      rtoMinMs: 200,
      initcwnd: 10,
      segmentBytes: 1460,
      headerBytes: 40,
      loss: 0,
      tls: null,
      ...parts.tcp,
    },
    nginx: {
      workerProcesses: 64,
      workerConnections: 1e9,
      listenBacklog: 1e9,
      keepaliveTimeoutMs: 75_000,
      keepaliveRequests: 1000,
      fastcgiConnectTimeoutMs: 1e9,
      fastcgiSendTimeoutMs: 1e9,
      fastcgiReadTimeoutMs: 1e9,
      fastcgiBuffering: true,
      acceptMs: zero,
      proxyMs: zero,
      answerMs: zero,
      staticMs: zero,
      errorMs: zero,
      errorBytes: 500,
      workerBytes: 0,
      limitReq: null,
      limitConn: null,
      fastcgiCache: null,
      workerShutdownTimeoutMs: null,
      unit: atOnce,
      ...parts.nginx,
    },
    phpFpm:
      parts.php === null
        ? null
        : {
            pm: 'static',
            maxChildren: 1,
            startServers: 1,
            minSpareServers: 1,
            maxSpareServers: 1,
            maxSpawnRate: 32,
            processIdleTimeoutMs: 10_000,
            maxRequests: 0,
            listen: '/run/php/php8.2-fpm.sock',
            listenBacklog: 1e9,
            requestTerminateTimeoutMs: 0,
            forkMs: zero,
            childBytes: 0,
            processControlTimeoutMs: null,
            maxExecutionMs: null,
            realpathCacheTtlMs: null,
            unit: atOnce,
            ...parts.php,
          },
    mysql:
      parts.mysql === null
        ? null
        : {
            maxConnections: 1e9,
            persistent: false,
            connectMs: zero,
            roundTripMs: 0,
            bufferPoolBytes: 1,
            datasetBytes: 1,
            lockWaitTimeoutMs: 50_000,
            flushLogAtTrxCommit: 1,
            baseBytes: 0,
            connectionBytes: 0,
            unit: atOnce,
            disturbed: null,
            ...parts.mysql,
          },
    pages: parts.pages ?? [scriptPage()],
    visitors: {
      roundTripMs: zero,
      bytesPerMs: null,
      patienceMs: null,
      connections: 6,
      keepAlive: false,
      pagesPerVisit: always(1),
      thinkMs: zero,
      retry: null,
      reload: null,
      refresh: null,
      autoReloadMs: null,
      ...parts.visitors,
    },
    traffic: parts.traffic ?? [],
    events: parts.events ?? [],
    failures: parts.failures ?? [],
    thresholds: parts.thresholds ?? [],
    watch: [],
    slo: parts.slo ?? null,
    variants: parts.variants ?? [],
  };
}

export function scriptPage(script: Partial<ScriptModel> = {}, page: Partial<PageModel> = {}): PageModel {
  return { ...filePage(page), script: { cpuMs: zero, waitMs: zero, compileMs: null, queries: [], ...script } };
}

export function filePage(page: Partial<PageModel> = {}): PageModel {
  return { path: '/', weight: 1, bytes: always(1000), script: null, assets: [], ...page };
}

export function query(parts: Partial<QueryModel> = {}): QueryModel {
  return { times: always(1), cpuMs: zero, reads: zero, row: null, table: null, holdMs: zero, commit: false, ...parts };
}

export function poisson(rate: number, parts: Partial<OpenSourceModel> = {}): OpenSourceModel {
  return {
    kind: 'open',
    name: 'visits',
    mix: null,
    curve: [{ fromMs: 0, toMs: 1e12, fromRate: rate, toRate: rate }],
    spacing: 'poisson',
    batch: 1,
    ...parts,
  };
}

export function users(count: number, thinkMs: Law): ClosedSourceModel {
  return { kind: 'closed', name: 'users', mix: null, users: count, thinkMs, fromMs: 0, toMs: 1e12 };
}
