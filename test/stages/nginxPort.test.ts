import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { Connection } from '../../src/stages/connection.js';
import { Port } from '../../src/stages/nginxPort.js';

describe("nginx's port", () => {
  it('is full with one connection more than its backlog', () => {
    const port = new Port(2, new VirtualClock());
    const full = [1, 2, 3].map(() => {
      port.admit();
      return port.full;
    });
    expect(full).toEqual([false, false, true]);
    port.leave();
    expect(port.full).toBe(false);
  });

  it('each opening has its number, and a closed port has 0', () => {
    const port = new Port(1, new VirtualClock());
    expect([port.open(), port.opening]).toEqual([false, 1]);
    port.close();
    expect(port.opening).toBe(0);
    expect([port.open(), port.opening]).toEqual([true, 2]);
  });

  it('a visitor who goes leaves the queue, unless nginx has lost the connection before', () => {
    const port = new Port(1, new VirtualClock());
    const [waiting, lost] = [new Connection(), new Connection()];
    for (const connection of [waiting, lost]) connection.open = true;
    lost.stale = true;
    port.admit();
    port.forget(lost);
    expect([port.queue.value, lost.open]).toEqual([1, false]);
    port.forget(waiting);
    expect([port.queue.value, waiting.open]).toEqual([0, false]);
    expect(() => port.leave()).toThrow('nginx took a connection from an empty accept queue');
  });
});
