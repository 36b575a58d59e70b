/**
 * `limit_conn`: so many requests in processing at once for each key, from the moment at which the header has been read until the
 * last byte of the answer is sent (ngx_http_limit_conn_module.c). Connections that are kept and idle do not count.
 */
import { assert } from '../engine/assert.js';
import type { LimitConnModel } from '../model.js';
import { Cause } from '../telemetry/cause.js';
import type { Connection } from './connection.js';
import type { Request } from './request.js';
import type { Visitor } from './visitor.js';

export class LimitConn {
  refused = 0;
  readonly refusal: Cause;
  private readonly pages: ReadonlySet<number>;
  private readonly counts = new Map<Visitor | null, number>();
  /** Those counted, each with its key. A connection has one request at a time. */
  private readonly processing = new Map<Connection, Visitor | null>();

  constructor(private readonly model: LimitConnModel) {
    this.pages = new Set(model.pages);
    this.refusal = new Cause(
      String(model.status),
      'nginx',
      'limit_conn: too many requests in processing at once',
      `[error] limiting connections by zone "${model.zone}"`,
    );
  }

  get inProcessing(): number {
    return this.processing.size;
  }

  /** Counts a request in, unless there are too many. */
  take(request: Request): boolean {
    if (this.pages.size > 0 && !this.pages.has(request.pageNumber)) return true;
    const key = this.model.key === 'address' ? request.visitor : null;
    const count = this.counts.get(key) ?? 0;
    if (count >= this.model.connections) {
      this.refused += 1;
      return false;
    }
    this.counts.set(key, count + 1);
    this.processing.set(request.connection!, key);
    return true;
  }

  /** What was in processing on the connection is over; nothing may have been. */
  give(connection: Connection): void {
    const key = this.processing.get(connection);
    if (key === undefined) return;
    this.processing.delete(connection);
    const count = this.counts.get(key)!;
    assert(count > 0, 'limit_conn gave back what was not taken');
    if (count === 1) this.counts.delete(key);
    else this.counts.set(key, count - 1);
  }
}
