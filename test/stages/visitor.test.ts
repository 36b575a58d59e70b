import { describe, expect, it } from 'vitest';
import { Connection } from '../../src/stages/connection.js';
import { Visitor } from '../../src/stages/visitor.js';

describe('visitor', () => {
  it('is somebody new after a reset, who knows nothing and has no connection', () => {
    const visitor = new Visitor();
    visitor.knowsUntilMs = 60_000;
    visitor.requests = 4;
    visitor.pagesLeft = 2;
    visitor.assetsLeft = 3;
    visitor.inFlight = 1;
    visitor.idle = new Connection();
    visitor.reset();
    expect(visitor).toEqual(new Visitor());
  });
});
