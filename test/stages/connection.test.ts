import { describe, expect, it } from 'vitest';
import { Group } from '../../src/host/cpu.js';
import { Connection } from '../../src/stages/connection.js';
import { NginxWorker } from '../../src/stages/nginxWorker.js';
import { Visitor } from '../../src/stages/visitor.js';

describe('connection', () => {
  it('is as new after a reset', () => {
    const connection = new Connection();
    connection.visitor = new Visitor();
    connection.worker = new NginxWorker(new Group('nginx', 0), 0, 512);
    connection.listener = 1;
    connection.stale = true;
    connection.served = 9;
    connection.open = true;
    connection.window = 40;
    connection.next = new Connection();
    connection.threshold = 20;
    connection.reset();
    expect(connection).toEqual(new Connection());
  });
});
