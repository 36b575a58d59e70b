import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { Host } from '../../src/host/host.js';
import { Meter } from '../../src/telemetry/meter.js';
import { Snapshot } from '../../src/telemetry/snapshot.js';
import { bare } from '../support/bare.js';

describe('snapshot', () => {
  it('is the state at one moment, and stays so', () => {
    const clock = new VirtualClock();
    const host = new Host(bare().host, clock);
    const meter = new Meter('nginx');
    meter.queue.add(2, 0);
    const snapshot = new Snapshot(5, [meter], host);
    meter.queue.add(7, 6);
    host.in.send({}, 500, () => {});
    expect(snapshot).toMatchObject({ atMs: 5, busy: [0], queue: [10], queueMax: [2], received: 0 });
  });
});
