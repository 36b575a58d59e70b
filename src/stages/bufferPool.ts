/**
 * InnoDB's buffer pool: which share of page lookups it answers, and what the others cost.
 *
 * Lookups are spread evenly over the pages that the site touches, so it answers resident / touched of them. It is warm at the
 * start, which is full or holding everything. After a restart it is cold, each page that is read stays, and the share follows: a
 * mean field, exact at both ends (nothing resident: all miss; everything: none). Not modelled: hot and cold pages, read-ahead,
 * two queries that wait for the same page.
 */
import { ln } from '../engine/math.js';
import { type Bearer, Need } from '../engine/need.js';
import type { DiskModel, MysqlModel } from '../model.js';

export interface BufferPool {
  hitRatio(): number;
  /** Pages resident, and pages of the data set. */
  resident(): number;
  readonly touched: number;
  /** How many of `reads` lookups of this query miss; the pages are resident from then on. */
  misses(bearer: Bearer, queryNumber: number, reads: number): number;
  /** Time of one read at the disk, in ms. */
  readMs(bearer: Bearer, queryNumber: number, read: number): number;
  /** The server has been started anew: nothing is resident. */
  chill(): void;
  /** A page has been loaded in the background; it may have been there. */
  loaded(): void;
  /** Its size has changed: what no longer fits is forgotten, what now would fills with use. */
  resize(): void;
}

/** `innodb_page_size`. */
export const PAGE_BYTES = 16_384;
/** Reads of one query that have needs of their own; enough that two queries of a request do not share any. */
const READS_APART = 4096;

export function bufferPool(model: MysqlModel, disk: DiskModel): BufferPool {
  const touched = model.datasetBytes / PAGE_BYTES;
  let warmRatio = fitting();
  let most = touched * warmRatio;
  const gap = new Need('mysql.miss', { law: 'exponential', mean: 1 });
  const latencyMs = new Need('disk.latency', disk.latencyMs);
  let hitRatio = 0;
  let lookupsPerUnit = 0;
  let cold = false;
  let resident = most;
  setRatio(warmRatio);
  return {
    misses,
    readMs,
    chill,
    loaded,
    resize,
    touched,
    hitRatio: () => hitRatio,
    resident: () => resident,
  };

  function fitting(): number {
    return model.datasetBytes <= model.bufferPoolBytes ? 1 : model.bufferPoolBytes / model.datasetBytes;
  }

  function resize(): void {
    warmRatio = fitting();
    most = touched * warmRatio;
    fill(0);
  }

  /** Lookups from one miss to the next are geometric: an exponential, cut to whole numbers. */
  function setRatio(ratio: number): void {
    hitRatio = ratio;
    lookupsPerUnit = ratio > 0 && ratio < 1 ? -1 / ln(ratio) : 0;
  }

  function misses(bearer: Bearer, queryNumber: number, reads: number): number {
    const missed = missesOf(bearer, queryNumber, reads);
    if (cold && missed > 0) fill(missed);
    return missed;
  }

  function missesOf(bearer: Bearer, queryNumber: number, reads: number): number {
    if (hitRatio === 1 || reads === 0) return 0;
    if (hitRatio === 0) return reads;
    let missed = 0;
    for (let looked = 0; ; missed += 1) {
      looked += 1 + Math.floor(lookupsPerUnit * gap.of(bearer, queryNumber * READS_APART + missed));
      if (looked > reads) return missed;
    }
  }

  function chill(): void {
    cold = true;
    resident = 0;
    fill(0);
  }

  function fill(pages: number): void {
    resident += pages;
    cold = resident < most;
    if (!cold) resident = most;
    setRatio(cold ? resident / touched : warmRatio);
  }

  function loaded(): void {
    if (cold) fill(1 - resident / touched);
  }

  function readMs(bearer: Bearer, queryNumber: number, read: number): number {
    return latencyMs.of(bearer, queryNumber * READS_APART + read);
  }
}
