/** What happened between two snapshots. */
import type { Snapshot } from './snapshot.js';

export interface Span {
  readonly lengthMs: number;
  /** Per stage: place-ms in use, and request-ms in line. */
  readonly busy: readonly number[];
  readonly queue: readonly number[];
  readonly cpuMs: number;
  readonly cpuBy: readonly number[];
  readonly diskBusy: number;
  readonly diskQueue: number;
  readonly operations: number;
  readonly sent: number;
  readonly received: number;
}

export function snapshotDifference(from: Snapshot, to: Snapshot): Span {
  const less = (later: readonly number[], earlier: readonly number[]) => later.map((value, at) => value - (earlier[at] ?? 0));
  return {
    lengthMs: to.atMs - from.atMs,
    busy: less(to.busy, from.busy),
    queue: less(to.queue, from.queue),
    cpuMs: to.cpuMs - from.cpuMs,
    cpuBy: less(to.cpuBy, from.cpuBy),
    diskBusy: to.diskBusy - from.diskBusy,
    diskQueue: to.diskQueue - from.diskQueue,
    operations: to.operations - from.operations,
    sent: to.sent - from.sent,
    received: to.received - from.received,
  };
}
