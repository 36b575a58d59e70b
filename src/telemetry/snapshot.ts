/** The state of the stages and the host at one moment; what happened in a window is the difference of two. */
import type { Host } from '../host/host.js';
import type { Meter } from './meter.js';

export class Snapshot {
  /** Per stage: ∫ places in use, ∫ line, and the longest line since the last window began. */
  readonly busy: readonly number[];
  readonly queue: readonly number[];
  readonly queueMax: readonly number[];
  /** CPU time given out, in all and by daemon. */
  readonly cpuMs: number;
  readonly cpuBy: readonly number[];
  readonly diskBusy: number;
  readonly diskQueue: number;
  readonly diskQueueMax: number;
  readonly operations: number;
  readonly sent: number;
  readonly received: number;

  constructor(
    readonly atMs: number,
    meters: readonly Meter[],
    host: Host,
  ) {
    this.busy = meters.map((meter) => meter.places?.busy.integral(atMs) ?? 0);
    this.queue = meters.map((meter) => meter.queue.integral(atMs));
    this.queueMax = meters.map((meter) => meter.queue.max);
    this.cpuMs = host.cpu.busyMs;
    this.cpuBy = host.cpu.groups.map((group) => host.cpu.usedMs(group));
    this.diskBusy = host.disk.busy.integral(atMs);
    this.diskQueue = host.disk.waiting.integral(atMs);
    this.diskQueueMax = host.disk.waiting.max;
    this.operations = host.disk.operations;
    this.sent = host.out.delivered;
    this.received = host.in.delivered;
  }
}
