import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { always, type Law } from '../../src/engine/law.js';
import { Random } from '../../src/engine/random.js';
import type { EventModel, FailureModel, Model } from '../../src/model.js';
import { faults } from '../../src/streams/faults.js';
import { bare, exponential } from '../support/bare.js';

const kill = { verb: 'kill', on: 'mysql' } as const;
const event = (atMs: number, forMs: number | null, name = 'kill mysql'): EventModel => ({
  name,
  atMs,
  forMs,
  because: '',
  what: kill,
});
const failure = (upMs: Law, downMs: Law | null, name = 'kill mysql'): FailureModel => ({
  name,
  upMs,
  downMs,
  because: '',
  what: kill,
});

describe('events', () => {
  it('begin at their time and end when they have lasted, at one moment in the order in which they were asked for', () => {
    const events = [event(10, 5, 'a'), event(15, null, 'b'), event(0, 15, 'c')];
    expect(told(bare({ events }), 100)).toEqual(['0: c for 15', '10: a for 5', '15: b', '15: c is over', '15: a is over']);
  });

  it('one that outlasts the run does not end', () => {
    expect(told(bare({ events: [event(10, 500)] }), 100)).toEqual(['10: kill mysql for 500']);
  });
});

describe('failures', () => {
  it('come again the time between failures after the end of the one before', () => {
    const failures = [failure(always(30), always(10))];
    expect(told(bare({ failures }), 100)).toEqual([
      '30: kill mysql for 10',
      '40: kill mysql is over',
      '70: kill mysql for 10',
      '80: kill mysql is over',
    ]);
  });

  it('what mends itself is only begun', () => {
    expect(told(bare({ failures: [failure(always(40), null)] }), 100)).toEqual(['40: kill mysql', '80: kill mysql']);
  });

  it('a further one does not move those that are there', () => {
    const one = failure(exponential(20), exponential(2), 'one');
    const other = failure(exponential(7), exponential(1), 'other');
    const alone = told(bare({ failures: [one] }), 1000);
    expect(told(bare({ failures: [other, one] }), 1000).filter((line) => line.includes('one'))).toEqual(alone);
    expect(alone.length).toBeGreaterThan(20);
  });

  it('up 2,000 s and down 20 s on average: 495 failures in a million seconds', () => {
    const times = told(bare({ failures: [failure(exponential(2000), exponential(20))] }), 1_000_000).filter(
      (line) => !line.includes('over'),
    );
    // The number of a renewal process has about the standard deviation of a Poisson one, 22.
    expect(Math.abs(times.length - 495)).toBeLessThan(4 * 22);
  });
});

function told(model: Model, untilMs: number): string[] {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const subscription = faults(model, clock, new Random('1')).subscribe((change) => {
    const { name } = change.occasion;
    const lasts = change.begins && change.forMs !== null ? ` for ${change.forMs}` : '';
    lines.push(`${clock.now()}: ${name}${change.begins ? lasts : ' is over'}`);
  });
  clock.runUntil(untilMs);
  subscription.unsubscribe();
  return lines;
}
