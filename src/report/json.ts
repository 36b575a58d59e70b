/**
 * A result as JSON: the contract of `schema/result.schema.json`, and of `schema/runs.schema.json` for several runs; the same
 * bytes for the same result.
 *
 * Keys stand in the order of `Result`, whatever the order in which they were made; names that a run brings
 * along (outcomes, components, details) follow by alphabet. Numbers have at most ten significant digits,
 * lists of numbers stand on one line, and the text ends in a newline.
 */
import type { Result } from '../telemetry/result.js';
import { escapedInJson } from './text.js';

/** Ten are more than any figure is good for, and far from where processors could differ. */
const significantDigits = 10;

/**
 * Each key once, in the order of the interfaces in `telemetry/result.ts`, `telemetry/trace.ts` and `experiments/runs.ts`, of
 * which none contradicts another.
 */
const keyOrder = [
  ...['format', 'lempsim', 'scenario', 'about', 'site', 'scenarioHash', 'seed', 'runs', 'runsAsked', 'variantsAsked'],
  ...['durationMs', 'warmupMs', 'partial'],
  ...[
    'name',
    'because',
    'yearly',
    'failures',
    'closedFormMs',
    'twoBoxesMs',
    'range90',
    'years',
    'request',
    'page',
    'arrivedMs',
    'endedMs',
    'depth',
    'fromMs',
    'toMs',
    'waitedMs',
    'note',
  ],
  ...['requests', 'errors', 'outcome', 'outcomes', 'stage', 'cause', 'causes', 'log', 'spans'],
  ...['latencyMs', 'allLatencyMs', 'perSecond', 'views', 'metastability', 'metastableRuns'],
  ...['dns', 'tcp', 'tls', 'nginx', 'php-fpm', 'mysql', 'delivery', 'stages', 'host'],
  ...[
    'entered',
    'left',
    'inside',
    'cpu',
    'memory',
    'disk',
    'network',
    'time',
    'downtimeMs',
    'outages',
    'backMs',
    'normalMs',
    'budget',
    'availability',
    'windows',
  ],
  ...['top', 'tipsAt', 'backAt', 'up', 'down', 'rate', 'trigger', 'before', 'after', 'begun'],
  ...[
    'events',
    'stepMs',
    'offered',
    'throughput',
    'goodput',
    'good',
    'failed',
    'unfinished',
    'attempts',
    'perView',
    'again',
    'forNobody',
    'count',
    'firstMs',
    'lastMs',
  ],
  ...['cores', 'bytes', 'usedMax', 'utilisation', 'operations', 'sent', 'received', 'sendUtilisation', 'by'],
  ...['overcommitted', 'overcommittedRuns', 'places', 'placesMax', 'queue', 'mean', 'ci95'],
  ...['p50', 'p90', 'p95', 'p99', 'p999', 'max', 'limit', 'waiting', 'share', 'timeMs'],
  ...['details', 'queues', 'busy', 'atMs', 'kind', 'text', 'value', 'series', 'thresholds', 'verdict', 'warnings'],
];
const rank = new Map(keyOrder.map((key, index) => [key, index]));

export function toJson(data: Result | object): string {
  const text = JSON.stringify(inOrder(data, 'result'), null, 2);
  return `${harmless(text.replace(listOfNumbers, onOneLine))}\n`;
}

/** A line break in JSON text is never inside a string, so this finds lists only. */
const listOfNumbers = /\[\n[\s\d.,eE+\-nul]*\]/g;

function onOneLine(list: string): string {
  return list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']');
}

function inOrder(value: unknown, path: string): unknown {
  if (typeof value === 'number') return rounded(value, path);
  if (Array.isArray(value)) return value.map((each, index) => inOrder(each, `${path}[${index}]`));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, inOrder(each, `${path}.${key}`)]));
}

function rankOf(key: string): number {
  return rank.get(key) ?? rank.size;
}

/** JSON has no NaN and would write `null`, which means "no data" here; so it is an error. */
function rounded(value: number, path: string): number {
  if (!Number.isFinite(value)) throw new Error(`${path} is ${value}, which JSON cannot say`);
  return Number.isInteger(value) ? value : Number(value.toPrecision(significantDigits));
}

/** JSON escapes the control characters up to U+001F; a terminal obeys more than those. Line breaks between values stay. */
function harmless(text: string): string {
  return text.split('\n').map(escapedInJson).join('\n');
}
