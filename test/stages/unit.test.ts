import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { always } from '../../src/engine/law.js';
import { Random } from '../../src/engine/random.js';
import type { UnitModel } from '../../src/model.js';
import { type Death, Unit } from '../../src/stages/unit.js';
import { Journal } from '../../src/telemetry/journal.js';

const debian: UnitModel = { restart: 'on-abnormal', restartMs: 5000, startMs: always(2000) };

describe('a unit', () => {
  it('is started again after RestartSec, and is up when start and recovery are over', () => {
    const { unit, ups, clock, lines } = mariadb(debian, 300);
    clock.after(100, () => unit.gone('signal'), undefined);
    clock.runUntil(60_000);
    expect(ups).toEqual([7400]);
    expect(lines()).toEqual(['100: mariadb.service: main process killed', '7400: mariadb.service: started']);
  });

  it.each<[UnitModel['restart'], Death, boolean]>([
    ['no', 'signal', false],
    ['on-abnormal', 'signal', true],
    ['on-abnormal', 'exit', false],
    ['on-failure', 'signal', true],
    ['on-failure', 'exit', true],
    ['always', 'exit', true],
    ['always', 'stopped', false],
  ])('Restart=%s after the end by %s: started again? %s', (restart, death, again) => {
    const { unit, ups, clock } = mariadb({ ...debian, restart });
    unit.gone(death);
    clock.runUntil(60_000);
    expect(ups.length).toBe(again ? 1 : 0);
    expect(unit.state).toBe(again ? 'active' : death === 'stopped' ? 'stopped' : 'failed');
  });

  it('while the machine is off nobody starts it; the boot does', () => {
    const { unit, ups, clock } = mariadb(debian);
    unit.lost();
    unit.start();
    expect(unit.state).toBe('off');
    clock.after(30_000, () => unit.boot(), undefined);
    clock.runUntil(60_000);
    expect(ups).toEqual([32_000]);
  });

  it('who will be started by hand is not started by systemd', () => {
    const { unit, ups, clock } = mariadb(debian);
    unit.gone('signal', true);
    clock.after(30_000, () => unit.start(), undefined);
    clock.runUntil(60_000);
    expect(ups).toEqual([32_000]);
  });

  it('a start by hand comes before the wait for RestartSec is over; a second one changes nothing', () => {
    const { unit, ups, clock } = mariadb(debian);
    unit.gone('signal');
    clock.after(1000, () => unit.start(), undefined);
    clock.after(1500, () => unit.start(), undefined);
    clock.runUntil(60_000);
    expect(ups).toEqual([3000]);
  });

  it('a start that is called off does not happen: neither one under way nor the wait for RestartSec', () => {
    const { unit, ups, clock, lines } = mariadb(debian);
    unit.gone('signal');
    clock.after(1000, () => unit.callOff(), undefined);
    clock.after(20_000, () => unit.start(), undefined);
    clock.after(21_000, () => unit.callOff(), undefined);
    clock.after(30_000, () => unit.callOff(), undefined);
    clock.runUntil(60_000);
    expect(ups).toEqual([]);
    expect(lines().slice(1)).toEqual(['1000: mariadb.service: stopped', '21000: mariadb.service: stopped']);
  });

  it('five starts in ten seconds, and no sixth: it stays failed until somebody starts it', () => {
    const { unit, ups, clock, lines } = mariadb({ restart: 'always', restartMs: 100, startMs: always(0) }, 0, () =>
      unit.gone('signal'),
    );
    unit.gone('signal');
    clock.runUntil(60_000);
    expect(ups).toEqual([100, 200, 300, 400, 500]);
    expect(lines().at(-1)).toBe('600: mariadb.service: start request repeated too quickly: failed');
    expect(unit.state).toBe('failed');
  });
});

function mariadb(model: UnitModel, recoveryMs = 0, also: () => void = () => {}) {
  const clock = new VirtualClock();
  const journal = new Journal();
  const ups: number[] = [];
  const up = () => {
    ups.push(clock.now());
    also();
  };
  const unit = new Unit('mariadb', model, clock, journal, new Random('1').stream('unit'), up, () => recoveryMs);
  return { unit, ups, clock, lines: () => journal.lines.map(({ atMs, text }) => `${atMs}: ${text}`) };
}
