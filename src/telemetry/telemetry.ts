/**
 * What a run has seen so far: requests by window and cause, latencies, and the state of everything at window ends.
 *
 * Recording allocates nothing: it counts, and adds to histograms. The answer is made of it in `answer.ts`, at any moment.
 * A request counts for the window in which it began; what a stage or the host did counts for the window in which it did it.
 */
import type { VirtualClock } from '../engine/clock.js';
import type { Host } from '../host/host.js';
import type { Model } from '../model.js';
import { ANSWERED, type Cause } from './cause.js';
import { Histogram } from './histogram.js';
import { Journal } from './journal.js';
import type { Meter } from './meter.js';
import { SeriesRecorder } from './seriesRecorder.js';
import { Snapshot } from './snapshot.js';
import { Views } from './views.js';

/** Requests that began before the first window. */
export const UNCOUNTED = -1;

export class Telemetry {
  readonly meters: Meter[] = [];
  readonly windows: WindowTally[];
  readonly series: SeriesRecorder;
  /** Latencies of the requests that failed in the counted time; those of good answers are in the windows. */
  readonly failed = new Histogram();
  readonly journal = new Journal();
  readonly views: Views;
  /** Requests begun and ended since the start, uncounted ones included. */
  begun = 0;
  ended = 0;
  private readonly tallies = new Map<Cause, CauseTally>();
  private current = UNCOUNTED;

  constructor(
    readonly model: Model,
    readonly clock: VirtualClock,
    readonly host: Host,
  ) {
    this.windows = model.windows.map(() => new WindowTally());
    this.views = new Views(model.windows.length);
    this.series = new SeriesRecorder(model, this);
  }

  add(meter: Meter): Meter {
    this.meters.push(meter);
    return meter;
  }

  /** Requests inside now. */
  get inside(): number {
    return this.begun - this.ended;
  }

  get tallied(): ReadonlyMap<Cause, CauseTally> {
    return this.tallies;
  }

  /** A request begins; returns the window that it counts for. */
  requestBegan(): number {
    this.begun += 1;
    this.series.offered += 1;
    if (this.current !== UNCOUNTED) this.windows[this.current].offered += 1;
    return this.current;
  }

  /** A page is asked for the first time; returns the window that it counts for. */
  viewBegan(): number {
    this.views.viewBegan(this.current);
    return this.current;
  }

  requestEnded(window: number, cause: Cause, latencyMs: number): void {
    this.ended += 1;
    this.series.ended(cause, latencyMs);
    if (window === UNCOUNTED) return;
    const tally = this.windows[window];
    if (cause === ANSWERED) {
      tally.good += 1;
      tally.latency.record(latencyMs);
    } else {
      tally.failed += 1;
      this.failed.record(latencyMs);
      this.tallyOf(cause).count(window, this.clock.now());
    }
  }

  /** The next window begins; the first one starts the counted time. */
  openWindow(): void {
    if (this.current === UNCOUNTED) this.startCounting();
    else this.windows[this.current].close(this.snapshot());
    this.current += 1;
    this.windows[this.current].open(this.snapshot());
    for (const meter of this.meters) meter.queue.markMax();
    this.host.disk.waiting.markMax();
  }

  private startCounting(): void {
    for (const meter of this.meters) meter.startCounting();
    this.host.memory.markMax();
  }

  snapshot(): Snapshot {
    return new Snapshot(this.clock.now(), this.meters, this.host);
  }

  /** The identities that hold in every run, whatever it simulates. */
  check(): void {
    const now = this.clock.now();
    for (const meter of this.meters) meter.check(now);
    this.host.check(now);
    this.views.check();
  }

  private tallyOf(cause: Cause): CauseTally {
    const known = this.tallies.get(cause);
    if (known !== undefined) return known;
    const fresh = new CauseTally(this.windows.length);
    this.tallies.set(cause, fresh);
    return fresh;
  }
}

/** Requests that began in a window, and the state of everything at its two ends. */
export class WindowTally {
  offered = 0;
  good = 0;
  failed = 0;
  readonly latency = new Histogram();
  from: Snapshot | null = null;
  to: Snapshot | null = null;

  open(snapshot: Snapshot): void {
    this.from = snapshot;
  }

  close(snapshot: Snapshot): void {
    this.to = snapshot;
  }
}

export class CauseTally {
  total = 0;
  firstMs = 0;
  lastMs = 0;
  readonly byWindow: Float64Array;

  constructor(windows: number) {
    this.byWindow = new Float64Array(windows);
  }

  count(window: number, nowMs: number): void {
    if (this.total === 0) this.firstMs = nowMs;
    this.total += 1;
    this.lastMs = nowMs;
    this.byWindow[window] += 1;
  }
}
