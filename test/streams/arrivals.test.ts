import { take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { always, type Law } from '../../src/engine/law.js';
import { Random } from '../../src/engine/random.js';
import type { BurstySourceModel, OpenSourceModel, RatePiece, SourceModel } from '../../src/model.js';
import { arrivals } from '../../src/streams/arrivals.js';
import { bare, exponential, poisson, users } from '../support/bare.js';

describe('arrivals', () => {
  it('evenly spaced, the millionth is as exact as the first', () => {
    const times = timesOf(even([flat(0, 400_000, 3000)]), 400_000);
    expect(times.length).toBe(1_200_000);
    for (const k of [0, 1, 2, 3, 999, 1_000_000, 1_199_999]) expect(Math.abs(times[k] - k / 3)).toBeLessThan(1e-9);
  });

  it('a thousand pieces of the same rate drift no further than rounding', () => {
    const pieces = Array.from({ length: 1000 }, (_, i) => flat(i * 137, (i + 1) * 137, 70));
    const times = timesOf(even(pieces), 136_999);
    expect(times.length).toBe(9590);
    for (let k = 0; k < times.length; k += 1) expect(Math.abs(times[k] - (k * 1000) / 70)).toBeLessThan(1e-6);
  });

  it('on a ramp they come closer and closer: the k-th when the area under the rate is k', () => {
    const up = timesOf(even([{ fromMs: 0, toMs: 10_000, fromRate: 0, toRate: 10 }]), 20_000);
    // The area after t seconds is t² / 2.
    expect(up).toEqual(Array.from({ length: 50 }, (_, k) => expect.closeTo(1000 * Math.sqrt(2 * k), 6)));
    const down = timesOf(even([{ fromMs: 0, toMs: 10_000, fromRate: 10, toRate: 0 }]), 20_000);
    // It is 10 t - t² / 2, so the rest, 50 - k, is (10 - t)² / 2.
    expect(down).toEqual(Array.from({ length: 50 }, (_, k) => expect.closeTo(10_000 - 1000 * Math.sqrt(2 * (50 - k)), 6)));
  });

  it('rise, hold, fall: the pieces follow one another, and nobody comes where there is none', () => {
    const surge = even([
      { fromMs: 1000, toMs: 2000, fromRate: 0, toRate: 4 },
      flat(2000, 4000, 4),
      { fromMs: 4000, toMs: 5000, fromRate: 4, toRate: 0 },
      flat(9000, 9001, 1000),
    ]);
    const times = timesOf(surge, 20_000).map((ms) => Math.round(ms * 1000) / 1000);
    expect(times).toEqual([1000, 1707.107, 2000, 2250, 2500, 2750, 3000, 3250, 3500, 3750, 4000, 4292.893, 9000]);
  });

  it('a rate of nothing passes without anybody', () => {
    expect(timesOf(even([flat(0, 1000, 0), flat(1000, 2000, 2)]), 5000)).toEqual([1000, 1500]);
    expect(timesOf(even([]), 5000)).toEqual([]);
  });

  it('batches come together; the rate counts visits', () => {
    const times = timesOf({ ...even([flat(0, 1000, 6)]), batch: 3 }, 5000);
    expect(times).toEqual([0, 0, 0, 500, 500, 500]);
  });

  it('Poisson arrivals have exponential gaps: mean and spread are equal', () => {
    const times = timesOf(poisson(100), 1_000_000);
    const gaps = times.map((time, i) => time - (times[i - 1] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(Math.abs(times.length - 100_000)).toBeLessThan(4 * Math.sqrt(100_000));
    expect(deviation / mean).toBeCloseTo(1, 1.5);
    const longerThanMean = gaps.filter((gap) => gap > 10).length / gaps.length;
    expect(longerThanMean).toBeCloseTo(Math.exp(-1), 2);
  });

  it('Poisson arrivals follow the curve: twice the rate, twice as many', () => {
    const times = timesOf(poisson(0, { curve: [flat(0, 100_000, 100), flat(100_000, 200_000, 200)] }), 200_000);
    const first = times.filter((time) => time < 100_000).length;
    expect(Math.abs(first - 10_000)).toBeLessThan(400);
    expect(Math.abs(times.length - first - 20_000)).toBeLessThan(600);
  });

  it('the same arrivals for the same seed and name, others for another of either', () => {
    const seen = (seed: string, name: string) => timesOf(poisson(10, { name }), 5000, seed);
    expect(seen('1', 'visits')).toEqual(seen('1', 'visits'));
    expect(seen('1', 'visits')).not.toEqual(seen('2', 'visits'));
    expect(seen('1', 'visits')).not.toEqual(seen('1', 'robots'));
  });

  it('a higher rate brings the same visitors sooner', () => {
    const slow = timesOf(poisson(10), 10_000);
    const fast = timesOf(poisson(20), 5000);
    expect(fast.length).toBe(slow.length);
    expect(fast).toEqual(slow.map((time) => expect.closeTo(time / 2, 9)));
  });

  it('a stream that has no more to come completes, and one that is left forgets its next arrival', () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    const stream = (source: SourceModel) => arrivals(bare({ traffic: [source] }), 0, clock, new Random('1'));
    stream(even([flat(0, 1000, 2)])).subscribe({ complete: () => told.push(`complete at ${clock.now()}`) });
    stream({ ...even([flat(0, 1000, 5)]), batch: 5 })
      .pipe(take(2))
      .subscribe({ next: () => told.push(`one of two at ${clock.now()}`) });
    const left = stream(poisson(1)).subscribe();
    left.unsubscribe();
    clock.runUntil(5000);
    expect(told).toEqual(['one of two at 0', 'one of two at 0', 'complete at 500']);
    expect(clock.pending).toBe(0);
  });

  it('an arrival says which source sent it', () => {
    const clock = new VirtualClock();
    const seen: unknown[] = [];
    arrivals(bare({ traffic: [poisson(1), even([flat(0, 1000, 1)])] }), 1, clock, new Random('1')).subscribe((arrival) =>
      seen.push(arrival),
    );
    clock.runUntil(1);
    expect(seen).toEqual([{ source: 1 }]);
  });
});

describe('bursty arrivals', () => {
  const bursty: BurstySourceModel = {
    kind: 'bursty',
    name: 'bursts',
    mix: null,
    highRate: 200,
    highMs: 1000,
    lowRate: 10,
    lowMs: 4000,
    fromMs: 2000,
    toMs: 1_002_000,
  };

  it('have the mean of both rates, weighted by how long each is kept', () => {
    const times = timesOf(bursty, 2_000_000);
    expect(times[0]).toBeGreaterThanOrEqual(2000);
    expect(times.at(-1)!).toBeLessThanOrEqual(1_002_000);
    // (200 × 1 + 10 × 4) / 5 = 48 a second; some 200 cycles, each with a spread of its own.
    expect(Math.abs(times.length / 1000 - 48)).toBeLessThan(8);
  });

  it('vary far more from second to second than Poisson arrivals do', () => {
    const dispersion = (times: readonly number[]) => {
      const counts = new Array(1000).fill(0);
      for (const time of times) counts[Math.min(999, Math.floor((time - 2000) / 1000))] += 1;
      const mean = times.length / 1000;
      return counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / 1000 / mean;
    };
    expect(dispersion(timesOf(bursty, 2_000_000))).toBeGreaterThan(20);
    expect(dispersion(timesOf(poisson(0, { curve: [flat(2000, 1_002_000, 48)] }), 2_000_000))).toBeLessThan(1.3);
  });

  it('with two equal rates are Poisson, and begin with the high one', () => {
    const times = timesOf({ ...bursty, lowRate: 200 }, 2_000_000);
    expect(Math.abs(times.length - 200_000)).toBeLessThan(4 * Math.sqrt(200_000));
    const lowIsNobody = timesOf({ ...bursty, lowRate: 0, lowMs: 1e9 }, 2_000_000);
    expect(lowIsNobody[0]).toBeLessThan(3000);
    expect(lowIsNobody.length).toBeGreaterThan(10);
    expect(lowIsNobody.length).toBeLessThan(2000);
  });
});

describe('closed users', () => {
  it('each thinks first, and comes once; afterwards they come back by themselves', () => {
    const think: Law = { law: 'empirical', values: [100, 200, 300] };
    const times = timesOf({ ...users(3000, think), fromMs: 1000 }, 10_000);
    expect(new Set(times)).toEqual(new Set([1100, 1200, 1300]));
    expect(times.length).toBe(3000);
    expect(Math.abs(times.filter((time) => time === 1100).length - 1000)).toBeLessThan(120);
    expect(timesOf(users(2, always(50)), 1000)).toEqual([50, 50]);
  });

  it('are forgotten when nobody listens any more', () => {
    const clock = new VirtualClock();
    const model = bare({ traffic: [users(10, exponential(100))] });
    const subscription = arrivals(model, 0, clock, new Random('1')).subscribe();
    expect(clock.pending).toBe(10);
    subscription.unsubscribe();
    expect(clock.pending).toBe(0);
  });
});

function even(curve: readonly RatePiece[]): OpenSourceModel {
  return poisson(0, { curve, spacing: 'even' });
}

function flat(fromMs: number, toMs: number, rate: number): RatePiece {
  return { fromMs, toMs, fromRate: rate, toRate: rate };
}

/** When the arrivals of a source come, up to `untilMs`. */
function timesOf(source: SourceModel, untilMs: number, seed = '1'): number[] {
  const clock = new VirtualClock();
  const times: number[] = [];
  arrivals(bare({ traffic: [source] }), 0, clock, new Random(seed)).subscribe(() => times.push(clock.now()));
  clock.runUntil(untilMs);
  return times;
}
