/**
 * When things were right again after a surge or an event: the first step from the peak's end on, or the event's, from which, for
 * three steps in a row, no request failed and the median good answer came as fast as 95 % of them did before. At least half as
 * many must have ended in them as came, for those who still wait are not fast. A step in which requests waited and none ended says
 * nothing: it neither counts nor begins anew.
 */
import type { IncidentModel } from '../model.js';
import type { Telemetry } from './telemetry.js';

const STEPS_IN_A_ROW = 3;

export interface Recovery {
  /** When the peak or the event ended; when it began if it has no duration. */
  readonly fromMs: number;
  /** The end of `during`: an outage that begins later is not this one's. */
  readonly untilMs: number;
  /** When things were right again; `null` if they were not before the run ended. */
  readonly atMs: number | null;
}

/** `null` where there is no surge and no event to recover from, it has not ended, or nothing is known of the time before. */
export function recoveryOf(telemetry: Telemetry): Recovery | null {
  const { model, windows, series, clock } = telemetry;
  const { incident } = model;
  if (incident === null || incident.peakToMs >= clock.now()) return null;
  const before = model.windows.findIndex(({ toMs }) => toMs === incident.fromMs);
  const normalMs = windows[before]?.latency.quantile(0.95) ?? null;
  if (normalMs === null) return null;
  const { peakToMs: fromMs, toMs: untilMs } = incident;
  const hung = series.hung();
  let row: number[] = [];
  for (let step = firstStep(telemetry, incident, hung); step < series.steps; step += 1) {
    const { p50, good, failed, inside } = series.at(step);
    if (row.length === STEPS_IN_A_ROW) row.shift();
    const quiet = good === 0 && failed === 0;
    if (quiet && inside > 0 && !hung[step]) continue;
    row = !hung[step] && (quiet || (failed === 0 && p50 !== null && p50 <= normalMs)) ? [...row, step] : [];
    if (row.length === STEPS_IN_A_ROW && halfEnded(series, row)) return { fromMs, untilMs, atMs: row[0] * series.stepMs };
  }
  return { fromMs, untilMs, atMs: null };
}

function halfEnded(series: Telemetry['series'], steps: readonly number[]): boolean {
  let came = 0;
  let ended = 0;
  for (const step of steps) {
    const { offered, good, failed } = series.at(step);
    came += offered;
    ended += good + failed;
  }
  return ended >= came / 2;
}

/** After a peak, its end. An event may have the site down only a while after it, when caches have forgotten: the last such step in `during` counts. */
function firstStep({ series }: Telemetry, { kind, peakToMs, toMs }: IncidentModel, hung: readonly boolean[]): number {
  const first = Math.ceil(peakToMs / series.stepMs);
  if (kind === 'surge') return first;
  for (let step = Math.min(series.steps, Math.ceil(toMs / series.stepMs)) - 1; step >= first; step -= 1) {
    const { good, failed } = series.at(step);
    if (hung[step] || failed > good) return step + 1;
  }
  return first;
}
