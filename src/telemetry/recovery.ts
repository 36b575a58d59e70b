/**
 * When things were right again after a surge: the first step from the peak's end on from which, for three steps in a row,
 * no request failed and the median good answer came as fast as 95 % of them did before the surge.
 */
import type { Telemetry } from './telemetry.js';

const STEPS_IN_A_ROW = 3;

export interface Recovery {
  /** When the peak ended. */
  readonly fromMs: number;
  /** When things were right again; `null` if they were not before the run ended. */
  readonly atMs: number | null;
}

/** `null` where there is no surge to recover from, its peak has not ended, or nothing is known of the time before. */
export function recoveryOf(telemetry: Telemetry): Recovery | null {
  const { model, windows, series, clock } = telemetry;
  const { surge } = model;
  if (surge === null || surge.peakToMs >= clock.now()) return null;
  const before = model.windows.findIndex(({ toMs }) => toMs === surge.fromMs);
  const normalMs = windows[before]?.latency.quantile(0.95) ?? null;
  if (normalMs === null) return null;
  const fromMs = surge.peakToMs;
  const hung = series.hung();
  let row = 0;
  for (let step = Math.ceil(fromMs / series.stepMs); step < series.steps; step += 1) {
    const { p50, good, failed } = series.at(step);
    const quiet = good === 0 && failed === 0;
    row = !hung[step] && (quiet || (failed === 0 && p50 !== null && p50 <= normalMs)) ? row + 1 : 0;
    if (row === STEPS_IN_A_ROW) return { fromMs, atMs: (step + 1 - STEPS_IN_A_ROW) * series.stepMs };
  }
  return { fromMs, atMs: null };
}
