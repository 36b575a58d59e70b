/**
 * A whole site under watch: wired as a run is, with an account of every request and of the stages that it was in.
 *
 * For oracles, which hold each request against a recomputation. It uses the place where the tracer of `lempsim trace` sits,
 * so that the site does not know; slower than a run, and it keeps everything.
 */
import { merge, type Observable } from 'rxjs';
import { Kind } from '../../src/engine/agenda.js';
import { VirtualClock } from '../../src/engine/clock.js';
import type { Bearer } from '../../src/engine/need.js';
import { Random } from '../../src/engine/random.js';
import { Host } from '../../src/host/host.js';
import type { Model } from '../../src/model.js';
import { type Arrival, lifecycle } from '../../src/stages/lifecycle.js';
import type { Request } from '../../src/stages/request.js';
import { Tracer } from '../../src/stages/tracer.js';
import { arrivals } from '../../src/streams/arrivals.js';
import { faults } from '../../src/streams/faults.js';
import { Telemetry } from '../../src/telemetry/telemetry.js';

export interface Watched extends Bearer {
  readonly number: number;
  readonly page: string;
  /** Whose request it is, and what decides what they are like. */
  readonly visitor: Bearer;
  readonly arrivedMs: number;
  endedMs: number;
  outcome: string;
  readonly stages: Stay[];
}

/** A request's stay in a stage. */
export interface Stay {
  readonly stage: string;
  readonly depth: number;
  readonly fromMs: number;
  toMs: number;
  waitedMs: number;
  notes: string[];
  /** When each of the notes was made. */
  notedMs: number[];
}

class Watch extends Tracer {
  readonly all: Watched[] = [];
  private readonly inside = new Map<number, { watched: Watched; open: Stay[] }>();

  constructor(private readonly watchClock: VirtualClock) {
    super(watchClock, { wanted: () => false, outcome: null });
  }

  override began(request: Request): void {
    const visitor = request.visitor!;
    const watched: Watched = {
      number: request.number,
      seedHigh: request.seedHigh,
      seedLow: request.seedLow,
      page: request.page.path,
      visitor: { seedHigh: visitor.seedHigh, seedLow: visitor.seedLow },
      arrivedMs: this.watchClock.now(),
      endedMs: Infinity,
      outcome: 'unfinished',
      stages: [],
    };
    this.all.push(watched);
    this.inside.set(request.number, { watched, open: [] });
  }

  override called(request: Request, stage: string, depth: number): void {
    const entry = this.inside.get(request.number);
    if (entry === undefined) return;
    const now = this.watchClock.now();
    const stay: Stay = { stage, depth, fromMs: now, toMs: Infinity, waitedMs: 0, notes: [], notedMs: [] };
    entry.watched.stages.push(stay);
    entry.open.push(stay);
  }

  override returned(request: Request, depth: number): void {
    const open = this.inside.get(request.number)?.open ?? [];
    while (open.length > depth) open.pop()!.toMs = this.watchClock.now();
  }

  override waited(request: Request, ms: number): void {
    const stay = this.inside.get(request.number)?.open.at(-1);
    if (stay !== undefined) stay.waitedMs += ms;
  }

  override noted(request: Request, text: string): void {
    const stay = this.inside.get(request.number)?.open.at(-1);
    stay?.notes.push(text);
    stay?.notedMs.push(this.watchClock.now());
  }

  override ended(request: Request): void {
    const entry = this.inside.get(request.number)!;
    entry.watched.endedMs = this.watchClock.now();
    entry.watched.outcome = request.failure?.outcome ?? '200';
    this.inside.delete(request.number);
  }
}

/** Every request of a run, in the order in which they began. */
export function watch(
  model: Model,
  options: { run?: number; arrivals?: (clock: VirtualClock) => Observable<Arrival> } = {},
): Watched[] {
  const clock = new VirtualClock();
  const random = new Random(model.seed, options.run);
  const host = new Host(model.host, clock);
  const telemetry = new Telemetry(model, clock, host);
  const life = lifecycle(model, clock, random, host, telemetry);
  const watcher = new Watch(clock);
  life.requests.tracer = watcher;
  for (const window of model.windows) clock.at(window.fromMs, () => telemetry.openWindow(), undefined, Kind.change);
  const all = options.arrivals?.(clock) ?? merge(...model.traffic.map((_, index) => arrivals(model, index, clock, random)));
  const happening = faults(model, clock, random).subscribe((change) => {
    if (change.begins) life.faults.begin(change.occasion, change.forMs);
    else life.faults.end(change.occasion);
  });
  const subscription = all.subscribe((arrival) => life.arrive(arrival));
  clock.runUntil(model.durationMs);
  subscription.unsubscribe();
  happening.unsubscribe();
  telemetry.check();
  return watcher.all;
}

/** The first stay in a stage of that name. */
export function stayIn(request: Watched, stage: string): Stay {
  const stay = request.stages.find((candidate) => candidate.stage === stage);
  if (stay === undefined) throw new Error(`request ${request.number} was never in ${stage}`);
  return stay;
}
