/**
 * The same scenario several times, each run with chance of its own, and one answer with intervals.
 *
 * Run k is the same whether it is one of five or of a hundred: more runs are added to those there were. `replications` is
 * an observable that works in slices, as `simulate` does; `replicate` does the same in one go.
 */
import { concatMap, defer, map, type Observable, range, tap } from 'rxjs';
import { assert } from '../engine/assert.js';
import { OverBudgetError } from '../engine/overBudget.js';
import type { Model } from '../model.js';
import { type Frame, run, simulate } from '../simulate.js';
import type { Result } from '../telemetry/result.js';
import type { Runs } from './runs.js';
import { type Kept, kept, summarise } from './summary.js';

/** What is kept of a run is some kilobytes; more runs than these make an interval no use of. */
const MOST_RUNS = 10_000;

/** Runs the replications 0 to `runs` - 1, one after the other. `onRun` sees each result, its series included. */
export function replicate(model: Model, runs: number, onRun: (result: Result, index: number) => void = () => {}): Runs {
  refuseNumber(runs);
  const results: Kept[] = [];
  for (let index = 0; index < runs; index += 1) {
    const result = run(model, { run: index });
    onRun(result, index);
    results.push(kept(result));
  }
  return summarise(model, results, runs);
}

/** The state of the run that is under way, and of those before it. */
export interface Replication {
  /** From 0. */
  readonly index: number;
  readonly runs: number;
  readonly frame: Frame;
  /** The answer of the runs that have ended by now; `null` as long as there are none. */
  answer(): Runs | null;
}

/** The frames of one run after the other. Unsubscribing stops the run that is under way. */
export function replications(model: Model, runs: number): Observable<Replication> {
  return defer(() => {
    refuseNumber(runs);
    const results: Kept[] = [];
    const answer = () => (results.length === 0 ? null : summarise(model, results, runs));
    return range(0, runs).pipe(concatMap(framesOf));

    function framesOf(index: number): Observable<Replication> {
      let last: Frame | undefined;
      return simulate(model, { run: index }).pipe(
        tap({
          next: (frame) => {
            last = frame;
          },
          complete: () => {
            assert(last !== undefined, 'a run that ended without a frame');
            results.push(kept(last.result()));
          },
        }),
        map((frame) => ({ index, runs, frame, answer })),
      );
    }
  });
}

function refuseNumber(runs: number): void {
  if (!Number.isInteger(runs) || runs < 1) throw new RangeError(`runs: expected a whole number of at least 1, got ${runs}`);
  if (runs > MOST_RUNS) throw new OverBudgetError(`${runs} runs were asked for; an answer may rest on ${MOST_RUNS}`);
}
