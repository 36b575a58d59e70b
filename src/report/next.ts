/**
 * What to look at next: at most three findings, each with its numbers, in order of weight.
 *
 * Each finding is a rule that looks at measured figures and stays silent unless they show it. The words
 * "would not help" stand only where the part in question waits for another one that is full.
 */
import type { Model } from '../model.js';
import type { Result } from '../telemetry/result.js';
import { type Arithmetic, arithmetic, type Bound, boundName, cpuMs, leastBound } from './arithmetic.js';
import { type Diagnosis, diagnose, fullFrom } from './diagnosis.js';
import { bytes, count, duration, figure, rate, several, share } from './format.js';
import { mainCause, someKilled, subject } from './headline.js';
import { eventFindings, eventOf } from './incident.js';
import { placesInWords, stageName } from './names.js';
import { metastableFinding } from './views.js';

const findingsMax = 3;
/** The cause of those that PHP-FPM has no place in line for. */
const fullLine = 'listen queue full';

interface Case {
  readonly result: Result;
  readonly model: Model;
  readonly diagnosis: Diagnosis;
  /** Of the requests that come at the peak. */
  readonly known: Arithmetic;
}

type Rule = (the: Case) => string | null;

export function findings(result: Result, model: Model): string[] {
  if (result.requests.offered === 0) return [];
  const diagnosis = diagnose(result, model);
  const the = { result, model, diagnosis, known: arithmetic(model, diagnosis.peak) };
  const rules: Rule[] = [
    metastable,
    outOfMemory,
    cpu,
    children,
    otherPlaces,
    line,
    disk,
    memory,
    deadWork,
    otherFailures,
    room,
    longest,
  ];
  return [...eventFindings(result, model), ...rules.flatMap((rule) => rule(the) ?? [])].slice(0, findingsMax);
}

function metastable({ result, model }: Case): string | null {
  return metastableFinding(result, model);
}

/** A CPU that is full though it allows so many times what comes has other work than these requests: the arithmetic is not the story. */
const farBeyond = 1.5;

function cpu({ result, model, diagnosis: { limit, peak }, known }: Case): string | null {
  if (limit?.kind !== 'cpu') return null;
  const { cores, by } = result.host.cpu;
  const parts = Object.entries(by).sort(([, a], [, b]) => b - a);
  const most =
    parts.length === 0 ? '' : ` Most of it goes to ${stageName(parts[0][0])}, ${share(parts[0][1] / sum(by))} of what is used.`;
  const takes = cpuMs(known.mean);
  const atBest = (cores * 1000) / takes;
  const wanted =
    (peak.offered * takes) / 1000 > cores / fullFrom
      ? `; the ${rate(peak.offered)} that come would need ${figure((peak.offered * takes) / 1000)} cores`
      : '';
  const allows =
    takes === 0 || atBest > farBeyond * peak.offered
      ? ''
      : `: a request takes ${duration(takes)} of it, which allows ${rate(atBest)}${wanted}`;
  const more =
    model.phpFpm !== null && peak.places['php-fpm'] >= fullFrom && eventOf(result, model)?.what.verb !== 'cron'
      ? ` PHP-FPM's ${several(model.phpFpm.maxChildren, 'child', 'children')} are all taken because they wait for it: one more would not help.`
      : '';
  return `The CPU is the limit, ${several(cores, 'core')} ${share(peak.cpu)} busy${allows}.${more}${most}`;
}

function sum(by: Readonly<Record<string, number>>): number {
  return Object.values(by).reduce((total, each) => total + each, 0);
}

/** Children that are all taken while the CPU has room: what holds them is the finding, unless an event does and the pages do not. */
function children({ result, model, diagnosis: { limit, peak }, known }: Case): string | null {
  if (limit?.kind !== 'places' || limit.stage !== 'php-fpm' || model.phpFpm === null) return null;
  const busy = `PHP-FPM's ${several(model.phpFpm.maxChildren, 'child', 'children')} were ${share(limit.use)} in use at the peak while the CPU was ${share(peak.cpu)} busy`;
  const pool = known.bounds.find((bound) => bound.kind === 'children');
  const row = known.bounds
    .filter((bound) => bound.kind === 'row')
    .reduce<Bound | null>((least, bound) => (least === null || bound.perSecond < least.perSecond ? bound : least), null);
  if (row !== null && pool !== undefined && row.perSecond <= pool.perSecond) {
    return `${busy}: they wait for the row ${row.of}, which a request locks for ${duration(row.demandMs)}, one after the other; that allows ${rate(row.perSecond)}, with any number of children.`;
  }
  if (pool !== undefined && pool.perSecond > peak.offered && eventOf(result, model) !== null) return null;
  if (known.scriptShare === 0) return `${busy}. ${roomForChildren(result, model.phpFpm.childBytes)}`;
  const script = known.scriptShare;
  const { heldMs, outsideMs, diskMs, phpMs, mysqlMs } = known.mean;
  const parts: [number, string][] = [
    [outsideMs, 'waiting for something outside the box'],
    [diskMs, 'waiting for the disk'],
    [phpMs + mysqlMs, 'CPU time'],
  ];
  const [most, what] = parts.reduce((a, b) => (b[0] > a[0] ? b : a));
  const why = `: a script holds its child for ${duration(heldMs / script)}, ${duration(most / script)} of it ${what}`;
  return `${busy}${why}. ${roomForChildren(result, model.phpFpm.childBytes)}`;
}

function roomForChildren(result: Result, childBytes: number): string {
  const { memory } = result.host;
  const more = Math.max(0, Math.floor((memory.bytes - memory.usedMax) / childBytes));
  return more === 0
    ? `There is no memory for one more child of ${bytes(childBytes)}.`
    : `pm.max_children can grow by ${count(more)} before memory is full (${bytes(childBytes)} each).`;
}

/** The directive that says how many places a stage has. */
const directives: Readonly<Record<string, string>> = { nginx: 'worker_processes', mysql: 'max_connections' };

function otherPlaces({ result, diagnosis: { limit, peak } }: Case): string | null {
  if (limit?.kind !== 'places' || limit.stage === 'php-fpm') return null;
  const stage = result.stages[limit.stage];
  const places = `${placesInWords(stage.placesMax!, stage.places)} (${directives[limit.stage]})`;
  return `${stageName(limit.stage)}'s ${places} were ${share(limit.use)} in use at the peak while the CPU was ${share(peak.cpu)} busy.`;
}

function line({ result, diagnosis: { limit }, known, model }: Case): string | null {
  if (limit?.kind !== 'network') return null;
  const { sendBytesPerMs } = model.host.network;
  const { wireBytes } = known.mean;
  const allows =
    wireBytes === 0
      ? ''
      : `: a request sends ${bytes(wireBytes)} over ${bytes(sendBytesPerMs * 1000)}/s, which allows ${rate((sendBytesPerMs * 1000) / wireBytes)}`;
  return `The network is the limit, ${share(result.host.network.sendUtilisation)} in use${allows}. Smaller answers are what helps.`;
}

function disk({ result, diagnosis: { limit }, known }: Case): string | null {
  if (limit?.kind !== 'disk') return null;
  const pool = known.bufferPoolShare < 1 ? `; the buffer pool holds ${share(known.bufferPoolShare)} of the data` : '';
  return `The disk is the limit, ${share(result.host.disk.utilisation)} in use: a request takes ${figure(known.mean.diskOperations)} operations${pool}.`;
}

/** Somebody was killed for it: nothing else is as urgent. */
function outOfMemory({ result }: Case): string | null {
  const kills = result.events.flatMap(({ killed }) => killed ?? []);
  if (kills.length === 0) return null;
  const { bytes: there, usedMax } = result.host.memory;
  return `Memory ran out, ${usedMax > there ? `${bytes(usedMax)} of ${bytes(there)}` : 'before the counted time'}, and the kernel killed ${kills[0]}${kills.length === 1 ? '' : `, the first of ${count(kills.length)} times`}: fewer or smaller children, a smaller buffer pool, or more memory.`;
}

function memory({ result, model }: Case): string | null {
  const { memory } = result.host;
  if (!memory.overcommitted || model.host.swapBytes === null) return null;
  return `Memory is promised twice: ${bytes(memory.usedMax)} of ${bytes(memory.bytes)}. What is beyond it lies on swap, and each page that is needed from there is a read of the disk.`;
}

/** Work for visitors who had gone. */
function deadWork({ result, model, diagnosis }: Case): string | null {
  const forNobody = result.stages['php-fpm']?.details['executed for nobody'] ?? 0;
  if (forNobody === 0) return null;
  return `PHP-FPM executed ${several(forNobody, 'request')} whose visitors had gone: they waited in its line (listen.backlog) until it was too late.${diagnosis.limit === null || eventOf(result, model) !== null ? '' : ' A shorter line turns others away at once, and serves these in time.'}`;
}

/** Failures while nothing was full; memory that ran out has a finding of its own. */
function otherFailures({ result, model, diagnosis }: Case): string | null {
  if (diagnosis.limit !== null || result.requests.failed === 0 || someKilled(result)) return null;
  const main = mainCause(result);
  if (main.cause === fullLine && model.phpFpm !== null)
    return `${several(main.count, 'request')} found PHP-FPM's line full (listen.backlog ${count(Math.min(model.phpFpm.listenBacklog, model.tcp.somaxconn))}), though only for moments: the busiest part was ${subject(diagnosis.busiest)}, ${share(diagnosis.busiest.use)} in use. In a longer line they would have waited.`;
  return `${several(main.count, 'request')} failed with ${main.outcome} at ${stageName(main.stage)} (${main.cause}) while nothing was full: the busiest part was ${subject(diagnosis.busiest)}, ${share(diagnosis.busiest.use)} in use.`;
}

/** How far the least limit on paper is away; memory has no place on that paper. */
function room({ result, diagnosis: { limit, peak, surge }, known }: Case): string | null {
  const least = leastBound(known.bounds);
  if (limit !== null || someKilled(result) || peak.offered === 0 || least.perSecond === Infinity) return null;
  const times = least.perSecond / peak.offered;
  if (times < 1) return null;
  const when = surge === null ? '' : ' at the peak';
  return `The first limit on the way up is ${boundName(least)}: on paper ${rate(least.perSecond)}, ${figure(times)} times the ${rate(peak.offered)} that come${when}.`;
}

function longest({ result, diagnosis }: Case): string | null {
  if (diagnosis.limit !== null || someKilled(result)) return null;
  const shares = Object.entries(result.stages).map(([name, stage]) => [name, stage.timeMs.share ?? 0] as const);
  const most = shares.reduce<readonly [string, number]>((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
  if (most[1] === 0) return null;
  return `Of the time that requests took, ${share(most[1])} was spent in ${stageName(most[0])}.`;
}
