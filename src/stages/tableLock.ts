/**
 * The metadata lock of a table: queries share it, each until its transaction has ended; an ALTER has it alone.
 *
 *   query ──► shares ──► end of the transaction
 *     │ an ALTER has the table, or waits for it
 *     ▼
 *    line ──► all of it at once, when no ALTER is left
 *
 * An ALTER waits only for the transactions in progress, and goes before all queries that wait (MySQL manual, Metadata Locking: write
 * lock requests have higher priority). Not modelled: the online part of a rebuild, in which queries go on.
 */
import { Kind, type Step } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import { Line } from '../host/line.js';
import type { Thread } from './mysqlThread.js';

export class TableLock {
  /** Transactions in progress that have used the table. */
  private sharing = 0;
  /** The first has the table, or waits until the transactions in progress have ended. */
  private alters: Alter[] = [];
  private line = new Line<Thread>();

  constructor(
    private readonly name: string,
    private readonly clock: VirtualClock,
    /** How long an ALTER waits, in ms: `lock_wait_timeout`. */
    private readonly timeoutMs: number,
    private readonly note: (text: string) => void,
  ) {}

  /** Shares it at once, or runs `step(thread)` when it does; returns whether it did at once. */
  take(thread: Thread, step: Step<Thread>): boolean {
    if (this.alters.length > 0) {
      this.line.join(thread, step);
      return false;
    }
    this.sharing += 1;
    return true;
  }

  give(): void {
    this.sharing -= 1;
    if (this.sharing === 0 && this.alters.length > 0) this.grant();
  }

  /** Takes a query out of the line. */
  leave(thread: Thread): void {
    this.line.leave(thread);
  }

  /** An ALTER that needs the table for `forMs`. */
  alter(forMs: number): void {
    const alter = new Alter(forMs);
    this.alters.push(alter);
    if (this.alters.length === 1 && this.sharing === 0) return this.grant();
    this.note(`ALTER TABLE ${this.name} waits for its metadata lock`);
    alter.ticket = this.clock.after(this.timeoutMs, this.giveUp, alter, Kind.timeout);
  }

  /** The server stands still, and an ALTER with it. */
  freeze(): void {
    const alter = this.alters[0];
    if (alter?.granted !== true) return;
    this.clock.cancel(alter.ticket);
    alter.ticket = 0;
    alter.forMs = alter.untilMs - this.clock.now();
  }

  thaw(): void {
    const alter = this.alters[0];
    if (alter?.granted === true && alter.ticket === 0) this.work(alter);
  }

  /** The server has gone. */
  reset(): void {
    for (const alter of this.alters) this.clock.cancel(alter.ticket);
    this.alters = [];
    this.sharing = 0;
    this.line = new Line();
  }

  private grant(): void {
    const alter = this.alters[0];
    this.clock.cancel(alter.ticket);
    alter.granted = true;
    this.note(`ALTER TABLE ${this.name} has the table`);
    this.work(alter);
  }

  private work(alter: Alter): void {
    alter.untilMs = this.clock.now() + alter.forMs;
    alter.ticket = this.clock.after(alter.forMs, this.altered, alter, Kind.change);
  }

  private readonly altered = (): void => {
    this.alters.shift();
    this.note(`ALTER TABLE ${this.name} has ended; ${this.line.length} queries waited`);
    if (this.alters.length > 0) this.grant();
    else this.admitAll();
  };

  private readonly giveUp = (alter: Alter): void => {
    this.alters.splice(this.alters.indexOf(alter), 1);
    this.note(`ALTER TABLE ${this.name}: error 1205, lock wait timeout; ${this.line.length} queries waited`);
    if (this.alters.length === 0) this.admitAll();
  };

  private admitAll(): void {
    while (this.line.length > 0) {
      const { subject, step } = this.line;
      this.line.advance();
      this.sharing += 1;
      step(subject, 0);
    }
  }
}

class Alter {
  granted = false;
  untilMs = 0;
  /** The ticket of its end, or of the end of its patience. */
  ticket = 0;

  constructor(
    /** How long it needs the table yet, in ms. */
    public forMs: number,
  ) {}
}
