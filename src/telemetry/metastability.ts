/**
 * Whether a site stays bad by itself: the trigger is over, the load is what it served well before, and it serves it no more.
 *
 * The rule, for the first trigger that fits (the surge, then events in order of time):
 *
 *   before   for at least ten seconds, from the warm-up to the trigger, nine in ten page views got their page
 *   after    from the trigger's end to the end of the run, at least a minute:
 *            page views come at no more than 1.2 times the rate of before;
 *            in no stretch of ten seconds did half of the rate of before get their page (half of those that came, if fewer came);
 *            PHP worked at least half as much as before, so that it is not simply down.
 *
 * Bronson et al., HotOS '21, have the notion; the figures are a choice. One run shows that the state lasts to the run's end, no more.
 */
import type { Metastability } from './result.js';
import type { Telemetry } from './telemetry.js';

const LEAST_BEFORE_MS = 10_000;
const LEAST_AFTER_MS = 60_000;
const STRETCH_MS = 10_000;
const WELL = 0.9;
const BACK = 1.2;
const HALF = 0.5;

interface Trigger {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export function metastabilityOf(telemetry: Telemetry): Metastability | null {
  for (const trigger of triggersOf(telemetry)) {
    const found = outlived(telemetry, trigger);
    if (found !== null) return found;
  }
  return null;
}

function triggersOf({ model }: Telemetry): Trigger[] {
  const events = model.events.map(({ name, atMs, forMs }) => ({ name, fromMs: atMs, toMs: atMs + (forMs ?? 0) }));
  const { incident } = model;
  const surges =
    incident?.kind !== 'surge' ? [] : [{ name: `the ${incident.name}`, fromMs: incident.fromMs, toMs: incident.toMs }];
  return [...surges, ...events].sort((a, b) => a.fromMs - b.fromMs);
}

function outlived({ model, series, views }: Telemetry, { name, fromMs, toMs }: Trigger): Metastability | null {
  const { stepMs } = series;
  const begins = Math.ceil(model.warmupMs / stepMs);
  const tips = Math.floor(fromMs / stepMs);
  const over = Math.ceil(toMs / stepMs);
  const ends = series.steps;
  if ((tips - begins) * stepMs < LEAST_BEFORE_MS || (ends - over) * stepMs < LEAST_AFTER_MS) return null;
  const rate = (steps: readonly number[], from: number, to: number) => (1000 * sumOf(steps, from, to)) / ((to - from) * stepMs);
  const before = { offered: rate(views.begunSteps, begins, tips), good: rate(views.goodSteps, begins, tips) };
  const after = { offered: rate(views.begunSteps, over, ends), good: rate(views.goodSteps, over, ends) };
  const servedWell = before.good > 0 && before.good >= WELL * before.offered;
  if (!servedWell || after.offered === 0 || after.offered > BACK * before.offered) return null;
  if (rate(views.heldSteps, over, ends) < HALF * rate(views.heldSteps, begins, tips)) return null;
  const stretch = Math.max(1, Math.round(STRETCH_MS / stepMs));
  for (let from = over; from + stretch <= ends; from += stretch) {
    const due = Math.min(before.good, rate(views.begunSteps, from, from + stretch));
    if (rate(views.goodSteps, from, from + stretch) >= HALF * due) return null;
  }
  // What keeps it so is read off the second half, when what the trigger left behind has gone through.
  const settled = Math.floor((over + ends) / 2);
  const begun = sumOf(views.begunSteps, settled, ends);
  const heldMs = sumOf(views.heldSteps, settled, ends);
  return {
    trigger: name,
    fromMs,
    toMs,
    before,
    after,
    perView: begun === 0 ? 1 : 1 + sumOf(views.againSteps, settled, ends) / begun,
    forNobody: heldMs === 0 ? 0 : sumOf(views.forNobodySteps, settled, ends) / heldMs,
  };
}

function sumOf(steps: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let step = from; step < to; step += 1) sum += steps[step];
  return sum;
}
