import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { always } from '../../src/engine/law.js';
import { Random } from '../../src/engine/random.js';
import { Group } from '../../src/host/cpu.js';
import { Disk } from '../../src/host/disk.js';
import { groupCommit } from '../../src/stages/groupCommit.js';
import { Thread } from '../../src/stages/mysqlThread.js';
import { bare } from '../support/bare.js';

describe('group commit', () => {
  it('one flush at a time; who commits during one shares the next', () => {
    const { clock, commit, told, log } = written(1);
    for (const [name, atMs] of [
      ['a', 0],
      ['b', 1],
      ['c', 9],
      ['d', 10],
      ['e', 50],
    ] as const)
      clock.at(atMs, commit, name);
    clock.runUntil(100);
    expect(told).toEqual(['10: a', '20: b', '20: c', '20: d', '60: e']);
    expect([log.commits(), log.flushes()]).toEqual([5, 3]);
  });

  it("a hundred at once need two flushes: the first one's, and that of all the others", () => {
    const { clock, commit, told, log } = written(1);
    for (let i = 0; i < 100; i += 1) commit(`${i}`);
    clock.runUntil(100);
    expect(told.filter((line) => line.startsWith('20: ')).length).toBe(99);
    expect(log.flushes()).toBe(2);
  });

  it('a commit that follows a commit waits for a flush of its own', () => {
    const { clock, told, log, thread, note } = written(1);
    log.commit(thread, () => {
      note('first');
      log.commit(thread, () => note('second'));
    });
    clock.runUntil(100);
    expect(told).toEqual(['10: first', '20: second']);
  });

  it('with 0 and 2 nobody waits', () => {
    for (const setting of [0, 2] as const) {
      const { commit, told, log } = written(setting);
      commit('a');
      expect(told).toEqual(['0: a']);
      expect([log.commits(), log.flushes()]).toEqual([1, 0]);
    }
  });
});

function written(flushLogAtTrxCommit: 0 | 1 | 2) {
  const clock = new VirtualClock();
  const model = bare({ mysql: { flushLogAtTrxCommit }, host: { disk: { ...bare().host.disk, fsyncMs: always(10) } } });
  const log = groupCommit(model.mysql!, model.host.disk, new Disk(clock, Infinity, 8), new Random('1').stream('fsync'));
  const thread = new Thread(new Group('mysql', 0));
  const told: string[] = [];
  const note = (name: string) => void told.push(`${clock.now()}: ${name}`);
  return { clock, log, told, thread, note, commit: (name: string) => log.commit(thread, () => note(name)) };
}
