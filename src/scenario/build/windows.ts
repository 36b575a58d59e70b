/** The parts of the counted time: before, during and after the first surge, or all of it in one. */
import type { WindowModel } from '../../model.js';
import type { Complete } from '../schema/scenario.js';
import { endOfSurge } from './curve.js';
import { type FlashSource, isSurge, kindOf, type SurgeSource } from './sourceKinds.js';

export function windowsOf(scenario: Pick<Complete, 'traffic' | 'duration' | 'warmup'>): WindowModel[] {
  const { traffic, warmup, duration } = scenario;
  const surge = traffic.find(isSurge);
  if (!surge) return [{ name: 'all', fromMs: warmup, toMs: duration }];
  const name = surgeName(surge);
  const end = Math.min(duration, endOfSurge(surge));
  return [
    { name: `before ${name}`, fromMs: warmup, toMs: surge.at },
    { name: `during ${name}`, fromMs: surge.at, toMs: end },
    { name: `after ${name}`, fromMs: end, toMs: duration },
  ].filter(({ fromMs, toMs }) => toMs > fromMs);
}

export function surgeName(surge: SurgeSource | FlashSource): string {
  return surge.name ?? kindOf(surge);
}
