import { describe, expect, it } from 'vitest';
import type { Group } from '../../src/host/cpu.js';
import { Child } from '../../src/stages/fpmChild.js';
import { Opcache } from '../../src/stages/opcache.js';

const group = {} as Group;
const child = () => new Child(group, 1, 0);

describe('OPcache', () => {
  it('has every script when the run begins, and none after it was cleared', () => {
    const cache = new Opcache(2, 0);
    expect([0, 1].map((page) => cache.lacks(child(), page, 0))).toEqual([false, false]);
    cache.clear();
    expect([0, 1].map((page) => cache.lacks(child(), page, 0))).toEqual([true, true]);
  });

  it('is shared: what one child has compiled none of the others must', () => {
    const cache = new Opcache(2, 0);
    cache.clear();
    cache.store(child(), 1);
    expect([0, 1].map((page) => cache.lacks(child(), page, 0))).toEqual([true, false]);
    expect(cache.compiled).toBe(1);
  });

  it('keeps the old release beside the new one, for children that have not looked at the symlink', () => {
    const cache = new Opcache(1, 100);
    const [early, late] = [child(), child()];
    expect(cache.lacks(early, 0, 10)).toBe(false);
    cache.switch();
    expect(cache.lacks(late, 0, 20)).toBe(true);
    cache.store(late, 0);
    expect(cache.lacks(early, 0, 109)).toBe(false);
    expect([early.release, late.release]).toEqual([0, 1]);
    expect(cache.lacks(early, 0, 110)).toBe(false);
    expect(early.release).toBe(1);
  });
});
