/**
 * Availability by two definitions. By requests: good ones of those that ended. By time: seconds in which at least half of
 * the requests that ended were good, of the seconds in which any ended; a second is bad, too, if it belongs to ten or more in
 * which requests waited and none was answered. Steps of the series stand for seconds in long runs.
 */
import type { Cause } from './cause.js';
import type { Recovery } from './recovery.js';
import type { Availability, ErrorBudget, Outage, Requests, Series } from './result.js';

const HALF = 0.5;
const UP_FOR_A_MOMENT_MS = 10_000;
/** What objectives are counted over: 30 days. */
const MONTH_MS = 30 * 86_400_000;

/** What is known of each step of the series. */
export interface Steps {
  readonly series: Pick<Series, 'stepMs' | 'good' | 'failed'>;
  /** Whether it belongs to a stretch in which requests waited and none was answered. */
  readonly hung: readonly boolean[];
  /** How many requests failed in it, by cause. */
  readonly failures: readonly (ReadonlyMap<Cause, number> | undefined)[];
}

/** `fromMs` and `toMs` are the counted time; `recovery` is counted from the end of the incident, if there was one. */
export function availabilityOf(
  steps: Steps,
  requests: Requests,
  fromMs: number,
  toMs: number,
  recovery: Recovery | null = null,
  slo: number | null = null,
): Availability {
  const { series } = steps;
  const ended = requests.good + requests.failed;
  const outages: { from: number; to: number }[] = [];
  let up = 0;
  let down = 0;
  let downtimeMs = 0;
  let wasDown = false;
  for (let step = 0; step < series.good.length; step += 1) {
    const stepFromMs = step * series.stepMs;
    const all = series.good[step] + series.failed[step];
    if (stepFromMs < fromMs || (all === 0 && !steps.hung[step])) continue;
    const isDown = steps.hung[step] || series.good[step] < HALF * all;
    if (!isDown) up += 1;
    else {
      down += 1;
      downtimeMs += Math.min(toMs, stepFromMs + series.stepMs) - stepFromMs;
      if (wasDown) outages[outages.length - 1].to = step + 1;
      else outages.push({ from: step, to: step + 1 });
    }
    wasDown = isDown;
  }
  const told = outages.map(({ from, to }) => outageOf(steps, from, to, toMs));
  return {
    requests: ended === 0 ? null : requests.good / ended,
    time: up + down === 0 ? null : up / (up + down),
    downtimeMs,
    outages: told,
    backMs: recovery === null || (wasDown && told.length > 0) ? null : backOf(told, recovery),
    normalMs: recovery === null || recovery.atMs === null ? null : recovery.atMs - recovery.fromMs,
    budget: slo === null ? null : budgetOf(slo, requests, downtimeMs, toMs - fromMs),
  };
}

function outageOf({ series, hung, failures }: Steps, from: number, to: number, endMs: number): Outage {
  return {
    fromMs: from * series.stepMs,
    toMs: Math.min(endMs, to * series.stepMs),
    cause: causeOf(failures.slice(from, to)),
    rule: hung[from] ? 'silence' : 'errors',
  };
}

/** What failed most requests while it lasted; of several the one that was met first. */
function causeOf(steps: Steps['failures']): string {
  const counts = new Map<Cause, number>();
  for (const step of steps) for (const [cause, count] of step ?? []) counts.set(cause, (counts.get(cause) ?? 0) + count);
  const most = [...counts].reduce<[Cause, number] | null>(
    (best, each) => (best === null || each[1] > best[1] ? each : best),
    null,
  );
  return most === null ? 'no answer' : `${most[0].outcome}: ${most[0].text}`;
}

/**
 * From the end of the incident until the last outage that began while it was counted as going on had ended; with those that
 * follow so soon that nobody would call the site up in between, unless it was back to normal.
 */
function backOf(outages: readonly Outage[], { fromMs, untilMs, atMs }: Recovery): number {
  let backMs = 0;
  for (const outage of outages) {
    const follows = backMs > 0 && outage.fromMs < fromMs + backMs + UP_FOR_A_MOMENT_MS && (atMs === null || outage.fromMs < atMs);
    if (outage.fromMs < untilMs || follows) backMs = Math.max(backMs, outage.toMs - fromMs);
  }
  return backMs;
}

/** What of a month's budget a run spends, if the month's traffic is like the run's. */
export function budgetOf(slo: number, requests: Requests, downtimeMs: number, countedMs: number): ErrorBudget {
  const ended = requests.good + requests.failed;
  const allowed = countedMs <= 0 ? 0 : ((1 - slo) * requests.offered * MONTH_MS) / countedMs;
  return {
    slo,
    allowed,
    spent: allowed === 0 ? null : requests.failed / allowed,
    allowedMs: (1 - slo) * MONTH_MS,
    spentOfTime: downtimeMs / ((1 - slo) * MONTH_MS),
    burnRate: ended === 0 ? null : requests.failed / ended / (1 - slo),
  };
}
