/**
 * How many visits a second the scenario brings, read from its curves: the base, the peak, and when the
 * peak lasts. What the visits turned into is the result's business.
 */
import type { Model, OpenSourceModel, SourceModel } from '../model.js';

/** Visits per second that come at this moment, besides those of closed users; a bursty source counts with its mean. */
export function visitRateAt(model: Model, atMs: number): number {
  return model.traffic.reduce((sum, source) => sum + rateOf(source, atMs), 0);
}

function rateOf(source: SourceModel, atMs: number): number {
  if (source.kind === 'closed') return 0;
  if (source.kind === 'open') return rateOnCurve(source, atMs);
  if (atMs < source.fromMs || atMs >= source.toMs) return 0;
  return (source.highRate * source.highMs + source.lowRate * source.lowMs) / (source.highMs + source.lowMs);
}

function rateOnCurve(source: OpenSourceModel, atMs: number): number {
  let rate = 0;
  for (const piece of source.curve) {
    if (atMs < piece.fromMs || atMs >= piece.toMs) continue;
    rate += piece.fromRate + ((piece.toRate - piece.fromRate) * (atMs - piece.fromMs)) / (piece.toMs - piece.fromMs);
  }
  return rate;
}

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly rate: number;
}

/** The longest stretch between the two moments in which visits come at the highest rate; `null` if there are none. */
export function busiestStretch(model: Model, fromMs: number, toMs: number): Stretch | null {
  let best: Stretch | null = null;
  for (const [from, to] of piecesOf(model.traffic, fromMs, toMs)) {
    const rate = Math.min(visitRateAt(model, from), visitRateAt(model, to - (to - from) * 1e-9));
    if (rate <= 0) continue;
    if (best !== null && best.toMs === from && best.rate === rate) best = { fromMs: best.fromMs, toMs: to, rate };
    else if (best === null || rate > best.rate || (rate === best.rate && to - from > best.toMs - best.fromMs)) {
      best = { fromMs: from, toMs: to, rate };
    }
  }
  return best;
}

/** The highest rate at any moment in between, however short it lasts. */
export function highestRate(model: Model, fromMs: number, toMs: number): number {
  return piecesOf(model.traffic, fromMs, toMs).reduce(
    (highest, [from, to]) => Math.max(highest, visitRateAt(model, from), visitRateAt(model, to - (to - from) * 1e-9)),
    0,
  );
}

/** Mean of the visits per second over a stretch. Every piece is straight, so its middle is its mean. */
export function meanRate(model: Model, fromMs: number, toMs: number): number {
  return model.traffic.reduce((sum, source) => sum + meanOfSource(source, fromMs, toMs), 0);
}

function meanOfSource(source: SourceModel, fromMs: number, toMs: number): number {
  const visits = piecesOf([source], fromMs, toMs).reduce(
    (sum, [from, to]) => sum + rateOf(source, (from + to) / 2) * (to - from),
    0,
  );
  return toMs > fromMs ? visits / (toMs - fromMs) : 0;
}

/** The time in between, cut wherever a source's rate may bend. */
function piecesOf(traffic: readonly SourceModel[], fromMs: number, toMs: number): [number, number][] {
  const bends = traffic.flatMap((source) =>
    source.kind === 'open' ? source.curve.flatMap((piece) => [piece.fromMs, piece.toMs]) : [source.fromMs, source.toMs],
  );
  const cuts = [...new Set([fromMs, ...bends.filter((bend) => bend > fromMs && bend < toMs), toMs])].sort((a, b) => a - b);
  return cuts.slice(1).map((to, index) => [cuts[index], to]);
}

/** Visits that one source brings over a stretch; closed users count by their number and time, for there is no rate to go by. */
export function visitsOf(source: SourceModel, fromMs: number, toMs: number): number {
  if (source.kind !== 'closed') return (meanOfSource(source, fromMs, toMs) * Math.max(0, toMs - fromMs)) / 1000;
  return (source.users * Math.max(0, Math.min(toMs, source.toMs) - Math.max(fromMs, source.fromMs))) / 1000;
}

/** Whether a page that fails may be asked for again. */
export function someTryAgain(model: Model): boolean {
  return model.traffic.some((source) => {
    const { retry, reload, refresh, autoReloadMs } = source.visitors ?? model.visitors;
    return retry !== null || reload !== null || refresh !== null || autoReloadMs !== null;
  });
}

export function closedUsers(model: Model): number {
  return model.traffic.reduce((sum, source) => sum + (source.kind === 'closed' ? source.users : 0), 0);
}
