/**
 * Failures of a year against renewal theory. On and off: up exponential with mean 2,000 s, repairs exponential with mean 20 s.
 */
import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import { Random } from '../../src/engine/random.js';
import {
  availabilityOf,
  downtimes,
  failuresIn,
  inParallel,
  inSeries,
  renewalOf,
  YEAR_MS,
  yearly,
} from '../../src/experiments/year.js';
import { exponential } from '../support/bare.js';

const seconds = 1000;
const onOff = { upMs: exponential(2000 * seconds), downMs: exponential(20 * seconds) };
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a year of failures', () => {
  it('has the availability and the number of failures of the formulas', () => {
    const renewal = renewalOf(onOff, 0, 0);
    expect(availabilityOf(renewal)).toBeCloseTo(0.9900990099, 10);
    expect(failuresIn(1e6 * seconds, renewal)).toBeCloseTo(495.049505, 6);
  });

  it('simulated, its downtime spreads as theory says', () => {
    // Asymptotically normal: mean 1e6 · 20 / 2020 = 9,900.99 s, less 0.2 s for beginning new; standard deviation 623.0859 s.
    const runs = 4000;
    const totals = downtimes(renewalOf(onOff, 0, 0), 1e6 * seconds, runs, new Random('1').stream('year')).map(
      (ms) => ms / seconds,
    );
    const average = mean(totals);
    const deviation = Math.sqrt(mean(totals.map((total) => (total - average) ** 2)));
    expect(Math.abs(average - 9900.8)).toBeLessThan((3.3 * 623) / Math.sqrt(runs));
    expect(Math.abs(deviation / 623.0859 - 1)).toBeLessThan(3.3 / Math.sqrt(2 * runs));
  });

  it('parts that are all needed multiply, parts of which one is enough multiply what is missing', () => {
    expect(inSeries([0.9999, 0.9995, 0.999, 0.9985])).toBeCloseTo(0.996903049, 9);
    expect(inParallel([0.9900990099, 0.9900990099])).toBeCloseTo(0.9999019704, 10);
  });

  it('a repair is as much longer or shorter than the run shows', () => {
    const repaired = { upMs: always(100 * seconds), downMs: always(30 * seconds) };
    // For 10 s in the run, and down for 14 s: 4 s on top. Down for 3 s: caches hid 7 s. Down for nothing: they hide 10 s.
    expect(renewalOf(repaired, 14 * seconds, 10 * seconds).downMs.mean).toBe(34 * seconds);
    expect(renewalOf(repaired, 3 * seconds, 10 * seconds).downMs.mean).toBe(23 * seconds);
    expect(renewalOf({ ...repaired, downMs: always(5 * seconds) }, 0, 10 * seconds).downMs.mean).toBe(0);
    expect(renewalOf({ ...repaired, downMs: null }, 14 * seconds, 10 * seconds).downMs.mean).toBe(14 * seconds);
  });

  it('what always takes as long has the same downtime every year: the failures that fit, the last one cut', () => {
    const even = renewalOf({ upMs: always(90), downMs: always(10) }, 0, 0);
    const chance = new Random('1').stream('year');
    expect(downtimes(even, 1000, 2, chance)).toEqual([100, 100]);
    expect(downtimes(even, 995, 1, chance)).toEqual([95]);
    expect(downtimes(even, 990, 1, chance)).toEqual([90]);
  });

  it('tells the mean, and what nine years of ten lie within, the same for the same seed', () => {
    const monthly = { upMs: exponential(YEAR_MS / 12), downMs: null };
    const told = yearly(monthly, 60 * seconds, null, '1', 'kill mysql');
    expect(told.years).toBe(10_000);
    expect(told.failures).toBeCloseTo(12, 3);
    expect(told.closedFormMs / seconds).toBeCloseTo(720, 1);
    // Poisson with mean 12: 5 % lie at 7 and below, 95 % at 18.
    expect(told.downtimeMs.range90).toEqual([7 * 60 * seconds, 18 * 60 * seconds]);
    expect(Math.abs(told.downtimeMs.mean / seconds - 720)).toBeLessThan((3.3 * 60 * Math.sqrt(12)) / 100);
    expect(yearly(monthly, 60 * seconds, null, '1', 'kill mysql')).toEqual(told);
    expect(yearly(monthly, 60 * seconds, null, '1', 'kill nginx').downtimeMs.mean).not.toBe(told.downtimeMs.mean);
  });
});
