/** One machine: what every request on it shares. */
import { fail } from '../engine/assert.js';
import type { VirtualClock } from '../engine/clock.js';
import type { HostModel } from '../model.js';
import { type Cpu, FairShare } from './cpu.js';
import { Disk } from './disk.js';
import { Kernel } from './kernel.js';
import { Link } from './link.js';
import { Memory } from './memory.js';
import { OomKiller } from './oom.js';

/** Event loops wake often and run for moments: measured, nginx has the core within microseconds. */
const URGENT = ['nginx'];

export class Host {
  readonly cpu: Cpu;
  readonly disk: Disk;
  /** Towards the visitors, and from them. */
  readonly out: Link;
  readonly in: Link;
  readonly memory: Memory;
  readonly oom: OomKiller;

  constructor(model: HostModel, clock: VirtualClock) {
    this.cpu = model.scheduler === 'kernel' ? new Kernel(clock, model.cores, URGENT) : new FairShare(clock, model.cores);
    this.disk = new Disk(clock, model.disk.iops, model.disk.queueDepth);
    this.out = new Link(clock, model.network.sendBytesPerMs);
    this.in = new Link(clock, model.network.receiveBytesPerMs);
    this.memory = new Memory(model.memoryBytes, model.swapBytes ?? 0);
    this.oom = new OomKiller(this.memory, clock);
    this.memory.account('system').hold(model.systemBytes);
  }

  /** Nothing gave out more than there is, and what was given out is what was taken; true of every run at every moment. */
  check(nowMs: number): void {
    const { cpu, disk, memory } = this;
    memory.check();
    const used = cpu.groups.reduce((sum, group) => sum + cpu.usedMs(group), 0);
    const tolerance = 1e-9 * Math.max(1, nowMs * (1 + cpu.cores));
    const { busyMs } = cpu;
    const there = cpu.capacity.integral(nowMs);
    const operations = disk.busy.value;
    // Asked this way round, a figure that is no number is wrong, too.
    if (!(Math.abs(used - busyMs) <= tolerance)) fail(`the cores were busy for ${busyMs} ms, the daemons had ${used} ms`);
    if (!(busyMs <= there + tolerance)) fail(`${busyMs} ms of CPU time were given out of ${there} ms`);
    if (operations < 0 || operations > disk.queueDepth) fail(`${operations} operations at a disk of depth ${disk.queueDepth}`);
  }
}
