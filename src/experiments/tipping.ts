/**
 * At which load a site tips, and at which it comes back: the load goes up in steps and down again, in one run, so that each step
 * finds the site as the last one left it.
 *
 *   share of page views that get their page
 *    1 ──────────────────────┐  up
 *      ──────────┐           │
 *    0      down └───────────┴──    between the two the site is well or down as it was before: it is metastable
 *
 * A step is long against what a line takes to drain, but for loads next to the capacity; a step's second half is what counts.
 */
import type { Model, RatePiece, SourceModel } from '../model.js';
import { run } from '../simulate.js';
import type { Result } from '../telemetry/result.js';

/** Steps up, the last of which is beyond what the site answers on paper. */
const STEPS = 12;
const OF_TOP = 10;
const STEP_MS = 60_000;
/** Fewer than this share of the page views get their page where the site has tipped … */
const TIPPED = 0.5;
/** … and at least this where it is well. */
const WELL = 0.9;

export interface Tipping {
  /** Visits per second that ten steps make: what the site answers on paper. */
  readonly top: number;
  readonly stepMs: number;
  readonly up: readonly LoadStep[];
  readonly down: readonly LoadStep[];
  /** Visits per second of the first step up at which it had tipped; `null` if it did not. */
  readonly tipsAt: number | null;
  /** Of the first step down at which it was well again; `null` if it was not, or had not tipped. */
  readonly backAt: number | null;
}

export interface LoadStep {
  /** Visits per second. */
  readonly rate: number;
  /** Share of the page views that got their page; `null` without any. */
  readonly share: number | null;
  /** Attempts per page view. */
  readonly perView: number;
}

/** The visitors are those of the scenario's first open source; its other sources, events and failures are left out. */
export function tipping(model: Model, top: number): Tipping {
  const rates = Array.from({ length: STEPS }, (_, step) => ((step + 1) * top) / OF_TOP);
  const all = [...rates, ...rates.slice(0, -1).reverse()];
  const result = run(staircase(model, all));
  const steps = all.map((rate, index) => stepOf(result, rate, index));
  const up = steps.slice(0, STEPS);
  const down = steps.slice(STEPS);
  const tipsAt = up.find(({ share }) => share !== null && share < TIPPED)?.rate ?? null;
  const backAt = tipsAt === null ? null : (down.find(({ share }) => share !== null && share >= WELL)?.rate ?? null);
  return { top, stepMs: STEP_MS, up, down, tipsAt, backAt };
}

function staircase(model: Model, rates: readonly number[]): Model {
  const durationMs = rates.length * STEP_MS;
  const curve = rates.map(
    (rate, step): RatePiece => ({ fromMs: step * STEP_MS, toMs: (step + 1) * STEP_MS, fromRate: rate, toRate: rate }),
  );
  const first = model.traffic.find((source) => source.kind === 'open') ?? model.traffic[0];
  const { name, mix, visitors } = first;
  const stairs: SourceModel = { kind: 'open', name, mix, visitors, curve, spacing: 'poisson', batch: 1 };
  return {
    ...model,
    durationMs,
    warmupMs: 0,
    windows: [{ name: 'all', fromMs: 0, toMs: durationMs }],
    incident: null,
    traffic: [stairs],
    events: [],
    failures: [],
    thresholds: [],
  };
}

/** The second half of a step. Where nobody tries again a page view is a request. */
function stepOf({ series }: Result, rate: number, index: number): LoadStep {
  const from = Math.round(((index + 0.5) * STEP_MS) / series.stepMs);
  const to = Math.round(((index + 1) * STEP_MS) / series.stepMs);
  const total = (steps: readonly number[]) => steps.slice(from, to).reduce((sum, count) => sum + count, 0);
  const { begun, good, again } = series.views ?? { begun: series.offered, good: series.good, again: [] };
  const views = total(begun);
  if (views === 0) return { rate, share: null, perView: 1 };
  return { rate, share: Math.min(1, total(good) / views), perView: 1 + total(again) / views };
}
