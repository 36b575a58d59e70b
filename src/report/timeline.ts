/**
 * The run at a glance: a row of bars for each quantity, one axis of time below, and what happened when.
 *
 * `offered`, `good` and `failed` share a scale, so that what is missing can be seen; the CPU's scale ends
 * at 100 %; every other row has its own, and its greatest value stands at its end. A blank is zero, or no
 * answer to measure.
 */
import type { EventNote, Result, Series } from '../telemetry/result.js';
import { perSecond } from './diagnosis.js';
import { clock, count, duration, figure, share } from './format.js';
import type { Look } from './look.js';
import { stageName } from './names.js';
import { wrap } from './text.js';

/** Events shown; a report is not a log. */
const eventsMax = 12;
const ticks = 4;
const valueWidth = 9;

const blocks = { unicode: '▁▂▃▄▅▆▇█', ascii: '.:-=+*#@' };

interface Row {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Of the steps that share a column: their mean, or their greatest. */
  readonly join: 'mean' | 'max';
  readonly scale: number;
  readonly end: string;
}

export function timeline(result: Result, look: Look): string[] {
  const { series } = result;
  if (series.offered.length === 0) return [];
  const rows = rowsOf(result);
  const nameWidth = Math.max(...rows.map((row) => row.name.length));
  const columns = Math.max(80, look.width) - nameWidth - valueWidth - 6;
  const lengthMs = series.stepMs * series.offered.length;
  const margin = ' '.repeat(nameWidth + 4);
  const events = eventsShown(result);
  return [
    look.paint.strong('Over time'),
    ...rows.map((row) => `  ${row.name.padEnd(nameWidth)}  ${sparkline(row, columns, look)}  ${row.end.padStart(valueWidth)}`),
    (margin + axis(columns, lengthMs)).trimEnd(),
    ...marks(events, columns, lengthMs).map((line) => (margin + line).trimEnd()),
    ...legend(events, result.events.length, look),
  ];
}

function rowsOf({ series, stages }: Result): Row[] {
  const offered = perSecond(series, series.offered);
  const good = perSecond(series, series.good);
  const failed = perSecond(series, series.failed);
  const traffic = Math.max(greatest(offered), greatest(good), greatest(failed));
  const rates = (name: string, values: readonly number[]): Row => ({
    name,
    values,
    join: 'mean',
    scale: traffic,
    end: `${figure(greatest(values))}/s`,
  });
  const slowest = greatest(series.p95);
  const queues = Object.keys(stages).filter((stage) => greatest(series.queues[stage] ?? []) > 0);
  return [
    rates('offered', offered),
    rates('good', good),
    rates('failed', failed),
    ...attempts(series),
    { name: 'p95', values: series.p95, join: 'max', scale: slowest, end: slowest === 0 ? '-' : duration(slowest) },
    ...queues.map((stage): Row => queueRow(stage, series)),
    { name: 'CPU', values: series.cpu, join: 'mean', scale: 1, end: share(Math.min(1, greatest(series.cpu))) },
  ];
}

/** Pages that were asked for again, and PHP's work for nobody, where there was any. */
function attempts({ views, forNobody, stepMs }: Series): Row[] {
  if (views === undefined || forNobody === undefined || greatest(views.again) === 0) return [];
  const again = views.again.map((times) => (times * 1000) / stepMs);
  const rows: Row[] = [
    { name: 'tried again', values: again, join: 'mean', scale: greatest(again), end: `${figure(greatest(again))}/s` },
  ];
  if (greatest(forNobody) > 0)
    rows.push({ name: 'for nobody', values: forNobody, join: 'mean', scale: 1, end: share(Math.min(1, greatest(forNobody))) });
  return rows;
}

function queueRow(stage: string, series: Series): Row {
  const values = series.queues[stage];
  return { name: `${stageName(stage)} queue`, values, join: 'max', scale: greatest(values), end: count(greatest(values)) };
}

function greatest(values: readonly (number | null)[]): number {
  return values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
}

function sparkline(row: Row, columns: number, look: Look): string {
  const levels = [...(look.unicode ? blocks.unicode : blocks.ascii)];
  return resampled(row, columns)
    .map((value) => {
      if (value === null || value <= 0 || row.scale <= 0) return ' ';
      return levels[Math.min(levels.length - 1, Math.floor((value / row.scale) * levels.length))];
    })
    .join('');
}

/** A value for each column: of the steps that begin in it, or of the step it lies in where columns are the shorter. */
function resampled({ values, join }: Row, columns: number): (number | null)[] {
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / columns));
    const known = values.slice(from, to).filter((value) => value !== null);
    if (known.length === 0) return null;
    return join === 'max' ? Math.max(...known) : known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}

/** `0:00        2:30        5:00        7:30        10:00` */
function axis(columns: number, lengthMs: number): string {
  let line = '';
  for (let tick = 0; tick <= ticks; tick += 1) {
    const label = clock((lengthMs * tick) / ticks);
    const at = Math.min(Math.round((columns * tick) / ticks), columns - label.length);
    if (at >= line.length) line = line.padEnd(at) + label;
  }
  return line;
}

/** A letter for each event at its time; a second line where two would fall on one column. */
function marks(events: readonly EventNote[], columns: number, lengthMs: number): string[] {
  const lines: string[][] = [];
  events.forEach((event, index) => {
    const at = Math.min(columns - 1, Math.floor((event.atMs / lengthMs) * columns));
    let line = lines.find((each) => each[at] === undefined);
    if (line === undefined) {
      line = [];
      lines.push(line);
    }
    line[at] = letter(index);
  });
  return lines.map((line) => Array.from(line, (mark) => mark ?? ' ').join(''));
}

function letter(index: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + index);
}

/** The first of each kind come before repetitions. */
function eventsShown({ events }: Result): EventNote[] {
  if (events.length <= eventsMax) return [...events];
  const firsts = events.filter((event, index) => events.findIndex((other) => other.kind === event.kind) === index);
  const repetitions = events.filter((event) => !firsts.includes(event));
  const shown = [...firsts, ...repetitions].slice(0, eventsMax);
  return events.filter((event) => shown.includes(event));
}

function legend(events: readonly EventNote[], all: number, look: Look): string[] {
  const lines = events.flatMap((event, index) => {
    const first = `  ${letter(index)}  ${clock(event.atMs).padStart(7)}  `;
    return wrap(event.text, Math.max(80, look.width), first, ' '.repeat(first.length));
  });
  const more = all - events.length;
  return ['', ...lines, ...(more > 0 ? [`     and ${count(more)} more`] : [])].slice(lines.length === 0 ? 1 : 0);
}
