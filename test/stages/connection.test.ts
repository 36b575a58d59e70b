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
    connection.window = 40;
    connection.next = new Connection();
    connection.threshold = 20;
    connection.reset();
    expect(connection).toEqual(new Connection());
  });
});
