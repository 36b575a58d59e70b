/** From the scenario as the schema has read it, and the checks have passed it, to the model: other names, no defaults left open. */
import { always } from '../../engine/law.js';
import type {
  DnsDisturbedModel,
  HostModel,
  Model,
  MysqlDisturbedModel,
  MysqlModel,
  NginxModel,
  PageModel,
  PhpFpmModel,
  ScriptModel,
  SiteModel,
  TcpModel,
  ThresholdModel,
  UnitModel,
} from '../../model.js';
import type { Complete } from '../schema/scenario.js';
import { eventOf, failuresOf } from './events.js';
import { protectionsOf } from './protections.js';
import { pathsOf, sourcesOf } from './sources.js';
import { visitorsOf } from './visitors.js';
import { incidentOf, windowsOf } from './windows.js';

/** `configs` has, by the index of its event, what the site is like from each `config` on. */
export function modelOf(
  scenario: Complete,
  thresholds: readonly ThresholdModel[],
  configs: ReadonlyMap<number, SiteModel> = new Map(),
): Model {
  return {
    name: scenario.name,
    about: scenario.about,
    siteName: scenario.site,
    seed: scenario.seed,
    durationMs: scenario.duration,
    warmupMs: scenario.warmup,
    windows: windowsOf(scenario),
    incident: incidentOf(scenario),
    ...siteOf(scenario),
    tcp: tcpOf(scenario.tcp),
    traffic: sourcesOf(scenario),
    events: (scenario.events ?? []).map((event, index) => eventOf(event, configs.get(index))),
    failures: failuresOf(scenario.failures ?? []),
    thresholds,
    watch: scenario.watch ?? [],
    slo: scenario.slo ?? null,
    variants: [],
  };
}

/** What `config` can change. */
export function siteOf(scenario: Complete): SiteModel {
  const { dns } = scenario;
  return {
    host: hostOf(scenario),
    dns: {
      name: dns.name,
      address: dns.address,
      ttlMs: dns.ttl,
      answer: dns.answer,
      browserCacheMs: dns.browser_cache,
      knownShare: dns.known,
      resolvers: dns.resolvers,
      resolverMs: dns.resolver,
      authoritativeMs: dns.authoritative,
      resolverCapacityPerSecond: dns.resolver_capacity,
      loss: dns.loss,
      timeoutMs: dns.timeout,
      attempts: dns.attempts,
      nameservers: dns.nameservers,
      disturbed: dnsDisturbedOf(scenario),
    },
    nginx: nginxOf(scenario.nginx, scenario.host.cores, scenario.pages),
    phpFpm: scenario['php-fpm'] ? phpFpmOf(scenario['php-fpm']) : null,
    mysql: scenario.mysql ? mysqlOf(scenario.mysql, somethingHappens(scenario)) : null,
    pages: pagesOf(scenario.pages),
    visitors: visitorsOf(scenario.visitors, scenario),
  };
}

function hostOf({ host, events = [], failures = [] }: Complete): HostModel {
  const boots = [...events, ...failures].some((happening) => 'power-off' in happening || 'reboot' in happening);
  return {
    cores: host.cores,
    scheduler: host.scheduler,
    memoryBytes: host.memory,
    swapBytes: host.swap || null,
    systemBytes: host.system,
    disk: { iops: host.disk.iops, queueDepth: host.disk.queue_depth, latencyMs: host.disk.latency, fsyncMs: host.disk.fsync },
    network: { sendBytesPerMs: host.network.send, receiveBytesPerMs: host.network.receive },
    bootMs: boots ? host.boot : null,
  };
}

function tcpOf(tcp: Complete['tcp']): TcpModel {
  return {
    somaxconn: tcp['net.core.somaxconn'],
    abortOnOverflow: tcp['net.ipv4.tcp_abort_on_overflow'],
    synRetryMs: [0, ...tcp.clients.retryMs],
    synGiveUpMs: tcp.clients.giveUpMs,
    loopbackSynRetryMs: [0, ...tcp.server.retryMs],
    loopbackSynGiveUpMs: tcp.server.giveUpMs,
    synAckRetryMs: synAckRetries(tcp['net.ipv4.tcp_synack_retries']),
    rtoMinMs: tcp.rto_min,
    initcwnd: tcp.initcwnd,
    segmentBytes: tcp.mss,
    headerBytes: tcp.headers,
    loss: tcp.loss,
    tls: tcp.tls && { version: tcp.tls.version, handshakeMs: tcp.tls.handshake },
  };
}

/** Linux waits 1 s, doubles, and stops doubling at 120 s (TCP_TIMEOUT_INIT, TCP_RTO_MAX). */
function synAckRetries(retries: number): number[] {
  const times: number[] = [];
  let waitMs = 1000;
  for (let time = waitMs; times.length < retries; time += waitMs) {
    times.push(time);
    waitMs = Math.min(120_000, waitMs * 2);
  }
  return times;
}

function nginxOf(nginx: Complete['nginx'], cores: number, pages: Complete['pages']): NginxModel {
  return {
    workerProcesses: nginx.worker_processes === 'auto' ? cores : nginx.worker_processes,
    workerConnections: nginx.worker_connections,
    listenBacklog: nginx['listen.backlog'],
    keepaliveTimeoutMs: nginx.keepalive_timeout,
    keepaliveRequests: nginx.keepalive_requests,
    fastcgiConnectTimeoutMs: nginx.fastcgi_connect_timeout,
    fastcgiSendTimeoutMs: nginx.fastcgi_send_timeout,
    fastcgiReadTimeoutMs: nginx.fastcgi_read_timeout,
    fastcgiBuffering: nginx.fastcgi_buffering,
    acceptMs: nginx.cpu.accept,
    proxyMs: nginx.cpu.proxy,
    answerMs: nginx.cpu.answer,
    staticMs: nginx.cpu.static,
    errorMs: nginx.cpu.error,
    errorBytes: nginx.error_size,
    workerBytes: nginx.worker_memory,
    ...protectionsOf(nginx, pages),
    workerShutdownTimeoutMs: nginx.worker_shutdown_timeout ?? null,
    unit: unitOf(nginx),
  };
}

/** PHP's own (php.ini), which the model takes for granted. */
const EXECUTION_MAX_MS = 30_000;
const PATH_TTL_MS = 120_000;

function unless(usual: number, value: number): number | null {
  return value === usual ? null : value;
}

/** Settings that the chosen `pm` does not look at have the value that it amounts to. */
function phpFpmOf(fpm: NonNullable<Complete['php-fpm']>): PhpFpmModel {
  const maxChildren = fpm['pm.max_children'];
  const dynamic = fpm.pm === 'dynamic';
  const min = dynamic ? (fpm['pm.min_spare_servers'] ?? 1) : 0;
  const max = dynamic ? (fpm['pm.max_spare_servers'] ?? min) : 0;
  const start = fpm['pm.start_servers'] ?? min + Math.floor((max - min) / 2);
  return {
    pm: fpm.pm,
    maxChildren,
    startServers: dynamic ? start : fpm.pm === 'static' ? maxChildren : 0,
    minSpareServers: min,
    maxSpareServers: max,
    maxSpawnRate: fpm['pm.max_spawn_rate'],
    processIdleTimeoutMs: fpm['pm.process_idle_timeout'],
    maxRequests: fpm['pm.max_requests'],
    listen: fpm.listen,
    listenBacklog: fpm['listen.backlog'],
    requestTerminateTimeoutMs: fpm.request_terminate_timeout,
    forkMs: fpm.fork,
    childBytes: fpm.memory_per_child,
    processControlTimeoutMs: fpm.process_control_timeout || null,
    maxExecutionMs: unless(EXECUTION_MAX_MS, fpm.max_execution_time),
    realpathCacheTtlMs: unless(PATH_TTL_MS, fpm.realpath_cache_ttl),
    unit: unitOf(fpm),
  };
}

function mysqlOf(mysql: NonNullable<Complete['mysql']>, disturbed: boolean): MysqlModel {
  return {
    maxConnections: mysql.max_connections,
    persistent: mysql.connections === 'persistent',
    connectMs: mysql.connect,
    roundTripMs: mysql.round_trip,
    bufferPoolBytes: mysql.innodb_buffer_pool_size,
    datasetBytes: mysql.dataset,
    lockWaitTimeoutMs: mysql.innodb_lock_wait_timeout,
    flushLogAtTrxCommit: mysql.innodb_flush_log_at_trx_commit,
    baseBytes: mysql.base_memory,
    connectionBytes: mysql.memory_per_connection,
    unit: unitOf(mysql),
    disturbed: disturbed ? mysqlDisturbedOf(mysql) : null,
  };
}

function mysqlDisturbedOf(mysql: NonNullable<Complete['mysql']>): MysqlDisturbedModel {
  return {
    logFileBytes: mysql.innodb_log_file_size,
    checkpointAgeBytes: mysql.checkpoint_age,
    redoBytesPerCommit: mysql.redo_per_commit,
    pagesPerCommit: mysql.pages_per_commit,
    dumpShare: mysql.innodb_buffer_pool_dump_pct / 100,
    ioCapacity: mysql.innodb_io_capacity,
    tableWaitTimeoutMs: mysql.lock_wait_timeout,
    pings: mysql.ping,
  };
}

/** Something is to happen, or could: the daemons together might hold more memory than there is. */
function somethingHappens(scenario: Complete): boolean {
  const { events = [], failures = [] } = scenario;
  return events.length > 0 || failures.length > 0 || memoryMost(scenario) > scenario.host.memory;
}

function memoryMost({ host, nginx, 'php-fpm': fpm, mysql }: Complete): number {
  const children = fpm ? fpm['pm.max_children'] : 0;
  const workers = nginx.worker_processes === 'auto' ? host.cores : nginx.worker_processes;
  const connections = mysql ? Math.min(mysql.max_connections, children) * mysql.memory_per_connection : 0;
  return (
    host.system +
    workers * nginx.worker_memory +
    (fpm ? children * fpm.memory_per_child : 0) +
    (mysql ? mysql.base_memory + mysql.innodb_buffer_pool_size + connections : 0)
  );
}

function dnsDisturbedOf({ dns, events = [], failures = [] }: Complete): DnsDisturbedModel | null {
  const changes = [...events, ...failures].some((happening) => 'dns' in happening);
  const spread = dns.at_start === 'spread' || (dns.at_start === 'auto' && changes);
  if (!changes && !spread && dns.answer !== 'NXDOMAIN') return null;
  return { negativeTtlMs: dns.negative_ttl, wrongAddress: dns.wrong_address, spread };
}

function unitOf(daemon: Pick<Complete['nginx'], 'Restart' | 'RestartSec' | 'start'>): UnitModel {
  return { restart: daemon.Restart, restartMs: daemon.RestartSec, startMs: daemon.start };
}

function pagesOf(pages: Complete['pages']): PageModel[] {
  const paths = pathsOf(pages);
  return paths.map((path) => pageOf(path, pages[path], paths));
}

function pageOf(path: string, page: Complete['pages'][string], paths: readonly string[]): PageModel {
  return {
    path,
    weight: page.weight,
    bytes: page.size,
    script: page.php ? scriptOf(page.php, page.queries ?? []) : null,
    assets: (page.assets ?? []).map((asset) => paths.indexOf(asset)),
  };
}

type WrittenPage = Complete['pages'][string];

function scriptOf(php: NonNullable<WrittenPage['php']>, queries: NonNullable<WrittenPage['queries']>): ScriptModel {
  return { cpuMs: php.cpu, waitMs: php.wait, compileMs: php.compile ?? null, queries: queries.map(queryOf) };
}

function queryOf(query: NonNullable<WrittenPage['queries']>[number]) {
  const row = query.row ?? null;
  const commit = query.commit ?? row !== null;
  return {
    times: query.times,
    cpuMs: query.cpu,
    reads: query.reads,
    row,
    table: query.table ?? null,
    holdMs: commit ? query.hold : always(0),
    commit,
  };
}
