/** Names, connections, transfers, and traffic that follows a curve. */
import { describe, expect, test } from 'vitest';
import { always, type Law } from '../../src/engine/law.js';
import type { RatePiece } from '../../src/model.js';
import { run } from '../../src/simulate.js';
import { dnsLookup } from '../../src/stages/dns.js';
import { type Request, Requests } from '../../src/stages/request.js';
import { Visitor } from '../../src/stages/visitor.js';
import { bare, exponential, filePage, poisson, scriptPage, users } from '../support/bare.js';
import { feed } from '../support/hosts.js';
import { LawTable } from '../support/lawTable.js';
import { Occupancy } from '../support/occupancy.js';
import { column, replicate, replicateSite } from '../support/replicate.js';
import { watch } from '../support/watch.js';

const table = new LawTable('Network and traffic');
const laws = { timeout: 600_000 };

describe('names', () => {
  for (const [name, law] of [
    ['constant', always(30)],
    ['exponential', exponential(30)],
    ['lognormal, SCV 4', { law: 'lognormal', mean: 30, cv: 2 }],
  ] satisfies [string, Law][])
    test(`V19 lookups in flight, ${name} time`, laws, () => {
      const rows = replicate((k) => lookups(law, 10_000_000 / 12, k));
      const controls = [{ values: rows.map((row) => row.rate), mean: 200 }];
      table
        .judge(
          `V19 ${name}`,
          'mean',
          6,
          rows.map((row) => row.inside.mean),
        )
        .judge(
          `V19 ${name}`,
          'variance',
          6,
          rows.map((row) => row.inside.variance),
        )
        .judge(
          `V19 ${name}`,
          'P(> 12)',
          0.008827483518,
          rows.map((row) => row.inside.atLeast(13)),
          { controls, tolerance: 0.1 },
        )
        .judge(
          `V19 ${name}`,
          'P(none)',
          0.002478752177,
          rows.map((row) => 1 - row.inside.atLeast(1)),
          { controls, tolerance: 0.1 },
        )
        .holds();
    });
});

describe('traffic', () => {
  test('V20 a rate that rises and falls, and visits that last two seconds', laws, () => {
    const minutes = 39;
    const model = bare({
      durationMs: 60_000 * (minutes + 1),
      warmupMs: 60_000,
      php: { maxChildren: 2000 },
      pages: [scriptPage({ waitMs: exponential(2000) })],
      traffic: [poisson(0, { curve: waves(minutes + 1) })],
    });
    const rows = replicateSite(model).map(({ series }) => wave(series.busy['php-fpm'], series.stepMs, 60_000));
    table
      .judge('V20 wave', 'mean', 200, column(rows, 'mean'))
      .judge(
        'V20 wave',
        'peak',
        297.8763693,
        rows.map((row) => row.mean + row.amplitude),
      )
      .judge(
        'V20 wave',
        'trough',
        102.1236307,
        rows.map((row) => row.mean - row.amplitude),
      )
      .judge('V20 wave', 'lag, ms', 1971.503059, column(rows, 'lagMs'), { tolerance: 0.06 })
      .holds();
  });

  test('V21 evenly spaced overload, and the way back', () => {
    const curve = [
      { fromMs: 0, toMs: 10_000, fromRate: 150, toRate: 150 },
      { fromMs: 10_000, toMs: 40_000, fromRate: 50, toRate: 50 },
    ];
    const model = bare({
      durationMs: 40_000,
      windows: [
        { name: 'burst', fromMs: 0, toMs: 10_000 },
        { name: 'drain', fromMs: 10_000, toMs: 20_000 },
        { name: 'after', fromMs: 20_000, toMs: 40_000 },
      ],
      pages: [scriptPage({ waitMs: always(10) })],
      traffic: [poisson(0, { curve, spacing: 'even' })],
    });
    const { windows, latencyMs } = run(model);
    const [burst, drain, after] = windows.map((window) => window.stages['php-fpm'].queue);
    expect(Math.abs(burst.max - 500)).toBeLessThanOrEqual(1);
    expect(Math.abs(latencyMs.max! - 10 - 5000)).toBeLessThanOrEqual(10);
    const backlog = burst.mean * 10 + drain.mean * 10;
    expect(Math.abs(backlog / 5000 - 1)).toBeLessThanOrEqual(0.005);
    // One arrival every 20 ms, each served for 10: nobody waits once the burst is worked off.
    expect(after.mean).toBeLessThan(0.001);
    expect(after.max).toBeLessThanOrEqual(1);
  });
});

describe('connections', () => {
  for (const [most, perConnection] of [
    [1e9, 4.48168907],
    [4, 2.849258316],
  ] as const)
    test(`V28 connections kept for 75 s, of at most ${most} requests`, laws, () => {
      const model = bare({
        durationMs: 2e8,
        nginx: { keepaliveTimeoutMs: 75_000, keepaliveRequests: most },
        visitors: { keepAlive: true },
        pages: [filePage()],
        traffic: [users(20, exponential(50_000))],
      });
      const rows = replicateSite(model).map(({ stages, requests }) => {
        const opened = stages.tcp.details['connections opened'];
        const reused = stages.tcp.details['connections reused'];
        return {
          reuse: reused / requests.offered,
          perConnection: requests.offered / opened,
          handshakes: opened / requests.offered,
        };
      });
      table.judge(`V28 keep-alive of ${most}`, 'requests per connection', perConnection, column(rows, 'perConnection'));
      if (most > 4)
        table
          .judge('V28 keep-alive', 'reuse', 0.7768698399, column(rows, 'reuse'))
          .judge('V28 keep-alive', 'handshakes per request', 0.2231301601, column(rows, 'handshakes'));
      table.holds();
    });

  const transfer = (segments: number, bytesPerMs: number | null, tls: '1.2' | '1.3' | null = null) => {
    const model = bare({
      durationMs: 10_000,
      tcp: { tls: tls === null ? null : { version: tls, handshakeMs: always(0) } },
      visitors: { roundTripMs: always(100), bytesPerMs: bytesPerMs === null ? null : always(bytesPerMs) },
      pages: [filePage({ bytes: always(1460 * segments) })],
      traffic: [poisson(0, { spacing: 'even', curve: [{ fromMs: 0, toMs: 1, fromRate: 1000, toRate: 1000 }] })],
    });
    const { latencyMs, requests } = run(model);
    expect(requests).toEqual({ offered: 1, good: 1, failed: 0, unfinished: 0 });
    return latencyMs.max!;
  };

  test.each([
    [1, 200],
    [10, 200],
    [11, 300],
    [30, 300],
    [31, 400],
    [70, 400],
    [71, 500],
    [150, 500],
    [685, 800],
    [7000, 1100],
  ])('V29 %i segments over a line without limit take %i ms', (segments, ms) => {
    expect(transfer(segments, null)).toBeCloseTo(ms, 9);
    expect(transfer(segments, null, '1.3')).toBeCloseTo(ms + 100, 9);
    expect(transfer(segments, null, '1.2')).toBeCloseTo(ms + 200, 9);
  });

  test.each([
    [10, 10, 212],
    [70, 10, 450.4],
    [685, 10, 1246.8],
    [10, 100, 201.2],
    [70, 100, 405.04],
    [685, 100, 807.32],
  ])('V29 %i segments at %i Mbit/s take %d ms', (segments, megabits, ms) => {
    expect(transfer(segments, 125 * megabits)).toBeCloseTo(ms, 9);
  });

  const kernels = [
    ['up to 6.4', [0, 1000, 3000, 7000, 15000, 31000, 63000], 127_000, 55.55545082],
    ['since 6.5', [0, 1000, 2000, 3000, 4000, 5000, 7000, 11000, 19000, 35000, 67000], 131_000, 52.63159722],
  ] as const;
  for (const [name, synRetryMs, synGiveUpMs, extraMs] of kernels) {
    test(`V30 lost SYNs, Linux ${name}`, laws, () => {
      const model = bare({
        durationMs: 160_000,
        warmupMs: 0,
        tcp: { synRetryMs, synGiveUpMs, loss: 1 - Math.sqrt(0.95) },
        pages: [filePage()],
        traffic: [poisson(0, { curve: [{ fromMs: 0, toMs: 20_000, fromRate: 5000, toRate: 5000 }] })],
      });
      const rows = replicateSite(model).map(({ stages, requests }) => {
        expect(requests.failed + requests.unfinished).toBe(0);
        return stages.tcp.timeMs.mean!;
      });
      table.judge(`V30 Linux ${name}`, 'extra delay, ms', extraMs, rows).holds();
    });

    test(`V30 a SYN that is never answered is sent by the schedule, Linux ${name}`, () => {
      const model = bare({
        durationMs: 200_000,
        tcp: { synRetryMs, synGiveUpMs, loss: 1 },
        pages: [filePage()],
        traffic: [poisson(0, { spacing: 'even', curve: [{ fromMs: 0, toMs: 1, fromRate: 1000, toRate: 1000 }] })],
      });
      const [request] = watch(model);
      expect(request.outcome).toBe('connect timeout');
      expect(request.endedMs).toBe(synGiveUpMs);
      const [, tcp] = request.stages;
      expect(tcp.notes).toEqual(synRetryMs.slice(1).map((_, index) => `SYN sent again, try ${index + 2}`));
    });
  }
});

describe('pages', () => {
  test('V38 a page is there when the slowest of its six files is', laws, () => {
    const asset = (name: string) => scriptPage({ waitMs: exponential(20) }, { path: name, weight: 0 });
    const names = ['/a', '/b', '/c', '/d', '/e', '/f'];
    const model = bare({
      durationMs: 80_000,
      php: { maxChildren: 10_000 },
      pages: [filePage({ assets: [1, 2, 3, 4, 5, 6] }), ...names.map(asset)],
      traffic: [poisson(0, { curve: [{ fromMs: 0, toMs: 70_000, fromRate: 100, toRate: 100 }] })],
    });
    const rows = replicate((k) => pageTimes(watch(model, { run: k })));
    table
      .judge('V38 six files', 'mean, ms', 49, column(rows, 'mean'))
      .judge('V38 six files', 'p99, ms', 127.8549221, column(rows, 'p99'))
      .holds();
  });
});

/** The DNS stage alone, with a resolver that always takes `law`. */
function lookups(law: Law, lengthMs: number, k: number) {
  const inside = new Occupancy();
  let asked = 0;
  let end = () => {};
  feed({ traffic: poisson(200), durationMs: 10_000 + lengthMs, warmupMs: 10_000, run: k }, ({ clock, random }) => {
    const dns = dnsLookup(bare({ dns: { resolverMs: law } }).dns, clock).stage;
    const requests = new Requests(clock);
    const seeds = random.stream('visitors');
    const spare: Visitor[] = [];
    end = () => inside.set(inside.value, clock.now());
    const arrive = () => {
      asked += 1;
      const request = requests.take();
      const visitor = spare.pop() ?? new Visitor();
      visitor.reset();
      request.visitor = visitor;
      request.seedHigh = seeds.word() | 0;
      request.seedLow = seeds.word() | 0;
      inside.add(1, clock.now());
      request.call(dns, leave);
    };
    const leave = (answered: Request) => {
      inside.add(-1, clock.now());
      spare.push(answered.visitor!);
      requests.give(answered);
    };
    const count = () => {
      asked = 0;
      inside.restart(clock.now());
    };
    return { arrive, count };
  });
  end();
  return { inside, rate: (1000 * asked) / lengthMs };
}

/** 100 · (1 + ½ sin 2πt/60 s) in straight pieces of a quarter of a second. */
function waves(minutes: number): RatePiece[] {
  const rate = (ms: number) => 100 * (1 + 0.5 * Math.sin((2 * Math.PI * ms) / 60_000));
  return Array.from({ length: 240 * minutes }, (_, index) => {
    const fromMs = 250 * index;
    return { fromMs, toMs: fromMs + 250, fromRate: rate(fromMs), toRate: rate(fromMs + 250) };
  });
}

/** Mean, amplitude and lag behind a sine of what was seen at the end of each step, after the first period. */
function wave(values: readonly number[], stepMs: number, periodMs: number) {
  let count = 0;
  let sum = 0;
  let sine = 0;
  let cosine = 0;
  values.forEach((value, step) => {
    const timeMs = (step + 1) * stepMs;
    if (timeMs <= periodMs) return;
    const phase = (2 * Math.PI * timeMs) / periodMs;
    count += 1;
    sum += value;
    sine += value * Math.sin(phase);
    cosine += value * Math.cos(phase);
  });
  const amplitude = (2 * Math.hypot(sine, cosine)) / count;
  return { mean: sum / count, amplitude, lagMs: (Math.atan2(-cosine, sine) / (2 * Math.PI)) * periodMs };
}

/** From the click to the last file, of pages that are complete. */
function pageTimes(requests: readonly ReturnType<typeof watch>[number][]) {
  const pages = new Map<number, { fromMs: number; toMs: number; files: number }>();
  for (const { visitor, arrivedMs, endedMs } of requests) {
    const key = (visitor.seedHigh >>> 0) * 2 ** 20 + (visitor.seedLow >>> 12);
    const page = pages.get(key) ?? { fromMs: arrivedMs, toMs: 0, files: 0 };
    page.files += 1;
    page.toMs = Math.max(page.toMs, endedMs);
    pages.set(key, page);
  }
  const times = [...pages.values()].map(({ fromMs, toMs, files }) => {
    expect(files).toBe(7);
    return toMs - fromMs;
  });
  times.sort((a, b) => a - b);
  return { mean: times.reduce((sum, ms) => sum + ms, 0) / times.length, p99: times[Math.floor(0.99 * times.length)] };
}
