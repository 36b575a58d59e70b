import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { Level } from '../../src/engine/level.js';
import { Host } from '../../src/host/host.js';
import { Meter } from '../../src/telemetry/meter.js';
import { Snapshot } from '../../src/telemetry/snapshot.js';
import { snapshotDifference } from '../../src/telemetry/span.js';
import { bare } from '../support/bare.js';

describe('span', () => {
  it('is what happened between two snapshots: places, lines, CPU by daemon, disk, network', () => {
    const clock = new VirtualClock();
    const host = new Host(bare({ host: { cores: 1 } }).host, clock);
    const busy = new Level();
    const meter = new Meter('php-fpm', { word: 'children', busy, max: 4 });
    const bareMeter = new Meter('dns');
    host.cpu.group('nginx');
    busy.add(2, 0);
    clock.runUntil(10);
    const from = new Snapshot(10, [meter, bareMeter], host);
    const late = host.cpu.group('php-fpm'); // A daemon that nobody knew of before.
    host.cpu.work({ group: late }, 4, () => {});
    meter.queue.add(3, 15);
    host.disk.work({}, 2, () => {});
    host.out.send({}, 1000, () => {});
    clock.runUntil(20);
    const span = snapshotDifference(from, new Snapshot(20, [meter, bareMeter], host));
    expect(span).toMatchObject({ lengthMs: 10, busy: [20, 0], queue: [15, 0], cpuMs: 4, cpuBy: [0, 4] });
    expect(span).toMatchObject({ diskBusy: 2, diskQueue: 0, operations: 1, sent: 1000, received: 0 });
  });
});
