/**
 * What a kind of failure costs in a year: good for a time, down for a time, and so on, many years over.
 *
 *   up ──mtbf──► down ──mttr, and what the site adds──► up         an alternating renewal process
 *
 * A year has few failures, and repairs vary much, so one year is unlike another: the mean alone would promise too much. The closed
 * form beside it is that of the long run: T · E[down] / (E[up] + E[down]).
 */
import type { Chance } from '../engine/chance.js';
import { distribution } from '../engine/distribution.js';
import { Random } from '../engine/random.js';
import type { OccurrenceModel } from '../model.js';

export const YEAR_MS = 365 * 86_400_000;

const YEARS_MOST = 10_000;
const YEARS_LEAST = 100;
/** Failures drawn at the most, for which a second is time enough. */
const FAILURES_MOST = 2_000_000;
const TAIL = 0.05;

export interface Yearly {
  /** Expected failures in a year. */
  readonly failures: number;
  readonly downtimeMs: {
    readonly mean: number;
    /** Nine years of ten lie in between. */
    readonly range90: readonly [low: number, high: number];
  };
  /** The mean in the long run, by the formula. */
  readonly closedFormMs: number;
  /** Share of the time that is not down, by the formula. */
  readonly availability: number;
  /** How many years the range rests on. */
  readonly years: number;
}

/** What a failure does: how long it is until the next, and how long it has the site down. */
export interface Renewal {
  readonly upMs: { readonly mean: number; draw(chance: Chance): number };
  readonly downMs: { readonly mean: number; draw(chance: Chance): number };
}

/** `downtimeMs` is what the run had, of an event that lasted `forMs`; `null` if that was not told. */
export function yearly(happens: OccurrenceModel, downtimeMs: number, forMs: number | null, seed: string, name: string): Yearly {
  const renewal = renewalOf(happens, downtimeMs, forMs);
  const failures = failuresIn(YEAR_MS, renewal);
  const years = Math.max(YEARS_LEAST, Math.min(YEARS_MOST, Math.floor(FAILURES_MOST / Math.max(1, failures))));
  const totals = downtimes(renewal, YEAR_MS, years, new Random(seed).stream(`year/${name}`));
  const sorted = Float64Array.from(totals).sort();
  const at = (share: number) => sorted[Math.min(years - 1, Math.floor(share * years))];
  return {
    failures,
    downtimeMs: { mean: totals.reduce((sum, ms) => sum + ms, 0) / years, range90: [at(TAIL), at(1 - TAIL)] },
    closedFormMs: YEAR_MS * (1 - availabilityOf(renewal)),
    availability: availabilityOf(renewal),
    years,
  };
}

/** A repair that takes so much longer than the run's event has the site down for so much longer. */
export function renewalOf({ upMs, downMs }: OccurrenceModel, downtimeMs: number, forMs: number | null): Renewal {
  const up = distribution(upMs);
  if (downMs === null) return { upMs: up, downMs: { mean: downtimeMs, draw: () => downtimeMs } };
  const repair = distribution(downMs);
  const moreMs = downtimeMs - (forMs ?? 0);
  return {
    upMs: up,
    downMs: { mean: Math.max(0, repair.mean + moreMs), draw: (chance) => Math.max(0, repair.draw(chance) + moreMs) },
  };
}

/** Downtime in each of so many stretches of `lengthMs`, each from new. */
export function downtimes({ upMs, downMs }: Renewal, lengthMs: number, stretches: number, chance: Chance): number[] {
  return Array.from({ length: stretches }, () => {
    let total = 0;
    for (let now = upMs.draw(chance); now < lengthMs; now += upMs.draw(chance)) {
      const down = Math.min(downMs.draw(chance), lengthMs - now);
      total += down;
      now += down;
    }
    return total;
  });
}

/** Share of the time that is up, in the long run. */
export function availabilityOf({ upMs, downMs }: Renewal): number {
  return upMs.mean / (upMs.mean + downMs.mean);
}

/** Failures expected in a time, in the long run. */
export function failuresIn(lengthMs: number, { upMs, downMs }: Renewal): number {
  return lengthMs / (upMs.mean + downMs.mean);
}

/** Of parts that are all needed and fail apart from each other. */
export function inSeries(availabilities: readonly number[]): number {
  return availabilities.reduce((product, each) => product * each, 1);
}

/** Of parts of which one is enough. */
export function inParallel(availabilities: readonly number[]): number {
  return 1 - availabilities.reduce((product, each) => product * (1 - each), 1);
}
