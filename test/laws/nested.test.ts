/**
 * A worker held across the CPU and the database: the worker pool, two cores and one disk, each waiting on the next.
 *
 * MySQL's thread does the CPU phase here, and then reads a page from a disk that takes one operation at a time, so that the
 * phases come in the order that the theory has them in; PHP's child is held throughout.
 */
import { describe, test } from 'vitest';
import { distribution } from '../../src/engine/distribution.js';
import { always } from '../../src/engine/law.js';
import { FairShare, type Group, type Task } from '../../src/host/cpu.js';
import { Disk } from '../../src/host/disk.js';
import { Pool } from '../../src/host/pool.js';
import { bare, exponential, poisson, query, scriptPage } from '../support/bare.js';
import { feed } from '../support/hosts.js';
import { LawTable } from '../support/lawTable.js';
import { Occupancy } from '../support/occupancy.js';
import { column, fpmFigures, replicate, replicateSite } from '../support/replicate.js';

const table = new LawTable('A worker held across the CPU and the database');
const laws = { timeout: 600_000 };
const WARMUP_MS = 60_000;

function site(rate: number, children: number, seconds: number, listenBacklog = 1e9) {
  return bare({
    durationMs: WARMUP_MS + 1000 * seconds,
    warmupMs: WARMUP_MS,
    host: { cores: 2, disk: { iops: Infinity, queueDepth: 1, latencyMs: exponential(20), fsyncMs: always(0) } },
    php: { maxChildren: children, listenBacklog },
    mysql: { bufferPoolBytes: 0 },
    pages: [scriptPage({ queries: [query({ cpuMs: exponential(40), reads: always(1) })] })],
    traffic: [poisson(rate)],
  });
}

describe('a worker held across the CPU and the database', () => {
  for (const [children, sojourn, wait, hold, allBusy, seconds, rare] of [
    [3, 172.2494602, 92.4072701, 79.8421901, 0.6648289, 16000, 0.02],
    [4, 130.906308, 41.1955052, 89.7108028, 0.4445643, 16000, 0.02],
    [8, 113.2235422, 5.4989852, 107.724557, 0.085916, 5000, 0.1],
    [16, 112.5024464, 0.1447069, 112.3577395, 0.0025403, 5000, 0.5],
  ] as const)
    test(`V35 ${children} workers, the parts of the host`, laws, () => {
      const rows = replicate((run) => parts(children, 1000 * seconds, run));
      const controls = [
        { values: column(rows, 'arrived'), mean: 30 },
        { values: column(rows, 'cpu'), mean: 0.6 },
        { values: column(rows, 'disk'), mean: 0.6 },
      ];
      const name = `V35 ${children} places`;
      table
        .judge(name, 'use of the disk', 0.6, column(rows, 'disk'))
        .judge(name, 'use of the cores', 0.6, column(rows, 'cpu'))
        .judge(name, 'W, ms', sojourn, column(rows, 'sojourn'), { controls })
        .judge(name, 'wait, ms', wait, column(rows, 'wait'), { controls, tolerance: rare })
        .judge(name, 'hold, ms', hold, column(rows, 'hold'), { controls })
        .judge(name, 'P(all busy)', allBusy, column(rows, 'allBusy'), { controls, tolerance: rare })
        .holds();
    });

  for (const [children, sojourn, hold, seconds] of [
    [4, 130.906308, 89.7108028, 2000],
    [16, 112.5024464, 112.3577395, 1200],
  ] as const)
    test(`V35 ${children} workers, the site`, laws, () => {
      const results = replicateSite(site(30, children, seconds));
      const rows = results.map((result) => {
        const { sojourn: ms, waiting, served, busy, offered } = fpmFigures(result);
        return {
          offered,
          cpu: result.host.cpu.utilisation,
          disk: result.host.disk.utilisation,
          sojourn: ms,
          hold: (1000 * busy) / served,
          wait: (1000 * waiting) / served,
        };
      });
      const controls = [
        { values: column(rows, 'offered'), mean: 30 },
        { values: column(rows, 'cpu'), mean: 0.6 },
        { values: column(rows, 'disk'), mean: 0.6 },
      ];
      const name = `V35 ${children} workers`;
      table
        .judge(name, 'use of the disk', 0.6, column(rows, 'disk'))
        .judge(name, 'use of the cores', 0.6, column(rows, 'cpu'))
        .judge(name, 'W, ms', sojourn, column(rows, 'sojourn'), { controls })
        .judge(name, 'hold, ms', hold, column(rows, 'hold'), { controls })
        .holds();
    });

  test.each([
    [1, 16.66666667],
    [2, 30],
    [3, 35.71428571],
    [4, 38.88888889],
    [8, 44.11764706],
    [16, 46.96969697],
    [32, 48.46153846],
  ])('V35 %i workers answer %d requests a second at the most', laws, (children, rate) => {
    const rows = replicateSite(site(100, children, 200, 50)).map(fpmFigures);
    table.judge(`V35 ${children} workers`, 'highest rate, per s', rate, column(rows, 'served')).holds();
  });
});

class Held implements Task {
  arrivedMs = 0;
  startedMs = 0;

  constructor(readonly group: Group) {}
}

/** The same of a pool, two cores and a disk, put together by hand. */
function parts(places: number, lengthMs: number, run: number) {
  const busy = new Occupancy();
  let arrived = 0;
  let done = 0;
  let waitMs = 0;
  let holdMs = 0;
  let cpuMs = 0;
  let diskMs = 0;
  let end = () => {};
  feed({ traffic: poisson(30), durationMs: WARMUP_MS + lengthMs, warmupMs: WARMUP_MS, run }, ({ clock, random }) => {
    const pool = new Pool<Held>(clock, places);
    const cpu = new FairShare(clock, 2);
    const disk = new Disk(clock, Infinity, 1);
    const group = cpu.group('all');
    const work = distribution(exponential(40));
    const read = distribution(exponential(20));
    const stream = random.stream('service');
    const spare: Held[] = [];
    const start = (held: Held) => {
      held.startedMs = clock.now();
      busy.add(1, clock.now());
      cpu.work(held, work.draw(stream), ask);
    };
    const ask = (held: Held) => {
      disk.work(held, read.draw(stream), finish);
    };
    const finish = (held: Held) => {
      busy.add(-1, clock.now());
      done += 1;
      waitMs += held.startedMs - held.arrivedMs;
      holdMs += clock.now() - held.startedMs;
      pool.give();
      spare.push(held);
    };
    const arrive = () => {
      arrived += 1;
      const held = spare.pop() ?? new Held(group);
      held.arrivedMs = clock.now();
      pool.take(held, start);
    };
    const count = () => {
      busy.restart(clock.now());
      arrived = 0;
      done = 0;
      waitMs = 0;
      holdMs = 0;
      cpuMs = cpu.busyMs;
      diskMs = disk.busy.integral(clock.now());
    };
    end = () => {
      busy.set(busy.value, clock.now());
      cpuMs = cpu.busyMs - cpuMs;
      diskMs = disk.busy.integral(clock.now()) - diskMs;
    };
    return { arrive, count };
  });
  end();
  return {
    arrived: (1000 * arrived) / lengthMs,
    cpu: cpuMs / (2 * lengthMs),
    disk: diskMs / lengthMs,
    sojourn: (waitMs + holdMs) / done,
    wait: waitMs / done,
    hold: holdMs / done,
    allBusy: busy.atLeast(places),
  };
}
