/**
 * The listening socket, which all workers share: whether it is open, and how many connections the kernel holds until one of them
 * accepts. Linux holds one more than the backlog says.
 */
import { assert } from '../engine/assert.js';
import type { VirtualClock } from '../engine/clock.js';
import { Level } from '../engine/level.js';
import type { Connection } from './connection.js';

export class Port {
  /** Which opening this is, by number from 1; 0 while it is closed. */
  opening = 0;
  /** Connections that wait to be accepted. */
  readonly queue = new Level();
  private opened = 0;

  constructor(
    private readonly backlog: number,
    private readonly clock: VirtualClock,
  ) {}

  get full(): boolean {
    return this.queue.value > this.backlog;
  }

  /** Returns whether it was ever open before. */
  open(): boolean {
    this.opened += 1;
    this.opening = this.opened;
    return this.opened > 1;
  }

  close(): void {
    this.opening = 0;
  }

  admit(): void {
    this.queue.add(1, this.clock.now());
  }

  /** A worker accepts one, or the kernel forgets it. */
  leave(): void {
    assert(this.queue.value > 0, 'nginx took a connection from an empty accept queue');
    this.queue.add(-1, this.clock.now());
  }

  /** It leaves the accept queue unaccepted, or nginx knows nothing of it. */
  forget(connection: Connection): void {
    if (!connection.stale) this.leave();
    connection.open = false;
  }
}
