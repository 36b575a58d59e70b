import { describe, expect, it } from 'vitest';
import { FairShare, type Group } from '../../src/host/cpu.js';
import { watched } from './watched.js';

describe('cpu', () => {
  it('a task uses one core at the most', () => {
    const { cpu, clock, told, work } = host(4);
    work('php-fpm', 'a', 30);
    work('mysql', 'b', 40);
    clock.runUntil(100);
    expect(told).toEqual(['30: a', '40: b']);
    expect(cpu.busyMs).toBe(70);
  });

  it('more tasks than cores share them evenly, and speed up as others end', () => {
    const { clock, told, work } = host(2);
    work('php-fpm', 'a', 10);
    work('php-fpm', 'b', 20);
    work('mysql', 'c', 20);
    clock.runUntil(100);
    // At 2/3 of a core each, a has its 10 at 15; b and c then have a core each for their last 10.
    expect(told).toEqual(['15: a', '25: b', '25: c']);
  });

  it('one core: who comes later slows down who is there', () => {
    const { clock, told, work } = host(1);
    work('php-fpm', 'a', 10);
    clock.after(5, () => work('php-fpm', 'b', 10), undefined);
    clock.runUntil(100);
    expect(told).toEqual(['15: a', '20: b']);
  });

  it('cores may be added while tasks run', () => {
    const { cpu, clock, told, work } = host(1);
    for (const name of ['a', 'b', 'c', 'd']) work('php-fpm', name, 10);
    clock.after(20, () => cpu.resize(4), undefined);
    clock.runUntil(100);
    expect(told).toEqual(['25: a', '25: b', '25: c', '25: d']);
    expect(cpu.cores).toBe(4);
    expect(cpu.capacity.integral(100)).toBe(20 + 4 * 80);
  });

  it('a hypervisor that steals slows each core down', () => {
    const { cpu, clock, told, work } = host(2);
    work('php-fpm', 'a', 10);
    cpu.resize(2, 0.5);
    clock.after(10, () => cpu.resize(2), undefined);
    clock.runUntil(100);
    expect(told).toEqual(['15: a']);
    expect(cpu.capacity.integral(100)).toBe(10 + 2 * 90);
  });

  it('a daemon whose processes are stopped gets nothing, and goes on where it was when they are continued', () => {
    const { cpu, clock, told, work } = host(1);
    const a = work('php-fpm', 'a', 10);
    work('mysql', 'b', 20);
    clock.after(8, () => cpu.freeze(a.group), undefined);
    clock.after(10, () => work('php-fpm', 'c', 5), undefined);
    clock.after(50, () => cpu.thaw(a.group), undefined);
    clock.runUntil(30);
    // b has had 4 of its 20 by then, and the core to itself afterwards: until 24.
    expect([cpu.usedMs(a.group), cpu.busyMs]).toEqual([4, 24]);
    clock.runUntil(100);
    // From 50 on c and a share the core: c is done at 60, a has one more to get.
    expect(told).toEqual(['24: b', '60: c', '61: a']);
    expect([cpu.usedMs(a.group), cpu.busyMs]).toEqual([15, 35]);
  });

  it('a task may be killed while its daemon is stopped', () => {
    const { cpu, clock, told, work } = host(1);
    const a = work('php-fpm', 'a', 10);
    work('php-fpm', 'b', 10);
    clock.after(8, () => cpu.freeze(a.group), undefined);
    clock.after(9, () => cpu.stop(a), undefined);
    clock.after(20, () => cpu.thaw(a.group), undefined);
    clock.runUntil(100);
    expect(told).toEqual(['26: b']);
    expect([cpu.usedMs(a.group), cpu.busyMs]).toEqual([14, 14]);
  });

  it('a task that is stopped in the middle keeps what it had, and is not resumed', () => {
    const { cpu, clock, told, work } = host(1);
    const a = work('php-fpm', 'a', 10);
    work('mysql', 'b', 10);
    clock.after(8, () => cpu.stop(a), undefined);
    clock.runUntil(100);
    expect(told).toEqual(['14: b']);
    expect([cpu.usedMs(a.group), cpu.busyMs]).toEqual([4, 14]);
    cpu.stop(a);
    expect(cpu.usedMs(a.group)).toBe(4);
  });

  it('every daemon is charged for what its tasks have had up to now', () => {
    const { cpu, clock, work } = host(1);
    const { group: php } = work('php-fpm', 'a', 100);
    const { group: mysql } = work('mysql', 'b', 10);
    const seen: number[][] = [];
    for (const atMs of [0, 8, 20, 50, 110, 200]) {
      clock.at(atMs, () => void seen.push([atMs, cpu.usedMs(php), cpu.usedMs(mysql), cpu.busyMs]), undefined, 3);
    }
    clock.runUntil(200);
    expect(seen.map((row) => row.map((value) => Math.round(value * 1e9) / 1e9))).toEqual([
      [0, 0, 0, 0],
      [8, 4, 4, 8],
      [20, 10, 10, 20],
      [50, 40, 10, 50],
      [110, 100, 10, 110],
      [200, 100, 10, 110],
    ]);
  });

  it('a daemon is one group, by its name, in the order in which they came', () => {
    const { cpu } = host(1);
    expect(cpu.group('nginx')).toBe(cpu.group('nginx'));
    cpu.group('mysql');
    expect(cpu.groups.map(({ name }) => name)).toEqual(['nginx', 'mysql']);
    expect(cpu.usedMs(cpu.group('mysql'))).toBe(0);
  });

  it('a task may ask again in the very step in which it is done', () => {
    const { cpu, clock, told, note } = host(1);
    const task = { group: cpu.group('php-fpm'), rounds: 0 };
    const again = (one: typeof task) => {
      one.rounds += 1;
      note(`round ${one.rounds}`);
      if (one.rounds < 3) cpu.work(one, 10, again);
    };
    cpu.work(task, 10, again);
    clock.runUntil(100);
    expect(told).toEqual(['10: round 1', '20: round 2', '30: round 3']);
  });
});

interface Named {
  readonly group: Group;
  readonly name: string;
}

function host(cores: number) {
  const { clock, told, note } = watched();
  const cpu = new FairShare(clock, cores);
  const work = (daemon: string, name: string, ms: number): Named => {
    const task = { group: cpu.group(daemon), name };
    cpu.work(task, ms, (done) => note(done.name));
    return task;
  };
  return { clock, told, note, cpu, work };
}
