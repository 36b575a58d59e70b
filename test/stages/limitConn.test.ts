import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import type { LimitConnModel } from '../../src/model.js';
import { Connection } from '../../src/stages/connection.js';
import { LimitConn } from '../../src/stages/limitConn.js';
import { Requests } from '../../src/stages/request.js';
import { Visitor } from '../../src/stages/visitor.js';

describe('limit_conn', () => {
  it('by address: each visitor has so many in processing, whatever others have', () => {
    const { limit, ask } = limited({ key: 'address', connections: 2 });
    const [one, other] = [new Visitor(), new Visitor()];
    expect([ask(one), ask(one), ask(one), ask(other)].map(Boolean)).toEqual([true, true, false, true]);
    expect([limit.refused, limit.inProcessing]).toEqual([1, 3]);
  });

  it('for all together: so many, whoever they are', () => {
    const { ask } = limited({ key: 'server', connections: 2 });
    expect([ask(new Visitor()), ask(new Visitor()), ask(new Visitor())].map(Boolean)).toEqual([true, true, false]);
  });

  it('what is over makes room; what was not counted gives nothing back', () => {
    const { limit, ask } = limited({ key: 'server', connections: 1 });
    const first = ask(new Visitor())!;
    limit.give(new Connection());
    expect(ask(new Visitor())).toBeNull();
    limit.give(first);
    limit.give(first);
    expect(limit.inProcessing).toBe(0);
    expect(ask(new Visitor())).not.toBeNull();
  });

  it('holds for its own pages only', () => {
    const { limit, ask } = limited({ key: 'server', connections: 1, pages: [1] });
    expect([ask(new Visitor(), 0), ask(new Visitor(), 0)].map(Boolean)).toEqual([true, true]);
    expect(limit.inProcessing).toBe(0);
    expect([ask(new Visitor(), 1), ask(new Visitor(), 1)].map(Boolean)).toEqual([true, false]);
  });

  it('its refusal has the status and the log line of nginx', () => {
    const { limit } = limited({ status: 429 });
    expect([limit.refusal.outcome, limit.refusal.log]).toEqual(['429', '[error] limiting connections by zone "conn"']);
  });
});

function limited(parts: Partial<LimitConnModel>) {
  const limit = new LimitConn({ zone: 'conn', key: 'server', pages: [], status: 503, connections: 1, ...parts });
  const requests = new Requests(new VirtualClock());
  /** The connection that it is counted by, or `null`. */
  const ask = (visitor: Visitor, page = 0): Connection | null => {
    const request = requests.take();
    request.visitor = visitor;
    request.pageNumber = page;
    request.connection = new Connection();
    return limit.take(request) ? request.connection : null;
  };
  return { limit, ask };
}
