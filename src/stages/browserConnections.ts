/**
 * The connections of the visitors' browsers: one for each request in flight; an idle one is used again, the latest first.
 *
 * Objects are used again once both sides have let go of their connection.
 */
import { Connection } from './connection.js';
import type { Addresses } from './dns.js';
import type { Nginx } from './nginx.js';
import type { Request } from './request.js';
import type { Visitor } from './visitor.js';

export class BrowserConnections {
  private readonly spare: Connection[] = [];

  constructor(
    private readonly nginx: Pick<Nginx, 'finish'>,
    private readonly addresses: Addresses,
  ) {}

  /** An idle connection of the visitor's, or a new one, for the request. */
  use(request: Request, visitor: Visitor): void {
    while (visitor.idle !== null && visitor.idle.address !== this.addresses.here) this.drop(visitor, visitor.idle);
    const connection = visitor.idle ?? this.spare.pop() ?? new Connection();
    visitor.idle = connection.next;
    connection.next = null;
    connection.visitor = visitor;
    connection.request = request;
    request.connection = connection;
  }

  /** The request has ended. */
  putBack(connection: Connection, visitor: Visitor, keep: boolean): void {
    connection.request = null;
    this.nginx.finish(connection, keep);
    if (!connection.open) return this.recycle(connection);
    connection.next = visitor.idle;
    visitor.idle = connection;
  }

  /** Those that are still open stay so until nginx closes them: the tab is left as it is. */
  leave(visitor: Visitor): void {
    for (let connection = visitor.idle; connection !== null; ) {
      const { next } = connection;
      connection.visitor = null;
      if (connection.stale) this.recycle(connection);
      connection = next;
    }
  }

  /** Nginx has closed a connection that was idle. */
  closed(connection: Connection): void {
    const { visitor } = connection;
    if (visitor !== null) {
      if (visitor.idle === connection) visitor.idle = connection.next;
      else
        for (let other = visitor.idle; other !== null; other = other.next)
          if (other.next === connection) other.next = connection.next;
    }
    this.recycle(connection);
  }

  /** It leads to where the site is no more. */
  private drop(visitor: Visitor, connection: Connection): void {
    visitor.idle = connection.next;
    this.nginx.finish(connection, false);
    this.recycle(connection);
  }

  private recycle(connection: Connection): void {
    connection.reset();
    this.spare.push(connection);
  }
}
