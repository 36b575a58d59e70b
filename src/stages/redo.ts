/**
 * What a crash and a clean stop have to make good: the redo since the last checkpoint, and the pages that it changed.
 *
 *   recovery   = redo / 100 MB/s + distinct pages / IOPS      clean stop = distinct pages / IOPS
 *
 * The checkpoint follows at the distance of the log's size at the most, since InnoDB must flush before it writes over what is
 * needed yet. Commits change pages at random: of D pages, n changes reach D (1 - e^(-n/D)). Not modelled: flushing ahead of that,
 * undo of long transactions, and the stall when the log is full.
 */
import { meanOf } from '../engine/distribution.js';
import { exp } from '../engine/math.js';
import type { Disk } from '../host/disk.js';
import type { DiskModel, MysqlDisturbedModel } from '../model.js';

/** A slow figure for reading and parsing redo; disks of servers read it no slower. */
const SCAN_BYTES_PER_MS = 100_000;

export class Redo {
  private sinceBytes: number;
  private commitsCounted = 0;

  constructor(
    private readonly model: MysqlDisturbedModel,
    private readonly diskModel: DiskModel,
    private readonly disk: Disk,
    /** Pages that changes are spread over. */
    private readonly pages: number,
  ) {
    this.sinceBytes = Math.min(model.checkpointAgeBytes, model.logFileBytes);
  }

  /** Brings the count of commits up to date. */
  count(commits: number): void {
    const bytes = (commits - this.commitsCounted) * this.model.redoBytesPerCommit;
    this.commitsCounted = commits;
    this.sinceBytes = Math.min(this.sinceBytes + bytes, this.model.logFileBytes);
  }

  /** All that was changed is on the disk. */
  checkpoint(): void {
    this.sinceBytes = 0;
  }

  get recoveryMs(): number {
    return this.sinceBytes / SCAN_BYTES_PER_MS + this.flushMs;
  }

  get flushMs(): number {
    return this.dirtyPages * this.pageMs;
  }

  get dirtyPages(): number {
    const { redoBytesPerCommit, pagesPerCommit } = this.model;
    if (this.pages === 0 || this.sinceBytes === 0) return 0;
    const changes = (this.sinceBytes / redoBytesPerCommit) * pagesPerCommit;
    return this.pages * (1 - exp(-changes / this.pages));
  }

  /** With the disk to itself: as many at once as it can have in service. */
  private get pageMs(): number {
    const { diskModel, disk } = this;
    return Math.max(1000 / diskModel.iops, (meanOf(diskModel.latencyMs) * disk.slowdown) / diskModel.queueDepth);
  }
}
