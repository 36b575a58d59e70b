/** O5: shared cores, job by job, against virtual time and against exact arithmetic. */
import { describe, expect, test } from 'vitest';
import { Kind } from '../../src/engine/agenda.js';
import { VirtualClock } from '../../src/engine/clock.js';
import { distribution } from '../../src/engine/distribution.js';
import { always, type Law } from '../../src/engine/law.js';
import { Need } from '../../src/engine/need.js';
import { Random } from '../../src/engine/random.js';
import { FairShare } from '../../src/host/cpu.js';
import { bare, exponential, poisson, scriptPage } from '../support/bare.js';
import { watch } from '../support/watch.js';

interface Job {
  readonly arrivedMs: number;
  readonly workMs: number;
}

function simulated(jobs: readonly Job[], cores: number): number[] {
  const clock = new VirtualClock();
  const cpu = new FairShare(clock, cores);
  const group = cpu.group('php-fpm');
  const left = new Array<number>(jobs.length).fill(Number.NaN);
  jobs.forEach(({ arrivedMs, workMs }, job) => {
    const done = () => {
      left[job] = clock.now();
    };
    clock.at(arrivedMs, () => cpu.work({ group }, workMs, done), undefined, Kind.arrival);
  });
  clock.runUntil(1e7);
  const asked = jobs.reduce((sum, { workMs }) => sum + workMs, 0);
  expect(Math.abs(cpu.busyMs - asked)).toBeLessThanOrEqual(1e-9 * asked);
  return left;
}

/** Virtual time V grows by min(1, cores / N); a job leaves when V is what it was at its arrival, and its work. */
function byVirtualTime(jobs: readonly Job[], cores: number): number[] {
  const left = new Array<number>(jobs.length);
  const inside = new Map<number, number>();
  let now = 0;
  let virtual = 0;
  let next = 0;
  while (next < jobs.length || inside.size > 0) {
    const pace = Math.min(1, cores / inside.size);
    let first = -1;
    for (const [job, due] of inside) if (first < 0 || due < inside.get(first)!) first = job;
    const leavesMs = first < 0 ? Infinity : now + Math.max(0, inside.get(first)! - virtual) / pace;
    if (next >= jobs.length || leavesMs <= jobs[next].arrivedMs) {
      now = leavesMs;
      virtual = inside.get(first)!;
      inside.delete(first);
      left[first] = now;
    } else {
      if (inside.size > 0) virtual += (jobs[next].arrivedMs - now) * pace;
      else virtual = 0;
      now = jobs[next].arrivedMs;
      inside.set(next, virtual + jobs[next].workMs);
      next += 1;
    }
  }
  return left;
}

/** A fraction of whole numbers of any length. */
class Fraction {
  readonly top: bigint;
  readonly bottom: bigint;

  constructor(top: bigint, bottom = 1n) {
    const divisor = greatestCommonDivisor(top < 0n ? -top : top, bottom);
    this.top = top / divisor;
    this.bottom = bottom / divisor;
  }

  plus(other: Fraction): Fraction {
    return new Fraction(this.top * other.bottom + other.top * this.bottom, this.bottom * other.bottom);
  }

  minus(other: Fraction): Fraction {
    return new Fraction(this.top * other.bottom - other.top * this.bottom, this.bottom * other.bottom);
  }

  times(top: bigint, bottom: bigint): Fraction {
    return new Fraction(this.top * top, this.bottom * bottom);
  }

  below(other: Fraction): boolean {
    return this.top * other.bottom < other.top * this.bottom;
  }

  /** The nearest double, or one beside it. */
  get number(): number {
    const whole = this.top / this.bottom;
    const rest = ((this.top - whole * this.bottom) << 64n) / this.bottom;
    return Number(whole) + Number(rest) / 2 ** 64;
  }
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}

/** Event by event: what each job has left to do, in exact fractions. Quadratic. */
function exactly(jobs: readonly Job[], cores: number): number[] {
  const left = new Array<number>(jobs.length);
  let inside: { job: number; rest: Fraction }[] = [];
  let now = new Fraction(0n);
  let next = 0;
  while (next < jobs.length || inside.length > 0) {
    const size = BigInt(inside.length);
    const [top, bottom] = inside.length <= cores ? [1n, 1n] : [BigInt(cores), size];
    const arrives = next < jobs.length ? new Fraction(BigInt(jobs[next].arrivedMs)) : null;
    const least = inside.reduce<Fraction | null>((min, { rest }) => (min === null || rest.below(min) ? rest : min), null);
    const leaves = least === null ? null : now.plus(least.times(bottom, top));
    const completion = leaves !== null && (arrives === null || !arrives.below(leaves));
    const then = completion ? leaves! : arrives!;
    const had = then.minus(now).times(top, bottom);
    now = then;
    for (const entry of inside) entry.rest = entry.rest.minus(had);
    for (const { job, rest } of inside) if (rest.top === 0n) left[job] = now.number;
    inside = inside.filter(({ rest }) => rest.top !== 0n);
    if (!completion) {
      inside.push({ job: next, rest: new Fraction(BigInt(jobs[next].workMs)) });
      next += 1;
    }
  }
  return left;
}

function expectClose(values: readonly number[], targets: readonly number[]): void {
  const off = values.flatMap((value, at) =>
    Math.abs(value - targets[at]) <= 1e-9 * Math.max(1, targets[at]) ? [] : [`${at}: ${value}, not ${targets[at]}`],
  );
  expect(off).toEqual([]);
  expect(values.length).toBe(targets.length);
}

function seededJobs(count: number, gapMs: number, law: Law, whole: boolean): Job[] {
  const random = new Random('sharing');
  const gaps = random.stream('gaps');
  const works = random.stream('works');
  const gap = distribution(exponential(gapMs));
  const work = distribution(law);
  let arrivedMs = 0;
  return Array.from({ length: count }, () => {
    const gapNow = gap.draw(gaps);
    arrivedMs += whole ? Math.floor(gapNow) : gapNow;
    const workNow = work.draw(works);
    return { arrivedMs, workMs: whole ? 1 + Math.floor(workNow) : workNow };
  });
}

describe.each([1, 2, 4, 7])('O5 %i shared cores', (cores) => {
  test.each([
    ['exponential', exponential(10)],
    ['constant', always(10)],
    ['lognormal, SCV 4', { law: 'lognormal', mean: 10, cv: 2 }],
    ['Pareto 2.5', { law: 'pareto', shape: 2.5, minimum: 6 }],
  ] satisfies [string, Law][])('against virtual time, %s work', (_, law) => {
    const jobs = seededJobs(20_000, 12 / cores, law, false);
    expectClose(simulated(jobs, cores), byVirtualTime(jobs, cores));
  });

  test('against exact fractions, in whole milliseconds with many ties', () => {
    const jobs = seededJobs(400, 12 / cores, exponential(9), true);
    expectClose(simulated(jobs, cores), exactly(jobs, cores));
  });

  test('the whole site, with as many children as it wants', () => {
    const law: Law = { law: 'gamma', mean: 10, cv: 0.7 };
    const model = bare({
      durationMs: 200_000,
      host: { cores },
      php: { maxChildren: 2000 },
      pages: [scriptPage({ cpuMs: law })],
      traffic: [poisson(85 * cores, { curve: [{ fromMs: 0, toMs: 60_000, fromRate: 85 * cores, toRate: 85 * cores }] })],
    });
    const need = new Need('php.cpu /', law);
    const requests = watch(model);
    const jobs = requests.map((request) => ({ arrivedMs: request.arrivedMs, workMs: need.of(request) }));
    expectClose(
      requests.map(({ endedMs }) => endedMs),
      byVirtualTime(jobs, cores),
    );
  });
});
