/** One nginx worker process: a line of things to do, connection slots, and the connections that are idle. */
import { assert } from '../engine/assert.js';
import { Level } from '../engine/level.js';
import type { Group, Task } from '../host/cpu.js';
import { Line } from '../host/line.js';
import { type Connection, Idleness } from './connection.js';
import type { Request } from './request.js';

/** Slots that a worker uses for itself: its listening socket and the channel to the master (src/event/ngx_event.c). */
const OWN_SLOTS = 2;

export class NginxWorker implements Task {
  readonly line = new Line<Request>();
  readonly idle = new IdleList();
  /** Slots in use by connections, to visitors and to PHP-FPM. */
  readonly slots = new Level();
  busy = false;
  /** Whether its loop is running, further down the stack. */
  turning = false;
  acceptedLast = false;
  /** Told to quit: it accepts nobody any more, and exits once it has no connection. */
  leaving = false;
  /** Stopped by a signal while it had nothing in hand. */
  held = false;
  /** Its process is there no more. */
  gone = false;
  request: Request | null = null;
  /** Of the work in hand: when it began, and the CPU that it needs. */
  startedMs = 0;
  needMs = 0;
  private readonly slotsMax: number;

  constructor(
    readonly group: Group,
    readonly number: number,
    workerConnections: number,
  ) {
    this.slotsMax = Math.max(0, workerConnections - OWN_SLOTS);
  }

  takeSlot(nowMs: number): boolean {
    if (this.slots.value >= this.slotsMax) return false;
    this.slots.add(1, nowMs);
    return true;
  }

  giveSlot(nowMs: number): void {
    assert(this.slots.value > 0, 'nginx freed a connection slot that was not taken');
    this.slots.add(-1, nowMs);
  }

  /**
   * When at most a sixteenth of the slots is free, closes idle connections before another is accepted: an eighth of them, but
   * 1 to 32 (ngx_drain_connections). Returns how many.
   */
  drain(close: (connection: Connection) => void): number {
    const free = this.slotsMax - this.slots.value;
    if (free > this.slotsMax / 16 || this.idle.length === 0) return 0;
    const count = Math.min(this.idle.length, 32, Math.max(1, Math.floor(this.idle.length / 8)));
    for (let i = 0; i < count; i += 1) close(this.idle.oldest!);
    return count;
  }
}

/** Idle connections in the order in which they fell idle, linked through their idleness. */
class IdleList {
  length = 0;
  oldest: Connection | null = null;
  private youngest: Connection | null = null;
  private readonly spare: Idleness[] = [];

  join(connection: Connection, nowMs: number): Idleness {
    const idleness = this.spare.pop() ?? new Idleness();
    connection.idleness = idleness;
    idleness.sinceMs = nowMs;
    idleness.older = this.youngest;
    idleness.younger = null;
    if (this.youngest === null) this.oldest = connection;
    else this.youngest.idleness!.younger = connection;
    this.youngest = connection;
    this.length += 1;
    return idleness;
  }

  leave(connection: Connection): void {
    const idleness = connection.idleness!;
    const { older, younger } = idleness;
    if (older === null) this.oldest = younger;
    else older.idleness!.younger = younger;
    if (younger === null) this.youngest = older;
    else younger.idleness!.older = older;
    idleness.older = null;
    idleness.younger = null;
    connection.idleness = null;
    this.spare.push(idleness);
    this.length -= 1;
  }
}
