import { describe, expect, it } from 'vitest';
import { run } from '../../src/simulate.js';
import { availabilityOf } from '../../src/telemetry/availability.js';
import type { Availability, CauseCount } from '../../src/telemetry/result.js';
import { bare, poisson } from '../support/bare.js';

const always: CauseCount = { outcome: '502', stage: 'php-fpm', cause: 'full', log: '', count: 30, firstMs: 0, lastMs: 99_000 };

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
      { fromMs: 1000, toMs: 5000, cause: '502: full' },
      { fromMs: 6000, toMs: 7000, cause: '502: full' },
    ]);
    expect(downtimeMs).toBe(4000); // Nobody met the fourth second.
  });

  it('names the most frequent of the causes that were at work then', () => {
    const early = { ...always, cause: 'early', count: 90, lastMs: 900 };
    const unseen = { ...always, cause: 'unseen', firstMs: null, lastMs: null };
    const steps: Steps = [
      [0, 9],
      [9, 0],
      [0, 9],
    ];
    const named = available(steps, 0, [unseen, early, always]).outages.map(({ cause }) => cause);
    expect(named).toEqual(['502: early', '502: full']);
    expect(available(steps, 0, [early]).outages[1].cause).toBe('no answer');
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
    expect(available([[0, 0]])).toEqual({ requests: null, time: null, downtimeMs: 0, outages: [] });
  });

  it('a run that ends in the middle of a second has been down for no longer than it was', () => {
    const { availability } = run(bare({ durationMs: 1500, traffic: [poisson(50)], php: { maxChildren: 0, listenBacklog: -1 } }));
    expect(availability).toMatchObject({ requests: 0, time: 0, downtimeMs: 1500 });
    expect(availability.outages).toEqual([{ fromMs: 0, toMs: 1500, cause: '502: listen queue full' }]);
  });
});

/** Good and failed requests of each second. */
type Steps = readonly (readonly [good: number, failed: number])[];

function available(steps: Steps, fromMs = 0, causes: readonly CauseCount[] = [always]): Availability {
  const good = steps.map(([count]) => count);
  const failed = steps.map(([, count]) => count);
  const none = steps.map(() => 0);
  const series = { stepMs: 1000, offered: none, good, failed, p95: none, cpu: none, queues: {}, busy: {} };
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const requests = { offered: 0, good: sum(good), failed: sum(failed), unfinished: 0 };
  return availabilityOf(
    series,
    steps.map(() => false),
    requests,
    fromMs,
    1000 * steps.length,
    causes,
  );
}
