/** Small systems whose every moment can be worked out by hand. No statistics: the answer is exact. */
import { interval, map, Observable, take, timer } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { Kind } from '../../src/engine/agenda.js';
import { VirtualClock } from '../../src/engine/clock.js';
import { always } from '../../src/engine/law.js';
import { FairShare, type Group, type Task } from '../../src/host/cpu.js';
import { Pool } from '../../src/host/pool.js';
import type { Happening } from '../../src/model.js';
import { run } from '../../src/simulate.js';
import type { Arrival } from '../../src/stages/lifecycle.js';
import type { Ended } from '../../src/stages/onlooker.js';
import { bare, exponential, filePage, poisson, query, scriptPage, users } from '../support/bare.js';
import { happens } from '../support/happens.js';
import { stayIn, watch } from '../support/watch.js';

interface Job {
  readonly arrivedMs: number;
  readonly serviceMs: number;
  startedMs: number;
  leftMs: number;
  rejected: boolean;
}

/** Jobs, given by arrival and service, at a pool; the last completions come first at equal times, then arrivals. */
function atPool(places: number, lineMax: number, jobs: readonly (readonly [number, number])[]) {
  const clock = new VirtualClock();
  const pool = new Pool<Job>(clock, places, lineMax);
  const all = jobs.map(([arrivedMs, serviceMs]): Job => ({ arrivedMs, serviceMs, startedMs: NaN, leftMs: NaN, rejected: false }));
  const arrive = (job: Job) => {
    job.rejected = !pool.take(job, start);
  };
  const start = (job: Job) => {
    job.startedMs = clock.now();
    clock.after(job.serviceMs, finish, job);
  };
  const finish = (job: Job) => {
    job.leftMs = clock.now();
    pool.give();
  };
  for (const job of all) clock.at(job.arrivedMs, arrive, job, Kind.arrival);
  clock.runUntil(1000);
  return { jobs: all, pool, clock };
}

/** The same at shared cores; returns when each leaves. */
function atCores(cores: number, jobs: readonly (readonly [number, number])[]) {
  const clock = new VirtualClock();
  const cpu = new FairShare(clock, cores);
  const group: Group = cpu.group('php-fpm');
  const left: number[] = [];
  jobs.forEach(([arrivedMs, workMs], index) => {
    const task: Task = { group };
    const arrive = () => {
      cpu.work(task, workMs, () => {
        left[index] = clock.now();
      });
    };
    clock.at(arrivedMs, arrive, undefined, Kind.arrival);
  });
  clock.runUntil(1000);
  return { left, busyMs: cpu.busyMs, usedMs: cpu.usedMs(group) };
}

/** One visitor at each of these times, in place of the scenario's traffic. */
function at(times: readonly number[], page?: number) {
  return (clock: VirtualClock) =>
    new Observable<Arrival>((subscriber) => {
      for (const timeMs of times) clock.at(timeMs, () => subscriber.next({ source: 0, page }), undefined, Kind.arrival);
    });
}

describe('micro-cases', () => {
  test('M1 one server: departures, waits, busy time and the area under the number inside', () => {
    const { jobs, pool } = atPool(
      1,
      Infinity,
      [0, 10, 20, 30, 40].map((timeMs) => [timeMs, 12]),
    );
    expect(jobs.map((job) => job.leftMs)).toEqual([12, 24, 36, 48, 60]);
    expect(jobs.map((job) => job.startedMs - job.arrivedMs)).toEqual([0, 2, 4, 6, 8]);
    const sojourns = jobs.map((job) => job.leftMs - job.arrivedMs);
    expect(sojourns.reduce((sum, ms) => sum + ms, 0) / 5).toBe(16);
    expect(pool.busy.integral(1000)).toBe(60);
    expect(pool.busy.integral(1000) + pool.waiting.integral(1000)).toBe(80);
  });

  test('M1 the same on a whole site, arrivals evenly spaced', () => {
    const model = bare({
      durationMs: 60,
      pages: [scriptPage({ waitMs: always(12) })],
      traffic: [poisson(0, { spacing: 'even', curve: [{ fromMs: 0, toMs: 50, fromRate: 100, toRate: 100 }] })],
    });
    const { stages, latencyMs, requests } = run(model);
    const { queue, utilisation, timeMs } = stages['php-fpm'];
    expect(requests).toEqual({ offered: 5, good: 5, failed: 0, unfinished: 0 });
    expect(latencyMs.mean).toBe(16);
    expect(latencyMs.max).toBe(20);
    expect(timeMs.waiting).toBe(4);
    expect(utilisation).toBe(1);
    expect(queue.mean + utilisation!).toBeCloseTo(4 / 3, 12);
  });

  test('M1 the same on a whole site, arrivals given one by one', () => {
    const model = bare({ durationMs: 100, pages: [scriptPage({ waitMs: always(12) })], traffic: [poisson(0)] });
    const requests = watch(model, { arrivals: at([0, 10, 20, 30, 40]) });
    expect(requests.map((request) => request.endedMs)).toEqual([12, 24, 36, 48, 60]);
    expect(requests.map((request) => stayIn(request, 'php-fpm').waitedMs)).toEqual([0, 2, 4, 6, 8]);
  });

  const threeJobs = [
    [0, 30],
    [10, 10],
    [20, 20],
  ] as const;

  test('M2 three jobs share one core', () => {
    const { left, busyMs, usedMs } = atCores(1, threeJobs);
    expect(left).toEqual([55, 35, 60]);
    expect(busyMs).toBe(60);
    expect(usedMs).toBe(60);
  });

  test('M3 the same jobs on two cores, of which a job uses one at the most', () => {
    expect(atCores(2, threeJobs).left).toEqual([30, 20, 40]);
  });

  test('M3 three jobs of 20 ms on two cores all end at 30 ms', () => {
    const { left, busyMs } = atCores(2, [
      [0, 20],
      [0, 20],
      [0, 20],
    ]);
    expect(left).toEqual([30, 30, 30]);
    expect(busyMs).toBe(60);
  });

  test('M4 of two workers, the second is free first, and the fourth overtakes the third', () => {
    const { jobs } = atPool(2, Infinity, [
      [0, 10],
      [1, 10],
      [2, 5],
      [3, 1],
    ]);
    expect(jobs.map((job) => job.leftMs)).toEqual([10, 11, 15, 12]);
  });

  const roomForTwo = [0, 1, 2, 12];

  test('M5 room for two in all turns the third away', () => {
    const { jobs } = atPool(
      1,
      1,
      roomForTwo.map((timeMs) => [timeMs, 10]),
    );
    expect(jobs.map((job) => (job.rejected ? 'rejected' : job.leftMs))).toEqual([10, 20, 'rejected', 30]);
  });

  test('M5 an arrival at the very moment of a release is let in', () => {
    const { jobs } = atPool(
      1,
      1,
      [0, 1, 10].map((timeMs) => [timeMs, 10]),
    );
    expect(jobs.map((job) => (job.rejected ? 'rejected' : job.leftMs))).toEqual([10, 20, 30]);
  });

  test('M5 the same on a whole site: one child, a backlog of 0, which holds one', () => {
    const model = bare({
      durationMs: 100,
      php: { listenBacklog: 0 },
      pages: [scriptPage({ waitMs: always(10) })],
      traffic: [poisson(0)],
    });
    const ends = (times: number[]) =>
      watch(model, { arrivals: at(times) }).map(({ outcome, endedMs }) => `${outcome} ${endedMs}`);
    expect(ends(roomForTwo)).toEqual(['200 10', '200 20', '502 2', '200 30']);
    expect(ends([0, 1, 10])).toEqual(['200 10', '200 20', '200 30']);
  });

  describe('M8 a restart that makes nginx unavailable from 500 to 700', () => {
    const every10 = poisson(0, { spacing: 'even', curve: [{ fromMs: 0, toMs: 1000, fromRate: 100, toRate: 100 }] });
    const m8 = (what: Happening, forMs: number | null, startMs = 0) =>
      bare({
        durationMs: 2000,
        pages: [filePage()],
        nginx: { workerProcesses: 1, staticMs: always(5), unit: { restart: 'no', restartMs: 0, startMs: always(startMs) } },
        traffic: [every10],
        events: [happens(500, what, forMs)],
      });

    test('refusing: the requests of 500 to 690 are lost, 20 of 100', () => {
      for (const model of [
        m8({ verb: 'restart', on: 'nginx', signal: 'TERM' }, null, 200),
        m8({ verb: 'restart', on: 'nginx', signal: 'QUIT' }, null, 200),
        m8({ verb: 'stop', on: 'nginx', signal: 'TERM' }, 200),
        m8({ verb: 'kill', on: 'nginx' }, 200),
      ]) {
        const ended: Ended[] = [];
        const { outcomes } = run(model, { ended: (request) => ended.push(request) });
        expect(outcomes).toEqual({ 200: 80, refused: 20 });
        const lost = ended.filter(({ outcome }) => outcome === 'refused').map(({ arrivedMs }) => arrivedMs);
        expect([Math.min(...lost), Math.max(...lost)]).toEqual([500, 690]);
      }
    });

    test('queueing instead: none is lost; the longest takes 205, the first without delay is that of 900', () => {
      const ended: Ended[] = [];
      const { outcomes, latencyMs } = run(m8({ verb: 'hang', on: 'nginx' }, 200), { ended: (request) => ended.push(request) });
      expect(outcomes).toEqual({ 200: 100 });
      expect(latencyMs.max).toBe(205);
      const delayed = ended.filter(({ arrivedMs, endedMs }) => endedMs - arrivedMs > 5).map(({ arrivedMs }) => arrivedMs);
      expect([Math.min(...delayed), Math.max(...delayed)]).toEqual([500, 890]);
    });
  });

  /** The site of M9: every part of a request's life takes the time that the case gives it. */
  const m9 = bare({
    durationMs: 10_000,
    host: { cores: 1 },
    dns: { resolverMs: always(20) },
    tcp: { tls: { version: '1.3', handshakeMs: always(0) } },
    nginx: { proxyMs: always(0.5), answerMs: always(0.2) },
    mysql: { roundTripMs: 0.2 },
    pages: [
      scriptPage({ cpuMs: always(30), queries: [query({ times: always(3), cpuMs: always(4) })] }, { bytes: always(10 * 1460) }),
    ],
    visitors: { roundTripMs: always(40), keepAlive: true, pagesPerVisit: always(2), thinkMs: always(1000) },
    traffic: [poisson(0)],
  });

  test('M9 one request through the whole site, then another over its connection', () => {
    const [first, second, ...others] = watch(m9, { arrivals: at([0]) });
    expect(others).toEqual([]);
    expect(first.outcome).toBe('200');
    expect(first.endedMs - first.arrivedMs).toBeCloseTo(20 + 40 + 40 + 20 + 0.5 + 42.6 + 0.2 + 20, 9);
    expect(first.endedMs - first.arrivedMs).toBeCloseTo(183.3, 9);
    expect(second.arrivedMs).toBeCloseTo(1183.3, 9);
    expect(second.endedMs - second.arrivedMs).toBeCloseTo(83.3, 9);
    const took = (stage: string) => stayIn(first, stage).toMs - stayIn(first, stage).fromMs;
    expect(took('dns')).toBeCloseTo(20, 9);
    expect(took('tcp')).toBeCloseTo(100, 9);
    expect(took('php-fpm')).toBeCloseTo(42.6, 9);
    expect(took('nginx')).toBeCloseTo(43.3, 9);
    expect(took('delivery')).toBeCloseTo(20, 9);
  });

  test('M9 as a run reports it', () => {
    const { latencyMs, requests } = run(m9, { arrivals: at([0]) });
    expect(requests).toEqual({ offered: 2, good: 2, failed: 0, unfinished: 0 });
    expect(latencyMs.max).toBeCloseTo(183.3, 9);
    expect(latencyMs.mean).toBeCloseTo((183.3 + 83.3) / 2, 9);
  });

  test('M10 evenly spaced arrivals do not drift', () => {
    const times: number[] = [];
    const model = bare({ durationMs: 1_000_001, pages: [filePage()], traffic: [poisson(10, { spacing: 'even' })] });
    for (const request of watch(model)) times.push(request.arrivedMs);
    expect(times).toEqual(Array.from({ length: 10_001 }, (_, k) => 100 * k));
  });

  test('M10 an interval of RxJS on the virtual clock does not drift', () => {
    const clock = new VirtualClock();
    const times: number[] = [];
    interval(100, clock)
      .pipe(take(10_000))
      .subscribe(() => times.push(clock.now()));
    clock.runUntil(1_000_000);
    expect(times).toEqual(Array.from({ length: 10_000 }, (_, k) => 100 * (k + 1)));
  });

  test('M10 arrivals that RxJS times are met when they come', () => {
    const model = bare({ durationMs: 1000, pages: [filePage()], traffic: [poisson(0)] });
    const every = (clock: VirtualClock) => interval(100, clock).pipe(map(() => ({ source: 0 })));
    expect(watch(model, { arrivals: every }).map((request) => request.arrivedMs)).toEqual([
      100, 200, 300, 400, 500, 600, 700, 800, 900, 1000,
    ]);
  });

  test('M11 what is due at once runs by kind, then in the order in which it was asked for', () => {
    const kinds = [Kind.completion, Kind.change, Kind.timeout, Kind.arrival];
    const seen = new Set<string>();
    for (let permutation = 0; permutation < 1000; permutation += 1) {
      const asked = shuffled(
        kinds.flatMap((kind) => [0, 1, 2].map((stage) => ({ kind, stage }))),
        permutation,
      );
      const clock = new VirtualClock();
      const ran: { kind: number; stage: number }[] = [];
      for (const entry of asked)
        clock.after(5, (subject: { kind: number; stage: number }) => ran.push(subject), entry, entry.kind);
      clock.runUntil(5);
      // A stable sort by kind alone keeps the order of asking.
      expect(ran).toEqual([...asked].sort((a, b) => a.kind - b.kind));
      seen.add(JSON.stringify(asked));
    }
    expect(seen.size).toBe(1000);
  });

  test('M11 whichever door it came in by: a step, an alarm, an RxJS timer', () => {
    const doors = ['step', 'alarm', 'rxjs', 'step of change', 'arrival'] as const;
    for (let permutation = 0; permutation < 1000; permutation += 1) {
      const asked = shuffled(doors, permutation);
      const clock = new VirtualClock();
      const ran: string[] = [];
      for (const door of asked) {
        if (door === 'step') clock.after(5, () => ran.push(door), undefined);
        if (door === 'step of change') clock.after(5, () => ran.push(door), undefined, Kind.change);
        if (door === 'arrival') clock.after(5, () => ran.push(door), undefined, Kind.arrival);
        if (door === 'rxjs') timer(5, clock).subscribe(() => ran.push(door));
        if (door === 'alarm') {
          const alarm = clock.alarm(() => {
            ran.push(door);
            alarm.set(Infinity);
          });
          alarm.set(5);
        }
      }
      clock.runUntil(5);
      const kindOf = { step: 0, alarm: 0, rxjs: 1, 'step of change': 1, arrival: 3 };
      expect(ran).toEqual([...asked].sort((a, b) => kindOf[a] - kindOf[b]));
    }
  });

  test('M12 a hundred thousand requests at once that need nothing', () => {
    const model = bare({
      durationMs: 1000,
      php: { maxChildren: 1 },
      pages: [scriptPage()],
      traffic: [poisson(0, { spacing: 'even', batch: 100_000, curve: [{ fromMs: 0, toMs: 1, fromRate: 1000, toRate: 1000 }] })],
    });
    const result = run(model);
    expect(result.requests).toEqual({ offered: 100_000, good: 100_000, failed: 0, unfinished: 0 });
    expect(result.latencyMs).toEqual({ count: 100_000, mean: 0, p50: 0, p90: 0, p95: 0, p99: 0, p999: 0, max: 0 });
    for (const { inside, queue, utilisation } of Object.values(result.stages)) {
      expect(inside).toBe(0);
      expect(queue.mean).toBe(0);
      expect(utilisation ?? 0).toBe(0);
    }
    expect(JSON.stringify(result)).not.toMatch(/NaN|Infinity/);
  });

  test('M12 a hundred thousand jobs in line for one place that give it back at once', () => {
    const clock = new VirtualClock();
    const pool = new Pool<number>(clock, 1);
    let done = 0;
    const pass = () => {
      done += 1;
      pool.give();
    };
    pool.take(-1, () => {});
    for (let job = 0; job < 100_000; job += 1) pool.take(job, pass);
    pool.give();
    expect(done).toBe(100_000);
    expect([pool.busy.value, pool.waiting.value]).toEqual([0, 0]);
    expect([pool.busy.integral(0), pool.waiting.integral(0)]).toEqual([0, 0]);
  });

  test('M12 a hundred thousand pieces of no work for one core', () => {
    const { left, busyMs } = atCores(
      1,
      Array.from({ length: 100_000 }, () => [0, 0] as const),
    );
    expect(left.length).toBe(100_000);
    expect(left.every((timeMs) => timeMs === 0)).toBe(true);
    expect(busyMs).toBe(0);
  });

  test('M12 users who neither think nor wait would stand still, and are told so', () => {
    const model = bare({ durationMs: 1000, pages: [filePage()], traffic: [users(1, always(0))] });
    expect(() => run(model)).toThrow(/time stands still/);
    expect(run(bare({ durationMs: 1000, pages: [filePage()], traffic: [users(1, exponential(1))] })).requests.failed).toBe(0);
  });
});

/** Fisher and Yates, by a small generator of its own, so that the permutations do not depend on the product. */
function shuffled<T>(values: readonly T[], seed: number): T[] {
  const copy = [...values];
  let state = (seed + 1) * 2654435761;
  for (let last = copy.length - 1; last > 0; last -= 1) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    const other = (state >>> 0) % (last + 1);
    [copy[last], copy[other]] = [copy[other], copy[last]];
  }
  return copy;
}
