import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { Group } from '../../src/host/cpu.js';
import { Connection } from '../../src/stages/connection.js';
import { KeptConnections } from '../../src/stages/keptConnections.js';
import { NginxWorker } from '../../src/stages/nginxWorker.js';
import { bare } from '../support/bare.js';

describe('a kept connection', () => {
  it('is closed when keepalive_timeout is over, and its slot is free', () => {
    const { clock, kept, opened, told, worker } = connections();
    kept.finish(opened('a'), true);
    clock.runUntil(999);
    expect([told, worker.slots.value]).toEqual([[], 1]);
    clock.runUntil(1000);
    expect([told, worker.slots.value]).toEqual([['1000: a'], 0]);
  });

  it('a request that comes over it stops the clock; the next pause has all of the time', () => {
    const { clock, kept, opened, told } = connections();
    const a = opened('a');
    kept.finish(a, true);
    clock.at(900, () => kept.touch(a), undefined);
    clock.at(1500, () => kept.finish(a, true), undefined);
    clock.runUntil(10_000);
    expect(told).toEqual(['2500: a']);
  });

  it('is not kept if the visitor does not want it, after keepalive_requests, or by a worker that leaves', () => {
    const { kept, opened, freed, worker } = connections();
    const [a, b, c] = ['a', 'b', 'c'].map(opened);
    b.served = 3;
    kept.finish(a, false);
    kept.finish(b, true);
    worker.leaving = true;
    kept.finish(c, true);
    expect([a, b, c].map(({ open }) => open)).toEqual([false, false, false]);
    expect(freed).toEqual([worker]);
  });

  it('while nginx is stopped none is closed; then those whose time was over, the longest idle first', () => {
    const { clock, kept, opened, told, worker } = connections();
    kept.finish(opened('a'), true);
    clock.at(500, () => kept.finish(opened('b'), true), undefined);
    clock.at(1800, () => kept.finish(opened('c'), true), undefined);
    kept.hung = true;
    clock.runUntil(2000);
    expect(told).toEqual([]);
    kept.hung = false;
    kept.closeOverdue(worker);
    expect(told).toEqual(['2000: a', '2000: b']);
    clock.runUntil(5000);
    expect(told.at(-1)).toBe('2800: c');
  });

  it('when the power is lost the visitor still takes it for open; nobody holds a slot for it', () => {
    const { kept, opened, told, worker } = connections();
    const a = opened('a');
    a.visitor = {} as never;
    kept.finish(a, true);
    kept.finish(opened('nobody’s'), true);
    kept.loseAll(worker);
    expect([a.open, a.stale, a.worker, worker.idle.length]).toEqual([true, true, null, 0]);
    expect(told).toEqual(['0: nobody’s']);
  });
});

function connections() {
  const clock = new VirtualClock();
  const told: string[] = [];
  const names = new Map<Connection, string>();
  const freed: NginxWorker[] = [];
  const model = { ...bare().nginx, keepaliveTimeoutMs: 1000, keepaliveRequests: 3 };
  const kept = new KeptConnections(
    model,
    clock,
    (connection) => void told.push(`${clock.now()}: ${names.get(connection)}`),
    (one) => void freed.push(one),
  );
  const worker = new NginxWorker(new Group('nginx', 0), 0, 99);
  const opened = (name: string) => {
    const connection = new Connection();
    names.set(connection, name);
    worker.takeSlot(clock.now());
    connection.open = true;
    connection.worker = worker;
    return connection;
  };
  return { clock, kept, opened, told, freed, worker };
}
