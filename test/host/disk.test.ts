import { describe, expect, it } from 'vitest';
import { Disk } from '../../src/host/disk.js';
import { watched } from './watched.js';

describe('disk', () => {
  it('one operation takes its own time', () => {
    const { clock, told, note } = watched();
    const disk = new Disk(clock, Infinity, 1);
    disk.work('read', 0.7, note);
    clock.runUntil(10);
    expect(told).toEqual(['0.7: read']);
    expect(disk.operations).toBe(1);
  });

  it('as many are in service at once as the queue is deep; the others wait in line', () => {
    const { clock, told, note } = watched();
    const disk = new Disk(clock, Infinity, 2);
    for (const name of ['a', 'b', 'c', 'd', 'e']) disk.work(name, 10, note);
    expect([disk.busy.value, disk.waiting.value]).toEqual([2, 3]);
    clock.runUntil(100);
    expect(told).toEqual(['10: a', '10: b', '20: c', '20: d', '30: e']);
    expect([disk.busy.integral(100), disk.waiting.integral(100)]).toEqual([50, 30 + 10]);
  });

  it('a quick one in service overtakes a slow one', () => {
    const { clock, told, note } = watched();
    const disk = new Disk(clock, Infinity, 2);
    disk.work('slow', 10, note);
    disk.work('quick', 1, note);
    disk.work('next', 1, note);
    clock.runUntil(100);
    expect(told).toEqual(['1: quick', '2: next', '10: slow']);
  });

  it('a limit on operations per second spaces their starts', () => {
    const { clock, told, note } = watched();
    const disk = new Disk(clock, 100, 32);
    for (const name of ['a', 'b', 'c']) disk.work(name, 1, note);
    clock.after(100, () => disk.work('after a pause', 1, note), undefined);
    clock.after(104, () => disk.work('soon after', 1, note), undefined);
    clock.runUntil(1000);
    expect(told).toEqual(['1: a', '11: b', '21: c', '101: after a pause', '111: soon after']);
  });

  it('the limit counts one hundred a second, whatever waits', () => {
    const { clock } = watched();
    const disk = new Disk(clock, 100, 8);
    for (let i = 0; i < 1000; i += 1) disk.work(i, 1, () => {});
    clock.runUntil(5000);
    expect(disk.operations).toBe(500);
  });

  it('what is done may ask again, and gets in line behind those that wait', () => {
    const { clock, told, note } = watched();
    const disk = new Disk(clock, Infinity, 1);
    let first = true;
    const again = (name: string) => {
      note(name);
      if (first) disk.work('a again', 10, again);
      first = false;
    };
    disk.work('a', 10, again);
    disk.work('b', 10, note);
    clock.runUntil(100);
    expect(told).toEqual(['10: a', '20: b', '30: a again']);
  });
});
