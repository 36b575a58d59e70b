/** What is seen step by step of time, for charts and for telling when things went wrong and when they were right again. */
import type { Model } from '../model.js';
import { ANSWERED, type Cause } from './cause.js';
import { Histogram } from './histogram.js';
import type { Series } from './result.js';
import type { Telemetry } from './telemetry.js';
import { someTryAgain } from './views.js';

/** Steps that a run may have at the most, so that memory does not grow with its length. */
const MOST_STEPS = 1200;
const HUNG_MS = 10_000;
const STEPS_MS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400].map((seconds) => 1000 * seconds);

export class SeriesRecorder {
  readonly stepMs: number;
  /** Of the step in progress. */
  offered = 0;
  private good = 0;
  private failed = 0;
  private readonly latency = new Histogram(5);
  private causes = new Map<Cause, number>();
  private cpuMs = 0;

  /** Failures by cause of each step that had any. */
  readonly failures: (ReadonlyMap<Cause, number> | undefined)[] = [];
  private readonly offeredSteps: number[] = [];
  private readonly goodSteps: number[] = [];
  private readonly failedSteps: number[] = [];
  private readonly p95Steps: (number | null)[] = [];
  private readonly p50Steps: (number | null)[] = [];
  private readonly insideSteps: number[] = [];
  private readonly cpuSteps: number[] = [];
  private readonly queueSteps = new Map<string, number[]>();
  private readonly busySteps = new Map<string, number[]>();

  constructor(
    model: Model,
    private readonly telemetry: Telemetry,
  ) {
    this.stepMs = STEPS_MS.find((stepMs) => model.durationMs / stepMs <= MOST_STEPS) ?? STEPS_MS[STEPS_MS.length - 1];
  }

  ended(cause: Cause, latencyMs: number): void {
    if (cause === ANSWERED) {
      this.good += 1;
      this.latency.record(latencyMs);
    } else {
      this.failed += 1;
      this.causes.set(cause, (this.causes.get(cause) ?? 0) + 1);
    }
  }

  /** Ends the step in progress, which the run's end may have cut short. */
  step(lengthMs: number): void {
    const { meters, host } = this.telemetry;
    this.offeredSteps.push(this.offered);
    this.goodSteps.push(this.good);
    this.failedSteps.push(this.failed);
    this.p95Steps.push(this.latency.quantile(0.95));
    this.p50Steps.push(this.latency.quantile(0.5));
    this.insideSteps.push(this.telemetry.inside);
    this.failures.push(this.causes.size === 0 ? undefined : this.causes);
    const cpuMs = host.cpu.busyMs;
    this.cpuSteps.push(lengthMs === 0 ? 0 : (cpuMs - this.cpuMs) / (lengthMs * host.cpu.cores));
    this.cpuMs = cpuMs;
    for (const meter of meters) {
      stepsOf(this.queueSteps, meter.name).push(meter.queue.value);
      if (meter.places !== null) stepsOf(this.busySteps, meter.name).push(meter.places.busy.value);
    }
    this.telemetry.views.step(meters);
    this.offered = 0;
    this.good = 0;
    this.failed = 0;
    if (this.causes.size > 0) this.causes = new Map();
    this.latency.reset();
  }

  get steps(): number {
    return this.offeredSteps.length;
  }

  /** p95 of the good answers of the last step, in ms. */
  get latestP95(): number | null {
    return this.p95Steps.at(-1) ?? null;
  }

  /**
   * Which steps belong to a stretch of at least ten seconds in which requests were inside and none came out well. Shorter ones
   * tell nothing: a page may just take that long.
   */
  hung(): boolean[] {
    const silent = this.insideSteps.map((inside, step) => inside > 0 && this.goodSteps[step] === 0);
    const hung = silent.map(() => false);
    for (let from = 0, to = 0; from < silent.length; from = to + 1) {
      for (to = from; silent[to]; to += 1);
      if ((to - from) * this.stepMs >= HUNG_MS) hung.fill(true, from, to);
    }
    return hung;
  }

  /** Median latency, requests that came and that ended, and those inside at the end, of a step that has ended. */
  at(step: number): { p50: number | null; offered: number; good: number; failed: number; inside: number } {
    return {
      offered: this.offeredSteps[step],
      p50: this.p50Steps[step],
      good: this.goodSteps[step],
      failed: this.failedSteps[step],
      inside: this.insideSteps[step],
    };
  }

  /** Nothing where nobody tries again. */
  private views(): Pick<Series, 'views' | 'forNobody'> {
    const { views, model } = this.telemetry;
    if (!someTryAgain(model)) return {};
    return {
      views: { begun: [...views.begunSteps], good: [...views.goodSteps], again: [...views.againSteps] },
      forNobody: views.forNobodySteps.map((ms, step) => (views.heldSteps[step] === 0 ? null : ms / views.heldSteps[step])),
    };
  }

  series(): Series {
    return {
      stepMs: this.stepMs,
      offered: [...this.offeredSteps],
      good: [...this.goodSteps],
      failed: [...this.failedSteps],
      p95: [...this.p95Steps],
      cpu: [...this.cpuSteps],
      queues: copyOf(this.queueSteps),
      busy: copyOf(this.busySteps),
      ...this.views(),
    };
  }
}

function stepsOf(map: Map<string, number[]>, name: string): number[] {
  const known = map.get(name);
  if (known !== undefined) return known;
  const fresh: number[] = [];
  map.set(name, fresh);
  return fresh;
}

function copyOf(map: ReadonlyMap<string, number[]>): Record<string, number[]> {
  return Object.fromEntries([...map].map(([name, steps]) => [name, [...steps]]));
}
