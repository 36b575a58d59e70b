/** Several workers before one line, with and without room to wait; a chain of stations; a fixed number of users. */
import { describe, test } from 'vitest';
import { distribution } from '../../src/engine/distribution.js';
import { always, type Law } from '../../src/engine/law.js';
import { Pool } from '../../src/host/pool.js';
import { Histogram } from '../../src/telemetry/histogram.js';
import { bare, exponential, poisson, query, scriptPage, users } from '../support/bare.js';
import { feed, poolFed } from '../support/hosts.js';
import { LawTable } from '../support/lawTable.js';
import { column, fpmFigures, replicate, replicateSite, served } from '../support/replicate.js';

const table = new LawTable('Many workers');
const laws = { timeout: 600_000 };

describe('many workers', () => {
  test('V08 eight workers, unlimited backlog', laws, () => {
    const model = bare({
      durationMs: 3_260_000,
      warmupMs: 60_000,
      php: { maxChildren: 8 },
      pages: [scriptPage({ waitMs: exponential(100) })],
      traffic: [poisson(70)],
    });
    const rows = replicateSite(model).map(fpmFigures);
    const controls = [
      { values: column(rows, 'offered'), mean: 70 },
      { values: column(rows, 'utilisation'), mean: 0.875 },
    ];
    table
      .judge('V08 M/M/8', 'load', 0.875, column(rows, 'utilisation'))
      .judge('V08 M/M/8', 'W, ms', 163.5316018, column(rows, 'sojourn'), { controls })
      .judge('V08 M/M/8', 'L', 11.44721212, column(rows, 'inside'), { controls })
      .holds();
  });

  test('V08 as a pool of eight places', laws, () => {
    const rows = replicate((run) =>
      poolFed({
        traffic: poisson(70),
        service: exponential(100),
        places: 8,
        durationMs: 14_560_000,
        warmupMs: 60_000,
        run,
      }),
    );
    const controls = [
      { values: column(rows, 'arrived'), mean: 70 },
      { values: column(rows, 'serviceMs'), mean: 100 },
    ];
    table
      .judge(
        'V08 pool',
        'P(wait)',
        0.6353160175,
        rows.map((row) => 1 - row.atOnce),
        { controls },
      )
      .judge('V08 pool', 'Wq, ms', 63.53160175, column(rows, 'wait'), { controls })
      .judge(
        'V08 pool',
        'Lq',
        4.447212123,
        rows.map((row) => row.insideBeyond(8)),
        { controls },
      )
      .judge(
        'V08 pool',
        'wait p90, ms',
        184.8952355,
        rows.map((row) => row.waits.quantile(0.9)!),
        { controls },
      )
      .judge(
        'V08 pool',
        'wait p95, ms',
        254.2099535,
        rows.map((row) => row.waits.quantile(0.95)!),
        { controls },
      )
      .judge(
        'V08 pool',
        'wait p99, ms',
        415.1537448,
        rows.map((row) => row.waits.quantile(0.99)!),
        { controls, tolerance: 0.04 },
      )
      .judge(
        'V08 pool',
        'sojourn p95, ms',
        431.5227782,
        rows.map((row) => row.sojourns.quantile(0.95)!),
        { controls },
      )
      .judge(
        'V08 pool',
        'sojourn p99, ms',
        620.2667959,
        rows.map((row) => row.sojourns.quantile(0.99)!),
        { controls },
      )
      .holds();
  });

  for (const [name, service] of [
    ['constant', always(100)],
    ['exponential', exponential(100)],
    ['lognormal, SCV 4', { law: 'lognormal', mean: 100, cv: 2 }],
    ['Pareto 2.5', { law: 'pareto', shape: 2.5, minimum: 60 }],
  ] satisfies [string, Law][])
    test(`V09 eight places and no line, ${name} service`, laws, () => {
      const rows = replicate((run) =>
        poolFed({ traffic: poisson(70), service, places: 8, lineMax: 0, durationMs: 2_530_000, warmupMs: 30_000, run }),
      );
      table
        .judge(`V09 M/G/8/8 ${name}`, 'P(reject)', 0.1788218265, column(rows, 'rejected'))
        .judge(`V09 M/G/8/8 ${name}`, 'carried', 5.748247214, column(rows, 'inside'))
        .holds();
    });

  test('V09 a hundred places and no line', laws, () => {
    const rows = replicate((run) =>
      poolFed({
        traffic: poisson(900),
        service: exponential(100),
        places: 100,
        lineMax: 0,
        durationMs: 453_000,
        warmupMs: 3000,
        run,
      }),
    );
    const controls = [
      { values: column(rows, 'arrived'), mean: 900 },
      { values: column(rows, 'serviceMs'), mean: 100 },
    ];
    table.judge('V09 M/M/100/100', 'P(reject)', 0.02695738046, column(rows, 'rejected'), { controls }).holds();
  });

  test('V10 eight workers and a backlog of sixteen, overloaded', laws, () => {
    const model = bare({
      durationMs: 720_000,
      warmupMs: 20_000,
      php: { maxChildren: 8, listenBacklog: 15 },
      pages: [scriptPage({ waitMs: exponential(100) })],
      traffic: [poisson(100)],
    });
    const rows = replicateSite(model).map(fpmFigures);
    const controls = [{ values: column(rows, 'offered'), mean: 100 }];
    table
      .judge('V10 M/M/8/24', 'P(reject)', 0.2023283645, column(rows, 'rejected'), { controls })
      .judge('V10 M/M/8/24', 'throughput, per s', 79.76716355, column(rows, 'served'))
      .judge('V10 M/M/8/24', 'L', 20.23031897, column(rows, 'inside'))
      .judge('V10 M/M/8/24', 'Lq', 12.25360261, column(rows, 'waiting'))
      .judge(
        'V10 M/M/8/24',
        'W accepted, ms',
        253.6171285,
        rows.map((row) => row.latency.mean!),
      )
      .judge(
        'V10 M/M/8/24',
        'Wq accepted, ms',
        153.6171285,
        rows.map((row) => (row.waiting / row.served) * 1000),
      )
      .judge('V10 M/M/8/24', 'load', 0.9970895444, column(rows, 'utilisation'))
      .holds();
  });

  test('V12 three stations in a row', laws, () => {
    const means = [2, 12, 5];
    const rows = replicate((run) => chain(means, 12_500_000, run));
    const controls = [
      { values: rows.map((row) => row.rate), mean: 60 },
      { values: rows.map((row) => row.services[1]), mean: 12 },
    ];
    [2.272727273, 42.85714286, 7.142857143].forEach((target, station) => {
      table.judge(
        'V12 tandem',
        `W of station ${station + 1}, ms`,
        target,
        rows.map((row) => row.sojourns[station]),
        { controls },
      );
    });
    [0.1363636364, 2.571428571, 0.4285714286].forEach((target, station) => {
      table.judge(
        'V12 tandem',
        `L of station ${station + 1}`,
        target,
        rows.map((row) => row.levels[station]),
        { controls },
      );
    });
    const all = (quantile: number) => rows.map((row) => row.whole.quantile(quantile)!);
    table
      .judge(
        'V12 tandem',
        'W, ms',
        52.27272727,
        rows.map((row) => row.whole.mean!),
        { controls },
      )
      .judge(
        'V12 tandem',
        'sd, ms',
        43.50770496,
        rows.map((row) => row.deviation),
        { controls },
      )
      .judge('V12 tandem', 'p50, ms', 39.75924237, all(0.5), { controls })
      .judge('V12 tandem', 'p95, ms', 138.537514, all(0.95), { controls })
      .judge('V12 tandem', 'p99, ms', 207.5134255, all(0.99), { controls })
      .judge('V12 tandem', 'p99.9, ms', 306.1956438, all(0.999), { controls, tolerance: 0.06 })
      .holds();
  });

  test('V13 a quarter of the passes is repeated at once', laws, () => {
    const rows = replicate((run) => feedback(2_500_000, run));
    const controls = [
      { values: rows.map((row) => row.rate), mean: 40 },
      { values: rows.map((row) => row.load), mean: 0.64 },
    ];
    table
      .judge(
        'V13 feedback',
        'passes per s',
        53.33333333,
        rows.map((row) => row.passes),
      )
      .judge(
        'V13 feedback',
        'load',
        0.64,
        rows.map((row) => row.load),
      )
      .judge(
        'V13 feedback',
        'W per pass, ms',
        33.33333333,
        rows.map((row) => row.perPass),
        { controls },
      )
      .judge(
        'V13 feedback',
        'W per request, ms',
        44.44444444,
        rows.map((row) => row.perRequest),
        { controls },
      )
      .judge(
        'V13 feedback',
        'L',
        1.777777778,
        rows.map((row) => row.inside),
        { controls },
      )
      .holds();
  });

  for (const [count, throughput, response, seconds] of [
    [1, 0.9523809524, 50, 3000],
    [10, 9.400763848, 63.74334704, 700],
    [20, 18.34230425, 90.37554522, 1700],
    [35, 29.26947863, 195.7848802, 2200],
    [50, 33.16918461, 507.4232481, 2600],
    [100, 33.33333333, 2000, 800],
  ] as const)
    test(`V14 ${count} users, one core and one disk`, laws, () => {
      const page = scriptPage({ queries: [query({ cpuMs: exponential(20), reads: always(1) })] });
      const model = bare({
        durationMs: 20_000 + 1000 * seconds,
        warmupMs: 20_000,
        host: { cores: 1, disk: { iops: Infinity, queueDepth: 1, latencyMs: exponential(30), fsyncMs: always(0) } },
        php: { maxChildren: 100 },
        mysql: { bufferPoolBytes: 0 },
        pages: [page],
        traffic: [users(count, exponential(1000))],
      });
      const results = replicateSite(model);
      const figures = results.map(fpmFigures);
      const name = `V14 ${count} users`;
      table.judge(name, 'X, per s', throughput, results.map(served)).judge(
        name,
        'R, ms',
        response,
        results.map((result) => result.latencyMs.mean!),
      );
      if (count === 50) {
        const disk = results.map((result) => result.host.disk.queue.mean + result.host.disk.utilisation);
        table
          .judge(
            name,
            'at the core',
            1.938548895,
            figures.map((row, k) => row.inside - disk[k]),
          )
          .judge(name, 'at the disk', 14.89226649, disk);
      }
      table.holds();
    });

  test('V15 a hundred users, four workers', laws, () => {
    const model = bare({
      durationMs: 1_620_000,
      warmupMs: 20_000,
      php: { maxChildren: 4 },
      pages: [scriptPage({ waitMs: exponential(50) })],
      traffic: [users(100, exponential(1000))],
    });
    const rows = replicateSite(model).map(fpmFigures);
    table
      .judge('V15 M/M/4//100', 'X, per s', 79.51723984, column(rows, 'served'))
      .judge('V15 M/M/4//100', 'R, ms', 257.5889229, column(rows, 'sojourn'))
      .judge('V15 M/M/4//100', 'L', 20.48276016, column(rows, 'inside'))
      .judge('V15 M/M/4//100', 'load', 0.993965498, column(rows, 'utilisation'))
      .holds();
  });
});

const WARMUP_MS = 10_000;

interface Passing {
  arrivedMs: number;
  stationMs: number;
  serviceMs: number;
  passes: number;
}

/** Pools of one place, one after the other. */
function chain(means: readonly number[], lengthMs: number, run: number) {
  const whole = new Histogram();
  const sums = means.map(() => ({ count: 0, sojournMs: 0, serviceMs: 0, from: 0, to: 0 }));
  let arrived = 0;
  let squares = 0;
  let end = () => {};
  feed({ traffic: poisson(60), durationMs: WARMUP_MS + lengthMs, warmupMs: WARMUP_MS, run }, ({ clock, random }) => {
    const spare: Passing[] = [];
    const stations = means.map((mean, index) => {
      const pool = new Pool<Passing>(clock, 1);
      const service = distribution(exponential(mean));
      const stream = random.stream(`service ${index}`);
      const sum = sums[index];
      const enter = (job: Passing) => {
        job.stationMs = clock.now();
        job.serviceMs = service.draw(stream);
        pool.take(job, start);
      };
      const start = (job: Passing) => {
        clock.after(job.serviceMs, finish, job);
      };
      const finish = (job: Passing) => {
        sum.count += 1;
        sum.sojournMs += clock.now() - job.stationMs;
        sum.serviceMs += job.serviceMs;
        pool.give();
        if (index + 1 < stations.length) return stations[index + 1].enter(job);
        const ms = clock.now() - job.arrivedMs;
        whole.record(ms);
        squares += ms * ms;
        spare.push(job);
      };
      const area = () => pool.busy.integral(clock.now()) + pool.waiting.integral(clock.now());
      return { enter, area };
    });
    end = () =>
      stations.forEach(({ area }, index) => {
        sums[index].to = area();
      });
    const arrive = () => {
      arrived += 1;
      const job = spare.pop() ?? { arrivedMs: 0, stationMs: 0, serviceMs: 0, passes: 0 };
      job.arrivedMs = clock.now();
      stations[0].enter(job);
    };
    const count = () => {
      whole.reset();
      arrived = 0;
      squares = 0;
      stations.forEach(({ area }, index) => {
        Object.assign(sums[index], { count: 0, sojournMs: 0, serviceMs: 0, from: area() });
      });
    };
    return { arrive, count };
  });
  end();
  const mean = whole.mean!;
  return {
    rate: (1000 * arrived) / lengthMs,
    whole,
    deviation: Math.sqrt(squares / whole.count - mean * mean),
    sojourns: sums.map((sum) => sum.sojournMs / sum.count),
    services: sums.map((sum) => sum.serviceMs / sum.count),
    levels: sums.map((sum) => (sum.to - sum.from) / lengthMs),
  };
}

/** One pool of one place, to which a quarter of the passes comes back. */
function feedback(lengthMs: number, run: number) {
  let arrived = 0;
  let passes = 0;
  let passMs = 0;
  let left = 0;
  let requestMs = 0;
  let busyFrom = 0;
  let busyTo = 0;
  let insideFrom = 0;
  let insideTo = 0;
  let end = () => {};
  feed({ traffic: poisson(40), durationMs: WARMUP_MS + lengthMs, warmupMs: WARMUP_MS, run }, ({ clock, random }) => {
    const pool = new Pool<Passing>(clock, 1);
    const service = distribution(exponential(12));
    const again = distribution({ law: 'uniform', low: 0, high: 1 });
    const stream = random.stream('service');
    const repeats = random.stream('repeats');
    const spare: Passing[] = [];
    const enter = (job: Passing) => {
      job.stationMs = clock.now();
      pool.take(job, start);
    };
    const start = (job: Passing) => {
      clock.after(service.draw(stream), finish, job);
    };
    const finish = (job: Passing) => {
      passes += 1;
      passMs += clock.now() - job.stationMs;
      pool.give();
      if (again.draw(repeats) < 0.25) return enter(job);
      left += 1;
      requestMs += clock.now() - job.arrivedMs;
      spare.push(job);
    };
    const busy = () => pool.busy.integral(clock.now());
    const inside = () => busy() + pool.waiting.integral(clock.now());
    end = () => {
      busyTo = busy();
      insideTo = inside();
    };
    const arrive = () => {
      arrived += 1;
      const job = spare.pop() ?? { arrivedMs: 0, stationMs: 0, serviceMs: 0, passes: 0 };
      job.arrivedMs = clock.now();
      enter(job);
    };
    const count = () => {
      arrived = 0;
      passes = 0;
      passMs = 0;
      left = 0;
      requestMs = 0;
      busyFrom = busy();
      insideFrom = inside();
    };
    return { arrive, count };
  });
  end();
  return {
    rate: (1000 * arrived) / lengthMs,
    passes: (1000 * passes) / lengthMs,
    load: (busyTo - busyFrom) / lengthMs,
    perPass: passMs / passes,
    perRequest: requestMs / left,
    inside: (insideTo - insideFrom) / lengthMs,
  };
}
