/**
 * Parts of the host, fed by the product's own arrivals and samplers, where a law speaks of something that a `Result` does not
 * carry: the distribution of waits, the share of time in a state, the mean of jobs of one size.
 */

import { VirtualClock } from '../../src/engine/clock.js';
import { type Distribution, distribution } from '../../src/engine/distribution.js';
import type { Law } from '../../src/engine/law.js';
import { Random, type Stream } from '../../src/engine/random.js';
import { FairShare, type Group, type Task } from '../../src/host/cpu.js';
import { Pool } from '../../src/host/pool.js';
import type { SourceModel } from '../../src/model.js';
import { arrivals } from '../../src/streams/arrivals.js';
import { Histogram } from '../../src/telemetry/histogram.js';
import { bare } from './bare.js';
import { Occupancy } from './occupancy.js';

export interface Feed {
  readonly traffic: SourceModel;
  readonly service: Law;
  readonly durationMs: number;
  readonly warmupMs: number;
  readonly run: number;
}

/** Calls `arrive` at each arrival of `traffic`, and `count` at the end of the warm-up; runs the clock to the end. */
export function feed({ traffic, durationMs, warmupMs, run }: Omit<Feed, 'service'>, wire: (site: Wiring) => Wired): void {
  const clock = new VirtualClock();
  const random = new Random('law', run);
  const { arrive, count } = wire({ clock, random });
  const subscription = arrivals(bare({ traffic: [traffic] }), 0, clock, random).subscribe(arrive);
  clock.runUntil(warmupMs);
  count();
  clock.runUntil(durationMs);
  subscription.unsubscribe();
}

interface Wiring {
  readonly clock: VirtualClock;
  readonly random: Random;
}

interface Wired {
  readonly arrive: () => void;
  readonly count: () => void;
}

/** One pool: `places`, and a line that holds `lineMax`. */
export function poolFed(options: Feed & { readonly places: number; readonly lineMax?: number }) {
  const { places, lineMax = Infinity, durationMs, warmupMs } = options;
  const waits = new Histogram();
  const sojourns = new Histogram();
  const inside = new Occupancy();
  let arrived = 0;
  let rejected = 0;
  let served = 0;
  let servedMs = 0;
  let servedSquares = 0;
  let busyPeriods = 0;
  let atOnce = 0;
  let end = () => {};
  feed(options, ({ clock, random }) => {
    const pool = new Pool<Job>(clock, places, lineMax);
    const service: Distribution = distribution(options.service);
    const stream = random.stream('service');
    const start = (job: Job) => {
      const waited = clock.now() - job.arrivedMs;
      waits.record(waited);
      if (waited === 0) atOnce += 1;
      clock.after(job.serviceMs, finish, job);
    };
    const finish = (job: Job) => {
      inside.add(-1, clock.now());
      if (inside.value === 0) busyPeriods += 1;
      sojourns.record(clock.now() - job.arrivedMs);
      served += 1;
      servedMs += job.serviceMs;
      servedSquares += job.serviceMs * job.serviceMs;
      pool.give();
      spare.push(job);
    };
    const spare: Job[] = [];
    end = () => inside.set(inside.value, clock.now());
    const arrive = () => {
      const job = spare.pop() ?? { arrivedMs: 0, serviceMs: 0 };
      job.arrivedMs = clock.now();
      job.serviceMs = service.draw(stream);
      arrived += 1;
      inside.add(1, clock.now());
      if (pool.take(job, start)) return;
      rejected += 1;
      inside.add(-1, clock.now());
    };
    const count = () => {
      waits.reset();
      sojourns.reset();
      inside.restart(clock.now());
      arrived = 0;
      rejected = 0;
      served = 0;
      servedMs = 0;
      servedSquares = 0;
      busyPeriods = 0;
      atOnce = 0;
    };
    return { arrive, count };
  });
  end();
  const lengthMs = durationMs - warmupMs;
  return {
    arrived: (1000 * arrived) / lengthMs,
    rejected: rejected / arrived,
    served: (1000 * served) / lengthMs,
    serviceMs: servedMs / served,
    serviceSquare: servedSquares / served,
    waits,
    sojourns,
    wait: waits.mean!,
    atOnce: atOnce / waits.count,
    inside: inside.mean,
    busyPeriodMs: (inside.atLeast(1) * lengthMs) / busyPeriods,
    atLeast: (k: number) => inside.atLeast(k),
    /** Mean number in line before `k` places. */
    insideBeyond: (k: number) => inside.meanBeyond(k),
  };
}

interface Job {
  arrivedMs: number;
  serviceMs: number;
}

/** Cores shared fairly. */
export function coresFed(options: Feed & { readonly cores: number; readonly ofSize?: readonly number[] }) {
  const { ofSize = [] } = options;
  const inside = new Occupancy();
  const sizes = new Map(ofSize.map((ms) => [ms, { count: 0, sum: 0 }]));
  let arrived = 0;
  let done = 0;
  let sojournMs = 0;
  let slowdown = 0;
  let end = () => {};
  feed(options, ({ clock, random }) => {
    const cpu = new FairShare(clock, options.cores);
    const group = cpu.group('php-fpm');
    const work = distribution(options.service);
    const stream: Stream = random.stream('service');
    const spare: Piece[] = [];
    const finish = (piece: Piece) => {
      inside.add(-1, clock.now());
      const ms = clock.now() - piece.arrivedMs;
      done += 1;
      sojournMs += ms;
      slowdown += ms / piece.workMs;
      const size = sizes.get(piece.workMs);
      if (size !== undefined) {
        size.count += 1;
        size.sum += ms;
      }
      spare.push(piece);
    };
    end = () => inside.set(inside.value, clock.now());
    const arrive = () => {
      const piece = spare.pop() ?? new Piece(group);
      piece.arrivedMs = clock.now();
      arrived += 1;
      piece.workMs = work.draw(stream);
      inside.add(1, clock.now());
      cpu.work(piece, piece.workMs, finish);
    };
    const count = () => {
      inside.restart(clock.now());
      arrived = 0;
      done = 0;
      sojournMs = 0;
      slowdown = 0;
      for (const size of sizes.values()) {
        size.count = 0;
        size.sum = 0;
      }
    };
    return { arrive, count };
  });
  end();
  return {
    arrived: (1000 * arrived) / (options.durationMs - options.warmupMs),
    sojourn: sojournMs / done,
    slowdown: slowdown / done,
    inside: inside.mean,
    atLeast: (k: number) => inside.atLeast(k),
    sojournOf: (ms: number) => sizes.get(ms)!.sum / sizes.get(ms)!.count,
  };
}

/** A piece of work for the cores that knows when it came. */
export class Piece implements Task {
  arrivedMs = 0;
  workMs = 0;

  constructor(readonly group: Group) {}
}
