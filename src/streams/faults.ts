/**
 * What happens to the site, as a stream on the virtual clock: events at their times, failures again and again by chance.
 *
 * A failure is an alternating renewal process: good for a time, bad for a time. Each has its own stream of chance.
 */
import { concat, defer, EMPTY, map, merge, type Observable, repeat, timer } from 'rxjs';
import type { VirtualClock } from '../engine/clock.js';
import { distribution } from '../engine/distribution.js';
import type { Random } from '../engine/random.js';
import type { EventModel, FailureModel, Model } from '../model.js';

/** An occasion begins, to last for `forMs` if that is known, or ends. */
export type Change =
  | { readonly begins: true; readonly occasion: EventModel | FailureModel; readonly forMs: number | null }
  | { readonly begins: false; readonly occasion: EventModel | FailureModel };

export function faults(model: Model, clock: VirtualClock, random: Random): Observable<Change> {
  return merge(
    ...model.events.map((event) => once(event, clock)),
    ...model.failures.map((failure) => again(failure, clock, random)),
  );
}

function once(event: EventModel, clock: VirtualClock): Observable<Change> {
  return lasting(event, event.atMs, event.forMs, clock);
}

function again(failure: FailureModel, clock: VirtualClock, random: Random): Observable<Change> {
  const chance = random.stream(`failures/${failure.name}`);
  const upMs = distribution(failure.upMs);
  const downMs = failure.downMs === null ? null : distribution(failure.downMs);
  return defer(() => lasting(failure, upMs.draw(chance), downMs?.draw(chance) ?? null, clock)).pipe(repeat());
}

/** Begins in `inMs` and ends after it has lasted. */
function lasting(
  occasion: EventModel | FailureModel,
  inMs: number,
  forMs: number | null,
  clock: VirtualClock,
): Observable<Change> {
  const begins = timer(inMs, clock).pipe(map((): Change => ({ begins: true, occasion, forMs })));
  const ends = forMs === null ? EMPTY : timer(forMs, clock).pipe(map((): Change => ({ begins: false, occasion })));
  return concat(begins, ends);
}
