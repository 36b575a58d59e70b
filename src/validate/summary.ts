/** Over a set of runs: how far each figure is off on average, in which direction, and whether that is good enough to rely on. */
import type { Comparison, Figure } from './compare.js';

export interface Accuracy {
  readonly name: string;
  readonly runs: number;
  /** Mean of the absolute errors, and of the errors with their signs; shares of the measured value. */
  readonly meanAbsoluteError: number;
  readonly bias: number;
  /** The largest error, with its sign, and whose it is. */
  readonly worst: number;
  readonly worstRun: string;
}

export interface Validation {
  readonly comparisons: readonly Comparison[];
  readonly accuracy: readonly Accuracy[];
  readonly verdict: 'good' | 'usable' | 'poor' | 'no data';
}

/** What capacity planners accept: throughput within 10 %, response times within 30 % (Menascé and Almeida); half of it is good. */
const USABLE = { count: 0.1, time: 0.3 };

export function summarise(comparisons: readonly Comparison[]): Validation {
  const names = [...new Set(comparisons.flatMap(({ figures }) => figures.map(({ name }) => name)))];
  const accuracy = names.flatMap((name) => accuracyOf(name, comparisons) ?? []);
  return { comparisons, accuracy, verdict: verdictOf(accuracy) };
}

/** Relative to what was measured; `null` where there is nothing to compare with. Counts of less than ten say too little. */
export function errorOf({ predicted, measured, kind }: Figure): number | null {
  if (predicted === null || measured === null || measured === 0) return null;
  if (kind === 'count' && Math.max(predicted, measured) < 10) return null;
  return predicted / measured - 1;
}

function accuracyOf(name: string, comparisons: readonly Comparison[]): Accuracy | null {
  const errors = comparisons.flatMap(({ run, figures }) => {
    const figure = figures.find((each) => each.name === name);
    const error = figure === undefined ? null : errorOf(figure);
    return error === null ? [] : [{ run, error }];
  });
  if (errors.length === 0) return null;
  const mean = (of: (error: number) => number) => errors.reduce((sum, { error }) => sum + of(error), 0) / errors.length;
  const worst = errors.reduce((far, each) => (Math.abs(each.error) > Math.abs(far.error) ? each : far));
  return {
    name,
    runs: errors.length,
    meanAbsoluteError: mean(Math.abs),
    bias: mean((error) => error),
    worst: worst.error,
    worstRun: worst.run,
  };
}

function verdictOf(accuracy: readonly Accuracy[]): Validation['verdict'] {
  const answered = accuracy.find(({ name }) => name === 'answered');
  const mean = accuracy.find(({ name }) => name === 'mean');
  if (answered === undefined && mean === undefined) return 'no data';
  const off = Math.max((answered?.meanAbsoluteError ?? 0) / USABLE.count, (mean?.meanAbsoluteError ?? 0) / USABLE.time);
  return off <= 0.5 ? 'good' : off <= 1 ? 'usable' : 'poor';
}
