/** One worker: waiting in line against the formulas of Pollaczek and Khinchine and their relatives. */
import { describe, test } from 'vitest';
import { always, type Law } from '../../src/engine/law.js';
import type { SourceModel } from '../../src/model.js';
import { bare, exponential, poisson, query, scriptPage } from '../support/bare.js';
import { poolFed } from '../support/hosts.js';
import { LawTable } from '../support/lawTable.js';
import { column, fpmFigures, replicate, replicateSite } from '../support/replicate.js';

const table = new LawTable('One worker');
const laws = { timeout: 600_000 };

/** Wq at load 0.8 forgets its start within this; 20 · S / (1 - √ρ)². */
const WARMUP_MS = 18_000;

/** A PHP-FPM child that is held for `service` by each request, on a site where nothing else takes time. */
function worker(traffic: SourceModel, service: Law, seconds: number) {
  return bare({
    durationMs: WARMUP_MS + 1000 * seconds,
    warmupMs: WARMUP_MS,
    pages: [scriptPage({ waitMs: service })],
    traffic: [traffic],
  });
}

function site(traffic: SourceModel, service: Law, seconds: number) {
  return replicateSite(worker(traffic, service, seconds)).map(fpmFigures);
}

function pool(traffic: SourceModel, service: Law, seconds: number, parts: { lineMax?: number; warmupMs?: number } = {}) {
  const { lineMax, warmupMs = WARMUP_MS } = parts;
  return replicate((run) =>
    poolFed({ traffic, service, places: 1, lineMax, durationMs: warmupMs + 1000 * seconds, warmupMs, run }),
  );
}

type Site = ReturnType<typeof site>;

/** What varies by chance and is known: the rate of arrivals and the load. */
const known = (rows: Site, rate: number, load: number) => [
  { values: column(rows, 'offered'), mean: rate },
  { values: column(rows, 'utilisation'), mean: load },
];

describe('one worker', () => {
  test('V01 random arrivals, exponential service', laws, () => {
    const rows = site(poisson(80), exponential(10), 2200);
    const controls = known(rows, 80, 0.8);
    table
      .judge('V01 M/M/1', 'rate, per s', 80, column(rows, 'offered'))
      .judge('V01 M/M/1', 'load', 0.8, column(rows, 'utilisation'))
      .judge('V01 M/M/1', 'W, ms', 50, column(rows, 'sojourn'), { controls })
      .judge('V01 M/M/1', 'L', 4, column(rows, 'inside'), { controls });
    table
      .judge(
        'V01 M/M/1',
        'sojourn p50, ms',
        34.65735903,
        rows.map((row) => row.latency.p50!),
        { controls },
      )
      .holds();
  });

  test('V01 as a pool of one place: waits, states and busy periods', laws, () => {
    const rows = pool(poisson(80), exponential(10), 19000);
    const controls = [
      { values: column(rows, 'arrived'), mean: 80 },
      { values: column(rows, 'serviceMs'), mean: 10 },
    ];
    table
      .judge('V01 pool', 'Wq, ms', 40, column(rows, 'wait'), { controls })
      .judge(
        'V01 pool',
        'Lq',
        3.2,
        rows.map((row) => row.insideBeyond(1)),
        { controls },
      )
      .judge(
        'V01 pool',
        'P(N ≥ 10)',
        0.1073741824,
        rows.map((row) => row.atLeast(10)),
        { controls },
      );
    for (const [name, target, share, tolerance] of [
      ['sojourn p90', 115.1292546, 0.9, 0.02],
      ['sojourn p95', 149.7866137, 0.95, 0.02],
      ['sojourn p99', 230.2585093, 0.99, 0.02],
      ['sojourn p99.9', 345.3877639, 0.999, 0.05],
    ] as const)
      table.judge(
        'V01 pool',
        `${name}, ms`,
        target,
        rows.map((row) => row.sojourns.quantile(share)!),
        { controls, tolerance },
      );
    for (const [name, target, share] of [
      ['wait p90', 103.9720771, 0.9],
      ['wait p95', 138.6294361, 0.95],
      ['wait p99', 219.1013317, 0.99],
    ] as const)
      table.judge(
        'V01 pool',
        `${name}, ms`,
        target,
        rows.map((row) => row.waits.quantile(share)!),
        { controls },
      );
    table.judge('V01 pool', 'busy period, ms', 50, column(rows, 'busyPeriodMs'), { controls }).holds();
  });

  test('V02 evenly spaced arrivals, exponential service', laws, () => {
    const even = poisson(80, { spacing: 'even' });
    const rows = site(even, exponential(10), 1500);
    const controls = [{ values: column(rows, 'utilisation'), mean: 0.8 }];
    table
      .judge('V02 D/M/1', 'W, ms', 26.9273084, column(rows, 'sojourn'), { controls })
      .judge('V02 D/M/1', 'L', 2.154184672, column(rows, 'inside'), { controls })
      .holds();
    const direct = pool(even, exponential(10), 8000);
    const served = [{ values: column(direct, 'serviceMs'), mean: 10 }];
    table
      .judge('V02 pool', 'Wq, ms', 16.9273084, column(direct, 'wait'), { controls: served })
      .judge(
        'V02 pool',
        'sojourn p99, ms',
        124.0048378,
        direct.map((row) => row.sojourns.quantile(0.99)!),
        { controls: served },
      )
      .judge(
        'V02 pool',
        'σ = P(wait > 0)',
        0.6286297965,
        direct.map((row) => 1 - row.atOnce),
      )
      .holds();
  });

  test('V03 constant service', laws, () => {
    const rows = site(poisson(80), always(10), 1600);
    const controls = [{ values: column(rows, 'offered'), mean: 80 }];
    table
      .judge('V03 M/D/1', 'W, ms', 30, column(rows, 'sojourn'), { controls })
      .judge('V03 M/D/1', 'Wq, ms', 20, column(rows, 'wait'), { controls })
      .judge('V03 M/D/1', 'L', 2.4, column(rows, 'inside'), { controls })
      .judge(
        'V03 M/D/1',
        'wait p50, ms',
        12.75939873,
        rows.map((row) => row.latency.p50! - 10),
        { controls },
      )
      .holds();
    const direct = pool(poisson(80), always(10), 10000);
    const fed = [{ values: column(direct, 'arrived'), mean: 80 }];
    for (const [name, target, share] of [
      ['p90', 50.11511498, 0.9],
      ['p95', 66.20324997, 0.95],
      ['p99', 103.5588679, 0.99],
    ] as const)
      table.judge(
        'V03 pool',
        `wait ${name}, ms`,
        target,
        direct.map((row) => row.waits.quantile(share)!),
        { controls: fed },
      );
    table.judge('V03 pool', 'P(wait = 0)', 0.2, column(direct, 'atOnce'), { controls: fed }).holds();
  });

  for (const [name, law, wait, inside, square, seconds] of [
    ['Erlang-4', { law: 'gamma', mean: 10, cv: 0.5 }, 25, 2.8, 125, 1600],
    ['lognormal, SCV 4', { law: 'lognormal', mean: 10, cv: 2 }, 100, 8.8, 500, 12000],
    ['hyper-exponential, SCV 4', { law: 'hyperexponential', mean: 10, cv: 2 }, 100, 8.8, 500, 10000],
  ] as const)
    test(`V04 ${name} service`, laws, () => {
      const rows = pool(poisson(80), law, seconds);
      const controls = [
        { values: column(rows, 'arrived'), mean: 80 },
        { values: column(rows, 'serviceMs'), mean: 10 },
        { values: column(rows, 'serviceSquare'), mean: square },
      ];
      table
        .judge(`V04 ${name}`, 'Wq, ms', wait, column(rows, 'wait'), { controls })
        .judge(`V04 ${name}`, 'L', inside, column(rows, 'inside'), { controls })
        .holds();
    });

  test('V11 as much work as there is time for, ten places in all', laws, () => {
    const model = bare({
      durationMs: 1_020_000,
      warmupMs: 20_000,
      php: { listenBacklog: 8 },
      pages: [scriptPage({ waitMs: exponential(10) })],
      traffic: [poisson(100)],
    });
    const rows = replicateSite(model).map(fpmFigures);
    table
      .judge('V11 M/M/1/10', 'throughput, per s', 1000 / 11, column(rows, 'served'))
      .judge('V11 M/M/1/10', 'L', 5, column(rows, 'inside'))
      .judge(
        'V11 M/M/1/10',
        'W accepted, ms',
        55,
        rows.map((row) => row.latency.mean!),
      )
      .holds();
    const direct = pool(poisson(100), exponential(10), 3200, { lineMax: 9, warmupMs: 20_000 });
    table.judge('V11 pool', 'P(reject)', 1 / 11, column(direct, 'rejected'));
    for (let n = 0; n <= 10; n += 1)
      table.judge(
        'V11 pool',
        `P(N = ${n})`,
        1 / 11,
        direct.map((row) => row.atLeast(n) - row.atLeast(n + 1)),
      );
    table.holds();
  });

  test('V33 batches of ten', laws, () => {
    const rows = pool(poisson(80, { batch: 10 }), exponential(10), 13000);
    const controls = [
      { values: column(rows, 'arrived'), mean: 80 },
      { values: column(rows, 'serviceMs'), mean: 10 },
    ];
    table
      .judge(
        'V33 batches',
        'load',
        0.8,
        rows.map((row) => row.atLeast(1)),
      )
      .judge('V33 batches', 'L', 22, column(rows, 'inside'), { controls })
      .judge(
        'V33 batches',
        'W, ms',
        275,
        rows.map((row) => row.sojourns.mean!),
        { controls },
      )
      .holds();
  });

  test('V34 bursts', laws, () => {
    const bursty: SourceModel = {
      kind: 'bursty',
      name: 'visits',
      mix: null,
      highRate: 150,
      highMs: 500,
      lowRate: 30,
      lowMs: 1000,
      fromMs: 0,
      toMs: 1e12,
    };
    const rows = pool(bursty, exponential(10), 20000);
    const controls = [
      { values: column(rows, 'arrived'), mean: 70 },
      { values: column(rows, 'serviceMs'), mean: 10 },
    ];
    table
      .judge('V34 bursts', 'rate, per s', 70, column(rows, 'arrived'))
      .judge(
        'V34 bursts',
        'P(empty)',
        0.3,
        rows.map((row) => 1 - row.atLeast(1)),
      )
      .judge('V34 bursts', 'L', 25.44479153, column(rows, 'inside'), { controls })
      .judge(
        'V34 bursts',
        'W, ms',
        363.4970219,
        rows.map((row) => row.sojourns.mean!),
        { controls },
      )
      .judge(
        'V34 bursts',
        'P(N ≥ 100)',
        0.0582822087,
        rows.map((row) => row.atLeast(100)),
        { controls, tolerance: 0.06 },
      )
      .holds();
  });

  test('V37 PHP, and a random number of queries', laws, () => {
    const page = scriptPage({
      waitMs: exponential(4),
      queries: [query({ times: { law: 'geometric', mean: 5 }, cpuMs: exponential(1) })],
    });
    const model = bare({ durationMs: 1_918_000, warmupMs: WARMUP_MS, pages: [page], traffic: [poisson(80)] });
    const rows = replicateSite(model).map(fpmFigures);
    const controls = known(rows, 80, 0.72);
    table
      .judge('V37 queries', 'load', 0.72, column(rows, 'utilisation'))
      .judge(
        'V37 queries',
        'E[S], ms',
        9,
        rows.map((row) => (1000 * row.busy) / row.served),
      )
      .judge('V37 queries', 'Wq, ms', 17.42857143, column(rows, 'wait'), { controls })
      .judge('V37 queries', 'W, ms', 26.42857143, column(rows, 'sojourn'), { controls })
      .holds();
  });
});
