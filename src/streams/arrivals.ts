/**
 * When visitors come: one observable of arrivals for each source of traffic, on the virtual clock.
 *
 * Arrivals are a steady process seen through the rate: the k-th comes when the rate's integral reaches the k-th point of a unit
 * process, whose points are 1 apart (`even`) or exponential (`poisson`). So a higher rate brings the same visitors sooner.
 */
import { Observable } from 'rxjs';
import { Kind } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import { exponentialOfWord } from '../engine/math.js';
import { Need } from '../engine/need.js';
import type { Random } from '../engine/random.js';
import type { BurstySourceModel, ClosedSourceModel, Model, RatePiece } from '../model.js';
import type { Arrival } from '../stages/lifecycle.js';

/** The arrivals of one source, from `index` in `Model.traffic`. */
export function arrivals(model: Model, index: number, clock: VirtualClock, random: Random): Observable<Arrival> {
  const source = model.traffic[index];
  const arrival: Arrival = { source: index };
  if (source.kind === 'closed') return usersStart(source, arrival, clock, random);
  if (source.kind === 'bursty')
    return byRate(() => burstyPieces(source, random), unitExponentials(source.name, random), 1, arrival, clock);
  const units = source.spacing === 'even' ? evenUnits() : unitExponentials(source.name, random);
  return byRate(() => source.curve[Symbol.iterator](), units, source.batch, arrival, clock);
}

/** Points of a unit process: each call gives the next. */
type Units = () => number;

function evenUnits(): Units {
  let count = -1;
  return () => {
    count += 1;
    return count;
  };
}

function unitExponentials(name: string, random: Random): Units {
  const stream = random.stream(`arrivals/${name}`);
  let sum = 0;
  return () => {
    sum += exponentialOfWord(stream.word());
    return sum;
  };
}

function byRate(
  pieces: () => Iterator<RatePiece>,
  units: Units,
  batch: number,
  arrival: Arrival,
  clock: VirtualClock,
): Observable<Arrival> {
  return new Observable((subscriber) => {
    const curve = new Curve(pieces());
    let ticket = 0;
    const scheduleNext = () => {
      const timeMs = curve.timeOf(units() * batch);
      if (timeMs === Infinity) subscriber.complete();
      else ticket = clock.at(timeMs, arrive, undefined, Kind.arrival);
    };
    const arrive = () => {
      for (let i = 0; i < batch && !subscriber.closed; i += 1) subscriber.next(arrival);
      if (!subscriber.closed) scheduleNext();
    };
    scheduleNext();
    return () => clock.cancel(ticket);
  });
}

/** A rate over time in straight pieces, read forwards only. */
class Curve {
  private piece: RatePiece | undefined;
  /** The rate's integral up to the piece's beginning. */
  private before = 0;

  constructor(private readonly pieces: Iterator<RatePiece>) {
    this.advance();
  }

  /** When the rate's integral reaches `target`, which never falls from call to call; `Infinity` if it never does. */
  timeOf(target: number): number {
    for (; this.piece !== undefined; this.advance()) {
      const { fromMs, toMs, fromRate, toRate } = this.piece;
      const lengthMs = toMs - fromMs;
      const start = fromRate / 1000;
      const slope = (toRate - fromRate) / 1000 / lengthMs;
      const area = ((fromRate + toRate) / 2000) * lengthMs;
      const wanted = target - this.before;
      if (wanted < area || (wanted === 0 && area > 0)) {
        if (slope === 0) return fromMs + wanted / start;
        return (
          fromMs + (wanted === 0 && start === 0 ? 0 : (2 * wanted) / (start + Math.sqrt(start * start + 2 * slope * wanted)))
        );
      }
      this.before += area;
    }
    return Infinity;
  }

  private advance(): void {
    const next = this.pieces.next();
    this.piece = next.done ? undefined : next.value;
  }
}

/** A Poisson process with two rates, each kept for an exponential time. */
function* burstyPieces(source: BurstySourceModel, random: Random): Generator<RatePiece> {
  const stream = random.stream(`bursts/${source.name}`);
  let fromMs = source.fromMs;
  for (let high = true; fromMs < source.toMs; high = !high) {
    const mean = high ? source.highMs : source.lowMs;
    const rate = high ? source.highRate : source.lowRate;
    const toMs = Math.min(source.toMs, fromMs + mean * exponentialOfWord(stream.word()));
    if (toMs > fromMs) yield { fromMs, toMs, fromRate: rate, toRate: rate };
    fromMs = toMs;
  }
}

/** Every user thinks first; afterwards they come back by themselves, when they have the answer and have thought again. */
function usersStart(source: ClosedSourceModel, arrival: Arrival, clock: VirtualClock, random: Random): Observable<Arrival> {
  return new Observable((subscriber) => {
    const stream = random.stream(`users/${source.name}`);
    const thinkMs = new Need('user.first think', source.thinkMs);
    const tickets: number[] = [];
    for (let user = 0; user < source.users; user += 1) {
      const bearer = { seedHigh: stream.word() | 0, seedLow: stream.word() | 0 };
      const timeMs = source.fromMs + thinkMs.of(bearer);
      if (timeMs < source.toMs) tickets.push(clock.at(timeMs, () => subscriber.next(arrival), undefined, Kind.arrival));
    }
    return () => {
      for (const ticket of tickets) clock.cancel(ticket);
    };
  });
}
