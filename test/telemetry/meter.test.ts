import { describe, expect, it } from 'vitest';
import { Level } from '../../src/engine/level.js';
import { Meter } from '../../src/telemetry/meter.js';

describe('meter', () => {
  it('counts who comes and goes, and how long they were inside', () => {
    const meter = new Meter('nginx');
    meter.enter(0);
    meter.enter(10);
    meter.leave(0, 30);
    expect([meter.entered, meter.left, meter.inside.value, meter.durations.mean]).toEqual([2, 1, 1, 30]);
    expect(() => meter.check(50)).not.toThrow();
    expect(meter.details()).toEqual({});
  });

  it('forgets durations and waits of the warm-up, not who is inside', () => {
    const meter = new Meter('nginx');
    meter.enter(0);
    meter.enter(0);
    meter.leave(0, 5);
    meter.waitedMs = 3;
    meter.startCounting();
    expect([meter.durations.count, meter.waitedMs, meter.inside.value]).toEqual([0, 0, 1]);
    expect(() => meter.check(7)).not.toThrow();
  });

  it('tells its state now, and the peaks and counts of the counted time', () => {
    const line = levelAt(7);
    let count = 5;
    const meter = new Meter('nginx', null, undefined, undefined, {
      state: () => ({ open: count }),
      peaks: { 'line max': line },
      counters: () => ({ count }),
    });
    line.add(-4, 1);
    expect(meter.details()).toEqual({ open: 5, 'line max': 7, count: 5 });
    meter.startCounting();
    expect(meter.details()).toEqual({ open: 5, 'line max': 3, count: 0 });
    line.add(1, 2);
    count = 8;
    expect(meter.details()).toEqual({ open: 8, 'line max': 4, count: 3 });
  });

  it("knows when somebody got lost: Little's law on the path", () => {
    const lost = new Meter('nginx');
    lost.enter(0);
    lost.inside.add(-1, 5);
    expect(() => lost.check(10)).toThrow('nginx: entered 1, left 0, inside 0');
    const skewed = new Meter('nginx');
    skewed.enter(0);
    skewed.inside.set(1, 5); // The level's own clock stays right,
    skewed.inside.set(3, 6); // its value does not,
    skewed.inside.set(1, 8); // for two milliseconds.
    expect(() => skewed.check(10)).toThrow('nginx: requests were inside for 10 ms, the level says 14 ms');
    const early = new Meter('nginx');
    early.enter(0);
    early.enter(2);
    early.leave(0, 10);
    early.leave(2, 12);
    expect(() => early.check(12)).not.toThrow();
    const late = new Meter('nginx');
    late.enter(0);
    late.leave(3, 10); // Came at 0, not at 3.
    late.enter(20);
    expect(() => late.check(20)).not.toThrow(); // While somebody is inside there is no telling.
    late.leave(20, 20);
    expect(() => late.check(20)).toThrow('nginx: a request left that had come at another time');
  });

  it('knows when a line is longer than it can be, or places are given back that nobody had', () => {
    const long = new Meter('php-fpm', null, levelAt(3), 2);
    expect(() => long.check(0)).toThrow('php-fpm: 3 in a line of 2');
    const short = new Meter('php-fpm', null, levelAt(-1));
    expect(() => short.check(0)).toThrow('php-fpm: -1 in a line of Infinity');
    const places = { word: 'children', busy: levelAt(-1), max: 5 };
    expect(() => new Meter('php-fpm', places).check(0)).toThrow('php-fpm: -1 of 5 children in use');
    const crowd = { ...places, busy: levelAt(6) };
    expect(() => new Meter('php-fpm', crowd).check(0)).toThrow('php-fpm: 6 of 5 children in use');
    expect(() => new Meter('php-fpm', { ...places, busy: levelAt(5) }, levelAt(2), 2).check(0)).not.toThrow();
  });
});

function levelAt(value: number): Level {
  const level = new Level();
  level.add(value, 0);
  return level;
}
