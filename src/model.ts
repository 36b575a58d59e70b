/**
 * What is simulated: plain, frozen, complete. Times are milliseconds, sizes bytes, shares 0 to 1.
 *
 * `scenario/` makes it from what a person writes and has filled every default by then (with its source,
 * in `scenario/defaults.ts`); the engine trusts it. A part the site does not have is `null`: a static
 * site has no PHP-FPM, and its requests never come near one. `Infinity` means "no limit".
 */
import type { Law } from './engine/law.js';

export interface Model {
  /** The scenario's name, as in the command that repeats the run. */
  readonly name: string;
  /** The lesson in a sentence. */
  readonly about: string;
  readonly siteName: string;
  readonly seed: string;
  /** Simulated time, from an empty site to the end. */
  readonly durationMs: number;
  /** What happens before this moment is simulated but not counted. */
  readonly warmupMs: number;
  /** Parts of the counted time, in order, without gap or overlap, from `warmupMs` to `durationMs`. */
  readonly windows: readonly WindowModel[];
  /** What the windows are cut by: the first surge of the traffic, or else the first event; `null` where there is neither. */
  readonly incident: IncidentModel | null;
  readonly host: HostModel;
  readonly dns: DnsModel;
  readonly tcp: TcpModel;
  readonly nginx: NginxModel;
  readonly phpFpm: PhpFpmModel | null;
  readonly mysql: MysqlModel | null;
  readonly pages: readonly PageModel[];
  readonly visitors: VisitorsModel;
  readonly traffic: readonly SourceModel[];
  /** What happens at a stated time, in the order in which it is written. */
  readonly events: readonly EventModel[];
  /** What happens again and again, by chance. */
  readonly failures: readonly FailureModel[];
  readonly thresholds: readonly ThresholdModel[];
  /** What to watch for, in the scenario author's words, line by line. */
  readonly watch: readonly string[];
  /** Share of requests that ought to be good, above 0 and below 1; `null` where none is stated. */
  readonly slo: number | null;
  /** The same scenario otherwise, side by side. Where there are any, the model itself is only what they have in common. */
  readonly variants: readonly VariantModel[];
}

/** One of several ways to go about it, or one of several things that may go wrong. */
export interface VariantModel {
  readonly name: string;
  /** Why it fares as it does, in the author's words; may be empty. */
  readonly because: string;
  /** How often it happens in real life; `null` where that is not stated. */
  readonly happens: OccurrenceModel | null;
  /** Complete, with the same name and seed: the same visitors come. It has no variants of its own. */
  readonly model: Model;
}

export interface OccurrenceModel {
  /** From the end of one to the next, in ms. */
  readonly upMs: Law;
  /** Until it is repaired, in ms; `null` where that takes what it takes in the run. */
  readonly downMs: Law | null;
}

export interface WindowModel {
  /** `all`, or `before X`, `during X`, `after X`, where X is the incident's name. */
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface IncidentModel {
  readonly kind: 'surge' | 'event';
  readonly name: string;
  readonly fromMs: number;
  /** From when on recovery is counted: the traffic begins to fall; an event is over, at once if it has no duration. */
  readonly peakToMs: number;
  /** The end of `during`: the traffic is as before; an event is over, or a minute has passed if it has no duration. */
  readonly toMs: number;
}

export interface HostModel {
  readonly cores: number;
  /** How runnable tasks share the cores: `fair-share` is fluid processor sharing, `kernel` the turns that Linux gives. */
  readonly scheduler: 'fair-share' | 'kernel';
  readonly memoryBytes: number;
  /** Space that memory can be moved out to, on the disk; `null` for none. */
  readonly swapBytes: number | null;
  /** What the kernel and everything but the three daemons hold. */
  readonly systemBytes: number;
  readonly disk: DiskModel;
  readonly network: NetworkModel;
  /** From power on until the units are started, in ms: firmware, kernel, user space; `null` where nothing ever turns it off. */
  readonly bootMs: Law | null;
}

export interface DiskModel {
  /** Operations started per second at the most; `Infinity` for no limit. */
  readonly iops: number;
  /** Operations in service at once. */
  readonly queueDepth: number;
  /** Time of one operation in service, in ms. */
  readonly latencyMs: Law;
  /** Time of one flush to stable storage, in ms. */
  readonly fsyncMs: Law;
}

/** The host's network interface, shared by the transfers in flight, each way on its own. */
export interface NetworkModel {
  /** Towards the visitors; `Infinity` for no limit. */
  readonly sendBytesPerMs: number;
  /** From the visitors. */
  readonly receiveBytesPerMs: number;
}

export interface DnsModel {
  /** The name that visitors type. */
  readonly name: string;
  /** The A record's address. */
  readonly address: string;
  /** The record's time to live, in a resolver's cache. */
  readonly ttlMs: number;
  /** What the resolvers answer: the record, or one of the two errors. */
  readonly answer: 'NOERROR' | 'SERVFAIL' | 'NXDOMAIN';
  /** How long a visitor's browser or operating system keeps the answer. */
  readonly browserCacheMs: number;
  /** Share of new visitors who know the address already. */
  readonly knownShare: number;
  /** Caching resolvers among which the visitors are spread evenly. */
  readonly resolvers: number;
  /** Round trip between a visitor and the resolver, which is all that a cached answer costs, in ms. */
  readonly resolverMs: Law;
  /** What a resolver adds when it must ask the zone's own servers, in ms. */
  readonly authoritativeMs: Law;
  /** Questions a resolver answers per second; `Infinity` for no limit. */
  readonly resolverCapacityPerSecond: number;
  /** Chance that a question or its answer is lost. */
  readonly loss: number;
  /** resolv.conf `timeout`: the wait for an answer before the next try. */
  readonly timeoutMs: number;
  /** resolv.conf `attempts`: rounds over the nameservers. */
  readonly attempts: number;
  /** Nameservers in the visitor's resolv.conf, 1 to 3. */
  readonly nameservers: number;
  /** What matters only once the zone says something else; `null` where it never does. */
  readonly disturbed: DnsDisturbedModel | null;
}

export interface DnsDisturbedModel {
  /** How long a resolver keeps NXDOMAIN, in ms. */
  readonly negativeTtlMs: number;
  /** What meets a SYN at an address that is not ours. */
  readonly wrongAddress: 'silent' | 'refused';
  /** Whether the resolvers know the record at the start, with times to live evenly spread over the TTL. */
  readonly spread: boolean;
}

export interface TcpModel {
  /** `net.core.somaxconn`: every listen backlog is cut to this. */
  readonly somaxconn: number;
  /** `net.ipv4.tcp_abort_on_overflow`: reset instead of ignoring when the accept queue is full. */
  readonly abortOnOverflow: boolean;
  /** When a visitor's kernel sends the SYN, the first time at 0, in ms; after the last it gives up at `synGiveUpMs`. */
  readonly synRetryMs: readonly number[];
  readonly synGiveUpMs: number;
  /** The same for the server's own kernel, which nginx's connections to PHP-FPM over TCP meet. */
  readonly loopbackSynRetryMs: readonly number[];
  readonly loopbackSynGiveUpMs: number;
  /** When the server sends its SYN-ACK again while the accept queue is full, in ms from the first. */
  readonly synAckRetryMs: readonly number[];
  /** The least retransmission time-out, in ms. */
  readonly rtoMinMs: number;
  /** Initial congestion window, in segments. */
  readonly initcwnd: number;
  /** Payload of a segment, in bytes. */
  readonly segmentBytes: number;
  /** Header bytes that every segment brings along on the wire. */
  readonly headerBytes: number;
  /** Chance that a packet is lost. */
  readonly loss: number;
  readonly tls: TlsModel | null;
}

export interface TlsModel {
  readonly version: '1.2' | '1.3';
  /** CPU of a full handshake in the nginx worker, in ms. */
  readonly handshakeMs: Law;
}

export interface NginxModel {
  readonly workerProcesses: number;
  readonly workerConnections: number;
  /** `listen … backlog=`. */
  readonly listenBacklog: number;
  /** 0 closes every connection after its first answer. */
  readonly keepaliveTimeoutMs: number;
  readonly keepaliveRequests: number;
  readonly fastcgiConnectTimeoutMs: number;
  readonly fastcgiSendTimeoutMs: number;
  readonly fastcgiReadTimeoutMs: number;
  /** Off: a PHP child is held until the visitor has the answer. */
  readonly fastcgiBuffering: boolean;
  /** CPU to accept a connection, in ms. */
  readonly acceptMs: Law;
  /** CPU to read a request and pass it to PHP-FPM, in ms. */
  readonly proxyMs: Law;
  /** CPU to take PHP-FPM's answer and send it, in ms. */
  readonly answerMs: Law;
  /** CPU to serve a file, in ms. */
  readonly staticMs: Law;
  /** CPU to answer with an error page of its own, in ms. */
  readonly errorMs: Law;
  /** Bytes of such an error page. */
  readonly errorBytes: number;
  readonly workerBytes: number;
  /** How many requests it takes in a second; `null` for as many as come. */
  readonly limitReq: LimitReqModel | null;
  /** How many requests it works on at once; `null` for any number. */
  readonly limitConn: LimitConnModel | null;
  /** Answers of PHP-FPM that it keeps; `null` for none. */
  readonly fastcgiCache: FastcgiCacheModel | null;
  /** How long workers that were told to quit may go on with what they have; `null` for as long as it takes. */
  readonly workerShutdownTimeoutMs: number | null;
  readonly unit: UnitModel;
}

/** A limit of nginx's: for whom, and of what. */
interface LimitModel {
  readonly zone: string;
  /** Each visitor's address on its own, or all visitors together (`$binary_remote_addr`, `$server_name`). */
  readonly key: 'address' | 'server';
  /** Indices in `Model.pages` of what it holds for; empty for every page. */
  readonly pages: readonly number[];
  /** The status that those beyond it are answered with. */
  readonly status: number;
}

/** `limit_req`. */
export interface LimitReqModel extends LimitModel {
  /** Per second. */
  readonly rate: number;
  /** Requests beyond the rate that are still taken. */
  readonly burst: number;
  /** Of these, so many go on at once, the others wait; `Infinity` is `nodelay`. */
  readonly delay: number;
}

/** `limit_conn`. */
export interface LimitConnModel extends LimitModel {
  readonly connections: number;
}

/** `fastcgi_cache` and what belongs to it. */
export interface FastcgiCacheModel {
  /** What is kept of which page. */
  readonly pages: readonly CachedPageModel[];
  /** For how long answers of a status are kept, in whole seconds as nginx counts them. */
  readonly valid: readonly { readonly status: string; readonly ms: number }[];
  /** An answer that nobody asks for so long is deleted. */
  readonly inactiveMs: number;
  /** Of several who find no answer one asks PHP-FPM, and the others wait. */
  readonly lock: boolean;
  /** Who has waited so long asks PHP-FPM, too; the answer is not kept. */
  readonly lockTimeoutMs: number;
  /** After so long without an answer one more may ask. */
  readonly lockAgeMs: number;
  /** When an answer that is no longer valid will do. */
  readonly useStale: readonly UseStale[];
  readonly backgroundUpdate: boolean;
}

export type UseStale = 'updating' | 'error' | 'timeout' | 'http_500' | 'http_503';

export interface CachedPageModel {
  /** Index in `Model.pages`. */
  readonly page: number;
  /** Keys that its requests are spread over: articles, products. */
  readonly variants: number;
  /** The k-th most popular of them weighs `1 / k^zipf`. */
  readonly zipf: number;
}

export interface PhpFpmModel {
  readonly pm: 'static' | 'dynamic' | 'ondemand';
  readonly maxChildren: number;
  readonly startServers: number;
  readonly minSpareServers: number;
  readonly maxSpareServers: number;
  readonly maxSpawnRate: number;
  readonly processIdleTimeoutMs: number;
  /** 0: a child lives for ever. */
  readonly maxRequests: number;
  /** A unix socket's path, or `address:port`. */
  readonly listen: string;
  readonly listenBacklog: number;
  /** 0: never. */
  readonly requestTerminateTimeoutMs: number;
  /** CPU that the fork of a child takes, in ms. */
  readonly forkMs: Law;
  /** Proportional set size of a child. */
  readonly childBytes: number;
  /** How long children may finish what they are at when they are to end; `null` for PHP-FPM's default, 0. */
  readonly processControlTimeoutMs: number | null;
  /** CPU that a script may use; 0 for no limit, `null` for PHP's default, 30 s. */
  readonly maxExecutionMs: number | null;
  /** How long a child keeps a path without a look at its symlinks; `null` for PHP's default, 120 s. */
  readonly realpathCacheTtlMs: number | null;
  readonly unit: UnitModel;
}

export interface MysqlModel {
  readonly maxConnections: number;
  /** Whether a PHP child keeps its connection from request to request. */
  readonly persistent: boolean;
  /** CPU of the server to open a connection, in ms. */
  readonly connectMs: Law;
  /** What the way to the server and back adds to each query, in ms. */
  readonly roundTripMs: number;
  readonly bufferPoolBytes: number;
  /** Table and index bytes that the site touches. */
  readonly datasetBytes: number;
  readonly lockWaitTimeoutMs: number;
  /** 1: each commit waits for a flush; 0 and 2: for none. */
  readonly flushLogAtTrxCommit: 0 | 1 | 2;
  /** Memory of the server besides its buffer pool. */
  readonly baseBytes: number;
  /** Memory of a connection. */
  readonly connectionBytes: number;
  readonly unit: UnitModel;
  /** What matters only once something happens to the site; `null` where nothing can. */
  readonly disturbed: MysqlDisturbedModel | null;
}

export interface MysqlDisturbedModel {
  /** `innodb_log_file_size`: the redo since the last checkpoint is no more than this. */
  readonly logFileBytes: number;
  /** Redo since the last checkpoint as the run begins. */
  readonly checkpointAgeBytes: number;
  readonly redoBytesPerCommit: number;
  /** Pages that a commit has changed. */
  readonly pagesPerCommit: number;
  /** `innodb_buffer_pool_dump_pct`: share of the resident pages that is loaded again after a clean stop. */
  readonly dumpShare: number;
  /** `innodb_io_capacity`: of these, so many a second. */
  readonly ioCapacity: number;
  /** `lock_wait_timeout`: how long a query, or an ALTER, waits for a table. */
  readonly tableWaitTimeoutMs: number;
  /** Whether PHP pings a connection that it has kept before it uses it for a script. */
  readonly pings: boolean;
}

export interface PageModel {
  readonly path: string;
  /** How often it is asked for, relative to the other pages. */
  readonly weight: number;
  /** Answer on the wire, header and body. */
  readonly bytes: Law;
  /** What PHP does for it; `null` for a file that nginx serves. */
  readonly script: ScriptModel | null;
  /** Indices in `Model.pages` of the files that a browser loads after the page itself. */
  readonly assets: readonly number[];
}

export interface ScriptModel {
  /** CPU of PHP, spread evenly before, between and after the queries, in ms. */
  readonly cpuMs: Law;
  /** Time spent waiting for something outside the box, at the script's end, in ms. The child is held, the CPU is not. */
  readonly waitMs: Law;
  /** CPU to compile it and the files it loads, where OPcache does not have them, in ms; `null` if that costs nothing. */
  readonly compileMs: Law | null;
  readonly queries: readonly QueryModel[];
}

export interface QueryModel {
  /** How many of them a request asks, one after the other. */
  readonly times: Law;
  /** CPU in the database's thread, in ms. */
  readonly cpuMs: Law;
  /** Pages looked up in the buffer pool; a page that is not there is read from disk. */
  readonly reads: Law;
  /** The hot row that must be locked first; `null` for none. */
  readonly row: string | null;
  /** The table it is about; `null` if nothing ever locks it. */
  readonly table: string | null;
  /** How long the transaction goes on after the statement and before its commit, in ms; the row stays locked. */
  readonly holdMs: Law;
  /** Whether it ends in a commit, which waits for the log's flush. */
  readonly commit: boolean;
}

export interface VisitorsModel {
  /** Round trip between visitor and server, in ms. */
  readonly roundTripMs: Law;
  /** The visitor's own line, in bytes per ms; `null` for no limit. */
  readonly bytesPerMs: Law | null;
  /** How long a visitor waits for an answer before leaving, in ms; `null` for ever. */
  readonly patienceMs: Law | null;
  /** Connections a browser opens at the most. */
  readonly connections: number;
  /** Whether connections are kept for the next request. */
  readonly keepAlive: boolean;
  /** Pages of a visit. */
  readonly pagesPerVisit: Law;
  /** Time between a page's last byte and the next click, in ms. */
  readonly thinkMs: Law;
  /** What a program does after a failure; `null` for visitors who are people. */
  readonly retry: RetryModel | null;
  /** What people do before an error page; `null` if nobody tries again. */
  readonly reload: ReloadModel | null;
  /** What people do while a page does not come; `null` if they only wait. */
  readonly refresh: RefreshModel | null;
  /** How long the page that tells of a network error stays open while the browser loads it again by itself, in ms; `null`: it does not. */
  readonly autoReloadMs: Law | null;
}

export interface RetryModel {
  /** Of one page, the first included. */
  readonly attempts: number;
  /** The wait before the second attempt, in ms, before jitter. */
  readonly backoffMs: number;
  /** Each wait is so many times the one before … */
  readonly multiplier: number;
  /** … and never longer than this. */
  readonly capMs: number;
  /** `none`: the wait itself; `equal`: half of it, and up to as much again; `full`: anything up to it; `decorrelated`: up to three times the last. */
  readonly jitter: 'none' | 'equal' | 'full' | 'decorrelated';
  /** Retries that one first request of the source allows, in the long run; `null` for any number. */
  readonly budget: number | null;
  /** Outcomes after which it tries again; `timeout` is its own patience. */
  readonly on: readonly string[];
}

export interface ReloadModel {
  /** That somebody presses reload at an error page. */
  readonly chance: number;
  /** After how long, in ms. */
  readonly afterMs: Law;
  /** How often at the most, for one page. */
  readonly times: number;
}

export interface RefreshModel {
  /** How long they wait before they press reload, in ms. */
  readonly afterMs: Law;
  readonly times: number;
}

/** Where visits come from. Rates are visits per second. */
export type SourceModel = OpenSourceModel | BurstySourceModel | ClosedSourceModel;

interface AnySource {
  /** Names the source's streams of chance, so that a further source does not move the others. */
  readonly name: string;
  /** Pages by weight; `null` for the weights that the pages have themselves. */
  readonly mix: readonly { readonly page: number; readonly weight: number }[] | null;
  /** What its visitors are like; absent where they are as all others. */
  readonly visitors?: VisitorsModel;
}

/** Arrivals at a rate that follows a curve, whatever became of those before. */
export interface OpenSourceModel extends AnySource {
  readonly kind: 'open';
  /** Straight pieces in order of time; the rate is 0 where there is none. */
  readonly curve: readonly RatePiece[];
  readonly spacing: 'poisson' | 'even';
  /** Visits that arrive together. */
  readonly batch: number;
}

export interface RatePiece {
  readonly fromMs: number;
  readonly toMs: number;
  /** Rate at `fromMs` and at `toMs`, per second; straight in between. */
  readonly fromRate: number;
  readonly toRate: number;
}

/** Poisson arrivals at one of two rates, each kept for an exponential time. */
export interface BurstySourceModel extends AnySource {
  readonly kind: 'bursty';
  readonly highRate: number;
  readonly highMs: number;
  readonly lowRate: number;
  readonly lowMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A fixed number of users, each of whom thinks, asks, waits, and thinks again. */
export interface ClosedSourceModel extends AnySource {
  readonly kind: 'closed';
  readonly users: number;
  readonly thinkMs: Law;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Something that happens to a part of the site, once. */
export interface EventModel {
  /** Names it in reports, and the windows that it cuts; the verb and its object unless the scenario says otherwise: `kill mysql`. */
  readonly name: string;
  readonly atMs: number;
  /** How long it lasts; `null` where it is over at once, or stays to the end unless the site itself mends it. */
  readonly forMs: number | null;
  /** Why it happens, in the author's words; may be empty. */
  readonly because: string;
  readonly what: Happening;
}

/** The same as an alternating renewal process: good for a time, bad for a time, and so on to the end of the run. */
export interface FailureModel {
  /** Names its stream of chance, too, so that a further one does not move the others. */
  readonly name: string;
  /** From the end of one failure to the next, in ms. */
  readonly upMs: Law;
  /** How long one lasts, in ms; `null` where the site itself mends it. */
  readonly downMs: Law | null;
  readonly because: string;
  readonly what: Happening;
}

export type Daemon = 'nginx' | 'php-fpm' | 'mysql';

/**
 * What can happen, by verb. The part that it happens to knows what follows; `stages/faults.ts` tells how it is asked.
 *
 * `kill`: SIGKILL to the main process. `hang`: alive, and silent. `stop`: the unit is stopped, and started when it is over.
 * `restart` and `reload`: as systemctl does, or with the signal given. `upgrade`: nginx's binary, by USR2. `switch`: the
 * symlink of the code points to another release. `power-off` and `reboot`: the host. `slow`: everything takes `times` as long.
 * `steal`: a hypervisor takes that share of each core. `throttle`: a cgroup quota of so many cores. `fill`: no space is left on the
 * disk. `loss`, `latency`, `partition`: of the network between visitors and host. `dns`: what the zone's servers say.
 * `leak`: each request leaves so many bytes behind. `lock-table`: a statement that needs the table for itself waits, then
 * works, and all later queries of the table wait for it. `cron`: a batch job. `config`: other settings from here on.
 */
export type Happening =
  | { readonly verb: 'kill'; readonly on: Daemon }
  | { readonly verb: 'hang'; readonly on: Daemon }
  | { readonly verb: 'stop'; readonly on: Daemon; readonly signal: 'QUIT' | 'TERM' }
  | { readonly verb: 'restart'; readonly on: Daemon; readonly signal: 'QUIT' | 'TERM' }
  | { readonly verb: 'reload'; readonly on: 'nginx' | 'php-fpm' }
  | { readonly verb: 'upgrade'; readonly on: 'nginx' }
  | { readonly verb: 'switch'; readonly on: 'code' }
  | { readonly verb: 'power-off' | 'reboot'; readonly on: 'host' }
  | { readonly verb: 'slow'; readonly on: Daemon | 'disk' | 'dns'; readonly times: number }
  | { readonly verb: 'steal'; readonly on: 'cpu'; readonly share: number }
  | { readonly verb: 'throttle'; readonly on: 'cpu'; readonly cores: number }
  | { readonly verb: 'fill'; readonly on: 'disk' }
  | { readonly verb: 'loss'; readonly on: 'network'; readonly share: number }
  | { readonly verb: 'latency'; readonly on: 'network'; readonly ms: number }
  | { readonly verb: 'partition'; readonly on: 'network' }
  | { readonly verb: 'dns'; readonly on: 'dns'; readonly answer: 'outage' | 'SERVFAIL' | 'NXDOMAIN' | 'wrong' | 'moved' }
  | { readonly verb: 'leak'; readonly on: 'php-fpm'; readonly bytes: number }
  | { readonly verb: 'lock-table'; readonly on: 'mysql'; readonly table: string }
  | { readonly verb: 'cron'; readonly on: 'host'; readonly job: JobModel }
  | { readonly verb: 'config'; readonly on: 'site'; readonly site: SiteModel };

/** The parts of a model that settings can change while it runs. */
export type SiteModel = Pick<Model, 'host' | 'dns' | 'nginx' | 'phpFpm' | 'mysql' | 'pages' | 'visitors'>;

/** A batch job on the host: so many processes, each of which computes and reads by turns until it has done its part. */
export interface JobModel {
  readonly processes: number;
  /** CPU of each process, in ms. */
  readonly cpuMs: number;
  /** Operations of each process on the disk. */
  readonly reads: number;
  readonly memoryBytes: number;
}

/** How systemd keeps a daemon. */
export interface UnitModel {
  /** `Restart=` of the unit: what is started again by itself after its main process has died. */
  readonly restart: 'no' | 'on-failure' | 'on-abnormal' | 'always';
  /** `RestartSec=`. */
  readonly restartMs: number;
  /** From the start of the process until it takes connections, in ms; recovery comes on top. */
  readonly startMs: Law;
}

/** A statement that the run is checked against. */
export interface ThresholdModel {
  /** As it was written. */
  readonly text: string;
  /** Index in `Model.windows`; `null` for the whole counted time. */
  readonly window: number | null;
  readonly metric: Metric;
  readonly operator: '<' | '<=' | '>' | '>=' | '==';
  /** Milliseconds, a share of 0 to 1, a rate per second, or a count, as the metric has it. */
  readonly value: number;
}

/**
 * What a threshold may speak of. `mean` to `max` are latencies of good answers in ms; `errors` is the share of requests that
 * failed; `goodput` and `throughput` are per second; `recovery` is the time in ms from the end of a surge's peak, or
 * of an event, until answers are as fast as before it; `downtime` is in ms; `outcome` counts requests. `views` is the share of page views
 * that got their page in the end, `attempts` how often a page was asked for, in the mean.
 */
export type Metric =
  | { readonly kind: 'mean' | 'p50' | 'p90' | 'p95' | 'p99' | 'p999' | 'max' }
  | { readonly kind: 'errors' | 'goodput' | 'throughput' | 'availability' | 'recovery' | 'downtime' | 'views' | 'attempts' }
  | { readonly kind: 'outcome'; readonly outcome: string }
  | { readonly kind: 'queue' | 'utilisation'; readonly stage: string; readonly of: 'mean' | 'max' };
