import { describe, expect, test } from 'vitest';
import { incidentOf, windowsOf } from '../../src/scenario/build/windows.js';
import { toModel } from '../../src/scenario/scenario.js';
import { run } from '../../src/simulate.js';

const site = { host: { cores: 1, memory: '1 GiB' }, pages: { '/a': { size: '1 kB' } } };
const lesson = { name: 'x', about: 'y', site, duration: '5m', warmup: '10s', traffic: [{ rate: '1/s' }] };
const named = (model: ReturnType<typeof toModel>) => model.windows.map(({ name, fromMs, toMs }) => `${name} ${fromMs}-${toMs}`);

describe('windows', () => {
  test('an event cuts the counted time: before it, while it lasts, and after it', () => {
    const model = toModel({ ...lesson, events: [{ at: '1m', steal: '50%', for: '30s' }] });
    expect(named(model)).toEqual([
      'before steal cpu 10000-60000',
      'during steal cpu 60000-90000',
      'after steal cpu 90000-300000',
    ]);
    expect(model.incident).toEqual({ kind: 'event', name: 'steal cpu', fromMs: 60_000, peakToMs: 90_000, toMs: 90_000 });
  });

  test('an event without a duration has a minute, and recovery is counted from its beginning', () => {
    const model = toModel({ ...lesson, events: [{ at: '1m', cron: {}, name: 'backup' }] });
    expect(named(model)).toEqual(['before backup 10000-60000', 'during backup 60000-120000', 'after backup 120000-300000']);
    expect(model.incident).toMatchObject({ fromMs: 60_000, peakToMs: 60_000 });
  });

  test('the earliest event cuts, whatever the order in which they are written; what happens in the warm-up is how things are', () => {
    const events = [
      { at: '3m', steal: '10%', for: '1m', name: 'second' },
      { at: '2m', steal: '10%', for: '9m', name: 'first' },
      { at: '5s', steal: '10%', for: '1m', name: 'as always' },
    ];
    expect(named(toModel({ ...lesson, events }))).toEqual(['before first 10000-120000', 'during first 120000-300000']);
    expect(toModel({ ...lesson, events: events.slice(2) }).incident).toBeNull();
  });

  test('a surge comes before any event', () => {
    const surge = { at: '3m', rise: '1s', peak: '9/s', hold: '10s', fall: '1s' };
    const traffic = [{ rate: '1/s' }, surge];
    const model = toModel({ ...lesson, traffic, events: [{ at: '1m', steal: '50%', for: '30s' }] });
    expect(model.incident).toEqual({ kind: 'surge', name: 'surge', fromMs: 180_000, peakToMs: 191_000, toMs: 192_000 });
  });

  test('nothing cuts a run without either', () => {
    const calm = { traffic: [], duration: 1000, warmup: 0 };
    expect(incidentOf(calm)).toBeNull();
    expect(windowsOf(calm)).toEqual([{ name: 'all', fromMs: 0, toMs: 1000 }]);
  });

  test("thresholds speak of them by the event's name", () => {
    const thresholds = ['during backup: errors < 1%', 'recovery < 10s'];
    const model = toModel({ ...lesson, events: [{ at: '1m', cron: { cpu: '1s' }, name: 'backup' }], thresholds });
    expect(run(model).thresholds.map(({ verdict }) => verdict)).toEqual(['pass', 'pass']);
    const unread = { ...lesson, events: [{ at: '1m', crom: {} }], thresholds };
    expect(() => toModel(unread)).toThrow(/^[^\n]*did you mean cron\?$/);
  });
});
