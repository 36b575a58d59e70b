/** Visitors who do not wait for ever: in a line that they leave, and before a server that works on for them. */
import { describe, expect, test } from 'vitest';
import { Kind } from '../../src/engine/agenda.js';
import { distribution } from '../../src/engine/distribution.js';
import { always, type Law } from '../../src/engine/law.js';
import { Pool } from '../../src/host/pool.js';
import { bare, exponential, poisson, scriptPage } from '../support/bare.js';
import { feed } from '../support/hosts.js';
import { LawTable } from '../support/lawTable.js';
import { column, replicate, replicateSite, served } from '../support/replicate.js';

const table = new LawTable('Impatience');
const laws = { timeout: 600_000 };

interface Job {
  arrivedMs: number;
  serviceMs: number;
  /** The ticket of the moment at which it leaves the line; 0 once it is served or gone. */
  leaves: number;
  outcome: 'waiting' | 'served' | 'left';
}

interface Options {
  readonly rate: number;
  readonly service: Law;
  readonly patience: Law;
  readonly places: number;
  readonly seconds: number;
  readonly run: number;
  readonly onEnd?: (job: Job, nowMs: number) => void;
}

/** A pool whose line is left by those who have waited for as long as they will. */
function impatient({ rate, service, patience, places, seconds, run, onEnd = () => {} }: Options) {
  const warmupMs = 20_000;
  let [arrived, left, waitedMs, waited, workMs] = [0, 0, 0, 0, 0];
  const traffic = poisson(rate);
  feed({ traffic, durationMs: warmupMs + 1000 * seconds, warmupMs, run }, ({ clock, random }) => {
    const pool = new Pool<Job>(clock, places);
    const needs = { service: distribution(service), patience: distribution(patience) };
    const streams = { service: random.stream('service'), patience: random.stream('patience') };
    const start = (job: Job) => {
      clock.cancel(job.leaves);
      job.leaves = 0;
      const ms = clock.now() - job.arrivedMs;
      waitedMs += ms;
      if (ms > 0) waited += 1;
      clock.after(job.serviceMs, finish, job);
    };
    const finish = (job: Job) => {
      job.outcome = 'served';
      workMs += job.serviceMs;
      onEnd(job, clock.now());
      pool.give();
    };
    const leave = (job: Job, ticket: number) => {
      if (ticket !== job.leaves) return;
      expect(pool.leave(job)).toBe(true);
      job.outcome = 'left';
      waitedMs += clock.now() - job.arrivedMs;
      waited += 1;
      left += 1;
      onEnd(job, clock.now());
    };
    const arrive = () => {
      const job: Job = { arrivedMs: clock.now(), serviceMs: needs.service.draw(streams.service), leaves: 0, outcome: 'waiting' };
      job.leaves = clock.after(needs.patience.draw(streams.patience), leave, job, Kind.timeout);
      arrived += 1;
      pool.take(job, start);
    };
    const count = () => {
      [arrived, left, waitedMs, waited, workMs] = [0, 0, 0, 0, 0];
    };
    return { arrive, count };
  });
  return {
    arrived: arrived / seconds,
    left: left / arrived,
    waitMs: waitedMs / arrived,
    waits: waited / arrived,
    load: workMs / (1000 * seconds * places),
    served: (arrived - left) / seconds,
  };
}

describe('a line that is left', () => {
  test.each([
    [100, 2500, 0.07769288019, 38.84644009, 0.7156273017, 0.9223071198],
    [130, 700, 0.2335651215, 116.7825607, 0.983317842, 0.9963653421],
  ])('V16 ten workers, exponential patience (Erlang-A), %d a second', laws, (rate, seconds, left, waitMs, waits, load) => {
    const rows = replicate((run) =>
      impatient({ rate, service: exponential(100), patience: exponential(500), places: 10, seconds, run }),
    );
    const controls = [{ values: column(rows, 'arrived'), mean: rate }];
    table
      .judge(`V16 M/M/10 + M, ${rate}/s`, 'P(leaves)', left, column(rows, 'left'), { controls })
      .judge(`V16 M/M/10 + M, ${rate}/s`, 'wait of all, ms', waitMs, column(rows, 'waitMs'), { controls })
      .judge(`V16 M/M/10 + M, ${rate}/s`, 'P(waits)', waits, column(rows, 'waits'), { controls })
      .judge(`V16 M/M/10 + M, ${rate}/s`, 'load', load, column(rows, 'load'), { controls })
      .holds();
  });

  test.each([
    [80, 2500, 0.02370701883, 78.10343849, 0.04],
    [100, 1500, 1 / 12, 91.66666667, 0.03],
    [120, 700, 0.1839553081, 97.92536302, 0.02],
  ])('V17 one worker, nobody waits for more than 100 ms, %d a second', laws, (rate, seconds, left, served, tolerance) => {
    const rows = replicate((run) =>
      impatient({ rate, service: exponential(10), patience: always(100), places: 1, seconds, run }),
    );
    const controls = [{ values: column(rows, 'arrived'), mean: rate }];
    table
      .judge(`V17 M/M/1 + D, ${rate}/s`, 'P(leaves)', left, column(rows, 'left'), { controls, tolerance })
      .judge(`V17 M/M/1 + D, ${rate}/s`, 'served, per s', served, column(rows, 'served'), { controls, tolerance: 0.005 })
      .holds();
  });

  test('O6 request by request: who finds more work than patience leaves, all others add theirs', () => {
    const jobs: (Job & { endMs: number })[] = [];
    const onEnd = (job: Job, endMs: number) => void jobs.push({ ...job, endMs });
    impatient({ rate: 110, service: exponential(10), patience: always(60), places: 1, seconds: 100, run: 1, onEnd });
    jobs.sort((a, b) => a.arrivedMs - b.arrivedMs);
    let work = 0;
    let before = 0;
    let left = 0;
    for (const job of jobs) {
      work = Math.max(0, work - (job.arrivedMs - before));
      before = job.arrivedMs;
      const goes = work > 60;
      expect(job.outcome).toBe(goes ? 'left' : 'served');
      expect(job.endMs).toBeCloseTo(job.arrivedMs + (goes ? 60 : work + job.serviceMs), 6);
      if (goes) left += 1;
      else work += job.serviceMs;
    }
    expect(jobs.length).toBeGreaterThan(10_000);
    expect(left).toBeGreaterThan(1000);
  });
});

describe('a server that works on for nobody', () => {
  /** Visitors close the connection; PHP-FPM never learns of it. */
  const site = (rate: number, patienceMs: number, seconds: number) =>
    replicateSite(
      bare({
        durationMs: 40_000 + 1000 * seconds,
        warmupMs: 40_000,
        pages: [scriptPage({ waitMs: exponential(10) })],
        visitors: { patienceMs: always(patienceMs) },
        traffic: [poisson(rate)],
      }),
    );

  test.each([
    [80, 100, 1200, 69.17317734],
    [80, 250, 300, 79.46096424],
    [95, 100, 3500, 37.37958733],
  ])('V18 %d a second, patience of %d ms', laws, (rate, patienceMs, seconds, onTime) => {
    const rows = site(rate, patienceMs, seconds);
    const controls = [
      { values: rows.map((row) => row.perSecond.offered), mean: rate },
      { values: rows.map((row) => row.stages['php-fpm'].utilisation!), mean: rate / 100 },
    ];
    table
      .judge(`V18 ${rate}/s, ${patienceMs} ms`, 'on time, per s', onTime, rows.map(served), { controls })
      .judge(
        `V18 ${rate}/s, ${patienceMs} ms`,
        'load',
        rate / 100,
        rows.map((row) => row.stages['php-fpm'].utilisation!),
      )
      .holds();
  });
});

test('V31 three retries, each attempt fails with 0.2', laws, () => {
  // A SYN or its answer is lost with 1 - (1 - p)² = 0.2, and the kernel does not send it again.
  const rows = replicateSite(
    bare({
      durationMs: 1_000_000,
      tcp: { loss: 1 - Math.sqrt(0.8), synRetryMs: [0], synGiveUpMs: 1000 },
      traffic: [poisson(100, { curve: [{ fromMs: 0, toMs: 900_000, fromRate: 100, toRate: 100 }] })],
      visitors: {
        retry: {
          attempts: 4,
          backoffMs: 100,
          multiplier: 2,
          capMs: 10_000,
          jitter: 'full',
          budget: null,
          on: ['connect timeout'],
        },
      },
      pages: [scriptPage({}, { bytes: always(1) })],
    }),
  );
  table
    .judge(
      'V31 retries',
      'attempts',
      1.248,
      rows.map(({ views }) => views!.perView!),
      { tolerance: 0.002 },
    )
    .judge(
      'V31 retries',
      'success',
      0.9984,
      rows.map(({ views }) => views!.good / views!.begun),
      { tolerance: 0.001 },
    )
    .holds();
});
