import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { Group } from '../../src/host/cpu.js';
import { Thread } from '../../src/stages/mysqlThread.js';
import { TableLock } from '../../src/stages/tableLock.js';

describe("a table's metadata lock", () => {
  it('transactions share it; an ALTER waits until they have ended, and those who come after it wait for the ALTER', () => {
    const { lock, clock, told, ask } = posts();
    expect([ask('a'), ask('b')]).toEqual([true, true]);
    lock.alter(100);
    expect(ask('c')).toBe(false);
    clock.at(10, () => lock.give(), undefined);
    clock.at(30, () => lock.give(), undefined);
    clock.at(60, () => void ask('d'), undefined);
    clock.runUntil(1000);
    expect(told).toEqual([
      '0: ALTER TABLE posts waits for its metadata lock',
      '30: ALTER TABLE posts has the table',
      '130: ALTER TABLE posts has ended; 2 queries waited',
      '130: c',
      '130: d',
    ]);
  });

  it('a second ALTER goes before the queries that wait', () => {
    const { lock, clock, told, ask } = posts();
    lock.alter(100);
    ask('a');
    lock.alter(50);
    clock.runUntil(1000);
    expect(told.slice(-2)).toEqual(['150: ALTER TABLE posts has ended; 1 queries waited', '150: a']);
  });

  it('an ALTER that has waited for lock_wait_timeout gives up', () => {
    const { lock, clock, told, ask } = posts(500);
    ask('a');
    lock.alter(100);
    ask('b');
    clock.runUntil(1000);
    expect(told.slice(1)).toEqual(['500: ALTER TABLE posts: error 1205, lock wait timeout; 1 queries waited', '500: b']);
  });

  it('a query that has given up is not in the line any more', () => {
    const { lock, clock, told, ask, threads } = posts();
    lock.alter(100);
    ask('a');
    ask('b');
    lock.leave(threads.get('a')!);
    clock.runUntil(1000);
    expect(told.at(-2)).toBe('100: ALTER TABLE posts has ended; 1 queries waited');
    expect(told.at(-1)).toBe('100: b');
  });

  it('while the server stands still an ALTER does, too; twice as well', () => {
    const { lock, clock, told } = posts();
    lock.alter(100);
    for (const [from, to] of [
      [40, 1000],
      [1010, 2000],
    ]) {
      clock.at(from, () => lock.freeze(), undefined);
      clock.at(to, () => lock.thaw(), undefined);
    }
    clock.runUntil(5000);
    // 40 ms, 10 ms, and the other 50 from 2000 on.
    expect(told.at(-1)).toBe('2050: ALTER TABLE posts has ended; 0 queries waited');
  });

  it('a server that has gone knows of nobody', () => {
    const { lock, clock, told, ask } = posts();
    lock.alter(100);
    ask('a');
    lock.reset();
    expect(ask('b')).toBe(true);
    clock.runUntil(1000);
    expect(told).toEqual(['0: ALTER TABLE posts has the table']);
  });
});

function posts(timeoutMs = 1e6) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const tell = (text: string) => void told.push(`${clock.now()}: ${text}`);
  const lock = new TableLock('posts', clock, timeoutMs, tell);
  const threads = new Map<string, Thread>();
  const ask = (name: string) => {
    const thread = new Thread(new Group('mysql', 0));
    threads.set(name, thread);
    return lock.take(thread, () => tell(name));
  };
  return { lock, clock, told, ask, threads };
}
