import { describe, expect, it } from 'vitest';
import { Pool } from '../../src/host/pool.js';
import { watched } from './watched.js';

describe('pool', () => {
  it('gives a place at once if one is free, and to the first in line when one is given back', () => {
    const { clock, told, note } = watched();
    const pool = new Pool<string>(clock, 2);
    const sit = (who: string) => {
      note(`${who} sits`);
      clock.after(10, () => pool.give(), undefined);
    };
    for (const who of ['anna', 'bert', 'cleo', 'dora', 'emil']) expect(pool.take(who, sit)).toBe(true);
    clock.runUntil(100);
    expect(told).toEqual(['0: anna sits', '0: bert sits', '10: cleo sits', '10: dora sits', '20: emil sits']);
  });

  it('a full line turns the next one away', () => {
    const { clock } = watched();
    const pool = new Pool<string>(clock, 1, 2);
    expect(['anna', 'bert', 'cleo', 'dora'].map((who) => pool.take(who, () => {}))).toEqual([true, true, true, false]);
    expect(pool.waiting.value).toBe(2);
    const none = new Pool<string>(clock, 1, 0);
    expect([none.take('anna', () => {}), none.take('bert', () => {})]).toEqual([true, false]);
  });

  it('who leaves the line is not called', () => {
    const { clock, told, note } = watched();
    const pool = new Pool<string>(clock, 1);
    for (const who of ['anna', 'bert', 'cleo']) pool.take(who, note);
    expect(pool.leave('bert')).toBe(true);
    expect(pool.leave('bert')).toBe(false);
    expect(pool.leave('anna')).toBe(false); // She has a place, and stands in no line.
    pool.give();
    expect(told).toEqual(['0: anna', '0: cleo']);
    expect(pool.waiting.value).toBe(0);
  });

  it('grows while running: the line moves up at once', () => {
    const { clock, told, note } = watched();
    const pool = new Pool<string>(clock, 1);
    for (const who of ['anna', 'bert', 'cleo', 'dora']) pool.take(who, note);
    clock.after(5, () => pool.resize(3), undefined);
    clock.runUntil(10);
    expect(told).toEqual(['0: anna', '5: bert', '5: cleo']);
    expect(pool.size).toBe(3);
  });

  it('shrinks while running: nobody is turned out, places given back are not handed on', () => {
    const { clock, told, note } = watched();
    const pool = new Pool<string>(clock, 3);
    for (const who of ['anna', 'bert', 'cleo', 'dora']) pool.take(who, note);
    pool.resize(1);
    expect(pool.busy.value).toBe(3);
    pool.give();
    pool.give();
    expect(told).toHaveLength(3);
    pool.give();
    expect(told.at(-1)).toBe('0: dora');
  });

  it('a new one does not overtake the line that a shrunken pool has', () => {
    const { clock, told, note } = watched();
    const pool = new Pool<string>(clock, 0);
    pool.take('anna', note);
    pool.resize(2);
    pool.take('bert', note);
    expect(told).toEqual(['0: anna', '0: bert']);
  });

  it('steps that give their place back at once do not deepen the stack', () => {
    const { clock } = watched();
    const pool = new Pool<number>(clock, 1);
    let served = 0;
    pool.take(0, () => {});
    for (let i = 1; i <= 100_000; i += 1) {
      pool.take(i, () => {
        served += 1;
        pool.give();
      });
    }
    pool.give();
    expect(served).toBe(100_000);
    expect(pool.busy.value).toBe(0);
  });

  it('knows how long places were taken and subjects waited', () => {
    const { clock } = watched();
    const pool = new Pool<string>(clock, 1);
    const hold = () => void clock.after(10, () => pool.give(), undefined);
    for (const who of ['anna', 'bert', 'cleo']) pool.take(who, hold);
    clock.runUntil(50);
    expect(pool.busy.integral(50)).toBe(30);
    expect(pool.waiting.integral(50)).toBe(10 + 20);
    expect([pool.busy.max, pool.waiting.max]).toEqual([1, 2]);
  });

  it('a place that nobody has taken cannot be given back', () => {
    const pool = new Pool<string>(watched().clock, 1);
    expect(() => pool.give()).toThrow('a place was given back that nobody had taken');
  });
});
