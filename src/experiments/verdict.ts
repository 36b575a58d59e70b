/**
 * A threshold held against an interval.
 *
 *   p95 < 200 ms   pass where the whole interval lies below 200, fail where none of it does,
 *                  inconclusive where it holds 200: the runs are too few to tell
 *
 * Inconclusive, too, is what some run has no data for. The others do not speak for it: a run in which nothing was
 * answered has no slow answers.
 */
import type { ThresholdModel } from '../model.js';
import type { ThresholdResult } from '../telemetry/result.js';
import type { Figure } from './interval.js';

export type ThresholdVerdict = ThresholdResult['verdict'];

export function verdictOn(threshold: ThresholdModel, value: Figure | null): ThresholdVerdict {
  if (value === null || value.runs !== undefined) return 'inconclusive';
  if (holdsEverywhere(threshold, value.ci95)) return 'pass';
  return holdsNowhere(threshold, value.ci95) ? 'fail' : 'inconclusive';
}

function holdsEverywhere({ operator, value: limit }: ThresholdModel, [low, high]: Figure['ci95']): boolean {
  switch (operator) {
    case '<':
      return high < limit;
    case '<=':
      return high <= limit;
    case '>':
      return low > limit;
    case '>=':
      return low >= limit;
    case '==':
      return low === limit && high === limit;
  }
}

function holdsNowhere({ operator, value: limit }: ThresholdModel, [low, high]: Figure['ci95']): boolean {
  switch (operator) {
    case '<':
      return low >= limit;
    case '<=':
      return low > limit;
    case '>':
      return high <= limit;
    case '>=':
      return high < limit;
    case '==':
      return limit < low || limit > high;
  }
}
