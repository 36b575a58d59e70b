/**
 * A run told as a list of what happened when: who was answered, who was not and why, and when each had clicked.
 *
 *   story(bare({ pages: [scriptPage({ waitMs: always(20) })] }), [0, 5]).ends
 *   // => ['20 ms: 200 to the click at 0 ms', '40 ms: 200 to the click at 5 ms']
 */
import { map, merge, mergeMap, type Observable, range, timer } from 'rxjs';
import { vi } from 'vitest';
import type { VirtualClock } from '../../src/engine/clock.js';
import type { Model } from '../../src/model.js';
import { run, simulate } from '../../src/simulate.js';
import type { Arrival } from '../../src/stages/lifecycle.js';
import type { CauseCount, Result } from '../../src/telemetry/result.js';
import { Telemetry } from '../../src/telemetry/telemetry.js';
import { poisson } from '../support/bare.js';
import { tellCauses } from '../support/causeTable.js';

/** When somebody new comes, to which page, and how many of them: one, to the first page, if it does not say. */
export type Click = number | readonly [atMs: number, page: number, visitors?: number];

export interface Story {
  readonly ends: string[];
  /** The same as numbers: how long each took, in the order of their ends. */
  readonly tookMs: number[];
  readonly result: Result;
  /** A figure that a stage keeps. */
  figure(stage: string, name: string): number;
  /** Why requests failed: `stage: log line`, each once, the most frequent first. */
  readonly logs: string[];
}

/** Its traffic is `clicks`, each by a visitor of their own, in place of the model's. */
export function story(model: Model, clicks: readonly Click[]): Story {
  return told(() => run(clickedOn(model), { arrivals: arrivalsOf(clicks) }));
}

/** The model's own traffic. */
export function storyOf(model: Model): Story {
  return told(() => run(model));
}

/** What `pick` sees at the end of each second. */
export async function secondBySecond<T>(model: Model, clicks: readonly Click[], pick: (result: Result) => T): Promise<T[]> {
  const seen: T[] = [];
  const frames = simulate(clickedOn(model), { arrivals: arrivalsOf(clicks) });
  await frames.forEach((frame) => void seen.push(pick(frame.result())));
  return seen;
}

/** A source that sends nobody of itself. */
export const silent = poisson(0, { curve: [] });

export function arrivalsOf(clicks: readonly Click[]): (clock: VirtualClock) => Observable<Arrival> {
  return (clock) =>
    merge(
      ...clicks.map((click) => {
        const [atMs, page, visitors = 1] = typeof click === 'number' ? [click, 0] : click;
        return timer(atMs, clock).pipe(
          mergeMap(() => range(visitors)),
          map(() => ({ source: 0, page })),
        );
      }),
    );
}

function clickedOn(model: Model): Model {
  return { ...model, traffic: [silent] };
}

function told(whole: () => Result): Story {
  const ends: string[] = [];
  const tookMs: number[] = [];
  const original = Telemetry.prototype.requestEnded;
  const spy = vi.spyOn(Telemetry.prototype, 'requestEnded').mockImplementation(function (this: Telemetry, window, cause, ms) {
    const now = this.clock.now();
    const why = cause.outcome === '200' ? '200' : `${cause.outcome} (${cause.text})`;
    ends.push(`${neat(now)} ms: ${why} to the click at ${neat(now - ms)} ms`);
    tookMs.push(neat(ms));
    original.call(this, window, cause, ms);
  });
  try {
    const result = whole();
    tellCauses(result);
    const figure = (stage: string, name: string) => {
      const value = result.stages[stage].details[name];
      if (value === undefined) throw new Error(`${stage} keeps no '${name}'`);
      return value;
    };
    return { ends, tookMs, result, figure, logs: result.causes.map(logOf) };
  } finally {
    spy.mockRestore();
  }
}

function logOf({ stage, log }: CauseCount): string {
  return `${stage}: ${log}`;
}

/** Without the rounding of sums. */
function neat(ms: number): number {
  return Math.round(ms * 1e6) / 1e6;
}
