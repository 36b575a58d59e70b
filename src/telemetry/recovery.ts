/**
 * When things were right again after a surge: the first step from which on, for three steps in a row, no request failed and
 * the median good answer came as fast as 95 % of them did before.
 */
import type { Telemetry } from './telemetry.js';

const STEPS_IN_A_ROW = 3;

export interface Recovery {
  /** When the surge ended. */
  readonly fromMs: number;
  /** When things were right again; `null` if they were not before the run ended. */
  readonly atMs: number | null;
}

/** `null` where there is no surge to recover from, or it has not ended yet. */
export function recoveryOf(telemetry: Telemetry): Recovery | null {
  const { model, windows, series } = telemetry;
  const last = model.windows.length - 1;
  if (last < 2 || windows[last].from === null) return null;
  const normalMs = windows[last - 2].latency.quantile(0.95);
  const { fromMs } = model.windows[last];
  if (normalMs === null) return null;
  let row = 0;
  for (let step = Math.floor(fromMs / series.stepMs); step < series.steps; step += 1) {
    const { p50, good, failed } = series.at(step);
    const quiet = good === 0 && failed === 0;
    row = quiet || (failed === 0 && p50 !== null && p50 <= normalMs) ? row + 1 : 0;
    if (row === STEPS_IN_A_ROW) return { fromMs, atMs: Math.max(fromMs, (step + 1 - STEPS_IN_A_ROW) * series.stepMs) };
  }
  return { fromMs, atMs: null };
}
