/**
 * InnoDB's buffer pool: which share of page lookups it answers, and what the others cost.
 *
 * The pool is warm and lookups are spread evenly over what the site touches, so it answers pool / dataset of them. Not
 * modelled yet: a cold pool that fills, hot and cold pages, read-ahead.
 */
import { ln } from '../engine/math.js';
import { type Bearer, Need } from '../engine/need.js';
import type { DiskModel, MysqlModel } from '../model.js';

export interface BufferPool {
  readonly hitRatio: number;
  /** How many of `reads` lookups of this query miss. */
  misses(bearer: Bearer, queryNumber: number, reads: number): number;
  /** Time of one read at the disk, in ms. */
  readMs(bearer: Bearer, queryNumber: number, read: number): number;
}

/** Reads of one query that have needs of their own; enough that two queries of a request do not share any. */
const READS_APART = 4096;

export function bufferPool(model: MysqlModel, disk: DiskModel): BufferPool {
  const hitRatio = model.datasetBytes <= model.bufferPoolBytes ? 1 : model.bufferPoolBytes / model.datasetBytes;
  const gap = new Need('mysql.miss', { law: 'exponential', mean: 1 });
  const latencyMs = new Need('disk.latency', disk.latencyMs);
  /** Lookups from one miss to the next are geometric: an exponential, cut to whole numbers. */
  const lookupsPerUnit = hitRatio > 0 && hitRatio < 1 ? -1 / ln(hitRatio) : 0;
  return { hitRatio, misses, readMs };

  function misses(bearer: Bearer, queryNumber: number, reads: number): number {
    if (hitRatio === 1 || reads === 0) return 0;
    if (hitRatio === 0) return reads;
    let missed = 0;
    for (let looked = 0; ; missed += 1) {
      looked += 1 + Math.floor(lookupsPerUnit * gap.of(bearer, queryNumber * READS_APART + missed));
      if (looked > reads) return missed;
    }
  }

  function readMs(bearer: Bearer, queryNumber: number, read: number): number {
    return latencyMs.of(bearer, queryNumber * READS_APART + read);
  }
}
