import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { always } from '../../src/engine/law.js';
import { Random } from '../../src/engine/random.js';
import { Disk } from '../../src/host/disk.js';
import type { BufferPool } from '../../src/stages/bufferPool.js';
import { PoolLoad } from '../../src/stages/poolLoad.js';

describe('loading the buffer pool in the background', () => {
  it('reads one page after the other, so many a second, and then sleeps for the rest of it', () => {
    const { load, loadedAt } = loading({ ioCapacity: 3 });
    load.begin(7.9);
    expect(loadedAt()).toEqual([10, 20, 30, 1010, 1020, 1030, 2010]);
  });

  it('a disk that is too slow for that has no rest', () => {
    const { load, loadedAt } = loading({ ioCapacity: 3, latencyMs: 600 });
    load.begin(5);
    // Three of 600 ms are 1.8 s: the next second begins at once.
    expect(loadedAt()).toEqual([600, 1200, 1800, 2400, 3000]);
  });

  it('of a server that has gone, nothing more is loaded; what the disk has in hand counts for nobody', () => {
    const { load, clock, loadedAt } = loading({ ioCapacity: 100 });
    load.begin(50);
    clock.at(25, () => load.stop(), undefined);
    clock.at(3000, () => load.begin(2), undefined);
    expect(loadedAt()).toEqual([10, 20, 3010, 3020]);
  });

  it('stands still with the server, and goes on with it', () => {
    const { load, clock, loadedAt } = loading({ ioCapacity: 100 });
    load.begin(4);
    clock.at(15, () => load.freeze(), undefined);
    clock.at(500, () => load.thaw(), undefined);
    // The read that was under way ends at 20, and nobody asks for the next before 500.
    expect(loadedAt()).toEqual([10, 20, 510, 520]);
  });

  it('frozen for less than a read takes, it notices nothing', () => {
    const { load, clock, loadedAt } = loading({ ioCapacity: 100 });
    load.begin(3);
    clock.at(12, () => load.freeze(), undefined);
    clock.at(18, () => load.thaw(), undefined);
    expect(loadedAt()).toEqual([10, 20, 30]);
  });
});

function loading({ ioCapacity, latencyMs = 10 }: { ioCapacity: number; latencyMs?: number }) {
  const clock = new VirtualClock();
  const times: number[] = [];
  const pool = { loaded: () => void times.push(clock.now()) } as BufferPool;
  const model = { iops: Infinity, queueDepth: 1, latencyMs: always(latencyMs), fsyncMs: always(0) };
  const disk = new Disk(clock, model.iops, model.queueDepth);
  const load = new PoolLoad(pool, model, ioCapacity, disk, clock, new Random('1').stream('mysql.load'));
  const loadedAt = () => {
    clock.runUntil(10_000);
    return times;
  };
  return { clock, load, loadedAt };
}
