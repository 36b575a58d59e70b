import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import { capacity, steadyStudy } from '../../src/experiments/capacity.js';
import type { Model } from '../../src/model.js';
import { goalsOf } from '../../src/scenario/goals.js';
import { bare, exponential, poisson, scriptPage, users } from '../support/bare.js';

const site = (parts: Parameters<typeof bare>[0]) => bare({ durationMs: 60_000, visitors: { patienceMs: null }, ...parts });
const capacityOf = (model: Model, ...goals: string[]) => capacity(steadyStudy(model, goalsOf(goals, model)));

/** Within 2 % of what theory says, by the mean of the runs. */
function expectNear({ value }: ReturnType<typeof capacity>, target: number): void {
  expect(value!.mean / target).toBeGreaterThan(0.98);
  expect(value!.mean / target).toBeLessThan(1.02);
}

describe('capacity', () => {
  it('one worker, exponential service: p95 of M/M/1 is ln 20 / (μ - λ)', () => {
    const model = site({ pages: [scriptPage({ cpuMs: exponential(10) })], php: { maxChildren: 1 }, traffic: [poisson(20)] });
    const found = capacityOf(model, 'p95 < 100ms');
    expectNear(found, 100 - 29.957);
    expect(found.missed).toBe('p95 < 100ms');
    expect(found.beyond!.requests.offered).toBeGreaterThan(10_000);
  });

  it('one shared core, any law of work: the mean of M/G/1-PS is S / (1 - ρ)', () => {
    const model = site({
      host: { cores: 1 },
      pages: [scriptPage({ cpuMs: always(10) })],
      php: { maxChildren: 10_000 },
      traffic: [poisson(20)],
    });
    expectNear(capacityOf(model, 'mean < 40ms'), 75);
  });

  it('eight children and no backlog to speak of: the share that Erlang B refuses', () => {
    const model = site({
      pages: [scriptPage({ waitMs: exponential(100) })],
      php: { maxChildren: 8, listenBacklog: -1 },
      traffic: [poisson(20)],
    });
    // B(8, a) is 5 % at a = 4.5430 erlang.
    expectNear(capacityOf(model, 'errors < 5%'), 45.43);
  });

  it('closed users: how many before the mean is too slow, a whole number', () => {
    const model = site({
      host: { cores: 1 },
      pages: [scriptPage({ cpuMs: exponential(20) })],
      php: { maxChildren: 10_000 },
      traffic: [users(10, exponential(1000))],
    });
    const found = capacityOf(model, 'mean < 200ms');
    expect(found.vary).toBe('users');
    expect(Number.isInteger(found.holdsAt)).toBe(true);
    // Exact mean-value analysis, R(N) = 20 (1 + Q(N - 1)): R(58) is 198.6, R(59) 212.2.
    expectNear(found, 58);
  });

  it('the way there rises: offered load, CPU, and waits', () => {
    const model = site({
      host: { cores: 1 },
      pages: [scriptPage({ cpuMs: exponential(10) })],
      php: { maxChildren: 100 },
      traffic: [poisson(20)],
    });
    const { curve } = capacityOf(model, 'p95 < 200ms', 'errors < 1%');
    for (const [at, point] of curve.entries()) {
      if (at === 0) continue;
      expect(point.offered).toBeGreaterThan(curve[at - 1].offered);
      expect(point.cpu).toBeGreaterThan(curve[at - 1].cpu);
      expect(point.p95!).toBeGreaterThan(curve[at - 1].p95!);
    }
  });

  it('a goal that no load meets has no capacity, and one that any load meets has no limit', () => {
    const slow = site({ pages: [scriptPage({ waitMs: always(300) })], php: { maxChildren: 1000 }, traffic: [poisson(1)] });
    expect(capacityOf(slow, 'p95 < 200ms')).toMatchObject({ value: null, holdsAt: null, missed: 'p95 < 200ms' });
    const idle = site({ pages: [scriptPage({})], php: { maxChildren: 1 }, traffic: [users(2, always(60_000))] });
    expect(capacityOf(idle, 'errors < 100%').missesAt).toBeNull();
  });
});

describe('a steady study', () => {
  it('leaves surges and events out, and keeps the mix', () => {
    const surge = poisson(0, { name: 'surge', curve: [{ fromMs: 30_000, toMs: 40_000, fromRate: 500, toRate: 500 }] });
    const model = site({
      pages: [scriptPage({}), scriptPage({})],
      traffic: [poisson(30), poisson(10, { name: 'other', mix: [{ page: 1, weight: 1 }] }), surge],
      incident: { name: 'surge', kind: 'surge', fromMs: 30_000, peakToMs: 40_000, toMs: 40_000 },
    });
    const study = steadyStudy(model, []);
    expect(study.present).toBe(40);
    const rates = study
      .modelAt(80)
      .traffic.map((source) => (source.kind === 'open' ? [source.name, source.curve[0].fromRate, source.mix] : []));
    expect(rates).toEqual([
      ['visits', 60, null],
      ['other', 20, [{ page: 1, weight: 1 }]],
    ]);
  });
});
