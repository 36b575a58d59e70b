/** What the scenario states, held against what came out. One run gives a value, not an interval: the verdict is on that value. */
import type { Model, ThresholdModel } from '../model.js';
import { recoveryOf } from './recovery.js';
import type { Latency, Result, ThresholdResult, Verdict } from './result.js';
import type { Telemetry } from './telemetry.js';
import type { ViewTally } from './views.js';

export type Measured = Omit<Result, 'thresholds' | 'verdict' | 'warnings'>;

export function thresholdResults(model: Model, result: Measured, telemetry: Telemetry): ThresholdResult[] {
  return model.thresholds.map((threshold) => {
    const value = measure(threshold, model, result, telemetry);
    return { text: threshold.text, value, verdict: value === null ? 'inconclusive' : holds(threshold, value) ? 'pass' : 'fail' };
  });
}

export function verdictOf(thresholds: readonly ThresholdResult[]): Verdict {
  if (thresholds.length === 0) return 'none';
  if (thresholds.some(({ verdict }) => verdict === 'fail')) return 'fail';
  return thresholds.some(({ verdict }) => verdict === 'inconclusive') ? 'inconclusive' : 'pass';
}

function holds({ operator, value: limit }: ThresholdModel, value: number): boolean {
  switch (operator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '==':
      return value === limit;
  }
}

/** `null` where there is no data, or the window has not begun. */
function measure(threshold: ThresholdModel, model: Model, result: Measured, telemetry: Telemetry): number | null {
  const { metric, window } = threshold;
  const scope = window === null ? result : result.windows.find(({ name }) => name === model.windows[window].name);
  if (scope === undefined) return null;
  const { requests, latencyMs, perSecond, outcomes } = scope;
  const ended = requests.good + requests.failed;
  switch (metric.kind) {
    case 'errors':
      return ended === 0 ? null : requests.failed / ended;
    case 'availability':
      return ended === 0 ? null : requests.good / ended;
    case 'goodput':
    case 'throughput':
      return perSecond[metric.kind];
    case 'views':
    case 'attempts':
      return viewFigure(metric.kind, window === null ? telemetry.views.windows : [telemetry.views.windows[window]]);
    case 'downtime':
      return result.availability.downtimeMs;
    case 'recovery':
      return recoveryMs(telemetry, threshold);
    case 'outcome':
      return outcomes[metric.outcome] ?? 0;
    case 'queue':
      return scope.stages[metric.stage]?.queue[metric.of] ?? null;
    case 'utilisation':
      return scope.stages[metric.stage]?.utilisation ?? null;
    default:
      return latencyMs[metric.kind satisfies Exclude<keyof Latency, 'count'>];
  }
}

/** Of the page views that began in the windows: the share of those that ended which got their page; attempts per view. */
function viewFigure(kind: 'views' | 'attempts', tallies: readonly ViewTally[]): number | null {
  const total = (pick: (tally: ViewTally) => number) => tallies.reduce((sum, tally) => sum + pick(tally), 0);
  const begun = total((tally) => tally.begun);
  if (kind === 'attempts') return begun === 0 ? null : 1 + total((tally) => tally.retries) / begun;
  const good = total((tally) => tally.good);
  const ended = good + total((tally) => tally.failed);
  return ended === 0 ? null : good / ended;
}

/** A run that has not recovered took longer than it had; that says something if it had more than the limit, and else nothing. */
function recoveryMs(telemetry: Telemetry, { value: limit }: ThresholdModel): number | null {
  const recovery = recoveryOf(telemetry);
  if (recovery === null) return null;
  if (recovery.atMs !== null) return recovery.atMs - recovery.fromMs;
  const hadMs = telemetry.clock.now() - recovery.fromMs;
  return hadMs > limit ? hadMs : null;
}
