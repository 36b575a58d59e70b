import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import { bufferPool } from '../../src/stages/bufferPool.js';
import { bare } from '../support/bare.js';

describe('buffer pool', () => {
  const pool = (bufferPoolBytes: number, datasetBytes: number) => {
    const { mysql, host } = bare({
      mysql: { bufferPoolBytes, datasetBytes },
      host: { disk: { ...bare().host.disk, latencyMs: always(3) } },
    });
    return bufferPool(mysql!, host.disk);
  };
  const bearer = { seedHigh: 1, seedLow: 2 };

  it('that holds all the data misses nothing', () => {
    expect(pool(200, 100).hitRatio()).toBe(1);
    expect(pool(100, 100).misses(bearer, 1, 1000)).toBe(0);
  });

  it('that holds nothing misses everything', () => {
    expect(pool(0, 100).hitRatio()).toBe(0);
    expect(pool(0, 100).misses(bearer, 1, 7)).toBe(7);
    expect(pool(0, 100).misses(bearer, 1, 0)).toBe(0);
  });

  it('misses its share, each request and query its own number, and always the same', () => {
    const most = pool(90, 100);
    let missed = 0;
    const seen = new Set<number>();
    for (let seedLow = 0; seedLow < 2000; seedLow += 1) {
      const misses = most.misses({ seedHigh: 0, seedLow }, 1, 50);
      expect(most.misses({ seedHigh: 0, seedLow }, 1, 50)).toBe(misses);
      missed += misses;
      seen.add(misses);
    }
    expect(Math.abs(missed - 10_000)).toBeLessThan(4 * Math.sqrt(100_000 * 0.1 * 0.9));
    expect(seen.size).toBeGreaterThan(8);
    expect(most.misses(bearer, 1, 0)).toBe(0);
    const ofQueries = new Set(Array.from({ length: 20 }, (_, i) => most.misses(bearer, i + 1, 50)));
    expect(ofQueries.size).toBeGreaterThan(2);
  });

  it('a larger pool never misses more of the same lookups', () => {
    for (let seedLow = 0; seedLow < 200; seedLow += 1) {
      const misses = [10, 50, 90, 99].map((bytes) => pool(bytes, 100).misses({ seedHigh: 0, seedLow }, 1, 50));
      expect(misses).toEqual([...misses].sort((a, b) => b - a));
    }
  });

  it('a miss costs what the disk takes', () => {
    expect(pool(0, 100).readMs(bearer, 1, 0)).toBe(3);
  });
});
