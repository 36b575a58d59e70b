/**
 * Variants side by side: one table, best first, and the sentence that says which costs least and why.
 *
 *   headline, side by side, why requests failed, a month and a year, thresholds, again
 *
 * A pure function of its arguments, of one run a variant or of several.
 */

import type { Variants } from '../experiments/variants.js';
import type { Yearly } from '../experiments/year.js';
import type { Model } from '../model.js';
import type { Result } from '../telemetry/result.js';
import { again, quoted, thresholds, whatIsLeftOut } from './closing.js';
import { count, duration, figure, nothing, several, share } from './format.js';
import { type Look, plainLook } from './look.js';
import { about, asText, type ReportOptions, widthOf } from './report.js';
import { thresholdsOfRuns } from './runsTables.js';
import { left, right, table } from './table.js';
import { printable, wrap } from './text.js';
import { budgetSpent, isRun, mainReasons, type VariantRow, variantRow } from './variantRow.js';

export function reportOfVariants(hostile: Variants, hostileModel: Model, options: ReportOptions = {}): string {
  const look = options.look ?? plainLook;
  const variants = printable(hostile);
  const model = printable(hostileModel);
  const command = printable(options.command ?? repeatCommand(hostile));
  const rows = rowsOf(variants, model, look);
  return asText([
    summary(variants, rows, look),
    about(variants, model, look),
    comparison(variants, rows, look),
    reasons(rows, look),
    month(rows, look),
    year(variants, rows, look),
    goals(variants, model, look),
    again(variants, command, look),
    whatIsLeftOut(model, look),
  ]);
}

/** The shortest answer: the headline and the thresholds. */
export function briefOfVariants(hostile: Variants, hostileModel: Model, look: Look = plainLook): string {
  const variants = printable(hostile);
  const model = printable(hostileModel);
  return asText([summary(variants, rowsOf(variants, model, look), look), goals(variants, model, look)]);
}

/** Best first: by requests lost, then by downtime, then by the slowest second; in the order written where they are equal. */
function rowsOf({ variants }: Variants, model: Model, look: Look): VariantRow[] {
  const rows = variants.map((answer, index) => variantRow(answer, model.variants[index].model, look));
  return rows.sort((a, b) => a.failed.value - b.failed.value || a.down.value - b.down.value || a.p95.value - b.p95.value);
}

function summary(variants: Variants, rows: readonly VariantRow[], look: Look): string[] {
  const stopped = variants.partial
    ? `Stopped after ${several(variants.variants.length, 'variant')} of ${count(variants.variantsAsked)}. `
    : '';
  return wrap(stopped + verdict(rows), widthOf(look)).map(look.paint.strong);
}

/** A variant in which nothing happens is there for comparison, and wins nothing. */
function verdict(all: readonly VariantRow[]): string {
  const eventful = all.filter(({ model }) => model.incident !== null);
  const rows = eventful.length > 0 ? eventful : all;
  const [best] = rows;
  const worst = rows[rows.length - 1];
  const least = rows.filter((row) => isLike(row, best)).slice(0, namedMost);
  const names = inWords(least.map(({ name }) => name));
  const why = best.because === '' || least.length > 1 ? '' : `, since ${sentencePart(best.because)}`;
  const first = `${capital(names)} ${least.length === 1 ? 'costs' : 'cost'} least: ${costs(best)}${why}`;
  return isLike(worst, best) ? `${first}.` : `${first}. ${capital(worst.name)} costs most: ${costs(worst)}.`;
}

const namedMost = 3;
/** Chance alone moves a second's p95 by so much. */
const aboutTheSame = 1.1;

function isLike(row: VariantRow, best: VariantRow): boolean {
  return (
    row.failed.value === best.failed.value && row.down.value === best.down.value && row.p95.value <= aboutTheSame * best.p95.value
  );
}

function inWords(names: readonly string[]): string {
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
}

/** `nothing is lost, p95 207 ms in its worst second`, `812 of 9,600 requests fail (502 × 812), down for 41 s`. */
function costs(row: VariantRow): string {
  const { failed, offered, noun, outcomes, down, p95 } = row;
  const lost = failed.value === 0 ? 'nothing is lost' : `${failed.text} of ${offered.text} ${noun} fail (${outcomes})`;
  const length = down.value === 0 ? '' : `, down for ${down.text}`;
  const slow =
    p95.text === nothing
      ? ''
      : `, p95 ${p95.text} ${isRun(row.answer) ? `in its worst ${stepName(row.answer)}` : 'while it lasts'}`;
  return lost + length + (failed.value === 0 || down.value === 0 ? slow : '');
}

function stepName({ series: { stepMs } }: Result): string {
  return stepMs === 1000 ? 'second' : duration(stepMs);
}

function comparison(variants: Variants, rows: readonly VariantRow[], look: Look): string[] {
  const one = variants.runs === 1;
  const body = rows.map((row) => [row.name, row.failed.text, row.outcomes, row.down.text, row.p95.text, row.normal.text]);
  const widest = (index: number) => Math.max(...body.map((cells) => cells[index].length));
  const namesGive = widest(0) > widest(2);
  const columns = [
    left('', namesGive),
    right('lost'),
    left('as', !namesGive),
    right('down'),
    right(one ? 'worst p95' : 'p95 during'),
    right('normal after'),
  ];
  return [look.paint.strong('Side by side, best first'), ...table(columns, body, look), ...usual(rows, look)];
}

/** What they are to be compared with: `Each had some 9,600 requests; before it happened p95 was 207 ms.` */
function usual(rows: readonly VariantRow[], look: Look): string[] {
  const [{ answer, offered, noun }] = rows;
  const runs = isRun(answer) ? '' : ` in each of ${count(answer.runs)} runs`;
  const before = answer.windows.find(({ name }) => name.startsWith('before '))?.latencyMs.p95 ?? null;
  const speed =
    before === null ? '' : `; before it happened p95 was ${duration(typeof before === 'number' ? before : before.mean)}`;
  const single = isRun(answer) ? '"worst p95" is that of one second, or step, by itself. ' : '';
  const text = `Each had the same visitors, some ${count(offered.value)} ${noun}${runs}${speed}. ${single}"normal after" counts from the end of the event, without a duration from its beginning.`;
  return wrap(text, widthOf(look), '  ').map(look.paint.faint);
}

const reasonsMost = 3;

function reasons(rows: readonly VariantRow[], look: Look): string[] {
  const lines = rows
    .filter(({ failed }) => failed.value > 0)
    .flatMap((row) => wrap(mainReasons(row, reasonsMost, look).join('; '), widthOf(look), `  ${row.name}: `, '    '));
  return lines.length === 0 ? [] : [look.paint.strong('Why requests failed'), ...lines];
}

/** What each spends of a month's error budget. */
function month(rows: readonly VariantRow[], look: Look): string[] {
  const body = rows.flatMap((row) => {
    const spent = budgetSpent(row, look);
    return spent === null ? [] : [[row.name, spent.requests, spent.time]];
  });
  if (body.length === 0) return [];
  const title = `Spent of a month's error budget at ${share(rows[0].model.slo)}, each time`;
  return [
    look.paint.strong(title),
    ...table([left('', true), right('of requests'), right('of time')], body, look),
    ...allowed(rows[0], look),
  ];
}

/** What each brings in a year, if it happens as often as the scenario says. */
function year(variants: Variants, rows: readonly VariantRow[], look: Look): string[] {
  const body = rows.flatMap(({ name, answer: { yearly } }) => (yearly === null ? [] : [[name, ...yearOf(yearly)]]));
  if (body.length === 0) return [];
  const columns = [left('', true), right('times'), right('down'), right('nine years of ten'), right('by formula')];
  return [look.paint.strong('In a year'), ...table(columns, body, look), ...allTogether(variants, look)];
}

function yearOf({ failures, downtimeMs: { mean, range90 }, closedFormMs }: Yearly): string[] {
  const [low, high] = range90;
  return [figure(failures), duration(mean), `${duration(low)} to ${duration(high)}`, duration(closedFormMs)];
}

const MONTH_DAYS = 30;

function allowed({ model: { slo } }: VariantRow, look: Look): string[] {
  const ms = (1 - slo!) * MONTH_DAYS * 86_400_000;
  const text = `${share(slo)} allows ${duration(ms)} of downtime in ${MONTH_DAYS} days, or as large a share of the requests that such traffic brings in them.`;
  return wrap(text, widthOf(look), '  ').map(look.paint.faint);
}

/** All of them on one box, which needs them all; and what a second box would change. */
function allTogether({ yearly }: Variants, look: Look): string[] {
  if (yearly === null) return [];
  const text =
    `All of them on one box, each by itself: up for ${share(yearly.availability)} of the time, down for ${duration(yearly.downtimeMs)} a year. ` +
    `Two such boxes that fail apart from each other, of which one is enough: ${duration(yearly.twoBoxesMs)} a year.`;
  return wrap(text, widthOf(look), '  ');
}

/** Each variant's own thresholds, under its name. */
function goals({ variants }: Variants, model: Model, look: Look): string[] {
  const sections = variants.flatMap((answer, index) => {
    const own = model.variants[index].model;
    const [, ...lines] = isRun(answer) ? thresholds(answer, own, look) : thresholdsOfRuns(answer as never, own, look);
    return lines.length === 0 ? [] : [`  ${answer.name}`, ...lines.map((line) => `  ${line}`)];
  });
  return sections.length === 0 ? [] : [look.paint.strong('Thresholds'), ...sections];
}

function repeatCommand({ scenario, seed, runs }: Variants): string {
  return `npm run -s sim -- ${quoted(scenario)} --seed ${quoted(seed)}${runs === 1 ? '' : ` --runs ${runs}`}`;
}

/** `nginx` and its like keep their small letters. */
function capital(text: string): string {
  return /^(?:nginx|php-fpm|mysql)\b/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

function sentencePart(text: string): string {
  return text.replace(/\.$/, '');
}
