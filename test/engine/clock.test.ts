import {
  asyncScheduler,
  bufferTime,
  debounceTime,
  delay,
  EMPTY,
  expand,
  interval,
  merge,
  NEVER,
  observeOn,
  of,
  Subject,
  Subscription,
  scheduled,
  take,
  takeUntil,
  timeout,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Kind } from '../../src/engine/agenda.js';
import { VirtualClock } from '../../src/engine/clock.js';
import { OverBudgetError } from '../../src/engine/overBudget.js';

describe('clock', () => {
  it('stands still while a step runs, then jumps to the next one due', () => {
    const { clock, told, note } = watched();
    clock.after(250, note, 'a quarter of a second');
    clock.at(40, note, 'forty');
    clock.after(40, note, 'forty as well');
    expect(clock.pending).toBe(3);
    clock.runUntil(1000);
    expect(told).toEqual(['40: forty', '40: forty as well', '250: a quarter of a second']);
    expect(clock.now()).toBe(1000);
    expect(clock.events).toBe(3);
    expect(clock.pending).toBe(0);
  });

  it('has two doors and one order: steps and RxJS take turns as they were asked for', () => {
    const { clock, told, note } = watched();
    clock.after(10, note, 'step, change', Kind.change);
    timer(10, clock).subscribe(() => note('RxJS'));
    clock.after(10, note, 'another step, change', Kind.change);
    clock.after(10, note, 'completion goes first');
    clock.after(10, note, 'timeout goes last', Kind.timeout);
    clock.runUntil(10);
    expect(told).toEqual([
      '10: completion goes first',
      '10: step, change',
      '10: RxJS',
      '10: another step, change',
      '10: timeout goes last',
    ]);
  });

  it('runs what is due at the end of the stretch, and leaves what is due after it', () => {
    const { clock, told, note } = watched();
    clock.at(100, note, 'at the end');
    clock.at(100.001, note, 'after it');
    clock.runUntil(100);
    expect(told).toEqual(['100: at the end']);
    clock.runUntil(100);
    clock.runUntil(101);
    expect(told).toEqual(['100: at the end', '100.001: after it']);
  });

  it('runs one step at a time for whoever wants that', () => {
    const { clock, told, note } = watched();
    clock.at(1, note, 'one');
    clock.at(2, note, 'two');
    expect(clock.runNext(10)).toBe(true);
    expect(clock.now()).toBe(1);
    expect(clock.runNext(1.5)).toBe(false);
    expect(clock.runNext(2)).toBe(true);
    expect(clock.runNext(10)).toBe(false);
    expect(told).toEqual(['1: one', '2: two']);
  });

  it('runs so many steps at the most, and says how many', () => {
    const { clock, told, note } = watched();
    for (const atMs of [1, 2, 3, 4]) clock.at(atMs, note, 'step');
    expect([clock.run(10, 3), clock.run(10, 3), clock.run(10, 3)]).toEqual([3, 1, 0]);
    expect(told).toEqual(['1: step', '2: step', '3: step', '4: step']);
    expect(clock.now()).toBe(4);
  });

  it('a step may halt it: none is taken after that', () => {
    const { clock, told, note } = watched();
    clock.at(1, note, 'one');
    clock.at(2, () => clock.halt(), undefined);
    clock.at(2, note, 'two');
    expect(clock.run(10)).toBe(2);
    expect(clock.run(10)).toBe(0);
    expect(told).toEqual(['1: one']);
  });

  it('forgets a step that is cancelled; 0 is no ticket', () => {
    const { clock, told, note } = watched();
    const ticket = clock.after(5, note, 'never');
    expect(clock.cancel(0)).toBe(false);
    expect(clock.cancel(ticket)).toBe(true);
    expect(clock.cancel(ticket)).toBe(false);
    clock.runUntil(10);
    expect(told).toEqual([]);
    expect(clock.events).toBe(0);
  });

  it('refuses a delay that is negative, endless or no number, and says for which step', () => {
    const clock = new VirtualClock();
    const connect = () => {};
    for (const wrong of [-1, -1e-9, Number.NaN, Infinity, -Infinity]) {
      expect(() => clock.after(wrong, connect, undefined)).toThrow(new RangeError(`a step cannot wait ${wrong} ms (connect)`));
      expect(() => clock.schedule(connect, wrong)).toThrow(RangeError);
    }
    expect(() => clock.after(Number.NaN, () => {}, undefined)).toThrow('a step cannot wait NaN ms (unnamed)');
    expect(clock.pending).toBe(0);
  });

  it('refuses a time that is past, endless or no number', () => {
    const clock = new VirtualClock();
    clock.runUntil(100);
    const connect = () => {};
    for (const wrong of [99.999, Number.NaN, Infinity]) {
      expect(() => clock.at(wrong, connect, undefined)).toThrow(
        new RangeError(`a step cannot run at ${wrong} ms; it is 100 ms (connect)`),
      );
      expect(() => clock.runUntil(wrong)).toThrow(new RangeError(`cannot run until ${wrong} ms; it is 100 ms`));
    }
    expect(() => clock.at(Number.NaN, () => {}, undefined)).toThrow('(unnamed)');
    clock.at(100, connect, undefined);
    expect(clock.pending).toBe(1);
  });

  it('notices that time stands still, and names the three busiest steps', () => {
    const clock = new VirtualClock();
    clock.runUntil(7);
    const fetch = () => {};
    const ask = () => {};
    const retry = () => {};
    const wheel = () => {
      for (const step of [fetch, ask, fetch, retry, fetch, ask, fetch, retry, ask, wheel]) clock.after(0, step, undefined);
    };
    clock.after(0, wheel, undefined);
    expect(() => clock.runUntil(8)).toThrow(
      new OverBudgetError(
        'time stands still at 7 ms after 1000000 events; the busiest steps: fetch (40 %), ask (30 %), retry (20 %)',
      ),
    );
  });

  it('names a step that has no name as best it can', () => {
    const clock = new VirtualClock();
    const steps = [() => clock.after(0, steps[0], undefined)];
    clock.after(0, steps[0], undefined);
    expect(() => clock.runUntil(1)).toThrow('unnamed (100 %)');
  });

  it('a million steps at one instant are no standstill if time goes on then', () => {
    const clock = new VirtualClock();
    let left = 999_998;
    const again = () => {
      left -= 1;
      clock.after(left % 500_000 === 0 ? 1 : 0, again, undefined);
    };
    clock.after(1, again, undefined);
    clock.runUntil(2);
    expect(clock.now()).toBe(2);
  });
});

describe('alarm', () => {
  it('rings when it was last set to, and only then', () => {
    const { clock, told, note } = watched();
    const alarm = clock.alarm(() => {
      note('ring');
      alarm.set(Infinity);
    });
    alarm.set(50);
    alarm.set(20);
    alarm.set(30);
    clock.at(30, note, 'a step asked for later');
    clock.runUntil(100);
    expect(told).toEqual(['30: ring', '30: a step asked for later']);
    expect(clock.events).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it('takes its turn among steps by the order of asking, whether steps wait or not', () => {
    const { clock, told, note } = watched();
    clock.at(5, note, 'asked first');
    const alarm = clock.alarm(() => {
      note('ring');
      alarm.set(clock.now() === 5 ? 8 : Infinity);
    });
    alarm.set(5);
    clock.at(5, note, 'asked last');
    clock.runUntil(6);
    expect(told).toEqual(['5: asked first', '5: ring', '5: asked last']);
    clock.runUntil(9);
    expect(told.slice(3)).toEqual(['8: ring']);
  });

  it('waits for its time, with steps before and after it', () => {
    const { clock, told, note } = watched();
    const alarm = clock.alarm(() => {
      note('ring');
      alarm.set(Infinity);
    });
    alarm.set(10);
    clock.at(20, note, 'step');
    expect(clock.runNext(9)).toBe(false);
    expect(clock.runNext(10)).toBe(true);
    expect(clock.runNext(19)).toBe(false);
    clock.runUntil(30);
    expect(told).toEqual(['10: ring', '20: step']);
  });

  it('of several the earliest rings first, and of equals the one set first', () => {
    const { clock, told, note } = watched();
    const alarms = ['a', 'b', 'c'].map((name) => {
      const alarm = clock.alarm(() => {
        note(name);
        alarm.set(Infinity);
      });
      return alarm;
    });
    alarms[0].set(30);
    alarms[1].set(10);
    alarms[2].set(10);
    alarms[1].set(30); // Now b is behind a, which was set to the same time before.
    clock.runUntil(100);
    expect(told).toEqual(['10: c', '30: a', '30: b']);
  });

  it('cannot ring in the past', () => {
    const clock = new VirtualClock();
    clock.runUntil(10);
    const alarm = clock.alarm(() => {});
    expect(() => alarm.set(9)).toThrow(new RangeError('an alarm cannot ring at 9 ms; it is 10 ms'));
    expect(() => alarm.set(Number.NaN)).toThrow(RangeError);
  });
});

describe('clock as an RxJS scheduler', () => {
  it('timer and interval are simulated milliseconds', () => {
    const { clock, told, note } = watched();
    timer(250, clock).subscribe(() => note('timer'));
    interval(100, clock)
      .pipe(take(3))
      .subscribe((count) => note(`interval ${count}`));
    timer(50, 200, clock)
      .pipe(take(2))
      .subscribe((count) => note(`every 200 from 50, ${count}`));
    const begun = Date.now();
    clock.runUntil(3_600_000);
    expect(Date.now() - begun).toBeLessThan(5000);
    expect(told).toEqual([
      '50: every 200 from 50, 0',
      '100: interval 0',
      '200: interval 1',
      '250: timer',
      '250: every 200 from 50, 1',
      '300: interval 2',
    ]);
  });

  it('takeUntil ends a stream, and its next tick is forgotten', () => {
    const { clock, told, note } = watched();
    interval(10, clock)
      .pipe(takeUntil(timer(35, clock)))
      .subscribe({ next: (count) => note(`${count}`), complete: () => note('complete') });
    clock.runUntil(100);
    expect(told).toEqual(['10: 0', '20: 1', '30: 2', '35: complete']);
    expect(clock.pending).toBe(0);
    expect(clock.events).toBe(4);
  });

  it('delay, debounceTime and bufferTime wait in simulated time', () => {
    const { clock, told, note } = watched();
    const clicks = merge(...[5, 10, 40, 45, 200].map((atMs) => timer(atMs, clock)));
    clicks.pipe(delay(100, clock)).subscribe(() => note('delayed'));
    clicks.pipe(debounceTime(20, clock)).subscribe(() => note('quiet'));
    clicks.pipe(bufferTime(50, clock)).subscribe((buffer) => note(`buffer of ${buffer.length}`));
    clock.runUntil(200);
    expect(told).toEqual([
      '30: quiet',
      '50: buffer of 4',
      '65: quiet',
      '100: buffer of 0',
      '105: delayed',
      '110: delayed',
      '140: delayed',
      '145: delayed',
      '150: buffer of 0',
      '200: quiet',
      '200: buffer of 1',
    ]);
  });

  it('timeout gives up after simulated milliseconds', () => {
    const { clock, told, note } = watched();
    NEVER.pipe(timeout({ first: 500, scheduler: clock })).subscribe({ error: (error: Error) => note(error.name) });
    interval(100, clock)
      .pipe(take(2), timeout({ each: 150, scheduler: clock }))
      .subscribe({ next: () => note('in time'), complete: () => note('complete') });
    clock.runUntil(1000);
    expect(told).toEqual(['100: in time', '200: in time', '200: complete', '500: TimeoutError']);
  });

  it('unsubscribing takes what waits off the agenda', () => {
    const { clock, told, note } = watched();
    const subscription = new Subscription();
    subscription.add(timer(10, clock).subscribe(() => note('timer')));
    subscription.add(interval(3, clock).subscribe(() => note('interval')));
    expect(clock.pending).toBe(2);
    clock.runUntil(4);
    subscription.unsubscribe();
    expect(clock.pending).toBe(0);
    clock.runUntil(100);
    expect(told).toEqual(['3: interval']);
  });

  it('an action that is closed, or closes itself, does nothing more', () => {
    const { clock, told, note } = watched();
    const action = clock.schedule<string>(
      function (state) {
        note(state!);
        this.unsubscribe();
        this.schedule('again', 1);
      },
      1,
      'once',
    );
    clock.runUntil(10);
    expect(told).toEqual(['1: once']);
    expect(action.closed).toBe(true);
  });

  it('an action that has run long ago cancels nobody when it is closed', () => {
    const { clock, told, note } = watched();
    const actions = Array.from({ length: 3000 }, (_, i) => clock.schedule(() => {}, i / 1000));
    clock.runUntil(10);
    for (let i = 0; i < 5000; i += 1) {
      clock.after(0, () => {}, undefined);
      clock.runUntil(10);
      if (i % 10 === 0) clock.after(1, note, 'here');
    }
    for (const action of actions) action.unsubscribe();
    for (let i = 0; i < 5000; i += 1) {
      const action = clock.schedule(() => {}, 0);
      clock.runUntil(10);
      actions.push(action);
    }
    clock.after(1, note, 'here');
    for (const action of actions) action.unsubscribe();
    clock.runUntil(20);
    expect(told).toHaveLength(501);
  });

  it('an action that is closed again and again cancels nobody who has taken its place', () => {
    const { clock, told, note } = watched();
    const action = clock.schedule(() => {}, 1);
    for (let i = 0; i < 3000; i += 1) {
      action.unsubscribe();
      clock.runUntil(2 * i + 2);
      clock.after(1, note, 'here');
    }
    clock.runUntil(10_000);
    expect(told).toHaveLength(3000);
  });

  it('an action that is scheduled anew runs at the last time only', () => {
    const { clock, told, note } = watched();
    clock.schedule<number>(function (state = 0) {
      note(`${state}`);
      if (state > 0) return;
      this.schedule(1, 10);
      this.schedule(2, 5);
    });
    clock.runUntil(100);
    expect(told).toEqual(['0: 0', '5: 2']);
  });

  it('re-entrant emission 100,000 deep goes through the clock, not down the stack', () => {
    const clock = new VirtualClock();
    let seen = 0;
    of(0)
      .pipe(expand((depth) => (depth < 100_000 ? scheduled([depth + 1], clock) : EMPTY)))
      .subscribe(() => {
        seen += 1;
      });
    clock.runUntil(0);
    expect(seen).toBe(100_001);
    const loop = new Subject<number>();
    let rounds = 0;
    loop.pipe(observeOn(clock)).subscribe((round) => {
      rounds = round;
      if (round < 100_000) loop.next(round + 1);
    });
    loop.next(1);
    clock.runUntil(0);
    expect(rounds).toBe(100_000);
    expect(clock.now()).toBe(0);
  });

  it('what is thrown in an action comes out of the run at that event', () => {
    const clock = new VirtualClock();
    clock.schedule(() => {
      throw new Error('broken');
    }, 5);
    expect(() => clock.runUntil(10)).toThrow('broken');
    expect(clock.now()).toBe(5);
  });

  it('has nothing to do with the clock on the wall', () => {
    const clock = new VirtualClock();
    expect(clock.now()).toBe(0);
    expect(asyncScheduler.now()).toBeGreaterThan(0);
  });
});

function watched() {
  const clock = new VirtualClock();
  const told: string[] = [];
  return { clock, told, note: (text: string) => void told.push(`${clock.now()}: ${text}`) };
}
