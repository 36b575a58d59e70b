/**
 * Availability by two definitions. By requests: good ones of those that ended. By time: seconds in which at least half of
 * the requests that ended were good, of the seconds in which any ended; a second is bad, too, if it belongs to ten or more in
 * which requests waited and none was answered. Steps of the series stand for seconds in long runs.
 */
import type { Availability, CauseCount, Requests, Series } from './result.js';

const HALF = 0.5;

/** `fromMs` and `toMs` are the counted time. */
export function availabilityOf(
  series: Series,
  hung: readonly boolean[],
  requests: Requests,
  fromMs: number,
  toMs: number,
  causes: readonly CauseCount[],
): Availability {
  const ended = requests.good + requests.failed;
  const outages: { fromMs: number; toMs: number; cause: string }[] = [];
  let up = 0;
  let down = 0;
  let downtimeMs = 0;
  let wasDown = false;
  for (let step = 0; step < series.good.length; step += 1) {
    const stepFromMs = step * series.stepMs;
    const all = series.good[step] + series.failed[step];
    if (stepFromMs < fromMs || (all === 0 && !hung[step])) continue;
    const isDown = hung[step] || series.good[step] < HALF * all;
    if (!isDown) up += 1;
    else {
      down += 1;
      const stepToMs = Math.min(toMs, stepFromMs + series.stepMs);
      downtimeMs += stepToMs - stepFromMs;
      if (wasDown) outages[outages.length - 1].toMs = stepToMs;
      else outages.push({ fromMs: stepFromMs, toMs: stepToMs, cause: causeAt(causes, stepFromMs, stepToMs) });
    }
    wasDown = isDown;
  }
  return {
    requests: ended === 0 ? null : requests.good / ended,
    time: up + down === 0 ? null : up / (up + down),
    downtimeMs,
    outages,
  };
}

/** The most frequent of the causes that were at work then. */
function causeAt(causes: readonly CauseCount[], fromMs: number, toMs: number): string {
  const cause = causes.find(({ firstMs, lastMs }) => firstMs !== null && lastMs !== null && firstMs < toMs && lastMs >= fromMs);
  return cause === undefined ? 'no answer' : `${cause.outcome}: ${cause.cause}`;
}
