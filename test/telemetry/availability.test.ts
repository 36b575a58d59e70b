import { describe, expect, it } from 'vitest';
import { run } from '../../src/simulate.js';
import { availabilityOf, budgetOf } from '../../src/telemetry/availability.js';
import { Cause } from '../../src/telemetry/cause.js';
import type { Availability } from '../../src/telemetry/result.js';
import { bare, poisson } from '../support/bare.js';

const full = new Cause('502', 'php-fpm', 'full', '');
const late = new Cause('504', 'nginx', 'late', '');
const refused = new Cause('refused', 'tcp', 'nobody listens', '');

describe('availability', () => {
  it('by requests: good ones of those that ended; by time: seconds in which at least half of them were good', () => {
    const seen = available([
      [5, 5],
      [5, 6],
      [0, 10],
      [0, 0],
      [9, 1],
    ]);
    expect(seen).toMatchObject({ requests: 19 / 41, time: 2 / 4, downtimeMs: 2000 });
  });

  it('an outage is a stretch of bad seconds, over quiet ones, too', () => {
    const { outages, downtimeMs } = available([
      [9, 0],
      [0, 9],
      [1, 9],
      [0, 0],
      [2, 9],
      [9, 0],
      [0, 1],
    ]);
    expect(outages).toEqual([
      { fromMs: 1000, toMs: 5000, cause: '502: full', rule: 'errors' },
      { fromMs: 6000, toMs: 7000, cause: '502: full', rule: 'errors' },
    ]);
    expect(downtimeMs).toBe(4000); // Nobody met the fourth second.
  });

  it('names what failed most requests while it lasted, whatever was more frequent before and after', () => {
    const steps: Steps = [
      [90, 40],
      [0, 9],
      [0, 12],
      [9, 0],
      [0, 9],
    ];
    const failures = [
      new Map([[full, 40]]),
      new Map([
        [full, 5],
        [late, 4],
      ]),
      new Map([
        [late, 2],
        [refused, 10],
      ]),
      undefined,
      new Map([[late, 9]]),
    ];
    const { outages } = availabilityOf({ ...seriesOf(steps), failures }, requestsOf(steps), 0, 5000);
    expect(outages.map(({ cause }) => cause)).toEqual(['refused: nobody listens', '504: late']);
  });

  it('ten seconds in which requests wait and none is answered are an outage, too, of which nobody knows the cause', () => {
    const steps: Steps = Array.from({ length: 10 }, () => [0, 0] as const);
    const hung = { ...seriesOf(steps), hung: steps.map(() => true) };
    const seen = availabilityOf(hung, { offered: 9, good: 0, failed: 0, unfinished: 9 }, 0, 10_000);
    expect(seen).toMatchObject({ requests: null, time: 0, downtimeMs: 10_000 });
    expect(seen.outages).toEqual([{ fromMs: 0, toMs: 10_000, cause: 'no answer', rule: 'silence' }]);
  });

  it('tells how long after the incident the site was up again, and when answers were as fast as before', () => {
    const steps: Steps = [
      [9, 0],
      [0, 9],
      [0, 9],
      [9, 0],
      [9, 0],
      [0, 9],
      [9, 0],
    ];
    const since = (fromMs: number, untilMs: number, atMs: number | null) =>
      availabilityOf(seriesOf(steps), requestsOf(steps), 0, 7000, { fromMs, untilMs, atMs });
    // Over at 1.5 s; down until 3 s; what begins at 5 s began after it, and after things were normal.
    expect(since(1500, 4000, 4000)).toMatchObject({ backMs: 1500, normalMs: 2500 });
    // If they were not, two seconds up in between are no end of it.
    expect(since(1500, 4000, 6000)).toMatchObject({ backMs: 4500, normalMs: 4500 });
    expect(since(1500, 6000, null)).toMatchObject({ backMs: 4500, normalMs: null });
    expect(since(6500, 6800, 6800)).toMatchObject({ backMs: 0, normalMs: 300 });
    const down = steps.slice(0, 3);
    expect(
      availabilityOf(seriesOf(down), requestsOf(down), 0, 3000, { fromMs: 1000, untilMs: 2000, atMs: null }).backMs,
    ).toBeNull();
  });

  it('an objective gives a budget: of requests as many as a month like this would bring, and of downtime', () => {
    // 99.9 % of 30 days: 43 min 12 s. 40 a second are 103,680,000 requests in them, of which 103,680 may fail.
    const requests = { offered: 2400, good: 2364, failed: 36, unfinished: 0 };
    const budget = budgetOf(0.999, requests, 1296, 60_000);
    expect(budget.allowed).toBeCloseTo(103_680, 6);
    expect(budget.allowedMs).toBeCloseTo(2_592_000, 6);
    expect(budget.spent).toBeCloseTo(36 / 103_680, 12);
    expect(budget.spentOfTime).toBeCloseTo(0.0005, 12);
    // 1.5 % of the requests failed where 0.1 % may: the budget would last two days.
    expect(budget.burnRate).toBeCloseTo(15, 9);
    expect(budgetOf(0.99, { offered: 0, good: 0, failed: 0, unfinished: 0 }, 0, 0)).toMatchObject({
      allowed: 0,
      spent: null,
      burnRate: null,
    });
  });

  it('does not count the warm-up', () => {
    const steps: Steps = [
      [0, 9],
      [0, 9],
      [9, 0],
    ];
    expect(available(steps, 2000)).toMatchObject({ time: 1, downtimeMs: 0, outages: [] });
  });

  it('of nobody is no number', () => {
    expect(available([[0, 0]])).toMatchObject({ requests: null, time: null, downtimeMs: 0, outages: [] });
  });

  it('a run that ends in the middle of a second has been down for no longer than it was', () => {
    const { availability } = run(bare({ durationMs: 1500, traffic: [poisson(50)], php: { maxChildren: 0, listenBacklog: -1 } }));
    expect(availability).toMatchObject({ requests: 0, time: 0, downtimeMs: 1500 });
    expect(availability.outages).toEqual([{ fromMs: 0, toMs: 1500, cause: '502: listen queue full', rule: 'errors' }]);
  });
});

/** Good and failed requests of each second. */
type Steps = readonly (readonly [good: number, failed: number])[];

function available(steps: Steps, fromMs = 0): Availability {
  return availabilityOf(seriesOf(steps), requestsOf(steps), fromMs, 1000 * steps.length);
}

/** All that failed met a full queue. */
function seriesOf(steps: Steps) {
  const good = steps.map(([count]) => count);
  const failed = steps.map(([, count]) => count);
  return {
    series: { stepMs: 1000, good, failed },
    hung: steps.map(() => false),
    failures: failed.map((count) => (count === 0 ? undefined : new Map([[full, count]]))),
  };
}

function requestsOf(steps: Steps) {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const [good, failed] = [sum(steps.map(([count]) => count)), sum(steps.map(([, count]) => count))];
  return { offered: good + failed, good, failed, unfinished: 0 };
}
