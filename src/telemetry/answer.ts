/** From what a run has seen to its `Result`: differences of snapshots, quantiles, and what they say of the thresholds. */
import type { WindowModel } from '../model.js';
import { VERSION } from '../version.js';
import { availabilityOf } from './availability.js';
import { ANSWERED } from './cause.js';
import { eventsOf } from './events.js';
import { Histogram } from './histogram.js';
import { metastabilityOf } from './metastability.js';
import { modelHash } from './modelHash.js';
import { recoveryOf } from './recovery.js';
import type {
  CauseCount,
  HostResult,
  Latency,
  Rates,
  Requests,
  Result,
  StageResult,
  ViewsResult,
  WindowResult,
} from './result.js';
import { type Span, snapshotDifference } from './span.js';
import type { Telemetry, WindowTally } from './telemetry.js';
import { thresholdResults, verdictOf } from './thresholds.js';
import { someTryAgain, type ViewTally, WAYS } from './views.js';
import { warningsOf } from './warnings.js';

/** The answer as of now; `partial` if the run was cut short. */
export function answer(telemetry: Telemetry, partial: boolean): Result {
  const { model, clock } = telemetry;
  const windows = openWindows(telemetry);
  const windowResults = windows.map(({ window, tally, span }, index) => windowResult(telemetry, window, tally, span, index));
  const whole = wholeSpan(telemetry);
  const series = telemetry.series.series();
  const good = merged(telemetry.windows.map(({ latency }) => latency));
  const requests = sumOf(windowResults.map((window) => window.requests));
  const causes = causesOf(telemetry);
  const metastability = metastabilityOf(telemetry);
  const soFar = {
    format: 'lempsim.result/1' as const,
    lempsim: VERSION,
    scenario: model.name,
    about: model.about,
    site: model.siteName,
    scenarioHash: modelHash(model),
    seed: model.seed,
    runs: 1,
    durationMs: partial ? clock.now() : model.durationMs,
    warmupMs: model.warmupMs,
    partial,
    requests,
    outcomes: outcomesOf(requests.good, causes),
    causes,
    latencyMs: latencyOf(good),
    allLatencyMs: latencyOf(merged([good, telemetry.failed])),
    perSecond: ratesOf(requests, whole?.lengthMs ?? 0),
    ...viewsOf(telemetry, telemetry.views.windows),
    ...(metastability === null ? {} : { metastability }),
    stages: stageResults(telemetry, whole, windowResults),
    host: hostResult(telemetry, whole),
    availability: availabilityOf(
      { series, hung: telemetry.series.hung(), failures: telemetry.series.failures },
      requests,
      model.warmupMs,
      clock.now(),
      recoveryOf(telemetry),
      model.slo,
    ),
    windows: windowResults,
    events: eventsOf(telemetry, causes),
    series,
  };
  const thresholds = thresholdResults(model, soFar, telemetry);
  return { ...soFar, thresholds, verdict: verdictOf(thresholds), warnings: warningsOf(model, soFar) };
}

interface OpenWindow {
  readonly window: WindowModel;
  readonly tally: WindowTally;
  readonly span: Span;
}

/** Windows that have begun, the last of them up to now if it has not ended. */
function openWindows(telemetry: Telemetry): OpenWindow[] {
  return telemetry.windows.flatMap((tally, index) => {
    if (tally.from === null) return [];
    const window = telemetry.model.windows[index];
    return [{ window, tally, span: snapshotDifference(tally.from, tally.to ?? telemetry.snapshot()) }];
  });
}

/** The whole counted time so far; `null` during the warm-up. */
function wholeSpan(telemetry: Telemetry): Span | null {
  const first = telemetry.windows[0]?.from ?? null;
  return first === null ? null : snapshotDifference(first, telemetry.snapshot());
}

function windowResult(telemetry: Telemetry, window: WindowModel, tally: WindowTally, span: Span, index: number): WindowResult {
  const requests = requestsOf(tally);
  const outcomes: Record<string, number> = {};
  if (tally.good > 0) outcomes[ANSWERED.outcome] = tally.good;
  for (const [cause, counts] of telemetry.tallied) {
    if (counts.byWindow[index] > 0) outcomes[cause.outcome] = (outcomes[cause.outcome] ?? 0) + counts.byWindow[index];
  }
  return {
    name: window.name,
    fromMs: window.fromMs,
    toMs: window.fromMs + span.lengthMs,
    requests,
    outcomes,
    latencyMs: latencyOf(tally.latency),
    perSecond: ratesOf(requests, span.lengthMs),
    ...viewsOf(telemetry, [telemetry.views.windows[index]]),
    stages: Object.fromEntries(
      telemetry.meters.map((meter, at) => [
        meter.name,
        {
          utilisation: meter.places === null ? null : shareOf(span.busy[at], span.lengthMs * meter.places.max),
          queue: { mean: perMs(span.queue[at], span), max: tally.to?.queueMax[at] ?? meter.queue.max },
        },
      ]),
    ),
    cpu: cpuOf(telemetry, span),
  };
}

function requestsOf(tally: WindowTally): Requests {
  const { offered, good, failed } = tally;
  return { offered, good, failed, unfinished: offered - good - failed };
}

/** Nothing where nobody tries again. */
function viewsOf({ model }: Telemetry, tallies: readonly ViewTally[]): { views?: ViewsResult } {
  if (!someTryAgain(model)) return {};
  const total = (pick: (tally: ViewTally) => number) => tallies.reduce((sum, tally) => sum + pick(tally), 0);
  const begun = total((tally) => tally.begun);
  const good = total((tally) => tally.good);
  const failed = total((tally) => tally.failed);
  const attempts = begun + total((tally) => tally.retries);
  const again = Object.fromEntries(WAYS.map((way) => [way, total((tally) => tally.again[way])]));
  return {
    views: {
      begun,
      good,
      failed,
      unfinished: begun - good - failed,
      attempts,
      perView: begun === 0 ? null : attempts / begun,
      again,
    },
  };
}

function sumOf(parts: readonly Requests[]): Requests {
  const total = (pick: (requests: Requests) => number) => parts.reduce((sum, part) => sum + pick(part), 0);
  return {
    offered: total((part) => part.offered),
    good: total((part) => part.good),
    failed: total((part) => part.failed),
    unfinished: total((part) => part.unfinished),
  };
}

function causesOf(telemetry: Telemetry): CauseCount[] {
  const causes = [...telemetry.tallied].map(([cause, tally]) => ({
    outcome: cause.outcome,
    stage: cause.stage,
    cause: cause.text,
    log: cause.log,
    count: tally.total,
    firstMs: tally.firstMs,
    lastMs: tally.lastMs,
  }));
  return causes.sort((a, b) => b.count - a.count || (a.cause < b.cause ? -1 : 1));
}

function outcomesOf(good: number, causes: readonly CauseCount[]): Record<string, number> {
  const outcomes: Record<string, number> = {};
  if (good > 0) outcomes[ANSWERED.outcome] = good;
  for (const { outcome, count } of causes) outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
  return outcomes;
}

function merged(parts: readonly Histogram[]): Histogram {
  const whole = new Histogram();
  for (const part of parts) whole.add(part);
  return whole;
}

function latencyOf(histogram: Histogram): Latency {
  return {
    count: histogram.count,
    mean: histogram.mean,
    p50: histogram.quantile(0.5),
    p90: histogram.quantile(0.9),
    p95: histogram.quantile(0.95),
    p99: histogram.quantile(0.99),
    p999: histogram.quantile(0.999),
    max: histogram.count === 0 ? null : histogram.max,
  };
}

function ratesOf(requests: Requests, lengthMs: number): Rates {
  const perSecond = (count: number) => (lengthMs === 0 ? 0 : (1000 * count) / lengthMs);
  return {
    offered: perSecond(requests.offered),
    throughput: perSecond(requests.good + requests.failed),
    goodput: perSecond(requests.good),
  };
}

function stageResults(telemetry: Telemetry, span: Span | null, windows: readonly WindowResult[]): Record<string, StageResult> {
  const totals = ownTimes(telemetry);
  const all = totals.reduce((sum, ms) => sum + ms, 0);
  return Object.fromEntries(
    telemetry.meters.map((meter, at) => {
      const { durations, places } = meter;
      const result: StageResult = {
        entered: meter.entered,
        left: meter.left,
        inside: meter.inside.value,
        utilisation: places === null || span === null ? null : shareOf(span.busy[at], span.lengthMs * places.max),
        places: places?.word ?? null,
        placesMax: places === null ? null : finite(places.max),
        queue: {
          mean: span === null ? 0 : perMs(span.queue[at], span),
          max: Math.max(0, ...windows.map((window) => window.stages[meter.name].queue.max)),
          limit: finite(meter.queueLimit),
        },
        timeMs: {
          mean: durations.mean,
          p95: durations.quantile(0.95),
          waiting: durations.count === 0 ? null : Math.max(0, meter.waitedMs) / durations.count,
          share: all === 0 ? null : totals[at] / all,
        },
        details: meter.details(),
      };
      return [meter.name, result];
    }),
  );
}

/** Time that requests spent in each stage, less what they spent in the stage that it calls. */
function ownTimes(telemetry: Telemetry): number[] {
  const sums = telemetry.meters.map((meter) => meter.durations.sum);
  const at = (name: string) => telemetry.meters.findIndex((meter) => meter.name === name);
  const less = (caller: number, callee: number) => {
    if (caller >= 0 && callee >= 0) sums[caller] = Math.max(0, sums[caller] - telemetry.meters[callee].durations.sum);
  };
  less(at('nginx'), at('php-fpm'));
  less(at('php-fpm'), at('mysql'));
  return sums;
}

function hostResult(telemetry: Telemetry, span: Span | null): HostResult {
  const { host } = telemetry;
  const seconds = (span?.lengthMs ?? 0) / 1000;
  return {
    cpu: { cores: host.cpu.cores, ...(span === null ? { utilisation: 0, by: {} } : cpuOf(telemetry, span)) },
    memory: {
      bytes: host.memory.bytes,
      usedMax: host.memory.usedMax,
      by: host.memory.byAtMax(),
      overcommitted: host.memory.usedMax > host.memory.bytes,
    },
    disk: {
      utilisation: span === null ? 0 : diskUtilisation(telemetry, span),
      operations: span?.operations ?? 0,
      queue: { mean: span === null ? 0 : perMs(span.diskQueue, span), max: diskQueueMax(telemetry) },
    },
    network: {
      sent: span?.sent ?? 0,
      received: span?.received ?? 0,
      sendUtilisation: span === null || seconds === 0 ? 0 : span.sent / span.lengthMs / host.out.bytesPerMs,
    },
  };
}

/** Of its two limits, at once and per second, that which is nearer. */
function diskUtilisation({ model, host }: Telemetry, span: Span): number {
  const atOnce = shareOf(span.diskBusy, span.lengthMs * host.disk.queueDepth);
  const perSecond = shareOf(span.operations, (span.lengthMs / 1000) * model.host.disk.iops);
  return Math.max(atOnce, perSecond);
}

/** The greatest of all windows, the last of which may still be open. */
function diskQueueMax(telemetry: Telemetry): number {
  const ended = telemetry.windows.map(({ to }) => to?.diskQueueMax ?? 0);
  return Math.max(telemetry.host.disk.waiting.max, ...ended);
}

function cpuOf(telemetry: Telemetry, span: Span): { utilisation: number; by: Record<string, number> } {
  const { groups, cores } = telemetry.host.cpu;
  const there = span.lengthMs * cores;
  return {
    utilisation: shareOf(span.cpuMs, there),
    by: Object.fromEntries(groups.map((group, at) => [group.name, shareOf(span.cpuBy[at], there)])),
  };
}

/** Rounding may carry a share a hair over its end. */
function shareOf(part: number, whole: number): number {
  return whole > 0 && whole < Infinity ? Math.min(1, Math.max(0, part / whole)) : 0;
}

function perMs(area: number, span: Span): number {
  return span.lengthMs === 0 ? 0 : area / span.lengthMs;
}

/** JSON knows no infinity: no limit is `null`. */
function finite(value: number): number | null {
  return value === Infinity ? null : value;
}
