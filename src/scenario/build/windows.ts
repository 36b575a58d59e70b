/** The parts of the counted time: before, during and after the first surge, or the first event, or all of it in one. */
import type { IncidentModel, WindowModel } from '../../model.js';
import type { Complete } from '../schema/scenario.js';
import { endOfPeak, endOfSurge } from './curve.js';
import { eventOf } from './events.js';
import { type FlashSource, isSurge, kindOf, type SurgeSource } from './sourceKinds.js';

type Timed = Pick<Complete, 'traffic' | 'events' | 'duration' | 'warmup'>;

/** `during` of an event without a duration, whose end nobody can tell before the run. */
const AFTERMATH_MS = 60_000;

export function windowsOf(scenario: Timed): WindowModel[] {
  const { warmup, duration } = scenario;
  const incident = incidentOf(scenario);
  if (incident === null) return [{ name: 'all', fromMs: warmup, toMs: duration }];
  const { name, fromMs, toMs } = incident;
  return [
    { name: `before ${name}`, fromMs: warmup, toMs: fromMs },
    { name: `during ${name}`, fromMs, toMs },
    { name: `after ${name}`, fromMs: toMs, toMs: duration },
  ].filter((window) => window.toMs > window.fromMs);
}

/** The first surge, or else the first event; what of it lies beyond the end of the run does not happen. */
export function incidentOf(scenario: Timed): IncidentModel | null {
  const surge = scenario.traffic.find(isSurge);
  return surge === undefined ? eventful(scenario) : surgeful(surge, scenario.duration);
}

function surgeful(surge: SurgeSource | FlashSource, durationMs: number): IncidentModel {
  return {
    kind: 'surge',
    name: surgeName(surge),
    fromMs: surge.at,
    peakToMs: Math.min(durationMs, endOfPeak(surge)),
    toMs: Math.min(durationMs, endOfSurge(surge)),
  };
}

/** The earliest that is counted; what happens in the warm-up is how things are. */
function eventful({ events = [], warmup, duration }: Timed): IncidentModel | null {
  const counted = events.filter(({ at }) => at >= warmup && at < duration).map((event) => eventOf(event, undefined));
  if (counted.length === 0) return null;
  const { name, atMs, forMs } = counted.reduce((first, event) => (event.atMs < first.atMs ? event : first));
  const end = (lengthMs: number) => Math.min(duration, atMs + lengthMs);
  return { kind: 'event', name, fromMs: atMs, peakToMs: end(forMs ?? 0), toMs: end(forMs ?? AFTERMATH_MS) };
}

export function surgeName(surge: SurgeSource | FlashSource): string {
  return surge.name ?? kindOf(surge);
}
