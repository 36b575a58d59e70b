/** A connection to MySQL, from both ends: the client that asks over it, and the thread that serves it. */
import type { Group, Task } from '../host/cpu.js';
import type { Pool } from '../host/pool.js';
import type { Request } from './request.js';
import type { Query } from './script.js';
import type { TableLock } from './tableLock.js';

/** What MySQL sees of the PHP child that asks. */
export interface DatabaseClient {
  thread: Thread | null;
  readonly query: Query;
  /** The how-manieth query of the script, from 1. */
  readonly queryNumber: number;
  readonly dead: boolean;
}

/** A connection and the thread that serves it. */
export class Thread implements Task {
  request: Request | null = null;
  query: Query | null = null;
  queryNumber = 0;
  /** The row that it holds or waits for. */
  row: Pool<Thread> | null = null;
  /** The table that its transaction shares. */
  table: TableLock | null = null;
  /** The ticket of the lock wait timeout. */
  timer = 0;
  /** Of the wait or the work in hand: when it began, and the CPU that it needs. */
  startedMs = 0;
  needMs = 0;
  readsLeft = 0;
  /** The server has ended it; its client does not know yet. */
  dead = false;

  constructor(readonly group: Group) {}
}
