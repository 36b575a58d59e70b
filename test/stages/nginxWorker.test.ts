import { describe, expect, it } from 'vitest';
import { Group } from '../../src/host/cpu.js';
import { Connection } from '../../src/stages/connection.js';
import { NginxWorker } from '../../src/stages/nginxWorker.js';

describe('nginx worker', () => {
  it('keeps two of its worker_connections for itself', () => {
    const slots = (connections: number) => {
      const worker = new NginxWorker(new Group('nginx', 0), 0, connections);
      let taken = 0;
      while (worker.takeSlot(0)) taken += 1;
      return taken;
    };
    expect([512, 3, 2, 1].map(slots)).toEqual([510, 1, 0, 0]);
  });

  it('a slot given back is free again, and none can be given back twice', () => {
    const worker = new NginxWorker(new Group('nginx', 0), 0, 3);
    worker.takeSlot(0);
    expect(worker.takeSlot(0)).toBe(false);
    worker.giveSlot(1);
    expect(worker.takeSlot(1)).toBe(true);
    worker.giveSlot(2);
    expect(() => worker.giveSlot(2)).toThrow('nginx freed a connection slot that was not taken');
  });

  it('closes idle connections when a sixteenth of the slots is free: an eighth of them, 1 to 32, the oldest first', () => {
    // 160 slots: up to 10 free ones are too few.
    expect(closed(160, 149, 100)).toEqual([]);
    expect(closed(160, 150, 100)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(closed(160, 160, 3)).toEqual([0]);
    expect(closed(160, 160, 0)).toEqual([]);
    expect(closed(1600, 1600, 1600)).toEqual(Array.from({ length: 32 }, (_, i) => i));
  });

  it('idle connections keep their order when one leaves, at either end or in the middle', () => {
    const { idle } = new NginxWorker(new Group('nginx', 0), 0, 99);
    const [a, b, c, d] = Array.from({ length: 4 }, () => new Connection());
    for (const connection of [a, b, c, d]) idle.join(connection, 0);
    idle.leave(b);
    idle.leave(d);
    idle.join(b, 0);
    idle.leave(a);
    expect(idle.length).toBe(2);
    expect(idle.oldest).toBe(c);
    idle.leave(c);
    expect(idle.oldest).toBe(b);
    idle.leave(b);
    expect([idle.length, idle.oldest]).toEqual([0, null]);
  });
});

/** Of a worker with so many slots, of them so many in use, of them so many idle: which it closes, by the order of idleness. */
function closed(slots: number, used: number, idle: number): number[] {
  const worker = new NginxWorker(new Group('nginx', 0), 0, slots + 2);
  for (let i = 0; i < used; i += 1) worker.takeSlot(0);
  const connections = Array.from({ length: idle }, () => new Connection());
  for (const connection of connections) worker.idle.join(connection, 0);
  const numbers: number[] = [];
  const count = worker.drain((connection) => {
    worker.idle.leave(connection);
    numbers.push(connections.indexOf(connection));
  });
  expect(count).toBe(numbers.length);
  return numbers;
}
