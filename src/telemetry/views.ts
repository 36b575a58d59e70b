/**
 * Page views and the attempts at them, and work that nobody waits for: what tells a busy site from a useful one.
 *
 * A view is a page that a visitor wants, however often it is asked for; it counts for the window in which it was asked for first,
 * with all its attempts. The files that a page loads are no views, and are not asked for again.
 */
import { assert } from '../engine/assert.js';
import type { Model, VisitorsModel } from '../model.js';
import type { Meter } from './meter.js';

/** How a page comes to be asked for again. */
export type Way = 'retry' | 'auto-reload' | 'reload' | 'refresh';
export const WAYS: readonly Way[] = ['retry', 'auto-reload', 'reload', 'refresh'];

/** Whether a page may be asked for more than once. */
export function someTryAgain(model: Model): boolean {
  return model.traffic.some(({ visitors }) => triesAgain(visitors ?? model.visitors));
}

export function triesAgain({ retry, reload, refresh, autoReloadMs }: VisitorsModel): boolean {
  return retry !== null || reload !== null || refresh !== null || autoReloadMs !== null;
}

export class ViewTally {
  begun = 0;
  good = 0;
  failed = 0;
  readonly again: Record<Way, number> = { retry: 0, 'auto-reload': 0, reload: 0, refresh: 0 };

  get retries(): number {
    const { again } = this;
    return again.retry + again['auto-reload'] + again.reload + again.refresh;
  }
}

export class Views {
  readonly windows: readonly ViewTally[];
  /** Since the start, the warm-up included. */
  readonly all = new ViewTally();
  /** Requests for pages, first and further ones: counted where they go out. */
  requests = 0;
  // Of the steps of the series that have ended.
  readonly begunSteps: number[] = [];
  readonly goodSteps: number[] = [];
  readonly againSteps: number[] = [];
  /** Time for which PHP's children were held by scripts that ended in the step, and of that by those nobody waited for, in ms. */
  readonly heldSteps: number[] = [];
  readonly forNobodySteps: number[] = [];
  private begun = 0;
  private good = 0;
  private again = 0;
  private heldMs = 0;
  private forNobodyMs = 0;

  constructor(windows: number) {
    this.windows = Array.from({ length: windows }, () => new ViewTally());
  }

  viewBegan(window: number): void {
    this.all.begun += 1;
    if (window >= 0) this.windows[window].begun += 1;
  }

  askedAgain(window: number, way: Way): void {
    this.all.again[way] += 1;
    if (window >= 0) this.windows[window].again[way] += 1;
  }

  viewEnded(window: number, good: boolean): void {
    if (good) this.all.good += 1;
    else this.all.failed += 1;
    if (window < 0) return;
    if (good) this.windows[window].good += 1;
    else this.windows[window].failed += 1;
  }

  /** Ends a step of the series. */
  step(meters: readonly Meter[]): void {
    const { all } = this;
    this.begunSteps.push(all.begun - this.begun);
    this.goodSteps.push(all.good - this.good);
    this.againSteps.push(all.retries - this.again);
    const heldMs = meters.reduce((sum, meter) => sum + meter.workedMs, 0);
    const forNobodyMs = meters.reduce((sum, meter) => sum + meter.forNobodyMs, 0);
    this.heldSteps.push(heldMs - this.heldMs);
    this.forNobodySteps.push(forNobodyMs - this.forNobodyMs);
    this.begun = all.begun;
    this.good = all.good;
    this.again = all.retries;
    this.heldMs = heldMs;
    this.forNobodyMs = forNobodyMs;
  }

  /** Retries are attempts less first requests, and no view ends twice. */
  check(): void {
    const { all, requests } = this;
    assert(requests === all.begun + all.retries, 'attempts that are neither first requests nor retries');
    assert(all.good + all.failed <= all.begun, 'more page views ended than began');
  }
}
