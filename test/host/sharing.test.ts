import { describe, expect, it } from 'vitest';
import { share } from '../../src/engine/chance.js';
import { Random } from '../../src/engine/random.js';
import { Sharing } from '../../src/host/sharing.js';
import { watched } from './watched.js';

describe('sharing', () => {
  it('one alone gets as much as one can take, two get half each of what there is', () => {
    const { clock, told, note } = watched();
    const sharing = new Sharing(clock, 1, 1);
    sharing.start('long', 100, note);
    clock.after(20, () => sharing.start('short', 30, note), undefined);
    clock.runUntil(1000);
    // long has 80 left at 20; short takes 60 for its 30, in which long gets 30, too, and its last 50 alone.
    expect(told).toEqual(['80: short', '130: long']);
    expect(sharing.deliveredNow).toBe(130);
  });

  it('while there is enough for all, each gets the most that one can take', () => {
    const { clock, told, note } = watched();
    const sharing = new Sharing(clock, 4, 1);
    for (const who of ['a', 'b', 'c', 'd', 'e']) sharing.start(who, 40, note);
    clock.runUntil(1000);
    expect(told).toEqual(['50: a', '50: b', '50: c', '50: d', '50: e']);
  });

  it('jobs that have had enough at the same time end in the order in which they came', () => {
    const { clock, told, note } = watched();
    const sharing = new Sharing(clock, 1, 1);
    for (let i = 0; i < 200; i += 1) sharing.start(`${i}`, 1, note);
    clock.runUntil(1000);
    expect(told).toEqual(Array.from({ length: 200 }, (_, i) => `200: ${i}`));
  });

  it('what needs nothing is done at once, yet not inside the call', () => {
    const { clock, told, note } = watched();
    const sharing = new Sharing(clock, 1, 1);
    sharing.start('other', 5, note);
    sharing.start('nothing', 0, note);
    expect(told).toEqual([]);
    clock.runUntil(10);
    expect(told).toEqual(['0: nothing', '5: other']);
  });

  it('who is stopped frees their share, and it is known what they had yet to get', () => {
    const { clock, told, note } = watched();
    const sharing = new Sharing(clock, 1, 1);
    for (const who of ['a', 'b', 'c']) sharing.start(who, 30, note);
    const left: number[] = [];
    clock.after(30, () => left.push(sharing.cancel('a'), sharing.cancel('a'), sharing.cancel('nobody')), undefined);
    clock.runUntil(100);
    expect(left).toEqual([20, -1, -1]);
    expect(told).toEqual(['70: b', '70: c']);
    expect(sharing.size).toBe(0);
    expect(sharing.deliveredNow).toBeCloseTo(70, 9);
  });

  it('the step of one that is done may stop another, start one and change the capacity', () => {
    const { clock, told, note } = watched();
    const sharing = new Sharing(clock, 1, 1);
    sharing.start('first', 10, (who) => {
      note(who);
      expect(sharing.cancel('second')).toBe(10);
      sharing.start('third', 30, note);
      sharing.resize(2, 2);
    });
    sharing.start('second', 20, note);
    clock.runUntil(100);
    expect(told).toEqual(['20: first', '35: third']);
  });

  it('capacity may change in the middle, and stop altogether', () => {
    const { clock, told, note } = watched();
    const sharing = new Sharing(clock, 2, 1);
    sharing.start('a', 30, note);
    sharing.start('b', 60, note);
    clock.after(10, () => sharing.resize(1, 1), undefined);
    clock.after(20, () => sharing.resize(0, 0), undefined);
    clock.after(100, () => sharing.resize(4, 2), undefined);
    clock.runUntil(1000);
    // 10 each by 10, 15 each by 20, nothing until 100; then at double pace: a's 15 in 7.5, b's 45 in 22.5.
    expect(told).toEqual(['107.5: a', '122.5: b']);
  });

  it('jobs of one tag can be asked for together', () => {
    const { clock } = watched();
    const sharing = new Sharing(clock, 1, 1);
    sharing.start('a', 10, () => {}, 1);
    sharing.start('b', 20, () => {}, 2);
    sharing.start('c', 30, () => {}, 1);
    clock.runUntil(15);
    expect(sharing.outstanding(1)).toBeCloseTo(5 + 25, 9);
    expect(sharing.outstanding(2)).toBeCloseTo(15, 9);
    expect(sharing.outstanding(3)).toBe(0);
  });

  it('refuses an amount that is negative, endless or no number', () => {
    const sharing = new Sharing(watched().clock, 1, 1);
    const run = () => {};
    for (const wrong of [-1, Infinity, Number.NaN]) {
      expect(() => sharing.start('a', wrong, run)).toThrow(new RangeError(`a job cannot need ${wrong} of service (run)`));
    }
    expect(() => sharing.start('a', -1, () => {})).toThrow('(unnamed)');
  });

  it('thousands of jobs that come, end and are stopped are served as by tiny turns', () => {
    const { clock } = watched();
    const stream = new Random('sharing').stream('x');
    const plan = Array.from({ length: 400 }, (_, number) => ({
      number,
      atMs: Math.floor(share(stream) * 2000),
      need: Math.ceil(share(stream) * 20),
      stopMs: stream.word() % 5 === 0 ? Math.floor(share(stream) * 3000) : Infinity,
    }));
    const sharing = new Sharing(clock, 2, 1);
    const ended = new Map<number, number>();
    for (const { number, atMs, need } of plan) {
      clock.at(atMs, () => sharing.start(number, need, (who) => ended.set(who, clock.now())), undefined);
    }
    for (const { number, stopMs } of plan) if (stopMs < Infinity) clock.at(stopMs, () => sharing.cancel(number), undefined, 2);
    clock.runUntil(1e6);
    const expected = byTinyTurns(plan, 2);
    expect([...ended.keys()].sort((a, b) => a - b)).toEqual([...expected.keys()].sort((a, b) => a - b));
    for (const [number, endMs] of expected) expect(Math.abs(ended.get(number)! - endMs)).toBeLessThan(1e-6);
  });

  it('loses no precision while it is busy for a year', () => {
    const { clock } = watched();
    const sharing = new Sharing(clock, 1, 1);
    const dayMs = 86_400_000;
    let ended = 0;
    const again = () => {
      ended += 1;
      if (ended < 365) sharing.start('next', dayMs, again);
    };
    sharing.start('first', dayMs, again);
    clock.runUntil(366 * dayMs);
    expect(ended).toBe(365);
    expect(Math.abs(sharing.deliveredNow - 365 * dayMs)).toBeLessThan(1);
  });
});

/** Events one after the other, each job's rest kept on its own: slow, and plainly right. */
function byTinyTurns(plan: readonly { number: number; atMs: number; need: number; stopMs: number }[], cores: number) {
  const ended = new Map<number, number>();
  const left = new Map<number, number>();
  const moments = [...new Set(plan.flatMap(({ atMs, stopMs }) => [atMs, stopMs]))].sort((a, b) => a - b);
  let now = 0;
  for (const moment of moments) {
    while (now < moment && left.size > 0) {
      const pace = Math.min(1, cores / left.size);
      const step = Math.min(moment - now, Math.min(...left.values()) / pace);
      now += step;
      for (const [number, rest] of left) {
        const rests = rest - step * pace;
        if (rests > 1e-9) left.set(number, rests);
        else {
          left.delete(number);
          ended.set(number, now);
        }
      }
    }
    if (moment === Infinity) break;
    now = moment;
    for (const { number, atMs, need } of plan) if (atMs === moment) left.set(number, need);
    for (const { number, stopMs } of plan) if (stopMs === moment) left.delete(number);
  }
  return ended;
}
