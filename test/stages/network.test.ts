import { describe, expect, it } from 'vitest';
import type { Happening } from '../../src/model.js';
import type { End } from '../../src/stages/faults.js';
import { Network } from '../../src/stages/network.js';
import { bare } from '../support/bare.js';

type Verb = 'loss' | 'latency' | 'partition';

describe('the network', () => {
  it('loses what each cause leaves: SYN and answer, and what is sent again', () => {
    const { network, begin } = between();
    const first = begin({ verb: 'loss', on: 'network', share: 0.5 });
    const second = begin({ verb: 'loss', on: 'network', share: 0.2 });
    // 0.5 · 0.8 arrives.
    expect(network.badLoss).toBeCloseTo(0.6, 12);
    expect(network.synLoss).toBeCloseTo(1 - 0.4 * 0.4, 12);
    expect(network.roundLoss![3]).toBeCloseTo(1 - 0.4 ** 3, 12);
    first();
    expect(network.badLoss).toBeCloseTo(0.2, 12);
    second();
    expect([network.badLoss, network.synLoss, network.roundLoss]).toEqual([0, 0, null]);
  });

  it('its usual loss counts for SYNs and rounds, and not for what is sent again', () => {
    const { network } = between(0.1);
    expect(network.badLoss).toBe(0);
    expect(network.synLoss).toBeCloseTo(0.19, 12);
    expect(network.roundLoss![2]).toBeCloseTo(0.19, 12);
  });

  it('is silent as long as anything cuts it: partitions, the host without power, the loss of all', () => {
    const { network, begin } = between();
    const ends = [
      begin({ verb: 'partition', on: 'network' }),
      network.cut(),
      begin({ verb: 'loss', on: 'network', share: 1 }),
      begin({ verb: 'partition', on: 'network' }),
    ];
    const silent = ends.map((end) => {
      const was = network.silent;
      end();
      return was;
    });
    expect([...silent, network.silent]).toEqual([true, true, true, true, false]);
  });

  it('latency adds up, and goes in any order', () => {
    const { network, begin } = between();
    const first = begin({ verb: 'latency', on: 'network', ms: 100 });
    begin({ verb: 'latency', on: 'network', ms: 30 });
    expect(network.addedMs).toBe(130);
    first();
    expect(network.addedMs).toBe(30);
  });

  it('data is sent again after three round trips, at the least 200 ms, then twice as long each time, two minutes at the most', () => {
    const { network } = between();
    expect([10, 66, 100].map((ms) => network.resendMs(ms))).toEqual([200, 200, 300]);
    expect([0, 1, 2, 9, 10].map((tries) => network.resendAgainMs(10, tries))).toEqual([200, 400, 800, 102_400, 120_000]);
  });
});

function between(loss = 0) {
  const network = new Network({ ...bare().tcp, loss });
  const begin = (what: Extract<Happening, { verb: Verb }>): End => network.faults[what.verb]!(what as never, null)!;
  return { network, begin };
}
