/** How an answer ends: the thresholds, how to have it again, and what it does not know. */
import type { Metric, Model } from '../model.js';
import type { Result, ThresholdResult } from '../telemetry/result.js';
import { count, duration, figure, rate, share } from './format.js';
import type { Brush, Look } from './look.js';
import { left, right, table } from './table.js';
import { wrap } from './text.js';
import { someTryAgain } from './traffic.js';

export function thresholds(result: Result, model: Model, look: Look): string[] {
  if (result.thresholds.length === 0) return [];
  const rows = result.thresholds.map((threshold) => [mark(threshold.verdict, look), threshold.text, written(threshold, model)]);
  const [, ...lines] = table([left(''), left('', true), right('')], rows, look);
  return [look.paint.strong('Thresholds'), ...lines];
}

export function mark(verdict: ThresholdResult['verdict'], look: Look): string {
  const marks = look.unicode ? { pass: '✓', fail: '✗', inconclusive: '?' } : { pass: 'ok', fail: 'FAIL', inconclusive: '?' };
  const brushes: Record<ThresholdResult['verdict'], Brush> = {
    pass: look.paint.good,
    fail: look.paint.bad,
    inconclusive: look.paint.warning,
  };
  return brushes[verdict](marks[verdict]);
}

function written({ text, value }: ThresholdResult, model: Model): string {
  if (value === null) return 'no data';
  const metric = model.thresholds.find((threshold) => threshold.text === text)?.metric;
  return metric === undefined ? figure(value) : inUnitOf(metric, value);
}

function inUnitOf(metric: Metric, value: number): string {
  switch (metric.kind) {
    case 'errors':
    case 'availability':
    case 'utilisation':
    case 'views':
      return share(value);
    case 'goodput':
    case 'throughput':
      return rate(value);
    case 'outcome':
      return count(value);
    case 'queue':
    case 'attempts':
      return figure(value);
    default:
      return duration(value);
  }
}

/** The command that brings the same bytes again; the command line, which knows the options, may give a better one. */
export function repeatCommand(result: Result): string {
  return `npm run -s sim -- ${quoted(result.scenario)} --seed ${quoted(result.seed)}`;
}

/** As a shell wants it: bare where nothing in it is special. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export function again(result: Pick<Result, 'seed' | 'scenarioHash' | 'lempsim'>, command: string, look: Look): string[] {
  const about = `seed ${result.seed}, scenario ${result.scenarioHash}, lempsim ${result.lempsim}`;
  return [look.paint.strong('The same again'), `  ${command}`, ...wrap(about, Math.max(80, look.width), '  ')];
}

/** The last figure: fluid sharing against a real kernel's turns, measured on one stack. */
const evenly =
  'The CPU is shared evenly at every moment; a real kernel gives it in turns, which under load makes waits 10 to 19 % longer.';

export function whatIsLeftOut(model: Model, look: Look): string[] {
  const things = ['HTTP/2', 'a CDN', "the kernel's page cache"];
  if (!model.events.some(({ what }) => what.verb === 'cron')) things.push('other programs on the box');
  const each = model.variants.length === 0 ? [model] : model.variants.map((variant) => variant.model);
  const asChosen = each.some(someTryAgain) ? '' : ' Nobody tries again after a failure, as the scenario has it.';
  const leftOut = `${things.slice(0, -1).join(', ')}, and ${things.at(-1)}.${asChosen}`;
  const turns = model.host.scheduler === 'kernel' ? '' : ` ${evenly}`;
  return [
    look.paint.strong('What the model leaves out'),
    ...wrap(leftOut + turns, Math.max(80, look.width), '  ').map(look.paint.faint),
  ];
}
