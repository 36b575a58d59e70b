import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { Memory } from '../../src/host/memory.js';
import { OomKiller } from '../../src/host/oom.js';

describe('the kernel, when memory is used up', () => {
  it('kills the largest process, at the end of the moment in which memory grew', () => {
    const { clock, memory, holder, log } = machine(100);
    const small = holder('php-fpm', 30);
    const large = holder('mysqld', 60);
    clock.runUntil(5);
    small.hold(20);
    expect(log).toEqual([]);
    clock.runUntil(5);
    expect(log).toEqual(['5: Out of memory: Killed process … (mysqld) anon-rss:60kB', '5: mysqld is gone']);
    expect([memory.used, large.bytes(), small.bytes()]).toEqual([50 * 1024, 0, 50 * 1024]);
  });

  it('and another, if that is not enough; memory that was given back within the moment costs nobody', () => {
    const { clock, holder, log } = machine(100);
    const [a] = [holder('a', 40), holder('b', 50)];
    a.hold(50);
    a.hold(-50);
    clock.runUntil(1);
    expect(log).toEqual([]);
    holder('c', 45);
    holder('d', 60);
    clock.runUntil(1);
    expect(log.filter((line) => line.includes('gone'))).toEqual(['1: d is gone', '1: b is gone']);
  });

  it('swap counts as memory', () => {
    const { clock, memory, holder, log } = machine(100, 50);
    const a = holder('a', 140);
    clock.runUntil(1);
    expect(log).toEqual([]);
    expect(memory.swapped).toBe(40 / 140);
    a.hold(11);
    clock.runUntil(1);
    expect(log).toContain('1: a is gone');
    expect(memory.swapped).toBe(0);
  });

  it('a process that is gone is no candidate, and where there is none the kernel can only say so', () => {
    const { clock, memory, oom, holder, log } = machine(100);
    oom.remove(holder('a', 90));
    memory.account('kernel').hold(20 * 1024);
    clock.runUntil(1);
    expect(log).toEqual(['0: Out of memory and no killable processes']);
  });
});

/** Sizes in KiB. */
function machine(ram: number, swap = 0) {
  const clock = new VirtualClock();
  const memory = new Memory(ram * 1024, swap * 1024);
  const oom = new OomKiller(memory, clock);
  const log: string[] = [];
  oom.note = (text) => log.push(`${clock.now()}: ${text}`);
  const holder = (process: string, size: number) => {
    const account = memory.account(process);
    account.hold(size * 1024);
    const candidate = {
      process,
      bytes: () => account.held,
      kill: () => {
        account.hold(-account.held);
        log.push(`${clock.now()}: ${process} is gone`);
      },
      hold: (more: number) => account.hold(more * 1024),
    };
    oom.add(candidate);
    return candidate;
  };
  return { clock, memory, oom, holder, log };
}
