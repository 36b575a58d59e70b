/** Cores that are shared: the mean is the same whatever the law of the work. */
import { describe, test } from 'vitest';
import { distribution } from '../../src/engine/distribution.js';
import { always, type Law } from '../../src/engine/law.js';
import { FairShare, type Group, type Task } from '../../src/host/cpu.js';
import { bare, exponential, poisson, query, scriptPage } from '../support/bare.js';
import { coresFed, feed } from '../support/hosts.js';
import { LawTable } from '../support/lawTable.js';
import { column, replicate, replicateSite } from '../support/replicate.js';

const table = new LawTable('Shared cores');
const laws = { timeout: 600_000 };
const WARMUP_MS = 18_000;

const lognormal: Law = { law: 'lognormal', mean: 10, cv: 2 };
const hyper: Law = { law: 'hyperexponential', mean: 10, cv: 2 };
const pareto: Law = { law: 'pareto', shape: 2.5, minimum: 6 };

/** PHP alone, with more children than are ever busy, on so many cores. */
function site(rate: number, cores: number, cpuMs: Law, seconds: number) {
  const children = 2000;
  const model = bare({
    durationMs: WARMUP_MS + 1000 * seconds,
    warmupMs: WARMUP_MS,
    host: { cores },
    php: { maxChildren: children },
    pages: [scriptPage({ cpuMs })],
    traffic: [poisson(rate)],
  });
  return replicateSite(model).map((result) => ({
    offered: result.perSecond.offered,
    load: result.host.cpu.utilisation,
    sojourn: result.latencyMs.mean!,
    inside: result.stages['php-fpm'].utilisation! * children,
  }));
}

describe('shared cores', () => {
  for (const [name, law, seconds] of [['constant', always(10), 1500]] satisfies [string, Law, number][])
    test(`V05 one core, ${name} work`, laws, () => {
      const rows = site(80, 1, law, seconds);
      const controls = [
        { values: column(rows, 'offered'), mean: 80 },
        { values: column(rows, 'load'), mean: 0.8 },
      ];
      table
        .judge(`V05 ${name}`, 'load = 1 - P(N = 0)', 0.8, column(rows, 'load'))
        .judge(`V05 ${name}`, 'W, ms', 50, column(rows, 'sojourn'), { controls })
        .judge(`V05 ${name}`, 'L', 4, column(rows, 'inside'), { controls })
        .holds();
    });

  for (const [name, law, seconds] of [
    ['exponential', exponential(10), 3000],
    ['lognormal, SCV 4', lognormal, 5000],
    ['Pareto 2.5', pareto, 3000],
  ] satisfies [string, Law, number][])
    test(`V05 one core, ${name} work, the cores alone`, laws, () => {
      const rows = cores(80, 1, law, seconds);
      const controls = [
        { values: column(rows, 'arrived'), mean: 80 },
        { values: column(rows, 'load'), mean: 0.8 },
      ];
      table
        .judge(
          `V05 ${name}`,
          'P(N = 0)',
          0.2,
          rows.map((row) => 1 - row.load),
        )
        .judge(
          `V05 ${name}`,
          'P(N ≥ 5)',
          0.32768,
          rows.map((row) => row.atLeast(5)),
          { controls },
        )
        .judge(`V05 ${name}`, 'W, ms', 50, column(rows, 'sojourn'), { controls })
        .judge(`V05 ${name}`, 'L', 4, column(rows, 'inside'), { controls })
        .judge(`V05 ${name}`, 'slowdown', 5, column(rows, 'slowdown'), { controls })
        .holds();
    });

  test('V05 jobs of one size, slowdown, states', laws, () => {
    const rows = replicate((run) =>
      coresFed({
        traffic: poisson(80),
        service: { law: 'empirical', values: [5, 5, 5, 5, 5, 5, 40] },
        cores: 1,
        ofSize: [5, 40],
        durationMs: 3_018_000,
        warmupMs: WARMUP_MS,
        run,
      }),
    );
    const controls = [
      { values: column(rows, 'arrived'), mean: 80 },
      { values: rows.map((row) => row.atLeast(1)), mean: 0.8 },
    ];
    table
      .judge(
        'V05 5 or 40 ms',
        'P(N = 0)',
        0.2,
        rows.map((row) => 1 - row.atLeast(1)),
      )
      .judge(
        'V05 5 or 40 ms',
        'P(N ≥ 5)',
        0.32768,
        rows.map((row) => row.atLeast(5)),
        { controls },
      )
      .judge(
        'V05 5 or 40 ms',
        'W of 5 ms, ms',
        25,
        rows.map((row) => row.sojournOf(5)),
        { controls },
      )
      .judge(
        'V05 5 or 40 ms',
        'W of 40 ms, ms',
        200,
        rows.map((row) => row.sojournOf(40)),
        { controls },
      )
      .judge('V05 5 or 40 ms', 'slowdown', 5, column(rows, 'slowdown'), { controls })
      .holds();
  });

  for (const [name, law, seconds] of [
    ['constant', always(10), 250],
    ['exponential', exponential(10), 300],
  ] satisfies [string, Law, number][])
    test(`V06 four cores, ${name} work`, laws, () => {
      const rows = site(320, 4, law, seconds);
      const controls = [
        { values: column(rows, 'offered'), mean: 320 },
        { values: column(rows, 'load'), mean: 0.8 },
      ];
      table
        .judge(`V06 ${name}`, 'use of the cores', 0.8, column(rows, 'load'))
        .judge(`V06 ${name}`, 'W, ms', 17.4554059, column(rows, 'sojourn'), { controls })
        .judge(`V06 ${name}`, 'L', 5.585729887, column(rows, 'inside'), { controls })
        .holds();
    });

  for (const [name, law, seconds] of [
    ['exponential', exponential(10), 1000],
    ['hyper-exponential, SCV 4', hyper, 1500],
  ] satisfies [string, Law, number][])
    test(`V06 how often all four are busy, ${name} work`, laws, () => {
      const rows = cores(320, 4, law, seconds);
      const controls = [{ values: column(rows, 'arrived'), mean: 320 }];
      table
        .judge(
          `V06 ${name}`,
          'P(all busy)',
          0.5964324718,
          rows.map((row) => row.atLeast(4)),
          { controls },
        )
        .judge(`V06 ${name}`, 'L', 5.585729887, column(rows, 'inside'), { controls })
        .judge(`V06 ${name}`, 'W, ms', 17.4554059, column(rows, 'sojourn'), { controls })
        .holds();
    });

  // An answer that finds its nginx worker busy stands in the worker's line, which theory's cores know nothing of: that is taken off.
  test('V07 four cores for nginx, PHP and MySQL together, the site', laws, () => {
    const model = bare({
      durationMs: WARMUP_MS + 170_000,
      warmupMs: WARMUP_MS,
      host: { cores: 4 },
      nginx: { proxyMs: always(0.5) },
      php: { maxChildren: 2000 },
      pages: [scriptPage({ cpuMs: exponential(6), queries: [query({ cpuMs: { law: 'gamma', mean: 3.5, cv: 0.5 } })] })],
      traffic: [poisson(320)],
    });
    const rows = replicateSite(model).map(({ stages, host, perSecond }) => ({
      offered: perSecond.offered,
      load: host.cpu.utilisation,
      nginx: stages.nginx.timeMs.mean! - stages['php-fpm'].timeMs.mean! - (1000 * stages.nginx.queue.mean) / perSecond.offered,
      php: stages['php-fpm'].timeMs.mean! - stages.mysql.timeMs.mean!,
      mysql: stages.mysql.timeMs.mean!,
    }));
    const controls = [
      { values: column(rows, 'offered'), mean: 320 },
      { values: column(rows, 'load'), mean: 0.8 },
    ];
    table
      .judge('V07 three daemons', 'in nginx, ms', 0.8727702949, column(rows, 'nginx'), { controls })
      .judge('V07 three daemons', 'in PHP, ms', 10.47324354, column(rows, 'php'), { controls })
      .judge('V07 three daemons', 'in MySQL, ms', 6.109392064, column(rows, 'mysql'), { controls })
      .holds();
  });

  test('V07 four cores for three phases, the cores alone', laws, () => {
    const rows = replicate((run) => phases([always(0.5), exponential(6), { law: 'gamma', mean: 3.5, cv: 0.5 }], 800_000, run));
    const controls = [
      { values: column(rows, 'arrived'), mean: 320 },
      { values: column(rows, 'load'), mean: 0.8 },
    ];
    [0.8727702949, 10.47324354, 6.109392064].forEach((target, phase) => {
      table.judge(
        'V07 three phases',
        `in phase ${phase + 1}, ms`,
        target,
        rows.map((row) => row.sojourns[phase]),
        { controls },
      );
    });
    table
      .judge(
        'V07 three phases',
        'in all, ms',
        17.4554059,
        rows.map((row) => row.sojourns.reduce((a, b) => a + b, 0)),
        { controls },
      )
      .holds();
  });
});

/** Cores, fed with jobs of one kind. */
function cores(rate: number, count: number, service: Law, seconds: number) {
  const durationMs = WARMUP_MS + 1000 * seconds;
  return replicate((run) => {
    const fed = coresFed({ traffic: poisson(rate), service, cores: count, durationMs, warmupMs: WARMUP_MS, run });
    return { ...fed, load: fed.atLeast(1) };
  });
}

class Job implements Task {
  phase = 0;
  sinceMs = 0;

  constructor(readonly group: Group) {}
}

/** Jobs that ask four cores for one piece of work after the other. */
function phases(services: readonly Law[], lengthMs: number, run: number) {
  const counts = services.map(() => 0);
  const sums = services.map(() => 0);
  let arrived = 0;
  let busyMs = 0;
  let end = () => {};
  feed({ traffic: poisson(320), durationMs: WARMUP_MS + lengthMs, warmupMs: WARMUP_MS, run }, ({ clock, random }) => {
    const cpu = new FairShare(clock, 4);
    const group = cpu.group('all');
    const work = services.map((service) => distribution(service));
    const stream = random.stream('service');
    const spare: Job[] = [];
    const begin = (job: Job) => {
      job.sinceMs = clock.now();
      cpu.work(job, work[job.phase].draw(stream), finish);
    };
    const finish = (job: Job) => {
      counts[job.phase] += 1;
      sums[job.phase] += clock.now() - job.sinceMs;
      job.phase += 1;
      if (job.phase < services.length) begin(job);
      else spare.push(job);
    };
    const arrive = () => {
      arrived += 1;
      const job = spare.pop() ?? new Job(group);
      job.phase = 0;
      begin(job);
    };
    const count = () => {
      counts.fill(0);
      sums.fill(0);
      arrived = 0;
      busyMs = cpu.busyMs;
    };
    end = () => {
      busyMs = cpu.busyMs - busyMs;
    };
    return { arrive, count };
  });
  end();
  return {
    arrived: (1000 * arrived) / lengthMs,
    load: busyMs / (4 * lengthMs),
    sojourns: sums.map((sum, phase) => sum / counts[phase]),
  };
}
