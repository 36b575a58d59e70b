/**
 * The variants of a scenario, one after the other: the same visitors, the same chances, one thing different.
 *
 * An observable that works in slices, as `simulate` does. Stopped early, its answer holds the variants that had come to their end.
 */
import { concatMap, defer, from, map, type Observable, tap } from 'rxjs';
import { assert } from '../engine/assert.js';
import type { Model, VariantModel } from '../model.js';
import { type Frame, run } from '../simulate.js';
import { modelHash } from '../telemetry/modelHash.js';
import type { Result, Verdict } from '../telemetry/result.js';
import { VERSION } from '../version.js';
import { type Replication, replicate, replications } from './replicate.js';
import type { Runs } from './runs.js';
import { inParallel, inSeries, YEAR_MS, type Yearly, yearly } from './year.js';

/** `A` is the answer of one run, or of several. */
export interface Variants<A extends Result | Runs = Result | Runs> {
  /** Version of this shape; `schema/variants.schema.json` describes it. */
  readonly format: 'lempsim.variants/1';
  readonly lempsim: string;
  readonly scenario: string;
  readonly about: string;
  readonly site: string;
  readonly scenarioHash: string;
  readonly seed: string;
  /** Of each variant. */
  readonly runs: number;
  /** Whether variants, or runs of one, are missing. */
  readonly partial: boolean;
  readonly variantsAsked: number;
  /** In the order in which they are written. */
  readonly variants: readonly VariantAnswer<A>[];
  /** All that are told how often they happen, on one box and each by itself; `null` where those are fewer than two. */
  readonly yearly: YearTogether | null;
  /** The worst of theirs. */
  readonly verdict: Verdict;
}

export interface YearTogether {
  readonly availability: number;
  readonly downtimeMs: number;
  /** Of two such boxes that fail apart from each other, of which one is enough. */
  readonly twoBoxesMs: number;
}

export type VariantAnswer<A extends Result | Runs = Result | Runs> = {
  readonly name: string;
  readonly because: string;
  /** Downtime in a year; `null` where the scenario does not say how often it happens. */
  readonly yearly: Yearly | null;
} & A;

/** The state of the run that is under way, and of those before it. */
export interface SideBySide {
  /** Of the variant, from 0, of how many. */
  readonly index: number;
  readonly of: number;
  readonly frame: Frame;
  /** Runs that have ended, of all variants together. */
  readonly runsBefore: number;
  /** The answer of the variants that have ended by now; `null` as long as there are none. */
  answer(): Variants | null;
}

export function sideBySide(model: Model, runs = 1): Observable<SideBySide> {
  return defer(() => {
    const answers: VariantAnswer[] = [];
    const answer = () => (answers.length === 0 ? null : together(model, answers, runs));
    return from(model.variants).pipe(concatMap(framesOf));

    function framesOf(variant: VariantModel, index: number): Observable<SideBySide> {
      let last: Replication | undefined;
      return replications(variant.model, runs).pipe(
        tap({
          next: (each) => {
            last = each;
          },
          complete: () => {
            assert(last !== undefined, 'a variant that ended without a frame');
            answers.push(told(variant, runs === 1 ? last.frame.result() : last.answer()!));
          },
        }),
        map(({ frame, index: run }) => ({ index, of: model.variants.length, frame, runsBefore: index * runs + run, answer })),
      );
    }
  });
}

/** All of them in one go. */
export function runVariants(model: Model, runs = 1): Variants {
  assert(model.variants.length > 0, 'a scenario without variants has none to run');
  const answers = model.variants.map((variant) =>
    told(variant, runs === 1 ? run(variant.model) : replicate(variant.model, runs)),
  );
  return together(model, answers, runs);
}

function told({ name, because, happens, model }: VariantModel, answer: Result | Runs): VariantAnswer {
  const { downtimeMs } = answer.availability;
  const downMs = typeof downtimeMs === 'number' ? downtimeMs : downtimeMs.mean;
  const year = happens === null ? null : yearly(happens, downMs, lengthOfEvent(model), model.seed, name);
  return { name, because, yearly: year, ...answer };
}

/** Of the event that the windows are cut by; `null` where it has none of its own. */
function lengthOfEvent({ events, incident }: Model): number | null {
  return events.find(({ name, atMs }) => name === incident?.name && atMs === incident.fromMs)?.forMs ?? null;
}

function together(model: Model, variants: readonly VariantAnswer[], runs: number): Variants {
  return {
    format: 'lempsim.variants/1',
    lempsim: VERSION,
    scenario: model.name,
    about: model.about,
    site: model.siteName,
    scenarioHash: modelHash(model),
    seed: model.seed,
    runs,
    partial: variants.length < model.variants.length,
    variantsAsked: model.variants.length,
    variants,
    yearly: yearTogether(variants),
    verdict: worst(variants.map(({ verdict }) => verdict)),
  };
}

function yearTogether(variants: readonly VariantAnswer[]): YearTogether | null {
  const known = variants.flatMap(({ yearly }) => (yearly === null ? [] : [yearly.availability]));
  if (known.length < 2) return null;
  const availability = inSeries(known);
  const downtimeMs = (1 - availability) * YEAR_MS;
  return { availability, downtimeMs, twoBoxesMs: (1 - inParallel([availability, availability])) * YEAR_MS };
}

/** The worst comes last. */
const VERDICTS: readonly Verdict[] = ['none', 'pass', 'inconclusive', 'fail'];

function worst(verdicts: readonly Verdict[]): Verdict {
  return VERDICTS[Math.max(0, ...verdicts.map((verdict) => VERDICTS.indexOf(verdict)))];
}
