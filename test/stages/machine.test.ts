import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { always } from '../../src/engine/law.js';
import { Random } from '../../src/engine/random.js';
import type { Daemon } from '../../src/stages/faults.js';
import { machine } from '../../src/stages/machine.js';
import { Network } from '../../src/stages/network.js';
import { Journal } from '../../src/telemetry/journal.js';
import { bare } from '../support/bare.js';

describe('power-off', () => {
  it('all is lost at once, in the order nginx, PHP-FPM, MySQL; when it is over the host boots and starts all units', () => {
    const { off, run } = box();
    off(100, 1000);
    expect(run()).toEqual([
      '100: a lost',
      '100: b lost',
      '100: all lost',
      '100: silent',
      '1600: heard',
      '1600: a boots',
      '1600: b boots',
    ]);
  });

  it('two causes: it boots when the last is over', () => {
    const { off, run } = box();
    off(100, 1000);
    off(600, 1000);
    expect(run().slice(4)).toEqual(['2100: heard', '2100: a boots', '2100: b boots']);
  });

  it('again while it boots: that boot is over, and nothing more can be lost', () => {
    const { off, run } = box();
    off(100, 1000);
    off(1300, 200);
    expect(run()).toEqual([
      '100: a lost',
      '100: b lost',
      '100: all lost',
      '100: silent',
      '2000: heard',
      '2000: a boots',
      '2000: b boots',
    ]);
  });
});

describe('reboot', () => {
  it('stops all at once; when the last has stopped it goes down and boots', () => {
    const { reboot, run } = box({ a: 50, b: 300 });
    reboot(100);
    expect(run()).toEqual([
      '100: a stops',
      '100: b stops',
      '400: a lost',
      '400: b lost',
      '400: all lost',
      '400: silent',
      '900: heard',
      '900: a boots',
      '900: b boots',
    ]);
  });

  it('a second one meanwhile does nothing', () => {
    const { reboot, run } = box({ a: 50, b: 300 });
    reboot(100);
    reboot(200);
    reboot(600);
    expect(run().filter((line) => line.includes('b '))).toEqual(['100: b stops', '400: b lost', '900: b boots']);
  });

  it('the power goes off while it stops: it boots when that is over, once', () => {
    const { reboot, off, run } = box({ a: 50, b: 300 });
    reboot(100);
    off(200, 1000);
    expect(run().slice(2)).toEqual([
      '200: a lost',
      '200: b lost',
      '200: all lost',
      '200: silent',
      '1700: heard',
      '1700: a boots',
      '1700: b boots',
    ]);
  });
});

/** A host that boots in 500 ms, with two daemons that take so long to stop. */
function box(stopMs = { a: 0, b: 0 }) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const tell = (text: string) => void told.push(`${clock.now()}: ${text}`);
  const daemon = (name: 'a' | 'b'): Daemon => ({
    stop: (done) => {
      tell(`${name} stops`);
      clock.after(stopMs[name], done, undefined);
    },
    lose: () => tell(`${name} lost`),
    boot: () => tell(`${name} boots`),
  });
  const network = new Network(bare().tcp);
  const daemons = [daemon('a'), daemon('b')];
  const model = { ...bare().host, bootMs: always(500) };
  const { 'power-off': powerOff, reboot } = machine(
    model,
    clock,
    new Journal(),
    new Random('1').stream('host.boot'),
    Object.assign(network, { cut: cutTold }),
    daemons,
    () => tell('all lost'),
  );
  return {
    off: (atMs: number, forMs: number) =>
      void clock.at(
        atMs,
        () => void clock.after(forMs, powerOff!({ verb: 'power-off', on: 'host' } as never, forMs)!, undefined),
        undefined,
      ),
    reboot: (atMs: number) => void clock.at(atMs, () => void reboot!({ verb: 'reboot', on: 'host' } as never, null), undefined),
    run: () => {
      clock.runUntil(10_000);
      return told;
    },
  };

  function cutTold() {
    clock.after(0, () => tell('silent'), undefined);
    return () => tell('heard');
  }
}
