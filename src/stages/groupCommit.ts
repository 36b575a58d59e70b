/**
 * The redo log: a commit waits until the log is on stable storage, if `innodb_flush_log_at_trx_commit` says so.
 *
 * One flush at a time. Who commits while one is under way waits for the next, which then serves all of them.
 */
import type { Step } from '../engine/agenda.js';
import type { Chance } from '../engine/chance.js';
import { distribution } from '../engine/distribution.js';
import type { Disk } from '../host/disk.js';
import { Line } from '../host/line.js';
import type { DiskModel, MysqlModel } from '../model.js';
import type { Thread } from './mysqlThread.js';

export interface GroupCommit {
  commit(thread: Thread, done: Step<Thread>): void;
  commits(): number;
  flushes(): number;
  /** The server has gone, and all who waited with it; what the disk has in hand it finishes. */
  crash(): void;
  /** The server stands still: nobody hears of a flush that ends, and none is begun. */
  freeze(): void;
  thaw(): void;
}

export function groupCommit(model: MysqlModel, diskModel: DiskModel, disk: Disk, chance: Chance): GroupCommit {
  const fsyncMs = distribution(diskModel.fsyncMs);
  let current = new Line<Thread>();
  let next = new Line<Thread>();
  let flushing = false;
  let frozen = false;
  /** A flush has ended that nobody has heard of. */
  let unheard = false;
  let commits = 0;
  let flushes = 0;
  return {
    commit,
    crash,
    freeze,
    thaw,
    commits: () => commits,
    flushes: () => flushes,
  };

  function commit(thread: Thread, done: Step<Thread>): void {
    commits += 1;
    if (model.flushLogAtTrxCommit !== 1) return done(thread, 0);
    next.join(thread, done);
    if (!flushing) flush();
  }

  function flush(): void {
    flushing = true;
    [current, next] = [next, current];
    flushes += 1;
    disk.work(undefined, fsyncMs.draw(chance), flushed);
  }

  function flushed(): void {
    if (frozen) {
      unheard = true;
      return;
    }
    while (current.length > 0) {
      const { subject, step } = current;
      current.advance();
      step(subject, 0);
    }
    flushing = false;
    if (next.length > 0) flush();
  }

  function crash(): void {
    current = new Line();
    next = new Line();
    if (frozen) thaw();
  }

  function freeze(): void {
    frozen = true;
  }

  function thaw(): void {
    frozen = false;
    if (!unheard) return;
    unheard = false;
    flushed();
  }
}
