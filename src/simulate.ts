/**
 * One run, wired: a model in, frames out, and at any frame the answer so far.
 *
 * `simulate` is an observable: subscribing starts the run, unsubscribing stops it. It works in slices and lets the event
 * loop have its turn in between, so that a signal is heard. `run` does the same in one go.
 */
import { merge, Observable, type Subscription, tap } from 'rxjs';
import { Kind } from './engine/agenda.js';
import { assert } from './engine/assert.js';
import { VirtualClock } from './engine/clock.js';
import { meanOf } from './engine/distribution.js';
import { OverBudgetError } from './engine/overBudget.js';
import { Random } from './engine/random.js';
import { Host } from './host/host.js';
import type { Model, SourceModel } from './model.js';
import { type Arrival, type Lifecycle, lifecycle } from './stages/lifecycle.js';
import { type Ended, Onlooker } from './stages/onlooker.js';
import type { Request } from './stages/request.js';
import { Tracer } from './stages/tracer.js';
import { arrivals } from './streams/arrivals.js';
import { type Change, faults } from './streams/faults.js';
import { answer } from './telemetry/answer.js';
import type { Result } from './telemetry/result.js';
import { Telemetry } from './telemetry/telemetry.js';
import type { Trace } from './telemetry/trace.js';

/** The state of a run. */
export interface Frame {
  readonly timeMs: number;
  readonly durationMs: number;
  /** Since the start, warm-up included. */
  readonly begun: number;
  readonly ended: number;
  readonly inside: number;
  /** 95 % of the good answers of the last step were as fast as this, in ms; `null` if there were none. */
  readonly p95: number | null;
  /** The answer so far; the whole answer at the last frame. */
  result(options?: { partial?: boolean }): Result;
}

export interface SimulateOptions {
  /** Replication, from 0: a run of its own for the same scenario and seed. */
  readonly run?: number;
  /** Arrivals in place of the scenario's own; they may use `clock`, which is an RxJS scheduler. */
  readonly arrivals?: (clock: VirtualClock) => Observable<Arrival>;
  /** Told of every request that ends, warm-up included; what it does must not touch the run. */
  readonly ended?: (ended: Ended) => void;
}

/** A step of the simulation went wrong: lempsim's fault, with all that repeats it. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';

  constructor(
    readonly scenario: string,
    readonly seed: string,
    readonly timeMs: number,
    cause: unknown,
  ) {
    super(`scenario ${scenario}, seed ${seed}, at ${timeMs} ms: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

/** Events between two turns of the event loop: some tens of milliseconds. */
const SLICE = 100_000;
/** Requests that a run may have; at a million a second, a quarter of an hour. */
const MOST_REQUESTS = 1e9;

/**
 * Frames: at the end of each step of the series, and of each slice where steps are long; the last one when the run has
 * ended. Errors reach the error channel.
 */
export function simulate(model: Model, options: SimulateOptions = {}): Observable<Frame> {
  return new Observable((subscriber) => {
    const run = new Run(model, options);
    let immediate: NodeJS.Immediate | undefined;
    const slice = () => {
      try {
        for (let left = SLICE; left > 0 && !run.ended && !subscriber.closed; ) {
          left -= run.advance(left);
          if (run.frameDue || left <= 0) subscriber.next(run.frame());
        }
      } catch (error) {
        return subscriber.error(error);
      }
      if (subscriber.closed) return;
      if (run.ended) subscriber.complete();
      else immediate = setImmediate(slice);
    };
    immediate = setImmediate(slice);
    return () => {
      clearImmediate(immediate);
      run.stop();
    };
  });
}

/** The answer of a whole run, at once. */
export function run(model: Model, options: SimulateOptions = {}): Result {
  const whole = new Run(model, options);
  while (!whole.ended) whole.advance(Infinity);
  whole.stop();
  return whole.frame().result();
}

/** Which request to follow: the first that fits. */
export interface Which {
  /** The how-manieth of the run, from 1. */
  readonly request?: number;
  /** The first that begins at or after this. */
  readonly atMs?: number;
  readonly page?: string;
  /** Only one that ends so: `200`, `502`, … */
  readonly outcome?: string;
}

/** Follows one request; `null` if none fits. Without a wish it is the first one after the warm-up that asks PHP, if any does. */
export function followOne(model: Model, which: Which = {}): Trace | null {
  const whole = new Run(model, {});
  const tracer = whole.follow(which);
  while (!whole.ended && !tracer.done) whole.advance(SLICE);
  whole.stop();
  return tracer.trace(model.name, model.seed);
}

class Run {
  readonly clock = new VirtualClock();
  private readonly telemetry: Telemetry;
  private readonly life: Lifecycle;
  private subscription: Subscription | undefined;
  private failure: unknown;
  private steps = 0;
  private framed = 0;

  constructor(
    private readonly model: Model,
    options: SimulateOptions,
  ) {
    refuseEndless(model);
    const random = new Random(model.seed, options.run);
    const host = new Host(model.host, this.clock);
    this.telemetry = new Telemetry(model, this.clock, host);
    this.life = lifecycle(model, this.clock, random, host, this.telemetry);
    if (options.ended !== undefined) this.life.requests.tracer = new Onlooker(this.clock, options.ended);
    for (const window of model.windows) this.clock.at(window.fromMs, () => this.telemetry.openWindow(), undefined, Kind.change);
    const all =
      options.arrivals?.(this.clock) ?? merge(...model.traffic.map((_, index) => arrivals(model, index, this.clock, random)));
    const changes = faults(model, this.clock, random).pipe(tap((change) => this.happen(change)));
    const visits = all.pipe(tap((arrival) => this.life.arrive(arrival)));
    this.clock.at(0, () => this.subscribe(merge(changes, visits)), undefined, Kind.arrival);
  }

  private happen(change: Change): void {
    if (change.begins) this.life.faults.begin(change.occasion, change.forMs);
    else this.life.faults.end(change.occasion);
  }

  private subscribe(all: Observable<unknown>): void {
    this.subscription = all.subscribe({
      error: (error) => {
        this.failure = error;
        this.clock.halt();
      },
    });
  }

  /** Whether the last step has ended; the clock may be there before all that is due then has happened. */
  get ended(): boolean {
    return this.steps * this.telemetry.series.stepMs >= this.model.durationMs;
  }

  /** Whether a step of the series has ended that no frame was made of. */
  get frameDue(): boolean {
    return this.steps > this.framed;
  }

  /** Runs at most `most` events, and not beyond the end of the step; returns how many. */
  advance(most: number): number {
    const { clock, telemetry } = this;
    const stepMs = telemetry.series.stepMs;
    const stepEndMs = Math.min((this.steps + 1) * stepMs, this.model.durationMs);
    let events = 0;
    try {
      events = clock.run(stepEndMs, most);
      if (this.failure !== undefined) throw this.failure;
      if (events < most) this.endStep(stepEndMs, stepEndMs - this.steps * stepMs);
    } catch (error) {
      this.stop();
      if (error instanceof OverBudgetError) throw error;
      throw new SimulationError(this.model.name, this.model.seed, clock.now(), error);
    }
    return Math.max(1, events);
  }

  frame(): Frame {
    this.framed = this.steps;
    const { telemetry, clock } = this;
    return {
      timeMs: clock.now(),
      durationMs: this.model.durationMs,
      begun: telemetry.begun,
      ended: telemetry.ended,
      inside: telemetry.inside,
      p95: telemetry.series.latestP95,
      result: ({ partial = false } = {}) => answer(telemetry, partial),
    };
  }

  follow(which: Which): Tracer {
    const tracer = new Tracer(this.clock, {
      wanted: (request) => this.fits(request, which),
      outcome: which.outcome ?? null,
    });
    this.life.requests.tracer = tracer;
    return tracer;
  }

  stop(): void {
    this.subscription?.unsubscribe();
  }

  private endStep(stepEndMs: number, lengthMs: number): void {
    this.clock.runUntil(stepEndMs);
    this.steps += 1;
    this.telemetry.series.step(lengthMs);
    this.telemetry.check();
    assert(this.life.inside() === this.telemetry.inside, 'requests that began and have not ended are not all inside');
  }

  private fits(request: Request, which: Which): boolean {
    const { model } = this;
    const atMs = which.atMs ?? (which.request === undefined ? model.warmupMs : 0);
    if (request.arrivedMs < atMs) return false;
    if (which.request !== undefined && request.number !== which.request) return false;
    if (which.page !== undefined) return request.page.path === which.page;
    return which.request !== undefined || model.phpFpm === null || request.page.script !== null;
  }
}

/** Better said before than after an hour. */
function refuseEndless(model: Model): void {
  const requests = model.traffic.reduce((sum, source) => sum + requestsOf(source, model), 0);
  if (requests > MOST_REQUESTS) {
    throw new OverBudgetError(
      `the scenario asks for some ${requests.toPrecision(2)} requests; a run may have ${MOST_REQUESTS.toPrecision(1)}`,
    );
  }
}

/** Requests that a source is expected to send, at the most: its visits, each with all its pages and their assets. */
function requestsOf(source: SourceModel, model: Model): number {
  const perPage = 1 + Math.max(0, ...model.pages.map(({ assets }) => assets.length));
  const { durationMs } = model;
  if (source.kind === 'closed') return (source.users * perPage * durationMs) / Math.max(1, meanOf(source.thinkMs));
  const perVisit = perPage * meanOf((source.visitors ?? model.visitors).pagesPerVisit);
  if (source.kind === 'bursty') return (perVisit * Math.max(source.highRate, source.lowRate) * durationMs) / 1000;
  return source.curve.reduce((sum, { fromMs, toMs, fromRate, toRate }) => {
    const lengthMs = Math.max(0, Math.min(toMs, durationMs) - fromMs);
    return sum + (perVisit * lengthMs * Math.max(fromRate, toRate)) / 1000;
  }, 0);
}
