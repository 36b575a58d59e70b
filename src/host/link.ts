/**
 * One way of the network interface: a bandwidth that the transfers in flight share evenly.
 *
 * Where there is no limit a transfer is over at once. The visitor's own line is not here but in `stages/delivery.ts`: the
 * slower of the two decides.
 */
import type { Step } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import { Sharing } from './sharing.js';

export class Link {
  /** Bytes handed to the link since the start. */
  bytes = 0;
  private readonly sharing: Sharing | null;

  /** `bytesPerMs` is above 0, and may be infinite. */
  constructor(
    clock: VirtualClock,
    readonly bytesPerMs: number,
  ) {
    this.sharing = bytesPerMs === Infinity ? null : new Sharing(clock, bytesPerMs, bytesPerMs);
  }

  /** Runs `done(subject)` when the last byte has left; `false` if it has left already, and `done` is not called. */
  send<S>(subject: S, bytes: number, done: Step<S>): boolean {
    this.bytes += bytes;
    if (this.sharing === null) return false;
    this.sharing.start(subject, bytes, done);
    return true;
  }

  /** Ends the transfer of `subject` before its time; what has left has left. */
  cancel(subject: unknown): void {
    this.sharing?.cancel(subject);
  }

  /** Bytes that have left. */
  get delivered(): number {
    return this.sharing?.deliveredNow ?? this.bytes;
  }

  /** Transfers in flight. */
  get size(): number {
    return this.sharing?.size ?? 0;
  }
}
