/**
 * Things that fail and are mended: V22 (up and down by turns), V23 (a server that stands still at times), and the name's part of
 * V27 (what a cache with a time to live hits) and V32 (a stub resolver and lost questions).
 */
import { describe, test } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { distribution } from '../../src/engine/distribution.js';
import { always } from '../../src/engine/law.js';
import { Random } from '../../src/engine/random.js';
import type { DnsModel, FailureModel, Model } from '../../src/model.js';
import { run } from '../../src/simulate.js';
import { faults } from '../../src/streams/faults.js';
import { bare, exponential, filePage, poisson, query, scriptPage } from '../support/bare.js';
import { fails } from '../support/happens.js';
import { LawTable } from '../support/lawTable.js';
import { column, replicate, replicateSite } from '../support/replicate.js';

const table = new LawTable('Failures');
const laws = { timeout: 600_000 };
const seconds = (s: number) => exponential(1000 * s);

describe('V22 up for an exponential time, down for an exponential time', () => {
  const failure = fails({ verb: 'kill', on: 'mysql' }, seconds(2000), seconds(20));

  test('availability and the rate of failures', laws, () => {
    const SPAN_MS = 1e10;
    const rows = replicate((k) => {
      const clock = new VirtualClock();
      let [downMs, sinceMs, failures] = [0, 0, 0];
      faults(bare({ failures: [failure] }), clock, new Random('22', k)).subscribe(({ begins }) => {
        if (begins) [sinceMs, failures] = [clock.now(), failures + 1];
        else downMs += clock.now() - sinceMs;
      });
      clock.runUntil(SPAN_MS);
      return { up: 1 - downMs / SPAN_MS, down: downMs / SPAN_MS, failures: (1e9 * failures) / SPAN_MS };
    });
    table
      .judge('V22', 'availability', 0.9900990099, column(rows, 'up'), { tolerance: 0.0005 })
      .judge('V22', 'unavailability', 1 - 0.9900990099, column(rows, 'down'), { tolerance: 0.03 })
      .judge('V22', 'failures per 10⁶ s', 495.049505, column(rows, 'failures'))
      .holds();
  });

  test('availability thirty seconds after it was new', laws, () => {
    const upAt = (k: number) => {
      const clock = new VirtualClock();
      let up = true;
      const subscription = faults(bare({ failures: [failure] }), clock, new Random('22 new', k)).subscribe(({ begins }) => {
        up = !begins;
      });
      clock.runUntil(30_000);
      subscription.unsubscribe();
      return up ? 1 : 0;
    };
    const rows = replicate((k) => {
      let up = 0;
      for (let trial = 0; trial < 2000; trial += 1) up += upAt(2000 * k + trial);
      return up / 2000;
    });
    table.judge('V22', 'availability at 30 s', 0.9922753286, rows, { tolerance: 0.003 }).holds();
  });

  /** Somebody comes every so often and sees whether the site is there: a page that writes to the database. */
  function probed(failures: FailureModel[], everyMs: number, spanMs: number) {
    const model = bare({
      durationMs: spanMs,
      mysql: {},
      dns: { ttlMs: 0, browserCacheMs: 0, disturbed: { negativeTtlMs: 0, wrongAddress: 'refused', spread: false } },
      pages: [scriptPage({ queries: [query({ commit: true })] })],
      traffic: [poisson(1000 / everyMs, { spacing: 'even' })],
      failures,
    });
    return replicate((k) => {
      const { offered, good } = run(model, { run: k }).requests;
      return { good: good / offered };
    });
  }

  test('the same of a whole site that only MySQL can take down', laws, () => {
    const rows = probed([failure], 50_000, 2e9);
    table.judge('V22 site', 'good answers', 0.9900990099, column(rows, 'good'), { tolerance: 0.001 }).holds();
  });

  test('in series: four parts, each of which is needed', laws, () => {
    const part = (what: FailureModel['what'], availability: number) =>
      fails(what, seconds((20 * availability) / (1 - availability)), seconds(20));
    const rows = probed(
      [
        part({ verb: 'dns', on: 'dns', answer: 'NXDOMAIN' }, 0.9999),
        { ...part({ verb: 'dns', on: 'dns', answer: 'wrong' }, 0.9995), name: 'wrong' },
        part({ verb: 'kill', on: 'mysql' }, 0.999),
        part({ verb: 'fill', on: 'disk' }, 0.9985),
      ],
      50_000,
      2e9,
    );
    table.judge('V22 series', 'good answers', 0.996903049, column(rows, 'good'), { tolerance: 0.001 }).holds();
  });
});

test('V23 by the recursion that the oracle holds the simulation against, request by request', laws, () => {
  const rows = replicate((k) => recursion(new Random('23', k), 600_000));
  table
    .judge('V23 recursion', 'W, ms', 72.23057644, column(rows, 'sojourn'), {
      controls: [{ values: column(rows, 'repairs'), mean: 0.5 / 10.5 }],
    })
    .holds();
});

/** `U(t)` is the time up to `t` that the server was there: a request leaves when U reaches max(U(arrival), U of the one before) + service. */
function recursion(random: Random, count: number) {
  const [arrival, service, up, down] = ['arrival', 'service', 'up', 'down'].map((name) => random.stream(name));
  const [gapMs, serviceMs, upMs, downMs] = [20, 10, 10_000, 500].map((mean) => distribution(exponential(mean)));
  let [nowMs, upAtMs, upSum, readyAt, total, squares] = [0, 0, 0, 0, 0, 0];
  let upEndsMs = upMs.draw(up);
  let downEndsMs = upEndsMs + downMs.draw(down);
  // Arrivals that are in the server yet, and the repairs ahead of them, are met in order, so that one pass is enough.
  const repairs: [number, number][] = [[upEndsMs, downEndsMs]];
  const since: number[] = [0];
  const lookAhead = () => {
    since.push(since.at(-1)! + upEndsMs - upAtMs);
    upAtMs = downEndsMs;
    upEndsMs = upAtMs + upMs.draw(up);
    downEndsMs = upEndsMs + downMs.draw(down);
    repairs.push([upEndsMs, downEndsMs]);
    squares += ((repairs.at(-2)![1] - repairs.at(-2)![0]) / 1000) ** 2;
  };
  let at = 0;
  let leaving = 0;
  for (let n = 0; n < count; n += 1) {
    nowMs += gapMs.draw(arrival);
    while (repairs.at(-1)![1] < nowMs) lookAhead();
    while (repairs[at][1] < nowMs) at += 1;
    upSum = since[at] + Math.min(nowMs, repairs[at][0]) - (at === 0 ? 0 : repairs[at - 1][1]);
    readyAt = Math.max(readyAt, upSum) + serviceMs.draw(service);
    leaving = Math.max(leaving, at);
    for (;;) {
      const upHere = repairs[leaving][0] - (leaving === 0 ? 0 : repairs[leaving - 1][1]);
      if (readyAt <= since[leaving] + upHere) break;
      leaving += 1;
      if (leaving === repairs.length) lookAhead();
    }
    const endMs = (leaving === 0 ? 0 : repairs[leaving - 1][1]) + readyAt - since[leaving];
    total += endMs - nowMs;
  }
  return { sojourn: total / count, repairs: (1000 * squares) / nowMs };
}

test('V23 M/M/1 whose server stands still at times, idle or not, and goes on where it was', laws, () => {
  const model = bare({
    durationMs: 2_020_000,
    warmupMs: 20_000,
    php: { maxChildren: 2000 },
    // One at a time, at a core of its own: the row is the line, the CPU time the service, which a hang interrupts.
    pages: [scriptPage({ queries: [query({ row: 'r', cpuMs: exponential(10) })] })],
    traffic: [poisson(50)],
    failures: [fails({ verb: 'hang', on: 'mysql' }, seconds(10), exponential(500))],
  });
  const rows = replicateSite(model).map(({ stages, perSecond, host }, k) => ({
    sojourn: stages.mysql.timeMs.mean!,
    inside: (stages.mysql.timeMs.mean! * perSecond.offered) / 1000,
    offered: perSecond.offered,
    load: host.cpu.by.mysql * 1e6,
    repairs: squaredRepairs(model, k),
  }));
  // A repair delays all who come in it, and so does its square; 1 / 10.5 s of them, of 2 · 0.5² s² each.
  const controls = [
    { values: column(rows, 'offered'), mean: 50 },
    { values: column(rows, 'load'), mean: 0.5 },
    { values: column(rows, 'repairs'), mean: 0.5 / 10.5 },
  ];
  // Few repairs, each of which delays many: 2 % would take four times as long, and is left to the recursion.
  table
    .judge('V23', 'W, ms', 72.23057644, column(rows, 'sojourn'), { controls, tolerance: 0.04 })
    .judge('V23', 'L', 3.611528822, column(rows, 'inside'), { controls, tolerance: 0.04 })
    .holds();
});

/** Sum of the squares of the repairs' lengths, in s², for each second of the counted time. */
function squaredRepairs(model: Model, k: number): number {
  const clock = new VirtualClock();
  let sinceMs = 0;
  let sum = 0;
  faults(model, clock, new Random(model.seed, k)).subscribe(({ begins }) => {
    if (begins) sinceMs = clock.now();
    else if (clock.now() > model.warmupMs) sum += ((clock.now() - sinceMs) / 1000) ** 2;
  });
  clock.runUntil(model.durationMs);
  return (1000 * sum) / (model.durationMs - model.warmupMs);
}

describe('V27 a resolver that keeps the record for its TTL', () => {
  const RATE = 10;

  /** Lookups of many visitors of one resolver; `perTtl` come in a TTL, on average. */
  function cached(perTtl: number, lookups: number, fetchMs = 0) {
    const model = bare({
      durationMs: (1000 * lookups) / RATE,
      pages: [filePage()],
      dns: { ttlMs: (1000 * perTtl) / RATE, authoritativeMs: always(fetchMs) },
      traffic: [poisson(RATE)],
    });
    return replicateSite(model).map(({ stages, requests }) => ({
      hits: stages.dns.details['answered from cache'] / requests.offered,
      fetches: stages.dns.details['asked of the zone'] / requests.offered,
    }));
  }

  for (const [perTtl, target, lookups] of [
    [0.1, 0.09090909091, 40_000],
    [1, 0.5, 8000],
    [5, 0.8333333333, 6000],
    [50, 0.9803921569, 6000],
  ])
    test(`λT = ${perTtl}`, laws, () => {
      table.judge(`V27 λT ${perTtl}`, 'hits', target, column(cached(perTtl, lookups), 'hits')).holds();
    });

  test('who asks while it is fetched waits for the same fetch', laws, () => {
    const rows = cached(5, 20_000, 50);
    table.judge('V27 λT 5, λd 0.5', 'fetches a lookup', 0.1538461538, column(rows, 'fetches')).holds();
  });
});

test('V32 a stub resolver, a question or its answer lost in 2 of 100', laws, () => {
  const dns: Partial<DnsModel> = { loss: 0.02, resolverMs: always(20), timeoutMs: 5000, attempts: 2 };
  const model = bare({
    durationMs: 400_000,
    pages: [filePage()],
    dns,
    traffic: [poisson(100, { spacing: 'even', curve: [{ fromMs: 0, toMs: 380_000, fromRate: 100, toRate: 100 }] })],
  });
  const rows = replicateSite(model).map(({ requests, latencyMs }) => ({
    failed: requests.failed / requests.offered,
    mean: latencyMs.mean!,
  }));
  table
    .judge('V32', 'failed', 0.0004, column(rows, 'failed'), { tolerance: 0.3 })
    .judge('V32', 'mean of the others, ms', 118.0392157, column(rows, 'mean'), { tolerance: 0.035 })
    .holds();
});
