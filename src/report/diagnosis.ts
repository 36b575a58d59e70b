/**
 * What a run comes down to: the stretch that tests the site most, how full everything was in it, and
 * what gave out. The headline and the advice both read this, so that they cannot disagree.
 *
 * A limit is named only where its use was measured to be near 1. No such part, no such word.
 */
import type { Model } from '../model.js';
import type { Result, Series, WindowResult } from '../telemetry/result.js';
import { busiestStretch } from './traffic.js';

/** From this use on a part is called full: of 95 % and more, the rest is no reserve. */
export const fullFrom = 0.95;

/** From this use on, what waits for the CPU waits about nine times its own need. */
const scarceFrom = 0.9;

export interface Diagnosis {
  readonly surge: Surge | null;
  readonly peak: Peak;
  /** The part that gave out in the peak; `null` where none was full. */
  readonly limit: Use | null;
  /** The most used part in the peak. */
  readonly busiest: Use;
}

export interface Surge {
  readonly before: WindowResult | null;
  readonly during: WindowResult;
  /** `null` where the run ended before it. */
  readonly after: WindowResult | null;
}

/** The busiest stretch: a surge's plateau, or all the counted time. */
export interface Peak {
  readonly fromMs: number;
  readonly toMs: number;
  /** Per second. */
  readonly offered: number;
  readonly good: number;
  readonly cpu: number;
  /** Share of each stage's places that was in use, where it has a limit. */
  readonly places: Readonly<Record<string, number>>;
}

/** `use` is the mean share in use over the peak; of network and disk, over the whole counted time. */
export type Use = SharedUse | PlacesUse;

/** Of what all stages share. */
interface SharedUse {
  readonly kind: 'cpu' | 'network' | 'disk';
  readonly use: number;
}

/** Of one stage's own places. */
interface PlacesUse {
  readonly kind: 'places';
  readonly stage: string;
  readonly use: number;
}

export function diagnose(result: Result, model: Model): Diagnosis {
  const surge = surgeOf(result);
  const peak = peakOf(result, model, surge);
  const uses = usesOf(result, peak);
  const busiest = uses.reduce((most, use) => (use.use > most.use ? use : most));
  return { surge, peak, busiest, limit: limitOf(uses) };
}

/**
 * The first that is full. Places that are full while the CPU is close to it are waiting for the CPU: a busy core
 * stretches what everyone holds.
 */
function limitOf(uses: readonly Use[]): Use | null {
  const full = uses.find((use) => use.use >= fullFrom) ?? null;
  const cpu = uses[0];
  return full !== null && full.kind === 'places' && cpu.use >= scarceFrom ? cpu : full;
}

function surgeOf(result: Result): Surge | null {
  const during = result.windows.find((window) => window.name.startsWith('during '));
  if (during === undefined) return null;
  const other = (when: string) => result.windows.find((window) => window.name === during.name.replace('during', when)) ?? null;
  return { before: other('before'), during, after: other('after') };
}

/**
 * In order of blame. What is full for want of something else comes after it: children wait for the CPU, for
 * the wire, for the disk and for MySQL; Nginx's connections wait for children.
 */
function usesOf(result: Result, peak: Peak): Use[] {
  const stages = Object.keys(peak.places)
    .filter((stage) => stage !== 'mysql' || refuses(result))
    .reverse();
  return [
    { kind: 'cpu', use: peak.cpu },
    { kind: 'network', use: result.host.network.sendUtilisation },
    { kind: 'disk', use: result.host.disk.utilisation },
    ...stages.map((stage): Use => ({ kind: 'places', stage, use: peak.places[stage] })),
  ];
}

/** Connections that PHP keeps are in use all the time; they are a limit only where one was refused. */
function refuses(result: Result): boolean {
  return (result.stages.mysql?.details['connections refused'] ?? 0) > 0;
}

function peakOf(result: Result, model: Model, surge: Surge | null): Peak {
  const window = surge?.during ?? null;
  const fromMs = window?.fromMs ?? result.warmupMs;
  const toMs = window?.toMs ?? result.durationMs;
  const plateau = window === null ? null : busiestStretch(model, fromMs, toMs);
  const steps = plateau === null ? [] : stepsWithin(result.series, plateau.fromMs, plateau.toMs);
  if (plateau !== null && steps.length > 0) return peakOfSteps(result, steps);
  return {
    fromMs,
    toMs,
    offered: (window ?? result).perSecond.offered,
    good: (window ?? result).perSecond.goodput,
    cpu: window?.cpu.utilisation ?? result.host.cpu.utilisation,
    places: placesOf(window?.stages ?? result.stages),
  };
}

function placesOf(stages: Readonly<Record<string, { readonly utilisation: number | null }>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(stages).flatMap(([name, { utilisation }]) => (utilisation === null ? [] : [[name, utilisation]])),
  );
}

function peakOfSteps(result: Result, steps: readonly number[]): Peak {
  const { series } = result;
  const mean = (values: readonly number[]): number => steps.reduce((sum, step) => sum + values[step], 0) / steps.length;
  const places = Object.entries(result.stages).flatMap(([name, { placesMax }]) =>
    placesMax === null || series.busy[name] === undefined ? [] : [[name, mean(series.busy[name]) / placesMax]],
  );
  return {
    fromMs: steps[0] * series.stepMs,
    toMs: (steps[steps.length - 1] + 1) * series.stepMs,
    offered: mean(perSecond(series, series.offered)),
    good: mean(perSecond(series, series.good)),
    cpu: mean(series.cpu),
    places: Object.fromEntries(places),
  };
}

/** Steps of the series that lie wholly in between. */
function stepsWithin(series: Series, fromMs: number, toMs: number): number[] {
  const first = Math.ceil(fromMs / series.stepMs);
  const beyond = Math.min(Math.floor(toMs / series.stepMs), series.offered.length);
  return Array.from({ length: Math.max(0, beyond - first) }, (_, index) => first + index);
}

/** The series counts requests a step; people think in requests a second. */
export function perSecond(series: Series, counts: readonly number[]): number[] {
  return counts.map((counted) => (counted * 1000) / series.stepMs);
}
