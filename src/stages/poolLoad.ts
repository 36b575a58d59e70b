/**
 * After a clean stop the hottest part of the buffer pool is read again, in the background (innodb_buffer_pool_load_at_startup).
 *
 * One page after the other, and as many a second as innodb_io_capacity says while queries run (buf_load_throttle_if_needed in
 * InnoDB's buf0dump.cc); then it sleeps for the rest of that second.
 */
import type { Chance } from '../engine/chance.js';
import type { VirtualClock } from '../engine/clock.js';
import { type Distribution, distribution } from '../engine/distribution.js';
import type { Disk } from '../host/disk.js';
import type { DiskModel } from '../model.js';
import type { BufferPool } from './bufferPool.js';

const SECOND_MS = 1000;

export class PoolLoad {
  private left = 0;
  private leftThisSecond = 0;
  private secondMs = 0;
  private life = 0;
  private frozen = false;
  private unheard = false;
  private readonly latencyMs: Distribution;

  constructor(
    private readonly pool: BufferPool,
    diskModel: DiskModel,
    private readonly ioCapacity: number,
    private readonly disk: Disk,
    private readonly clock: VirtualClock,
    private readonly chance: Chance,
  ) {
    this.latencyMs = distribution(diskModel.latencyMs);
  }

  begin(pages: number): void {
    this.left = Math.floor(pages);
    this.life += 1;
    if (this.left > 0) this.nextSecond(this.life);
  }

  /** The server has gone. */
  stop(): void {
    this.left = 0;
    this.life += 1;
    this.frozen = false;
    this.unheard = false;
  }

  freeze(): void {
    this.frozen = true;
  }

  thaw(): void {
    this.frozen = false;
    if (!this.unheard) return;
    this.unheard = false;
    this.goOn();
  }

  private readonly nextSecond = (life: number): void => {
    if (life !== this.life) return;
    this.secondMs = this.clock.now();
    this.leftThisSecond = this.ioCapacity;
    this.goOn();
  };

  private readonly read = (life: number): void => {
    if (life !== this.life) return;
    this.left -= 1;
    this.leftThisSecond -= 1;
    this.pool.loaded();
    this.goOn();
  };

  private goOn(): void {
    if (this.frozen) this.unheard = true;
    else if (this.left === 0) return;
    else if (this.leftThisSecond > 0) this.disk.work(this.life, this.latencyMs.draw(this.chance), this.read);
    else this.clock.at(Math.max(this.clock.now(), this.secondMs + SECOND_MS), this.nextSecond, this.life);
  }
}
