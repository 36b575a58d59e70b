import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { always } from '../../src/engine/law.js';
import { Disk } from '../../src/host/disk.js';
import type { DiskModel, MysqlDisturbedModel } from '../../src/model.js';
import { Redo } from '../../src/stages/redo.js';

describe('redo', () => {
  it('is read at 100 MB/s in recovery, and the pages that it changed are read and written', () => {
    const { redo } = log({ checkpointAgeBytes: 50e6, pagesPerCommit: 0 });
    expect(redo.recoveryMs).toBe(500);
    expect(redo.flushMs).toBe(0);
  });

  it('n changes of D pages reach D (1 - e^(-n/D)) of them', () => {
    const { redo } = log({ pagesPerCommit: 4 });
    redo.count(250);
    // 1000 changes of 1000 pages.
    expect(redo.dirtyPages).toBeCloseTo(1000 * (1 - Math.exp(-1)), 9);
    // A page takes 1 ms at 1000 operations a second, though the disk would have eight at once in 0.5 ms.
    expect(redo.flushMs).toBeCloseTo(632.12056, 4);
    expect(redo.recoveryMs).toBeCloseTo(632.12056 + (250 * 1000) / 100_000, 4);
  });

  it('grows to the size of the log and no further, and a checkpoint leaves nothing', () => {
    const { redo } = log({ logFileBytes: 10e6, pagesPerCommit: 0 });
    redo.count(5000);
    expect(redo.recoveryMs).toBe(50);
    redo.count(1_000_000);
    expect(redo.recoveryMs).toBe(100);
    redo.checkpoint();
    expect(redo.recoveryMs).toBe(0);
    redo.count(1_000_001);
    expect(redo.recoveryMs).toBeCloseTo(0.01, 12);
  });

  it('a slow disk flushes more slowly, once latency is what limits it', () => {
    const { redo, disk } = log({ pagesPerCommit: 4 });
    redo.count(250);
    const usual = redo.flushMs;
    disk.slowdown = 10; // 40 ms, eight at once: 5 ms a page and not 1.
    expect(redo.flushMs / usual).toBeCloseTo(5, 12);
  });
});

function log(parts: Partial<MysqlDisturbedModel>) {
  const model: MysqlDisturbedModel = {
    logFileBytes: 1e9,
    checkpointAgeBytes: 0,
    redoBytesPerCommit: 1000,
    pagesPerCommit: 1,
    dumpShare: 0,
    ioCapacity: 200,
    tableWaitTimeoutMs: 1e6,
    pings: false,
    ...parts,
  };
  const diskModel: DiskModel = { iops: 1000, queueDepth: 8, latencyMs: always(4), fsyncMs: always(1) };
  const disk = new Disk(new VirtualClock(), diskModel.iops, diskModel.queueDepth);
  return { redo: new Redo(model, diskModel, disk, 1000), disk };
}
