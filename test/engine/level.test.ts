import { describe, expect, it } from 'vitest';
import { Level } from '../../src/engine/level.js';

describe('level', () => {
  it('its integral over time is value times duration, up to now', () => {
    const level = new Level();
    level.add(2, 10);
    level.add(3, 20);
    level.add(-5, 30);
    expect([0, 10, 15, 20, 25, 30, 100].map(() => level.integral(100))).toEqual(new Array(7).fill(70));
    expect(level.value).toBe(0);
    level.set(4, 100);
    expect(level.integral(102.5)).toBe(80);
  });

  it('keeps its greatest value, and looks for it anew when asked', () => {
    const level = new Level();
    level.add(7, 0);
    level.add(-5, 1);
    expect(level.max).toBe(7);
    level.markMax();
    expect(level.max).toBe(2);
    level.set(3, 2);
    level.set(1, 3);
    expect(level.max).toBe(3);
  });
});
