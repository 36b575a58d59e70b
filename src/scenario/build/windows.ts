/** The parts of the counted time: before, during and after the first surge, or all of it in one. */
import type { SurgeModel, WindowModel } from '../../model.js';
import type { Complete } from '../schema/scenario.js';
import { endOfPeak, endOfSurge } from './curve.js';
import { type FlashSource, isSurge, kindOf, type SurgeSource } from './sourceKinds.js';

export function windowsOf(scenario: Pick<Complete, 'traffic' | 'duration' | 'warmup'>): WindowModel[] {
  const { warmup, duration } = scenario;
  const surge = surgeOf(scenario);
  if (surge === null) return [{ name: 'all', fromMs: warmup, toMs: duration }];
  const { name, fromMs, toMs } = surge;
  return [
    { name: `before ${name}`, fromMs: warmup, toMs: fromMs },
    { name: `during ${name}`, fromMs, toMs },
    { name: `after ${name}`, fromMs: toMs, toMs: duration },
  ].filter((window) => window.toMs > window.fromMs);
}

/** The first surge; what of it lies beyond the end of the run does not happen. */
export function surgeOf({ traffic, duration }: Pick<Complete, 'traffic' | 'duration'>): SurgeModel | null {
  const surge = traffic.find(isSurge);
  if (surge === undefined) return null;
  return {
    name: surgeName(surge),
    fromMs: surge.at,
    peakToMs: Math.min(duration, endOfPeak(surge)),
    toMs: Math.min(duration, endOfSurge(surge)),
  };
}

export function surgeName(surge: SurgeSource | FlashSource): string {
  return surge.name ?? kindOf(surge);
}
