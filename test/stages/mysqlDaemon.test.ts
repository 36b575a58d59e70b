import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { always } from '../../src/engine/law.js';
import { Random } from '../../src/engine/random.js';
import { MysqlDaemon } from '../../src/stages/mysqlDaemon.js';
import { Journal } from '../../src/telemetry/journal.js';
import { bare } from '../support/bare.js';

describe('mysqld', () => {
  it('killed: it is cut and gone; 5 s, its start and recovery later it is open', () => {
    const { at, daemon, run } = mysqld();
    at(100, () => daemon.die(false));
    expect(run()).toEqual(['100: cut', '100: gone', '8100: open']);
  });

  it('killed while it starts: the start begins anew, and must recover as well', () => {
    const { at, daemon, run } = mysqld();
    at(100, () => daemon.die(false));
    at(6000, () => daemon.die(false));
    expect(run().at(-1)).toBe('14000: open');
  });

  it('stopped: it takes no connections while it flushes, and is started when it has stopped', () => {
    const { at, daemon, run } = mysqld();
    at(100, () => daemon.terminate());
    at(200, () => daemon.start());
    // Half a second to flush; no recovery.
    expect(run()).toEqual(['100: cut', '600: clean', '2600: open']);
  });

  it('killed in the middle of a stop, it must recover', () => {
    const { at, daemon, run } = mysqld();
    at(100, () => daemon.terminate());
    at(300, () => daemon.die(false));
    at(400, () => daemon.start());
    expect(run()).toEqual(['100: cut', '300: cut', '300: gone', '3400: open']);
  });

  it('stopped in the middle of recovery, it must recover the next time', () => {
    const { at, daemon, run } = mysqld();
    at(100, () => daemon.die(true));
    at(200, () => daemon.start());
    at(2500, () => daemon.terminate());
    at(4000, () => daemon.start());
    expect(run().at(-1)).toBe('7000: open');
  });

  it('stopped while it waits for RestartSec, it is not started', () => {
    const { at, daemon, run } = mysqld();
    at(100, () => daemon.die(false));
    at(1000, () => daemon.terminate());
    expect(run()).toEqual(['100: cut', '100: gone']);
  });

  it('the end of a hang finds another process: it changes nothing', () => {
    const { at, daemon, run } = mysqld();
    at(100, () => {
      const end = daemon.faults.hang!({ verb: 'hang', on: 'mysql' }, 300);
      at(400, end!);
    });
    at(200, () => daemon.die(false));
    expect(run()).toEqual(['100: freeze', '200: cut', '200: gone', '8200: open']);
  });

  it('two hangs at once: it goes on when the last is over', () => {
    const { at, daemon, run } = mysqld();
    for (const [from, to] of [
      [100, 500],
      [200, 300],
    ])
      at(from, () => at(to, daemon.faults.hang!({ verb: 'hang', on: 'mysql' }, to - from)!));
    expect(run()).toEqual(['100: freeze', '500: thaw']);
  });

  it('the power goes: it says nothing, and recovers when the machine has booted', () => {
    const { at, daemon, run } = mysqld();
    at(100, () => daemon.lose());
    at(10_000, () => daemon.boot());
    expect(run()).toEqual(['100: cut without a word', '100: gone', '13000: open']);
  });

  it('a machine that is to go down waits for its flush; whoever had asked for a start is forgotten', () => {
    const { at, daemon, run, tell } = mysqld();
    at(100, () => daemon.terminate());
    at(150, () => daemon.start());
    at(200, () => daemon.stop(() => tell('the machine may go down')));
    expect(run()).toEqual(['100: cut', '600: clean', '600: the machine may go down']);
  });
});

/** It starts in 2 s, recovers in 1 s, flushes in 0.5 s. */
function mysqld() {
  const clock = new VirtualClock();
  const told: string[] = [];
  const tell = (text: string) => void told.push(`${clock.now()}: ${text}`);
  const unit = { restart: 'on-abnormal', restartMs: 5000, startMs: always(2000) } as const;
  const model = { ...bare({ mysql: {} }).mysql!, unit };
  const daemon = new MysqlDaemon(model, clock, new Journal(), new Random('1').stream('mysql.start'), {
    open: () => tell('open'),
    cut: (cause) => tell(cause === null ? 'cut without a word' : 'cut'),
    exit: (clean) => tell(clean ? 'clean' : 'gone'),
    freeze: () => tell('freeze'),
    thaw: () => tell('thaw'),
    recoveryMs: () => 1000,
    flushMs: () => 500,
  });
  const at = (atMs: number, act: () => void) => void clock.at(atMs, act, undefined);
  const run = () => {
    clock.runUntil(60_000);
    return told;
  };
  return { at, daemon, run, tell };
}
