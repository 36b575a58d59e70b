/**
 * MySQL (or MariaDB): a thread for each connection, one query at a time on it.
 *
 *   connect ──► table ──► lock ──► run ──► read … read ──► hold ──► commit ──► answer
 *      │          │         │                       │
 *      ▼          ▼         ▼                       ▼
 *   no place    lock_wait_  innodb_lock_           disk full
 *   1040, 2002  timeout     wait_timeout           1114
 *               1205        1205                              each a 500
 *
 * There is no line for a connection: beyond `max_connections` it is an error at once. A page that the buffer pool does not hold is
 * read from the disk. A hot row is locked until the commit, and the commit waits for a flush, which it shares with all who
 * came while the one before was under way. What can happen to the process is in `mysqlDaemon.ts`. A server that hangs keeps
 * what it has, and those who connect, waiting. Not modelled: deadlocks, gap locks, checkpoints, the back_log's end.
 */
import { Kind, type Step } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import { Level } from '../engine/level.js';
import { Need } from '../engine/need.js';
import type { Random } from '../engine/random.js';
import type { Group } from '../host/cpu.js';
import type { Host } from '../host/host.js';
import { Line } from '../host/line.js';
import { Pool } from '../host/pool.js';
import type { DiskModel, MysqlDisturbedModel, MysqlModel } from '../model.js';
import type { Cause } from '../telemetry/cause.js';
import type { Journal } from '../telemetry/journal.js';
import { Meter } from '../telemetry/meter.js';
import { bufferPool } from './bufferPool.js';
import { type Daemon, Factors, type Faults } from './faults.js';
import { groupCommit } from './groupCommit.js';
import { MysqlDaemon } from './mysqlDaemon.js';
import { mysqlErrors } from './mysqlErrors.js';
import { type DatabaseClient, Thread } from './mysqlThread.js';
import { PoolLoad } from './poolLoad.js';
import { Redo } from './redo.js';
import { type Request, Stage } from './request.js';
import { TableLock } from './tableLock.js';

export interface Database {
  readonly stage: Stage;
  readonly faults: Faults;
  /** The script has ended; its connection is closed unless it is persistent. */
  close(client: DatabaseClient): void;
  /** When the machine goes down and boots. */
  readonly daemon: Daemon;
  /** The settings that it was made with have changed. */
  configure(): void;
}

/** How often the server looks for lock waits that are too long (InnoDB, lock_wait_timeout_thread). */
const LOOK_MS = 1000;

/** What happens to a server that nobody has planned anything for: no redo, no time, nothing loaded again. */
const UNDISTURBED: MysqlDisturbedModel = {
  logFileBytes: 0,
  checkpointAgeBytes: 0,
  redoBytesPerCommit: 1,
  pagesPerCommit: 0,
  dumpShare: 0,
  ioCapacity: 200,
  tableWaitTimeoutMs: 86_400_000,
  pings: false,
};

export function mysqlServer(
  model: MysqlModel,
  disk: DiskModel,
  clock: VirtualClock,
  host: Host,
  random: Random,
  journal: Journal,
  /** Tables that an ALTER will want for itself; nobody looks after the others. */
  altered: readonly string[],
): Database {
  const disturbed = model.disturbed ?? UNDISTURBED;
  const group: Group = host.cpu.group('mysql');
  const connectMs = new Need('mysql.connect', model.connectMs);
  const pool = bufferPool(model, disk);
  const log = groupCommit(model, disk, host.disk, random.stream('disk.fsync'));
  const rows = new Map<string, Pool<Thread>>();
  const tables = new Map(altered.map((name) => [name, new TableLock(name, clock, disturbed.tableWaitTimeoutMs, note)]));
  const tablesLocked = tables.size > 0;
  /** All there are, in use or spare. */
  let threads: Thread[] = [];
  let spare: Thread[] = [];
  const connections = new Level();
  const waiting = new Level();
  const counts = { queries: 0, connected: 0, refused: 0, lookups: 0, diskReads: 0 };

  const memory = host.memory.account('mysql');
  /** Of the memory, what its buffer pool holds while it runs. */
  let poolBytes = model.bufferPoolBytes;
  memory.hold(model.baseBytes + poolBytes);

  const redo = new Redo(disturbed, disk, host.disk, Math.min(pool.touched, pool.resident()));
  const load = new PoolLoad(pool, disk, disturbed.ioCapacity, host.disk, clock, random.stream('mysql.load'));
  const daemon = new MysqlDaemon(model, clock, journal, random.stream('mysql.start'), {
    open,
    cut,
    exit,
    freeze,
    thaw,
    recoveryMs,
    flushMs,
  });
  /** The process stands still: threads that cannot go on, and who knocks. */
  let hung = false;
  let held = new Line<Thread>();
  let knocking = new Line<Request>();
  /** Pages that the latest clean stop has noted down; the file outlives a crash. */
  let dumped = 0;
  const pace = new Factors((times) => {
    group.slowdown = times;
  });
  const faults: Faults = {
    ...daemon.faults,
    slow: ({ times }) => pace.add(times),
    'lock-table': ({ table }, forMs) => {
      if (daemon.refusal !== null) return undefined;
      tables.get(table)!.alter(forMs!);
      if (hung) tables.get(table)!.freeze();
      return undefined;
    },
  };

  const places = { word: 'connections', busy: connections, max: model.maxConnections };
  const meter = new Meter('mysql', places, waiting, Infinity, {
    peaks: { 'connections max': connections },
    counters: () => ({
      queries: counts.queries,
      'connections opened': counts.connected,
      'connections refused': counts.refused,
      'page lookups': counts.lookups,
      'pages read from disk': counts.diskReads,
      commits: log.commits(),
      flushes: log.flushes(),
    }),
  });
  return { stage: new Stage(meter, enter), faults, daemon, close, configure };

  /** Connections beyond a lower limit stay as they are, and pages beyond a smaller pool are forgotten. */
  function configure(): void {
    connectMs.become(model.connectMs);
    places.max = Math.max(places.max, model.maxConnections);
    pool.resize();
    if (daemon.refusal !== null) return;
    memory.hold(model.bufferPoolBytes - poolBytes);
    poolBytes = model.bufferPoolBytes;
  }

  function enter(request: Request): void {
    const client = request.child!;
    if (client.thread?.dead === true && !forget(client)) return request.refuse(mysqlErrors.goneAway);
    if (client.thread === null) {
      if (hung) return knocking.join(request);
      const refusal = connect(client);
      if (refusal !== null) {
        counts.refused += 1;
        return request.refuse(refusal);
      }
    }
    const thread = client.thread!;
    const fresh = thread.query === null;
    thread.request = request;
    thread.query = client.query;
    thread.queryNumber = client.queryNumber;
    if (model.roundTripMs > 0) clock.after(model.roundTripMs, fresh ? greet : begin, thread);
    else if (fresh) greet(thread);
    else begin(thread);
  }

  // Connections.

  /** Returns why not, if not. */
  function connect(client: DatabaseClient): Cause | null {
    if (daemon.refusal !== null) return daemon.refusal;
    if (connections.value >= model.maxConnections) return mysqlErrors.tooMany;
    client.thread = spare.pop() ?? newThread();
    connections.add(1, clock.now());
    counts.connected += 1;
    memory.hold(model.connectionBytes);
    return null;
  }

  function newThread(): Thread {
    const thread = new Thread(group);
    threads.push(thread);
    return thread;
  }

  /** The client meets a connection that the server has ended. Whether it is the wiser for a ping, before its script's first query. */
  function forget(client: DatabaseClient): boolean {
    client.thread = null;
    return disturbed.pings && model.persistent && client.queryNumber === 1;
  }

  function close(client: DatabaseClient): void {
    const { thread } = client;
    if (thread === null) return;
    if (model.persistent && !client.dead) return;
    client.thread = null;
    if (thread.dead) return;
    thread.query = null;
    spare.push(thread);
    connections.add(-1, clock.now());
    memory.hold(-model.connectionBytes);
  }

  function greet(thread: Thread): void {
    if (hung || thread.dead) return stay(thread, greet);
    const ms = connectMs.of(thread.request!);
    if (ms === 0) return begin(thread);
    work(thread, ms, greeted);
  }

  function greeted(thread: Thread): void {
    waitedForCpu(thread);
    begin(thread);
  }

  // A query.

  function begin(thread: Thread): void {
    if (hung || thread.dead) return stay(thread, begin);
    if (tablesLocked && thread.query!.table !== null) shareTable(thread, tables.get(thread.query!.table));
    else lock(thread);
  }

  function shareTable(thread: Thread, table: TableLock | undefined): void {
    if (table === undefined) return lock(thread);
    thread.table = table;
    if (table.take(thread, shared)) return lock(thread);
    thread.startedMs = clock.now();
    waiting.add(1, clock.now());
    thread.timer = clock.after(disturbed.tableWaitTimeoutMs, giveUpTable, thread, Kind.timeout);
  }

  function shared(thread: Thread): void {
    stopWaiting(thread);
    waited(thread.request!, clock.now() - thread.startedMs);
    if (hung) stay(thread, lock);
    else lock(thread);
  }

  /** The server looks for waits that are too long when it runs again. */
  function giveUpTable(thread: Thread): void {
    if (hung) return lookAgain(thread, giveUpTable);
    thread.table!.leave(thread);
    thread.table = null;
    failWaiting(thread);
  }

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
    if (hung) return lookAgain(thread, giveUp);
    thread.row!.leave(thread);
    thread.row = null;
    failWaiting(thread);
  }

  function lookAgain(thread: Thread, step: Step<Thread>): void {
    thread.timer = clock.after(LOOK_MS, step, thread, Kind.timeout);
  }

  function failWaiting(thread: Thread): void {
    thread.timer = 0;
    waiting.add(-1, clock.now());
    waited(thread.request!, clock.now() - thread.startedMs);
    fail(thread, mysqlErrors.lockTimeout);
  }

  /** The transaction is rolled back. */
  function fail(thread: Thread, cause: Cause): void {
    const request = thread.request!;
    thread.request = null;
    endTransaction(thread);
    request.refuse(cause);
  }

  function run(thread: Thread): void {
    const request = thread.request!;
    const query = thread.query!;
    counts.queries += 1;
    const reads = query.reads.of(request, thread.queryNumber);
    thread.readsLeft = pool.misses(request, thread.queryNumber, reads);
    if (host.memory.swapped > 0) thread.readsLeft += Math.round((reads - thread.readsLeft) * host.memory.swapped);
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
    if (hung || thread.dead) return stay(thread, read);
    if (thread.readsLeft === 0) return hold(thread);
    thread.readsLeft -= 1;
    host.disk.work(thread, pool.readMs(thread.request!, thread.queryNumber, thread.readsLeft), read);
  }

  /** The statement has been executed, unless it writes and finds no room; the log has been allocated and needs none. */
  function hold(thread: Thread): void {
    if (host.disk.full && thread.query!.commit) return fail(thread, mysqlErrors.full);
    const holdMs = thread.query!.holdMs.of(thread.request!, thread.queryNumber);
    if (holdMs > 0) clock.after(holdMs, commit, thread);
    else commit(thread);
  }

  function commit(thread: Thread): void {
    if (hung || thread.dead) return stay(thread, commit);
    if (thread.query!.commit) log.commit(thread, answer);
    else answer(thread);
  }

  function answer(thread: Thread): void {
    const request = thread.request!;
    thread.request = null;
    endTransaction(thread);
    request.return();
  }

  function endTransaction(thread: Thread): void {
    const { row, table } = thread;
    thread.row = null;
    thread.table = null;
    row?.give();
    table?.give();
  }

  function work(thread: Thread, ms: number, step: Step<Thread>): void {
    thread.startedMs = clock.now();
    thread.needMs = ms * group.slowdown;
    host.cpu.work(thread, ms, step);
  }

  function waitedForCpu(thread: Thread): void {
    waited(thread.request!, clock.now() - thread.startedMs - thread.needMs);
  }

  function waited(request: Request, ms: number): void {
    meter.waitedMs += ms;
    if (request.traced) request.waited(ms);
  }

  // The process.

  /** The server stands still, or is gone: the step is taken when it goes on, or never. */
  function stay(thread: Thread, step: Step<Thread>): void {
    if (!thread.dead) held.join(thread, step);
  }

  function freeze(): void {
    hung = true;
    log.freeze();
    load.freeze();
    for (const table of tables.values()) table.freeze();
    host.cpu.freeze(group);
  }

  /** All goes on where it stood, and then those are let in who have knocked. */
  function thaw(): void {
    hung = false;
    const [standing, outside] = [held, knocking];
    held = new Line();
    knocking = new Line();
    host.cpu.thaw(group);
    log.thaw();
    load.thaw();
    for (const table of tables.values()) table.thaw();
    for (; standing.length > 0; standing.advance()) standing.step(standing.subject, 0);
    for (; outside.length > 0; outside.advance()) enterLate(outside.subject);
  }

  /** Whoever has gone in the meantime has sent no query. */
  function enterLate(request: Request): void {
    if (request.child!.dead) request.return();
    else enter(request);
  }

  function cut(cause: Cause | null): void {
    const outside = knocking;
    const asking = threads.filter((thread) => thread.request !== null);
    const requests = asking.map((thread) => thread.request!);
    for (const thread of threads) end(thread);
    forgetAll();
    // These clients see their connection end; the others will meet it with their next query.
    for (const { child } of requests) if (child !== null) child.thread = null;
    for (const request of requests) tell(request, cause);
    for (; outside.length > 0; outside.advance()) tell(outside.subject, cause);
  }

  /** Without power PHP's children are gone by now: what they had asked is over, and nobody hears of it. */
  function tell(request: Request, cause: Cause | null): void {
    if (cause === null) request.return();
    else request.refuse(cause);
  }

  function end(thread: Thread): void {
    host.cpu.stop(thread);
    if (thread.timer !== 0) stopWaiting(thread);
    thread.request = null;
    thread.row = null;
    thread.table = null;
    thread.dead = true;
  }

  function forgetAll(): void {
    memory.hold(-connections.value * model.connectionBytes);
    connections.add(-connections.value, clock.now());
    threads = [];
    spare = [];
    if (hung) host.cpu.thaw(group);
    hung = false;
    held = new Line();
    knocking = new Line();
    rows.clear();
    redo.count(log.commits());
    log.crash();
    load.stop();
    for (const table of tables.values()) table.reset();
  }

  function exit(clean: boolean): void {
    if (clean) dumped = pool.resident() * disturbed.dumpShare;
    memory.hold(-(model.baseBytes + poolBytes));
  }

  function open(): void {
    poolBytes = model.bufferPoolBytes;
    memory.hold(model.baseBytes + poolBytes);
    redo.checkpoint();
    pool.chill();
    load.begin(dumped);
  }

  function recoveryMs(): number {
    return redo.recoveryMs;
  }

  function flushMs(): number {
    redo.count(log.commits());
    return redo.flushMs;
  }

  function note(text: string): void {
    journal.note(clock.now(), 'mysql', text);
  }
}
