/**
 * The rate of each kind of source as straight pieces over time.
 *
 * Curves become chords between points that lie on them: 24 to a time constant, 360 to a period, which puts the mean of an
 * exponential off by less than 0.02 %.
 */
import { cosineOfTurns, exp } from '../../engine/math.js';
import type { RatePiece } from '../../model.js';
import type { DaySource, FlashSource, OpenSource, RampSource, SteadySource, SurgeSource } from './sourceKinds.js';

const PIECES_PER_TIME_CONSTANT = 24;
const PIECES_PER_PERIOD = 360;
/** A flash crowd has risen after so many time constants (to 99.3 %) … */
const RISE_CONSTANTS = 5;
/** … and is cut off after so many of its decay (at 0.1 %) … */
const DECAY_CONSTANTS = 7;
/** … but counts as over when 5 % are left. */
const OVER_CONSTANTS = 3;

/** `baseRate` is what the sources without `at` bring at a moment; a surge reaches its peak together with it. */
export function curveOf(source: OpenSource, durationMs: number, baseRate: (atMs: number) => number): readonly RatePiece[] {
  if ('rate' in source) return within(steady(source, durationMs), durationMs);
  if ('ramp' in source) return within(ramp(source, durationMs), durationMs);
  if ('peak' in source) return within(surge(source, baseRate), durationMs);
  if ('flash' in source) return within(flash(source), durationMs);
  return within(day(source, durationMs), durationMs);
}

export function rateAt(curve: readonly RatePiece[], atMs: number): number {
  const piece = curve.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
  return piece ? between(piece, atMs) : 0;
}

/** When a surge or a flash crowd begins to fall. */
export function endOfPeak(source: SurgeSource | FlashSource): number {
  return source.at + source.hold + ('peak' in source ? source.rise : RISE_CONSTANTS * source.rise);
}

/** When it is over. */
export function endOfSurge(source: SurgeSource | FlashSource): number {
  return endOfPeak(source) + ('peak' in source ? source.fall : OVER_CONSTANTS * source.decay);
}

function steady({ rate, at = 0, for: lasts, rise, fall }: SteadySource, durationMs: number): RatePiece[] {
  const end = lasts === undefined ? durationMs : at + lasts;
  return through([at, 0], [at + rise, rate], [end - fall, rate], [end, 0]);
}

function ramp({ ramp: { from, to }, at = 0, for: lasts }: RampSource, durationMs: number): RatePiece[] {
  return through([at, from], [lasts === undefined ? durationMs : at + lasts, to]);
}

function surge({ peak, at, rise, hold, fall }: SurgeSource, baseRate: (atMs: number) => number): RatePiece[] {
  const extra = Math.max(0, peak - baseRate(at));
  return through([at, 0], [at + rise, extra], [at + rise + hold, extra], [at + rise + hold + fall, 0]);
}

function flash({ flash: rate, at, rise, hold, decay }: FlashSource): RatePiece[] {
  const points: Point[] = [];
  for (let k = 0; k <= RISE_CONSTANTS * PIECES_PER_TIME_CONSTANT; k += 1) {
    const constants = k / PIECES_PER_TIME_CONSTANT;
    points.push([at + constants * rise, rate * (1 - exp(-constants))]);
  }
  const top = points[points.length - 1][1];
  const decayFrom = at + RISE_CONSTANTS * rise + hold;
  for (let k = 0; k <= DECAY_CONSTANTS * PIECES_PER_TIME_CONSTANT; k += 1) {
    const constants = k / PIECES_PER_TIME_CONSTANT;
    points.push([decayFrom + constants * decay, top * exp(-constants)]);
  }
  return through(...points);
}

function day(
  { day: { mean, swing, peak_to_mean, period, peak_at }, at = 0, for: lasts }: DaySource,
  durationMs: number,
): RatePiece[] {
  const end = lasts === undefined ? durationMs : Math.min(durationMs, at + lasts);
  const amplitude = swing ?? (peak_to_mean ?? 1) - 1;
  const steps = Math.max(1, Math.ceil(((end - at) / period) * PIECES_PER_PERIOD));
  const points: Point[] = [];
  for (let k = 0; k <= steps; k += 1) {
    const time = at + ((end - at) * k) / steps;
    points.push([time, mean * (1 + amplitude * cosineOfTurns((time - peak_at) / period))]);
  }
  return through(...points);
}

type Point = readonly [ms: number, rate: number];

/** Straight pieces through the points; two at the same moment are a step. */
function through(...points: readonly Point[]): RatePiece[] {
  const pieces: RatePiece[] = [];
  for (let k = 1; k < points.length; k += 1) {
    const [fromMs, fromRate] = points[k - 1];
    const [toMs, toRate] = points[k];
    if (toMs > fromMs && (fromRate > 0 || toRate > 0)) pieces.push({ fromMs, toMs, fromRate, toRate });
  }
  return pieces;
}

function within(pieces: readonly RatePiece[], durationMs: number): RatePiece[] {
  return pieces
    .filter(({ fromMs }) => fromMs < durationMs)
    .map((piece) => (piece.toMs <= durationMs ? piece : { ...piece, toMs: durationMs, toRate: between(piece, durationMs) }));
}

function between({ fromMs, toMs, fromRate, toRate }: RatePiece, atMs: number): number {
  return fromRate + ((toRate - fromRate) * (atMs - fromMs)) / (toMs - fromMs);
}
