/** `lempsim validate` as text: predicted beside measured for each run, how far off over all, and what that allows. */
import type { Comparison, Figure } from '../validate/compare.js';
import { errorOf, type Validation } from '../validate/summary.js';
import { count, figure, nothing } from './format.js';
import { type Look, plainLook } from './look.js';
import { left, right, table } from './table.js';
import { printable, wrap } from './text.js';

const LATENCIES = ['mean', 'p50', 'p95', 'p99'];

export function validation(hostile: Validation, look: Look = plainLook): string {
  const result = printable(hostile);
  const sections = [
    wrap(sentence(result), width(look)).map(look.paint.strong),
    runs(result, look),
    accuracy(result, look),
    unknown(result, look),
    limits(look),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function sentence({ comparisons, accuracy: all, verdict }: Validation): string {
  if (verdict === 'no data') return 'Nothing could be compared: the runs have no figures that lempsim predicts.';
  const off = (name: string) => {
    const found = all.find((each) => each.name === name);
    return found === undefined ? null : percent(found.meanAbsoluteError);
  };
  const parts = [
    off('answered') === null ? null : `requests answered by ${off('answered')}`,
    off('mean') === null ? null : `the mean latency by ${off('mean')}`,
    off('p95') === null ? null : `p95 by ${off('p95')}`,
  ].filter((part) => part !== null);
  const words = { good: 'Good', usable: 'Usable', poor: 'Poor' } as const;
  return `${words[verdict]}: over ${comparisons.length === 1 ? 'one run' : `${comparisons.length} runs`} the prediction misses ${listed(parts)} on average.`;
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** A run to a line: what was answered and how much else happened, measured in brackets, then the errors of its latencies. */
function runs({ comparisons }: Validation, look: Look): string[] {
  const columns = [left('run'), right('answered'), left('failed', true), ...LATENCIES.map((name) => right(name))];
  const rows = comparisons.map((each) => [
    each.run,
    both(find(each, 'answered')),
    failed(each),
    ...LATENCIES.map((name) => signed(find(each, name))),
  ]);
  const head = 'Predicted (measured); of latencies the error of the prediction';
  return [look.paint.strong('Runs'), `  ${head}`, ...table(columns, rows, look)];
}

/** `405 (665)`. */
function both(found: Figure | undefined): string {
  return `${count(found?.predicted ?? 0)} (${count(found?.measured ?? 0)})`;
}

function failed({ figures }: Comparison): string {
  const classes = figures.filter(({ kind, name }) => kind === 'count' && name !== 'answered' && !name.startsWith('queue'));
  return classes.map((each) => `${each.name} ${both(each)}`).join(', ') || nothing;
}

function find({ figures }: Comparison, name: string): Figure | undefined {
  return figures.find((each) => each.name === name);
}

function signed(found: Figure | undefined): string {
  const error = found === undefined ? null : errorOf(found);
  return error === null ? nothing : `${error >= 0 ? '+' : ''}${percent(error)}`;
}

function percent(share: number): string {
  const value = 100 * share;
  return `${Math.abs(value) < 10 ? Number(value.toFixed(1)) : Math.round(value)} %`;
}

function accuracy({ accuracy: all }: Validation, look: Look): string[] {
  const columns = [left('figure'), right('runs'), right('off by'), right('bias'), right('worst'), left('in', true)];
  const rows = all.map(({ name, runs: number, meanAbsoluteError, bias, worst, worstRun }) => [
    name,
    figure(number),
    percent(meanAbsoluteError),
    `${bias >= 0 ? '+' : ''}${percent(bias)}`,
    `${worst >= 0 ? '+' : ''}${percent(worst)}`,
    worstRun,
  ]);
  return [look.paint.strong('Over all'), ...table(columns, rows, look)];
}

function unknown({ comparisons }: Validation, look: Look): string[] {
  const things = [...new Set(comparisons.flatMap((each) => each.unknown))];
  if (things.length === 0) return [];
  return [look.paint.strong('Not known to lempsim, and left out'), ...wrap(things.join(', '), width(look), '  ')];
}

/** What a reader must know before trusting, or blaming, the figures. */
function limits(look: Look): string[] {
  const text =
    'A measured core changes its speed by a third for moments, which a run tells by its mean CPU only: near saturation single runs differ by tens of ' +
    'per cent for that alone. Costs of an overloaded run are those of the calibration. Times to the first byte are not predicted.';
  return [look.paint.strong('Known limits'), ...wrap(text, width(look), '  ').map(look.paint.faint)];
}

function width(look: Look): number {
  return Math.max(80, look.width);
}
