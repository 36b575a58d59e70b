/** Thirty runs of one thing, each with its own chance. */
import type { Model } from '../../src/model.js';
import { run } from '../../src/simulate.js';
import type { Result } from '../../src/telemetry/result.js';
import { REPLICATIONS } from './lawTable.js';

/** What `make(k)` gives for each replication. */
export function replicate<T>(make: (run: number) => T): T[] {
  return Array.from({ length: REPLICATIONS }, (_, k) => make(k));
}

/** The site's results. */
export function replicateSite(model: Model): Result[] {
  return replicate((k) => run(model, { run: k }));
}

/** From a site that has PHP-FPM as its only stage with any time: what the laws speak of. */
export function fpmFigures(result: Result) {
  const { queue, utilisation, timeMs, placesMax } = result.stages['php-fpm'];
  const busy = utilisation! * placesMax!;
  const { offered, failed } = result.requests;
  return {
    offered: result.perSecond.offered,
    sojourn: timeMs.mean!,
    wait: timeMs.waiting!,
    waiting: queue.mean,
    inside: queue.mean + busy,
    busy,
    utilisation: utilisation!,
    rejected: failed / offered,
    served: served(result),
    latency: result.latencyMs,
  };
}

/**
 * Good answers a second, of the steps of the series that lie wholly in the counted time. `perSecond` counts requests that began
 * in it, and so leaves out those that were inside at its beginning.
 */
export function served({ series, warmupMs, durationMs }: Result): number {
  const first = Math.ceil(warmupMs / series.stepMs);
  const steps = series.good.slice(first, Math.floor(durationMs / series.stepMs));
  return (1000 * steps.reduce((sum, good) => sum + good, 0)) / (steps.length * series.stepMs);
}

/** The values of one field over all replications. */
export function column<K extends string>(rows: readonly Record<K, number>[], key: K): number[] {
  return rows.map((row) => row[key]);
}
