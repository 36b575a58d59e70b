import { describe, expect, it } from 'vitest';
import { Kind } from '../../src/engine/agenda.js';
import { VirtualClock } from '../../src/engine/clock.js';
import { Random } from '../../src/engine/random.js';
import { Timeouts } from '../../src/engine/timeouts.js';

interface Waiter {
  readonly name: string;
  ticket: number;
}

describe('timeouts', () => {
  it('each runs out after the same time, in the order of their starts', () => {
    const { clock, told, timeouts } = watched(100);
    for (const [atMs, name] of [
      [0, 'a'],
      [30, 'b'],
      [30, 'c'],
      [250, 'd'],
    ] as const) {
      clock.at(atMs, () => void timeouts.start({ name, ticket: 0 }), undefined);
    }
    clock.runUntil(1000);
    expect(told).toEqual(['100: a', '130: b', '130: c', '350: d']);
  });

  it('what is called off does not run; the clock is told of one at a time', () => {
    const { clock, told, timeouts } = watched(100);
    const tickets = ['a', 'b', 'c', 'd'].map((name) => timeouts.start({ name, ticket: 0 }));
    expect(new Set(tickets).has(0)).toBe(false);
    expect(clock.pending).toBe(1);
    timeouts.cancel(tickets[0]);
    timeouts.cancel(tickets[2]);
    timeouts.cancel(0);
    clock.runUntil(50);
    timeouts.start({ name: 'e', ticket: 0 });
    clock.runUntil(1000);
    expect(told).toEqual(['100: b', '100: d', '150: e']);
    expect(clock.pending).toBe(0);
  });

  it('when all have been called off, the next one begins anew', () => {
    const { clock, told, timeouts } = watched(100);
    timeouts.cancel(timeouts.start({ name: 'a', ticket: 0 }));
    clock.runUntil(40);
    timeouts.start({ name: 'b', ticket: 0 });
    clock.runUntil(1000);
    expect(told).toEqual(['140: b']);
  });

  it('one that runs out may start another, and call off the next', () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    const tickets: number[] = [];
    const timeouts: Timeouts<{ name: string }> = new Timeouts(clock, 10, ({ name }) => {
      told.push(`${clock.now()}: ${name}`);
      if (name !== 'a') return;
      timeouts.cancel(tickets[1]);
      timeouts.start({ name: 'd' });
    });
    for (const name of ['a', 'b', 'c']) tickets.push(timeouts.start({ name }));
    clock.runUntil(100);
    expect(told).toEqual(['10: a', '10: c', '20: d']);
  });

  it('take their turn among all events as if the clock had known each from its start', () => {
    const { clock, told, note, timeouts } = watched(10);
    clock.after(10, note, 'a timeout asked for before', Kind.timeout);
    timeouts.start({ name: 'first', ticket: 0 });
    clock.after(10, note, 'a timeout asked for between', Kind.timeout);
    timeouts.start({ name: 'second', ticket: 0 });
    clock.after(10, note, 'a timeout asked for after', Kind.timeout);
    clock.after(10, note, 'a completion', Kind.completion);
    clock.after(10, note, 'an arrival', Kind.arrival);
    clock.runUntil(10);
    expect(told.map((line) => line.slice(4))).toEqual([
      'a completion',
      'a timeout asked for before',
      'first',
      'a timeout asked for between',
      'second',
      'a timeout asked for after',
      'an arrival',
    ]);
  });

  it('50,000 starts and calls off in any order are what the clock itself would have made of them', () => {
    const run = (start: (clock: VirtualClock, run: (waiter: Waiter) => void) => Door) => {
      const stream = new Random('timeouts').stream('x');
      const clock = new VirtualClock();
      const told: string[] = [];
      const waiting: Waiter[] = [];
      const door = start(clock, (waiter) => {
        told.push(`${clock.now()}: ${waiter.name}`);
        waiting.splice(waiting.indexOf(waiter), 1);
      });
      for (let i = 0; i < 50_000; i += 1) {
        const choice = stream.word() % 10;
        if (choice < 5) {
          const waiter = { name: `${i}`, ticket: 0 };
          waiter.ticket = door.start(waiter);
          waiting.push(waiter);
        } else if (choice < 8 && waiting.length > 0) {
          const [waiter] = waiting.splice(stream.word() % waiting.length, 1);
          door.cancel(waiter.ticket);
        } else clock.runUntil(clock.now() + (stream.word() % 4));
      }
      clock.runUntil(clock.now() + 1000);
      return told;
    };
    const ring = run((clock, step) => new Timeouts<Waiter>(clock, 500, step));
    const plain = run((clock, step) => ({
      start: (waiter) => clock.after(500, step, waiter, Kind.timeout),
      cancel: (ticket) => clock.cancel(ticket),
    }));
    expect(ring.length).toBeGreaterThan(5000);
    expect(ring).toEqual(plain);
  });

  it('may take no time at all, but none that is negative, endless or no number', () => {
    const { clock, told, timeouts } = watched(0);
    timeouts.start({ name: 'at once', ticket: 0 });
    expect(told).toEqual([]);
    clock.runUntil(0);
    expect(told).toEqual(['0: at once']);
    for (const wrong of [-1, Infinity, Number.NaN]) {
      expect(() => new Timeouts(clock, wrong, () => {})).toThrow(new RangeError(`a timeout cannot be ${wrong} ms long`));
    }
  });
});

interface Door {
  start(waiter: Waiter): number;
  cancel(ticket: number): unknown;
}

function watched(delayMs: number) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const note = (text: string) => void told.push(`${clock.now()}: ${text}`);
  const timeouts = new Timeouts<Waiter>(clock, delayMs, ({ name }) => note(name));
  return { clock, told, note, timeouts };
}
