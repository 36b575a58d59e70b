import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { always } from '../../src/engine/law.js';
import { Group } from '../../src/host/cpu.js';
import { Child } from '../../src/stages/fpmChild.js';
import { Requests } from '../../src/stages/request.js';
import { Script } from '../../src/stages/script.js';
import { query, scriptPage } from '../support/bare.js';

describe('child', () => {
  it("spreads a script's CPU evenly before, between and after its queries", () => {
    const child = new Child(new Group('php-fpm', 0), 1, 0);
    const request = new Requests(new VirtualClock()).take();
    const script = new Script(
      '/',
      scriptPage({ cpuMs: always(30), queries: [query({ row: 'a' }), query({ row: 'b' })] }).script!,
    );
    child.begin(request, script, 5);
    expect([child.queries, child.stretchMs, child.sinceMs]).toEqual([2, 10, 5]);
    expect(request.child).toBe(child);
    child.asked = 2;
    expect([child.query.row, child.queryNumber]).toEqual(['b', 2]);
  });

  it('counts what it has run, and when it fell idle', () => {
    const child = new Child(new Group('php-fpm', 0), 1, 0);
    const script = new Script('/', scriptPage().script!);
    for (const atMs of [10, 20]) {
      child.begin(new Requests(new VirtualClock()).take(), script, atMs);
      child.end(atMs + 3);
    }
    expect([child.request, child.served, child.sinceMs]).toEqual([null, 2, 23]);
  });
});
