/**
 * How fast the good answers were, and how many a second: a column for each window, and one for the whole.
 *
 * A percentile with fewer than ten slower answers carries a star: it rests on accidents.
 */
import type { Latency, Rates, Requests, Result } from '../telemetry/result.js';
import { count, duration, nothing, rate, share } from './format.js';
import type { Look } from './look.js';
import { firstWord } from './names.js';
import { left, right, table } from './table.js';

interface Part {
  readonly name: string;
  readonly latencyMs: Latency;
  readonly perSecond: Rates;
  readonly requests: Requests;
}

/** Answers slower than a percentile that it needs to be more than an accident. */
const enough = 10;

const percentiles = [
  { name: 'p50', key: 'p50', beyond: 0.5 },
  { name: 'p90', key: 'p90', beyond: 0.1 },
  { name: 'p95', key: 'p95', beyond: 0.05 },
  { name: 'p99', key: 'p99', beyond: 0.01 },
  { name: 'p99.9', key: 'p999', beyond: 0.001 },
] as const;

export function latency(result: Result, look: Look): string[] {
  const whole: Part = { ...result, name: 'all' };
  const parts = result.windows.length > 1 ? [...result.windows, whole] : [whole];
  const row = (name: string, cell: (part: Part) => string): string[] => [name, ...parts.map(cell)];
  const rows = [
    row('good answers', (part) => count(part.latencyMs.count)),
    row('mean', (part) => duration(part.latencyMs.mean)),
    ...percentiles.map(({ name, key, beyond }) =>
      row(
        name,
        (part) =>
          duration(part.latencyMs[key]) + (part.latencyMs.count * beyond < enough && part.latencyMs[key] !== null ? '*' : ''),
      ),
    ),
    row('max', (part) => duration(part.latencyMs.max)),
    row('offered', (part) => rate(part.perSecond.offered)),
    row('ended', (part) => rate(part.perSecond.throughput)),
    row('good', (part) => rate(part.perSecond.goodput)),
    row('failed', (part) => failed(part.requests)),
  ];
  const starred = rows.some((cells) => cells.some((cell) => cell.endsWith('*')));
  return [
    look.paint.strong('Latency of good answers, and rates'),
    ...table([left(''), ...parts.map((part) => right(firstWord(part.name)))], rows, look),
    ...(starred ? ['  * rests on fewer than 10 slower answers'] : []),
  ];
}

function failed({ good, failed }: Requests): string {
  return good + failed === 0 ? nothing : share(failed / (good + failed));
}
