/**
 * What paper and pencil say of a site, before anything is simulated: means only, no waiting.
 *
 *   CPU        cores / CPU time of a request
 *   children   pm.max_children / time that a request holds a child
 *   row        1 / time that a request holds the row's lock
 *   network    bytes a second / bytes of a request
 *   disk       operations a second / operations of a request
 *
 * Each bound is in requests per second of the scenario's own mix, files included, and the least of them is
 * what the site can answer at best. A child is held at least this long: a busy CPU or a lock stretches it,
 * so the children's bound is exact only while there is CPU to spare. Not counted: the forks of children,
 * error pages, lost packets, and the cold start of a buffer pool.
 */
import { meanOf } from '../engine/distribution.js';
import type { DiskModel, Model, MysqlModel, NginxModel, PageModel, QueryModel, SourceModel, TlsModel } from '../model.js';
import { visitsOf } from './traffic.js';

export interface Arithmetic {
  readonly pages: readonly PageArithmetic[];
  /** The mean request of the mix. */
  readonly mean: Demand;
  /** Requests of a visit: its pages and their files. */
  readonly requestsPerVisit: number;
  readonly connectionsPerVisit: number;
  /** Share of the requests that PHP answers. */
  readonly scriptShare: number;
  /** Share of the pages that MySQL finds in its buffer pool, once it is warm. */
  readonly bufferPoolShare: number;
  readonly bounds: readonly Bound[];
}

export interface PageArithmetic {
  readonly path: string;
  /** Share of all requests. */
  readonly share: number;
  readonly demand: Demand;
}

/** What one request needs. */
export interface Demand {
  /** CPU time, by the daemon that spends it, in ms. */
  readonly nginxMs: number;
  readonly phpMs: number;
  readonly mysqlMs: number;
  /** Time that a PHP child is held, without any waiting in line, in ms; 0 for a file. */
  readonly heldMs: number;
  /** Time that the site waits for something outside the box, in ms. */
  readonly outsideMs: number;
  /** On the wire towards the visitor. */
  readonly wireBytes: number;
  readonly diskOperations: number;
  /** Time that the disk spends on them, in ms. */
  readonly diskMs: number;
  /** Time for which each row is locked, in ms. */
  readonly lockedMs: Readonly<Record<string, number>>;
}

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Bound {
  readonly kind: 'cpu' | 'nginx' | 'children' | 'row' | 'network' | 'disk';
  /** The row's name. */
  readonly of: string | null;
  /** How many serve at once: cores, workers, children, 1 for a row. */
  readonly servers: number;
  /** What a request of the mix takes of one of them, in ms. */
  readonly demandMs: number;
  /** Requests per second; `Infinity` where a request takes nothing of it. */
  readonly perSecond: number;
}

/** Of the requests that come in a stretch of the run; of the counted time without one. */
export function arithmetic(model: Model, stretch: Stretch = { fromMs: model.warmupMs, toMs: model.durationMs }): Arithmetic {
  const mix = mixOf(model, stretch);
  const connections = connectionsPerVisit(model, mix);
  const bufferPoolShare = model.mysql === null ? 1 : warmShare(model.mysql);
  const newConnections = mix.requestsPerVisit === 0 ? 0 : connections / mix.requestsPerVisit;
  const pages = model.pages
    .map((page, index) => ({
      path: page.path,
      share: mix.shares[index],
      demand: demandOf(page, model, newConnections, bufferPoolShare),
    }))
    .filter((page) => page.share > 0);
  const mean = meanDemand(pages);
  return {
    pages,
    mean,
    requestsPerVisit: mix.requestsPerVisit,
    connectionsPerVisit: connections,
    scriptShare: model.pages.reduce((sum, page, index) => sum + (page.script === null ? 0 : mix.shares[index]), 0),
    bufferPoolShare,
    bounds: boundsOf(model, mean),
  };
}

export function cpuMs(demand: Demand): number {
  return demand.nginxMs + demand.phpMs + demand.mysqlMs;
}

/** The bound that the site meets first. */
export function leastBound(bounds: readonly Bound[]): Bound {
  return bounds.reduce((least, bound) => (bound.perSecond < least.perSecond ? bound : least));
}

interface Mix {
  /** Share of each page among all requests. */
  readonly shares: readonly number[];
  readonly requestsPerVisit: number;
  readonly pagesPerVisit: number;
  /** Files that a browser loads after a page, in the mean. */
  readonly filesPerPage: number;
}

/** Clicks by weight, each followed by the page's files. Sources with a mix of their own count by the visits they bring. */
function mixOf(model: Model, stretch: Stretch): Mix {
  const clicks = clickShares(model, stretch);
  const requests = [...clicks];
  model.pages.forEach((page, index) => {
    for (const asset of page.assets) requests[asset] += clicks[index];
  });
  const perPage = requests.reduce((sum, each) => sum + each, 0);
  const pagesPerVisit = meanPages(model, stretch);
  return {
    shares: requests.map((each) => (perPage === 0 ? 0 : each / perPage)),
    requestsPerVisit: perPage * pagesPerVisit,
    pagesPerVisit,
    filesPerPage: Math.max(0, perPage - 1),
  };
}

/** Of a visit; a source's visitors may have a number of their own. */
function meanPages(model: Model, { fromMs, toMs }: Stretch): number {
  const visits = model.traffic.map((source) => visitsOf(source, fromMs, toMs));
  const all = visits.reduce((sum, each) => sum + each, 0);
  const alike = model.traffic.every(({ visitors }) => visitors === undefined);
  if (alike || all === 0) return meanOf(model.visitors.pagesPerVisit);
  return model.traffic.reduce((sum, source, index) => sum + visits[index] * pagesOf(source, model), 0) / all;
}

function pagesOf({ visitors }: SourceModel, model: Model): number {
  return meanOf((visitors ?? model.visitors).pagesPerVisit);
}

function clickShares(model: Model, { fromMs, toMs }: Stretch): number[] {
  const clicks = model.pages.map(() => 0);
  for (const source of model.traffic) {
    const mix = source.mix ?? model.pages.map((page, index) => ({ page: index, weight: page.weight }));
    const total = mix.reduce((sum, { weight }) => sum + weight, 0);
    const views = visitsOf(source, fromMs, toMs) * pagesOf(source, model);
    for (const { page, weight } of mix) clicks[page] += (views * weight) / total;
  }
  const all = clicks.reduce((sum, each) => sum + each, 0);
  return clicks.map((each) => (all === 0 ? 0 : each / all));
}

/**
 * Without keep-alive every request opens one. With it a page opens as many as it has files to fetch beside
 * one another, up to the browser's limit, and the visit's later pages find them open, unless the visitor
 * reads longer than Nginx keeps them.
 */
function connectionsPerVisit(model: Model, mix: Mix): number {
  const { visitors, nginx } = model;
  if (!visitors.keepAlive || nginx.keepaliveTimeoutMs === 0) return mix.requestsPerVisit;
  const lanes = Math.min(visitors.connections, Math.max(1, mix.filesPerPage));
  return meanOf(visitors.thinkMs) < nginx.keepaliveTimeoutMs ? lanes : lanes * mix.pagesPerVisit;
}

function warmShare(mysql: MysqlModel): number {
  return mysql.datasetBytes === 0 ? 1 : Math.min(1, mysql.bufferPoolBytes / mysql.datasetBytes);
}

function demandOf(page: PageModel, model: Model, newConnections: number, bufferPoolShare: number): Demand {
  const { nginx, tcp, mysql } = model;
  const opening = newConnections * openingMs(nginx, tcp.tls);
  const wireBytes = meanOf(page.bytes) * (1 + tcp.headerBytes / tcp.segmentBytes);
  if (page.script === null) {
    return { ...nothingNeeded, nginxMs: opening + meanOf(nginx.staticMs), wireBytes };
  }
  const queries = mysql === null ? [] : page.script.queries;
  const missed = 1 - bufferPoolShare;
  const asked = (of: (query: QueryModel) => number): number =>
    queries.reduce((sum, query) => sum + meanOf(query.times) * of(query), 0);
  const roundTripMs = mysql === null ? 0 : mysql.roundTripMs;
  const connectMs = mysql === null || mysql.persistent || queries.length === 0 ? 0 : meanOf(mysql.connectMs);
  const mysqlMs = connectMs + asked((query) => meanOf(query.cpuMs));
  const stillMs = (query: QueryModel): number => stillOf(query, model, missed);
  const phpMs = meanOf(page.script.cpuMs);
  const outsideMs = meanOf(page.script.waitMs);
  return {
    nginxMs: opening + meanOf(nginx.proxyMs) + meanOf(nginx.answerMs),
    phpMs,
    mysqlMs,
    heldMs: phpMs + mysqlMs + outsideMs + asked((query) => stillMs(query) + roundTripMs),
    outsideMs,
    wireBytes,
    diskOperations: asked((query) => meanOf(query.reads) * missed + (flushes(query, mysql) ? 1 : 0)),
    diskMs: asked((query) => diskMs(query, model, missed)),
    lockedMs: lockedMs(queries, (query) => meanOf(query.cpuMs) + stillMs(query)),
  };
}

const nothingNeeded: Demand = {
  nginxMs: 0,
  phpMs: 0,
  mysqlMs: 0,
  heldMs: 0,
  outsideMs: 0,
  wireBytes: 0,
  diskOperations: 0,
  diskMs: 0,
  lockedMs: {},
};

function openingMs(nginx: NginxModel, tls: TlsModel | null): number {
  return meanOf(nginx.acceptMs) + (tls === null ? 0 : meanOf(tls.handshakeMs));
}

/** Time of a query in which it needs no CPU: reads from disk, the rest of its transaction, the log's flush. */
function stillOf(query: QueryModel, model: Model, missed: number): number {
  return diskMs(query, model, missed) + meanOf(query.holdMs);
}

function diskMs(query: QueryModel, model: Model, missed: number): number {
  const { disk } = model.host;
  return meanOf(query.reads) * missed * meanOf(disk.latencyMs) + (flushes(query, model.mysql) ? meanOf(disk.fsyncMs) : 0);
}

function flushes(query: QueryModel, mysql: MysqlModel | null): boolean {
  return query.commit && mysql?.flushLogAtTrxCommit === 1;
}

function lockedMs(queries: readonly QueryModel[], lockedBy: (query: QueryModel) => number): Record<string, number> {
  const rows = new Map<string, number>();
  for (const query of queries) {
    if (query.row !== null) rows.set(query.row, (rows.get(query.row) ?? 0) + meanOf(query.times) * lockedBy(query));
  }
  return Object.fromEntries(rows);
}

function meanDemand(pages: readonly PageArithmetic[]): Demand {
  const mean = (of: (demand: Demand) => number): number => pages.reduce((sum, page) => sum + page.share * of(page.demand), 0);
  const rows = [...new Set(pages.flatMap((page) => Object.keys(page.demand.lockedMs)))];
  return {
    nginxMs: mean((demand) => demand.nginxMs),
    phpMs: mean((demand) => demand.phpMs),
    mysqlMs: mean((demand) => demand.mysqlMs),
    heldMs: mean((demand) => demand.heldMs),
    outsideMs: mean((demand) => demand.outsideMs),
    wireBytes: mean((demand) => demand.wireBytes),
    diskOperations: mean((demand) => demand.diskOperations),
    diskMs: mean((demand) => demand.diskMs),
    lockedMs: Object.fromEntries(rows.map((row) => [row, mean((demand) => demand.lockedMs[row] ?? 0)])),
  };
}

function boundsOf(model: Model, mean: Demand): Bound[] {
  const { host, nginx, phpFpm } = model;
  const bounds = [
    bound('cpu', host.cores, cpuMs(mean)),
    bound('nginx', Math.min(nginx.workerProcesses, host.cores), mean.nginxMs),
  ];
  if (phpFpm !== null && mean.heldMs > 0) bounds.push(bound('children', phpFpm.maxChildren, mean.heldMs));
  for (const [row, ms] of Object.entries(mean.lockedMs)) if (ms > 0) bounds.push(bound('row', 1, ms, row));
  if (host.network.sendBytesPerMs < Infinity) bounds.push(bound('network', 1, mean.wireBytes / host.network.sendBytesPerMs));
  if (mean.diskOperations > 0) bounds.push(diskBound(host.disk, mean));
  return bounds;
}

/** Its queue at work all the time, or its operations per second, whichever is less. */
function diskBound(disk: DiskModel, mean: Demand): Bound {
  const byTime = bound('disk', disk.queueDepth, mean.diskMs);
  const byCount = bound('disk', 1, (mean.diskOperations * 1000) / disk.iops);
  return leastBound([byTime, byCount]);
}

function bound(kind: Bound['kind'], servers: number, demandMs: number, of: string | null = null): Bound {
  return { kind, of, servers, demandMs, perSecond: demandMs === 0 ? Infinity : (servers * 1000) / demandMs };
}

/** As a sentence names it. */
export function boundName({ kind, of }: Bound): string {
  const names = {
    cpu: 'the CPU',
    nginx: "Nginx's workers",
    children: "PHP-FPM's children",
    row: `the row ${of}`,
    network: 'the network',
    disk: 'the disk',
  };
  return names[kind];
}
