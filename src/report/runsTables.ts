/** The sections of a report on several runs. Every number that was measured stands with half of its 95 % interval. */
import type { Runs, ThresholdFigure, WindowFigures } from '../experiments/runs.js';
import type { Model } from '../model.js';
import { mark } from './closing.js';
import { count, nothing } from './format.js';
import type { Look } from './look.js';
import { firstWord, stageName } from './names.js';
import { plusMinus, type Unit, unitOf } from './plusMinus.js';
import { left, right, table } from './table.js';
import { wrap } from './text.js';

export function requestsOfRuns(runs: Runs, look: Look): string[] {
  const number = (of: keyof Runs['requests']) => plusMinus(runs.requests[of], 'number', look);
  const totals = `in a run ${number('offered')} came, ${number('good')} were answered, ${number('failed')} failed, ${number('unfinished')} were under way at the end`;
  const { time, downtimeMs } = runs.availability;
  const down = `down for ${plusMinus(downtimeMs, 'duration', look)}, up for ${plusMinus(time, 'share', look)} of the time`;
  const lines = downtimeMs.mean === 0 ? [totals] : [totals, down];
  return [
    look.paint.strong('Requests'),
    ...lines.flatMap((line) => wrap(line, Math.max(80, look.width), '  ')),
    ...outcomes(runs, look),
    ...logs(runs, look),
  ];
}

function outcomes(runs: Runs, look: Look): string[] {
  const explained = new Set(runs.causes.map(({ outcome }) => outcome));
  const answers = Object.entries(runs.outcomes).filter(([outcome]) => !explained.has(outcome));
  const rows = [
    ...answers.map(([outcome, figure]) => [outcome, plusMinus(figure, 'number', look), nothing, nothing, 'answered']),
    ...runs.causes.map((cause) => [
      cause.outcome,
      plusMinus(cause.count, 'number', look),
      count(cause.runs),
      stageName(cause.stage),
      cause.cause,
    ]),
  ];
  if (rows.length === 0) return [];
  const columns = [left('outcome'), right('count in a run'), right('runs'), left('stage'), left('cause', true)];
  return ['', ...table(columns, rows, look)];
}

function logs(runs: Runs, look: Look): string[] {
  const logged = runs.causes.filter(({ log }) => log !== '');
  const width = Math.max(0, ...logged.map(({ outcome }) => outcome.length));
  const lines = logged.flatMap(({ outcome, log }) =>
    wrap(log, Math.max(80, look.width), `    ${outcome.padEnd(width)}  `, ' '.repeat(width + 6)),
  );
  return lines.length === 0 ? [] : ['', '  The log says:', ...lines.map(look.paint.faint)];
}

type Part = Pick<WindowFigures, 'name' | 'requests' | 'errors' | 'latencyMs' | 'perSecond'>;

/** Answers slower than a percentile that it needs in each run to be more than an accident. */
const enough = 10;

export function keyFigures(runs: Runs, look: Look): string[] {
  const whole: Part = { ...runs, name: 'all' };
  const parts = runs.windows.length > 1 ? [...runs.windows, whole] : [whole];
  const row = (name: string, unit: Unit, of: (part: Part) => Parameters<typeof plusMinus>[0], tail = 0) => [
    name,
    ...parts.map((part) => {
      const figure = of(part);
      const few = tail > 0 && figure !== null && part.latencyMs.count.mean * tail < enough ? '*' : '';
      return plusMinus(figure, unit, look) + few + (figure?.runs === undefined ? '' : '+');
    }),
  ];
  const rows = [
    row('offered', 'rate', (part) => part.perSecond.offered),
    row('good', 'rate', (part) => part.perSecond.goodput),
    row('failed', 'share', (part) => part.errors),
    row('p50', 'duration', (part) => part.latencyMs.p50, 0.5),
    row('p95', 'duration', (part) => part.latencyMs.p95, 0.05),
    row('p99', 'duration', (part) => part.latencyMs.p99, 0.01),
  ];
  const some = (sign: string) => rows.some((cells) => cells.some((cell) => cell.includes(sign, cell.length - 2)));
  return [
    look.paint.strong('Latency of good answers, and rates'),
    ...table([left(''), ...parts.map((part) => right(firstWord(part.name)))], rows, look),
    ...(some('*') ? ['  * rests on fewer than 10 slower answers a run'] : []),
    ...(some('+') ? ['  + not every run had such requests: of those that had'] : []),
  ];
}

export function stagesOfRuns(runs: Runs, look: Look): string[] {
  const during = runs.windows.find(({ name }) => name.startsWith('during '));
  const surge = during === undefined ? [] : [during];
  const rows = [
    ...Object.entries(runs.stages).map(([name, stage]) => [
      stageName(name),
      stage.placesMax === null ? nothing : count(stage.placesMax),
      plusMinus(stage.utilisation, 'share', look),
      ...surge.map((window) => plusMinus(window.stages[name]?.utilisation ?? null, 'share', look)),
      plusMinus(stage.queue.mean, 'number', look),
    ]),
    cpu(runs, surge, look),
  ];
  const columns = [left('stage'), right('places'), right('in use'), ...surge.map(() => right('during')), right('queue')];
  return [look.paint.strong('Stages, and the CPU'), ...table(columns, rows, look)];
}

function cpu({ host }: Runs, surge: readonly WindowFigures[], look: Look): string[] {
  const during = surge.map((window) => plusMinus(window.cpu.utilisation, 'share', look));
  return ['CPU', count(host.cpu.cores), plusMinus(host.cpu.utilisation, 'share', look), ...during, nothing];
}

export function thresholdsOfRuns(runs: Runs, model: Model, look: Look): string[] {
  if (runs.thresholds.length === 0) return [];
  const rows = runs.thresholds.map((threshold, index) => [
    mark(threshold.verdict, look),
    threshold.text,
    written(threshold, unitOf(model.thresholds[index].metric), runs, look),
  ]);
  const [, ...lines] = table([left(''), left('', true), right('')], rows, look);
  return [look.paint.strong('Thresholds'), ...lines];
}

function written({ value, verdict }: ThresholdFigure, unit: Unit, runs: Runs, look: Look): string {
  if (value === null) return 'no data';
  const text = plusMinus(value, unit, look);
  if (value.runs !== undefined) return `${text}, no data in ${count(runs.runs - value.runs)} of ${count(runs.runs)} runs`;
  return verdict === 'inconclusive' ? `${text}: too close to tell` : text;
}
