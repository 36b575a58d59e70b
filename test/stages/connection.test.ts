import { describe, expect, it } from 'vitest';
import { Connection } from '../../src/stages/connection.js';
import { Visitor } from '../../src/stages/visitor.js';

describe('connection', () => {
  it('is as new after a reset', () => {
    const connection = new Connection();
    connection.visitor = new Visitor();
    connection.worker = 3;
    connection.served = 9;
    connection.open = true;
    connection.timer = 5;
    connection.window = 40;
    connection.next = new Connection();
    connection.idleSinceMs = 7;
    connection.reset();
    connection.idleSinceMs = 0;
    expect(connection).toEqual(new Connection());
  });
});
