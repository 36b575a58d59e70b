/**
 * MySQL (or MariaDB): a thread for each connection, one query at a time on it.
 *
 *   connect ──► lock ──► run ──► read … read ──► hold ──► commit ──► answer
 *      │          │
 *      ▼          ▼ innodb_lock_wait_timeout
 *   no place    1205 → 500
 *   1040 → 500
 *
 * There is no line for a connection: beyond `max_connections` it is an error at once. A page that the buffer pool does not hold is
 * read from the disk. A hot row is locked until the commit, and the commit waits for a flush, which it shares with all who
 * came while the one before was under way. Not modelled: deadlocks, gap locks, checkpoints, the back_log.
 */
import { Kind, type Step } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import { Level } from '../engine/level.js';
import { Need } from '../engine/need.js';
import type { Random } from '../engine/random.js';
import type { Group, Task } from '../host/cpu.js';
import type { Host } from '../host/host.js';
import { Pool } from '../host/pool.js';
import type { DiskModel, MysqlModel } from '../model.js';
import { Cause } from '../telemetry/cause.js';
import { Meter } from '../telemetry/meter.js';
import { bufferPool } from './bufferPool.js';
import type { Daemon } from './faults.js';
import { groupCommit } from './groupCommit.js';
import { type Request, Stage } from './request.js';
import type { Query } from './script.js';

export interface Database {
  readonly stage: Stage;
  /** The script has ended; its connection is closed unless it is persistent. */
  close(client: DatabaseClient): void;
  /** When the machine goes down and boots. */
  readonly daemon?: Daemon;
}

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
  /** The ticket of the lock wait timeout. */
  timer = 0;
  /** Of the wait or the work in hand: when it began, and the CPU that it needs. */
  startedMs = 0;
  needMs = 0;
  readsLeft = 0;

  constructor(readonly group: Group) {}
}

export function mysqlServer(model: MysqlModel, disk: DiskModel, clock: VirtualClock, host: Host, random: Random): Database {
  const group: Group = host.cpu.group('mysql');
  const connectMs = new Need('mysql.connect', model.connectMs);
  const pool = bufferPool(model, disk);
  const log = groupCommit(model, disk, host.disk, random.stream('disk.fsync'));
  const rows = new Map<string, Pool<Thread>>();
  const spare: Thread[] = [];
  const connections = new Level();
  const waiting = new Level();
  const counts = { queries: 0, connected: 0, refused: 0, lookups: 0, diskReads: 0 };

  const memory = host.memory.account('mysql');
  memory.hold(model.baseBytes + model.bufferPoolBytes);

  const tooMany = new Cause(
    '500',
    'mysql',
    'error 1040: too many connections',
    'PHP Fatal error:  Uncaught PDOException: SQLSTATE[08004] [1040] Too many connections',
  );
  const lockTimeout = new Cause(
    '500',
    'mysql',
    'error 1205: lock wait timeout',
    'PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000]: General error: 1205 Lock wait timeout exceeded; try restarting transaction',
  );

  const meter = new Meter('mysql', { word: 'connections', busy: connections, max: model.maxConnections }, waiting, Infinity, {
    peaks: { 'connections max': connections },
    counters: () => ({
      queries: counts.queries,
      'connections opened': counts.connected,
      'connections refused': counts.refused,
      'page lookups': counts.lookups,
      'pages read from disk': counts.diskReads,
      commits: log.commits,
      flushes: log.flushes,
    }),
  });
  return { stage: new Stage(meter, enter), close };

  function enter(request: Request): void {
    const client = request.child!;
    if (client.thread === null && !connect(client)) {
      counts.refused += 1;
      return request.refuse(tooMany);
    }
    const thread = client.thread!;
    const fresh = thread.query === null;
    thread.request = request;
    thread.query = client.query;
    thread.queryNumber = client.queryNumber;
    if (model.roundTripMs > 0) clock.after(model.roundTripMs, fresh ? greet : lock, thread);
    else if (fresh) greet(thread);
    else lock(thread);
  }

  // Connections.

  function connect(client: DatabaseClient): boolean {
    if (connections.value >= model.maxConnections) return false;
    client.thread = spare.pop() ?? new Thread(group);
    connections.add(1, clock.now());
    counts.connected += 1;
    memory.hold(model.connectionBytes);
    return true;
  }

  function close(client: DatabaseClient): void {
    const { thread } = client;
    if (thread === null || (model.persistent && !client.dead)) return;
    client.thread = null;
    thread.query = null;
    spare.push(thread);
    connections.add(-1, clock.now());
    memory.hold(-model.connectionBytes);
  }

  function greet(thread: Thread): void {
    const ms = connectMs.of(thread.request!);
    if (ms === 0) return lock(thread);
    work(thread, ms, greeted);
  }

  function greeted(thread: Thread): void {
    waitedForCpu(thread);
    lock(thread);
  }

  // A query.

  function lock(thread: Thread): void {
    const { row } = thread.query!;
    if (row === null) return run(thread);
    thread.row = rowLock(row);
    thread.startedMs = clock.now();
    const held = thread.row.busy.value > 0;
    thread.row.take(thread, locked);
    if (!held) return;
    waiting.add(1, clock.now());
    thread.timer = clock.after(model.lockWaitTimeoutMs, giveUp, thread, Kind.timeout);
  }

  function rowLock(row: string): Pool<Thread> {
    const known = rows.get(row);
    if (known !== undefined) return known;
    const fresh = new Pool<Thread>(clock, 1);
    rows.set(row, fresh);
    return fresh;
  }

  function locked(thread: Thread): void {
    stopWaiting(thread);
    waited(thread.request!, clock.now() - thread.startedMs);
    run(thread);
  }

  function stopWaiting(thread: Thread): void {
    if (!clock.cancel(thread.timer)) return;
    thread.timer = 0;
    waiting.add(-1, clock.now());
  }

  /** Only the statement fails, in MySQL; the exception ends the script, and with it the transaction. */
  function giveUp(thread: Thread): void {
    thread.timer = 0;
    waiting.add(-1, clock.now());
    thread.row!.leave(thread);
    thread.row = null;
    const request = thread.request!;
    waited(request, clock.now() - thread.startedMs);
    thread.request = null;
    request.refuse(lockTimeout);
  }

  function run(thread: Thread): void {
    const request = thread.request!;
    const query = thread.query!;
    counts.queries += 1;
    const reads = query.reads.of(request, thread.queryNumber);
    thread.readsLeft = pool.misses(request, thread.queryNumber, reads);
    counts.lookups += reads;
    counts.diskReads += thread.readsLeft;
    if (thread.readsLeft > 0) if (request.traced) request.note(`${thread.readsLeft} of ${reads} pages from disk`);
    const ms = query.cpuMs.of(request, thread.queryNumber);
    if (ms === 0) return read(thread);
    work(thread, ms, ran);
  }

  function ran(thread: Thread): void {
    waitedForCpu(thread);
    read(thread);
  }

  /** One page after the other. */
  function read(thread: Thread): void {
    if (thread.readsLeft === 0) return hold(thread);
    thread.readsLeft -= 1;
    host.disk.work(thread, pool.readMs(thread.request!, thread.queryNumber, thread.readsLeft), read);
  }

  function hold(thread: Thread): void {
    const holdMs = thread.query!.holdMs.of(thread.request!, thread.queryNumber);
    if (holdMs > 0) clock.after(holdMs, commit, thread);
    else commit(thread);
  }

  function commit(thread: Thread): void {
    if (thread.query!.commit) log.commit(thread, answer);
    else answer(thread);
  }

  function answer(thread: Thread): void {
    const { row } = thread;
    const request = thread.request!;
    thread.row = null;
    thread.request = null;
    row?.give();
    request.return();
  }

  function work(thread: Thread, ms: number, step: Step<Thread>): void {
    thread.startedMs = clock.now();
    thread.needMs = ms;
    host.cpu.work(thread, ms, step);
  }

  function waitedForCpu(thread: Thread): void {
    waited(thread.request!, clock.now() - thread.startedMs - thread.needMs);
  }

  function waited(request: Request, ms: number): void {
    meter.waitedMs += ms;
    if (request.traced) request.waited(ms);
  }
}
