import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { Host } from '../../src/host/host.js';
import { bare } from '../support/bare.js';

describe('host', () => {
  it('is made as the model says, and the system holds its memory', () => {
    const model = bare({
      host: { cores: 2, memoryBytes: 4000, systemBytes: 300, network: { sendBytesPerMs: 125, receiveBytesPerMs: Infinity } },
    });
    const host = new Host(model.host, new VirtualClock());
    expect([host.cpu.cores, host.out.bytesPerMs, host.in.bytesPerMs, host.disk.queueDepth]).toEqual([2, 125, Infinity, 1e6]);
    expect([host.memory.bytes, host.memory.used]).toEqual([4000, 300]);
    expect(host.memory.by()).toEqual({ system: 300 });
  });

  it('checks at any moment that no more was given out than there is', () => {
    const clock = new VirtualClock();
    const host = new Host(bare({ host: { cores: 1 } }).host, clock);
    const task = { group: host.cpu.group('php-fpm') };
    host.cpu.work(task, 10, () => {});
    clock.runUntil(5);
    expect(() => host.check(5)).not.toThrow();
    clock.runUntil(20);
    expect(() => host.check(20)).not.toThrow();
  });

  it('says so when a daemon was charged for what the cores have not done', () => {
    const clock = new VirtualClock();
    const { host } = charged(clock, 0.001);
    expect(() => host.check(20)).toThrow(/^lempsim is wrong: the cores were busy for 10 ms, the daemons had 10.00\d* ms$/);
    expect(() => charged(new VirtualClock(), 0).host.check(20)).not.toThrow();
  });

  it('says so when more CPU time was given out than there was', () => {
    const clock = new VirtualClock();
    const { host } = charged(clock, 0);
    host.cpu.capacity.set(0, 0);
    expect(() => host.check(9)).toThrow(/10 ms of CPU time were given out of \d+ ms/);
  });

  it('says so when a disk serves more at once than it can', () => {
    const clock = new VirtualClock();
    const host = new Host(bare({ host: { disk: { ...bare().host.disk, queueDepth: 2 } } }).host, clock);
    host.disk.busy.add(3, 0);
    expect(() => host.check(0)).toThrow('3 operations at a disk of depth 2');
  });
});

/** A host on which 10 ms of work were done, and a daemon that asked for a bit more than it was given. */
function charged(clock: VirtualClock, moreMs: number) {
  const host = new Host(bare({ host: { cores: 1 } }).host, clock);
  const group = host.cpu.group('php-fpm');
  host.cpu.work({ group }, 10, () => {});
  clock.runUntil(20);
  group.askedMs += moreMs;
  return { host };
}
