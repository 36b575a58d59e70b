/** A variant as a row of the table: the same figures of one run or of several, as text and as a number to sort by. */
import type { Figure } from '../experiments/interval.js';
import type { Runs } from '../experiments/runs.js';
import type { VariantAnswer } from '../experiments/variants.js';
import type { Model } from '../model.js';
import type { Result } from '../telemetry/result.js';
import { count, duration, nothing, several, share } from './format.js';
import type { Look } from './look.js';
import { stageName } from './names.js';
import { plusMinus, type Unit } from './plusMinus.js';

export interface VariantRow {
  readonly name: string;
  readonly because: string;
  readonly model: Model;
  readonly answer: VariantAnswer;
  /** What is counted: requests, or page views where visitors try again, who may get at the second go what they lost at the first. */
  readonly noun: 'requests' | 'page views';
  readonly offered: Cell;
  readonly failed: Cell;
  /** What failed requests ended in, the most frequent first: `502 812, reset 3`. */
  readonly outcomes: string;
  readonly down: Cell;
  /** Of one run: of the worst second (or step) from the event on. Of several: of the window. */
  readonly p95: Cell;
  readonly normal: Cell;
}

export interface Cell {
  readonly value: number;
  readonly text: string;
}

export function variantRow(answer: VariantAnswer, model: Model, look: Look): VariantRow {
  const { requests, views, availability } = answer;
  const cell = (value: number | Figure | null, unit: Unit) => cellOf(value, unit, look);
  const down = cell(availability.downtimeMs, 'duration');
  return {
    name: answer.name,
    because: answer.because,
    model,
    answer,
    noun: views === undefined ? 'requests' : 'page views',
    offered: cell(views?.begun ?? requests.offered, 'number'),
    failed: cell(views?.failed ?? requests.failed, 'number'),
    outcomes: outcomes(answer, look),
    down: down.value === 0 ? { ...down, text: nothing } : down,
    p95: isRun(answer) ? cell(worstP95(answer, model), 'duration') : cell(duringP95(answer), 'duration'),
    normal: normal(answer, model, look),
  };
}

export function isRun(answer: VariantAnswer): answer is VariantAnswer<Result> {
  return 'series' in answer;
}

function cellOf(value: number | Figure | null, unit: Unit, look: Look): Cell {
  if (value === null) return { value: 0, text: nothing };
  if (typeof value !== 'number') return { value: value.mean, text: plusMinus(value, unit, look) };
  return { value, text: unit === 'duration' ? duration(value) : count(value) };
}

function outcomes({ outcomes }: VariantAnswer, look: Look): string {
  const failed = Object.entries(outcomes)
    .filter(([outcome]) => outcome !== '200')
    .map(([outcome, number]) => [outcome, cellOf(number as number | Figure, 'number', look)] as const)
    .filter(([, { value }]) => value > 0)
    .sort(([, a], [, b]) => b.value - a.value);
  return failed.length === 0
    ? nothing
    : failed.map(([outcome, { text }]) => `${outcome} ${look.unicode ? '×' : 'x'} ${text}`).join(', ');
}

/** From the step on in which the event happens. */
function worstP95({ series, warmupMs }: Result, { incident }: Model): number | null {
  const from = Math.floor((incident?.fromMs ?? warmupMs) / series.stepMs);
  const known = series.p95.slice(from).filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function duringP95(runs: Runs): Figure | null {
  return (runs.windows.find(({ name }) => name.startsWith('during ')) ?? runs).latencyMs.p95;
}

function normal(answer: VariantAnswer, { incident }: Model, look: Look): Cell {
  const { normalMs } = answer.availability as { normalMs: number | Figure | null };
  if (incident === null) return { value: 0, text: nothing };
  if (normalMs === null) return { value: Infinity, text: 'not yet' };
  const cell = cellOf(normalMs, 'duration', look);
  return cell.value === 0 ? { ...cell, text: 'at once' } : cell;
}

/** What failed most requests: `502, PHP-FPM: listen queue full`. */
export function mainReasons({ answer }: VariantRow, most: number, look: Look): string[] {
  const causes: readonly { outcome: string; stage: string; cause: string; count: number | Figure }[] = answer.causes;
  const listed = causes
    .slice(0, most)
    .map(
      ({ outcome, stage, cause, count }) => `${outcome}, ${stageName(stage)}: ${cause} (${cellOf(count, 'number', look).text})`,
    );
  return causes.length > most ? [...listed, several(causes.length - most, 'more cause')] : listed;
}

/** Share of a month's error budget that the run spends, by its requests and by its downtime. */
export function budgetSpent({ answer }: VariantRow, look: Look): { requests: string; time: string } | null {
  const { budget } = answer.availability;
  if (budget === null) return null;
  const text = (value: number | Figure | null) => (typeof value === 'number' ? share(value) : plusMinus(value, 'share', look));
  return { requests: text(budget.spent), time: text(budget.spentOfTime) };
}
