import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import type { Group } from '../../src/host/cpu.js';
import { Kernel } from '../../src/host/kernel.js';

describe('the kernel', () => {
  it('who is alone runs without a break', () => {
    const { clock, told, work } = host(1);
    work('php-fpm', 'a', 30);
    clock.runUntil(100);
    expect(told).toEqual(['30: a']);
    expect(clock.events).toBe(1);
  });

  it('two of one group take turns of 4 ms; who has had as much as the other goes on', () => {
    const { clock, told, work } = host(1);
    work('php-fpm', 'a', 10);
    work('php-fpm', 'b', 10);
    clock.runUntil(100);
    // a to 4; b to 8, when both have had 4, and on to 12; a to 16, and on to its end at 18; b has 2 left.
    expect(told).toEqual(['18: a', '20: b']);
  });

  it('who wakes starts at the mean of those who are there', () => {
    const { clock, told, work } = host(1);
    work('php-fpm', 'a', 20);
    clock.after(7, () => work('php-fpm', 'b', 3), undefined);
    clock.runUntil(100);
    // At 7 a has had 7, and so b starts at 7. a goes on to the next tick, at 11; then b, which has had less, is done at 14.
    expect(told).toEqual(['14: b', '23: a']);
  });

  it('nginx has the core at once, and then it is given out anew', () => {
    const { clock, told, work } = host(1);
    work('php-fpm', 'a', 20);
    work('php-fpm', 'b', 20);
    clock.after(3, () => work('nginx', 'n', 1), undefined);
    clock.runUntil(6.5);
    // At 3 a has had 3 and b nothing: when nginx is done at 4 it is b's turn, up to the tick at 8.
    expect(told).toEqual(['4: n']);
    clock.runUntil(8.5);
    work('nginx', 'm', 0.5);
    clock.runUntil(100);
    expect(told.slice(0, 2)).toEqual(['4: n', '9: m']);
  });

  it('a daemon whose processes are stopped makes room at once, and goes on where it was when they are continued', () => {
    const { clock, cpu, told, task, work } = host(1);
    const a = task('php-fpm');
    cpu.work(a, 10, () => told.push(`${clock.now()}: a`));
    work('mysql', 'b', 10);
    clock.after(2, () => cpu.freeze(a.group), undefined);
    clock.after(20, () => cpu.thaw(a.group), undefined);
    clock.runUntil(15);
    expect([cpu.usedMs(a.group), cpu.busyMs]).toEqual([2, 12]);
    clock.runUntil(100);
    expect(told).toEqual(['12: b', '28: a']);
    expect([cpu.usedMs(a.group), cpu.busyMs]).toEqual([10, 20]);
  });

  it('who is killed while its daemon is stopped is not continued', () => {
    const { clock, cpu, told, task } = host(1);
    const a = task('php-fpm');
    cpu.work(a, 10, () => told.push('a'));
    clock.after(2, () => cpu.freeze(a.group), undefined);
    clock.after(3, () => cpu.stop(a), undefined);
    clock.after(4, () => cpu.thaw(a.group), undefined);
    clock.runUntil(100);
    expect(told).toEqual([]);
    expect([cpu.usedMs(a.group), cpu.busyMs]).toEqual([2, 2]);
  });

  it('groups share evenly, whatever the number of their tasks', () => {
    const { clock, cpu, work } = host(1);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) work('php-fpm', name, 1000);
    work('mysql', 'q', 1000);
    clock.runUntil(800);
    expect(cpu.usedMs(cpu.group('mysql'))).toBeCloseTo(400, -1);
    expect(cpu.usedMs(cpu.group('php-fpm'))).toBeCloseTo(400, -1);
  });

  it('a query that wakes waits for the tick if its group has had as much', () => {
    const { clock, told, work } = host(1);
    work('mysql', 'q', 1);
    work('php-fpm', 'a', 20);
    clock.after(10, () => work('mysql', 'r', 1), undefined);
    clock.runUntil(100);
    // At 10 scripts have had 9, and so r's group starts at 9 and does not preempt; at the next tick, at 14, it has had less.
    expect(told).toEqual(['1: q', '15: r', '22: a']);
  });

  it('on two cores two run, and the third has its turn', () => {
    const { clock, told, work, cpu } = host(2);
    for (const name of ['a', 'b', 'c']) work('php-fpm', name, 8);
    clock.runUntil(100);
    // At the tick at 4 c, which has had nothing, takes the core of a; b goes on, and a has b's core from 8.
    expect(told).toEqual(['8: b', '12: c', '12: a']);
    expect(cpu.busyMs).toBeCloseTo(24, 9);
  });

  it('more work asked for at its end keeps the core', () => {
    const { clock, told, work, again } = host(1);
    again('php-fpm', 'a', [2, 3]);
    work('php-fpm', 'b', 1);
    clock.runUntil(100);
    // a has 2, asks for 3 more and goes on to the tick at 4; then b, which has had less.
    expect(told).toEqual(['2: a', '5: b', '6: a']);
  });

  it('a script lets those go first who have had less, just before its end', () => {
    const { clock, told, cpu, work, task } = host(1);
    cpu.conclude(task('php-fpm'), 3, () => told.push(`${clock.now()}: a`));
    work('php-fpm', 'b', 2);
    clock.runUntil(100);
    // a runs to 2.96, b its 2 ms, and then a its last 0.04.
    expect(told).toEqual(['4.96: b', '5: a']);
    expect(cpu.usedMs(cpu.group('php-fpm'))).toBeCloseTo(5, 9);
  });

  it('a script that is alone is not held up by its end', () => {
    const { clock, told, cpu, task } = host(1);
    cpu.conclude(task('php-fpm'), 3, () => told.push(`${clock.now()}: a`));
    cpu.conclude(task('mysql'), 0, () => told.push(`${clock.now()}: nothing to do`));
    clock.runUntil(100);
    expect(told.map((line) => line.split(': ')[1]).sort()).toEqual(['a', 'nothing to do']);
    expect(cpu.busyMs).toBeCloseTo(3, 9);
  });

  it('the killed are gone at once, at work or in line', () => {
    const { clock, told, cpu, work, task } = host(1);
    const [running, waiting] = [task('php-fpm'), task('php-fpm')];
    cpu.work(running, 50, () => told.push('never'));
    cpu.work(waiting, 50, () => told.push('never'));
    work('php-fpm', 'c', 2);
    clock.after(1, () => cpu.stop(waiting), undefined);
    clock.after(2, () => cpu.stop(running), undefined);
    clock.runUntil(100);
    expect(told).toEqual(['4: c']);
    expect(cpu.usedMs(cpu.group('php-fpm'))).toBeCloseTo(4, 9);
    cpu.stop(running);
  });

  it('cores come and go, slow down and stand still', () => {
    const { clock, told, cpu, work } = host(1);
    work('php-fpm', 'a', 10);
    work('php-fpm', 'b', 10);
    clock.after(2, () => cpu.resize(2), undefined);
    clock.after(4, () => cpu.resize(2, 0.5), undefined);
    clock.after(6, () => cpu.resize(2, 0), undefined);
    clock.after(16, () => cpu.resize(1), undefined);
    clock.runUntil(100);
    // To 2: a 2. To 4: a 4, b 2. To 6 at half speed: a 5, b 3. Nothing to 16. On the one core a goes on to the next
    // tick, at 20, with 9; then b, which has had less, to its end, and a's last.
    expect(told).toEqual(['27: b', '28: a']);
    expect(cpu.capacity.integral(100)).toBe(2 + 4 + 2 + 0 + 84);
  });

  it('refuses what is no amount of work', () => {
    const { cpu, task } = host(1);
    expect(() => cpu.work(task('php-fpm'), Number.NaN, () => {})).toThrow('cannot need NaN ms');
    expect(() => cpu.work(task('php-fpm'), -1, () => {})).toThrow('cannot need -1 ms');
  });

  it('gives all their work, no core idle while anybody waits, whoever comes when', () => {
    const job = fc.record({ at: fc.nat(40), ms: fc.nat(20), daemon: fc.constantFrom('nginx', 'php-fpm', 'mysql') });
    fc.assert(
      fc.property(fc.array(job, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 3 }), (jobs, cores) => {
        const { clock, told, cpu, work } = host(cores);
        for (const [index, { at, ms, daemon }] of jobs.entries())
          clock.after(at, () => work(daemon, String(index), ms), undefined);
        clock.runUntil(1000);
        const asked = jobs.reduce((sum, { ms }) => sum + ms, 0);
        expect(told.length).toBe(jobs.length);
        expect(cpu.busyMs).toBeCloseTo(asked, 9);
        if (cores === 1) expect(lastOf(told)).toBeCloseTo(fifoEnd(jobs), 9);
      }),
      { numRuns: 300 },
    );
  });
});

/** On one core that never idles while there is work, whoever goes first, all is done when first come, first served would be. */
function fifoEnd(jobs: readonly { at: number; ms: number }[]): number {
  return [...jobs].sort((a, b) => a.at - b.at).reduce((end, { at, ms }) => Math.max(end, at) + ms, 0);
}

function lastOf(told: readonly string[]): number {
  return Number.parseFloat(told.at(-1)!);
}

function host(cores: number) {
  const clock = new VirtualClock();
  const cpu = new Kernel(clock, cores, ['nginx']);
  const told: string[] = [];
  for (const name of ['nginx', 'php-fpm', 'mysql']) cpu.group(name);
  const task = (daemon: string): { group: Group } => ({ group: cpu.group(daemon) });
  const tell = (name: string) => told.push(`${Math.round(clock.now() * 1e9) / 1e9}: ${name}`);
  const work = (daemon: string, name: string, ms: number) => cpu.work(task(daemon), ms, () => tell(name));
  const again = (daemon: string, name: string, parts: readonly number[]) => {
    const one = task(daemon);
    const next = (left: readonly number[]) => {
      if (left.length > 0)
        cpu.work(one, left[0], () => {
          tell(name);
          next(left.slice(1));
        });
    };
    next(parts);
  };
  return { clock, cpu, told, task, work, again };
}
