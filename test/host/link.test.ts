import { describe, expect, it } from 'vitest';
import { Link } from '../../src/host/link.js';
import { watched } from './watched.js';

describe('link', () => {
  it('without a limit a transfer is over at once, and no step is called', () => {
    const { clock, told, note } = watched();
    const link = new Link(clock, Infinity);
    expect(link.send('a', 1e9, note)).toBe(false);
    link.cancel('a');
    clock.runUntil(10);
    expect(told).toEqual([]);
    expect([link.bytes, link.delivered, link.size]).toEqual([1e9, 1e9, 0]);
  });

  it('one transfer has all of it, two have half each', () => {
    const { clock, told, note } = watched();
    const link = new Link(clock, 100);
    expect(link.send('a', 1000, note)).toBe(true);
    clock.after(5, () => void link.send('b', 1000, note), undefined);
    clock.runUntil(100);
    // a has 500 left at 5 and gets 50 a ms until 15; b then has 500 left, alone.
    expect(told).toEqual(['15: a', '20: b']);
    expect(link.bytes).toBe(2000);
  });

  it('a transfer that is cut short frees its share; what has left has left', () => {
    const { clock, told, note } = watched();
    const link = new Link(clock, 100);
    link.send('a', 1000, note);
    link.send('b', 1000, note);
    clock.after(10, () => link.cancel('a'), undefined);
    clock.runUntil(10);
    expect([link.size, link.delivered]).toEqual([1, 1000]);
    clock.runUntil(100);
    expect(told).toEqual(['15: b']);
    expect([link.size, link.delivered, link.bytes]).toEqual([0, 1500, 2000]);
  });
});
