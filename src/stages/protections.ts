/**
 * What nginx asks before it serves a request: the limits, then the cache, in the order of its phases.
 *
 *   enter ──► limit_req ──► limit_conn ──► fastcgi_cache ──┬─► kept: answered at once
 *                │ delay                     │ lock        └─► serve: file or PHP-FPM
 *                └──► held by a timer ◄──────┘
 *
 * A request that is held keeps its connection slot. A visitor who leaves in a delay is noticed at once (499); one who leaves
 * while waiting for the cache's lock is not, as nginx does not look then.
 */
import { Kind } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import type { NginxModel, PageModel } from '../model.js';
import type { Cause } from '../telemetry/cause.js';
import type { Connection } from './connection.js';
import { FastcgiCache } from './fastcgiCache.js';
import { LimitConn } from './limitConn.js';
import { LimitReq, REFUSED } from './limitReq.js';
import type { Request } from './request.js';

/** What nginx's event loop does for them. */
export interface Loop {
  /** Goes on with the request: a file, or PHP-FPM. */
  serve(request: Request): void;
  /** Answers with an error page. */
  apologise(request: Request, cause: Cause): void;
  /** A timer has run out: `woken` is called when the worker has time for it. */
  wake(request: Request): void;
  /** For the meter and the trace. */
  waited(request: Request, ms: number): void;
  /** Asks PHP-FPM for the same on nginx's own account. */
  refresh(request: Request): void;
}

export class Protections {
  readonly cache: FastcgiCache | null;
  private readonly limitReq: LimitReq | null;
  private readonly limitConn: LimitConn | null;

  constructor(
    model: NginxModel,
    pages: readonly PageModel[],
    private readonly clock: VirtualClock,
    private readonly loop: Loop,
  ) {
    this.limitReq = model.limitReq === null ? null : new LimitReq(model.limitReq, clock);
    this.limitConn = model.limitConn === null ? null : new LimitConn(model.limitConn);
    this.cache = model.fastcgiCache === null ? null : new FastcgiCache(model.fastcgiCache, pages, clock);
  }

  /** The header has been read. */
  enter(request: Request): void {
    const waitMs = this.limitReq === null ? 0 : this.limitReq.admit(request);
    if (waitMs === REFUSED) return this.loop.apologise(request, this.limitReq!.refusal);
    if (waitMs === 0) return this.count(request);
    if (request.traced) request.note(`delayed by limit_req for ${waitMs} ms`);
    this.hold(request, waitMs, this.release);
  }

  /** What held the request is over, and the worker has time for it. */
  woken(request: Request): void {
    if (this.cache?.waitsFor(request) === true) this.lookUp(request);
    else this.count(request);
  }

  /** Whether nginx will answer by itself, with what it has or with an error, and without passing the request on. */
  answers(request: Request): boolean {
    return this.limitReq?.wouldRefuse(request) === true || this.cache?.has(request) === true;
  }

  /** The visitor has left while the request is in nginx. Whether nginx notices: it is no longer held then. */
  notices(request: Request): boolean {
    if (request.waiting === 0 || this.cache?.waitsFor(request) === true) return false;
    this.clock.cancel(request.waiting);
    request.waiting = 0;
    this.loop.waited(request, this.clock.now() - request.queuedMs);
    return true;
  }

  /** The visitor left while it waited for the lock, and nginx has looked now. */
  forget(request: Request): void {
    this.cache?.forget(request);
  }

  /** The answer has been sent, or the connection is gone. */
  finished(connection: Connection): void {
    this.limitConn?.give(connection);
  }

  /** Nginx has been stopped and started: its shared memory is new. */
  restarted(): void {
    this.limitReq?.forget();
    this.cache?.restarted();
  }

  /** What is under way; nothing, once everybody has gone. */
  state(): Record<string, number> {
    const { limitConn, cache } = this;
    return {
      ...(limitConn && { 'counted by limit_conn': limitConn.inProcessing }),
      ...(cache && { 'fetches for the cache under way': cache.underWay, 'waiting for the cache lock': cache.waiting }),
    };
  }

  counters(): Record<string, number> {
    const { limitReq, limitConn, cache } = this;
    return {
      ...(limitReq && { 'refused by limit_req': limitReq.refused, 'delayed by limit_req': limitReq.delayed }),
      ...(limitConn && { 'refused by limit_conn': limitConn.refused }),
      ...(cache && {
        'answered from the cache': cache.counts.kept,
        'answered with a stale copy': cache.counts.stale,
        'fetched for the cache': cache.counts.fetched,
        'waited for the cache lock': cache.counts.waited,
      }),
    };
  }

  private count(request: Request): void {
    if (this.limitConn === null || this.limitConn.take(request)) this.lookUp(request);
    else this.loop.apologise(request, this.limitConn.refusal);
  }

  private lookUp(request: Request): void {
    const look = this.cache === null ? 'fetch' : this.cache.look(request);
    if (look === 'fetch') return this.loop.serve(request);
    if (look === 'wait') return this.hold(request, this.cache!.pollMs(request), this.poll);
    if (look === 'refresh') this.loop.refresh(request);
    if (request.failed) this.loop.apologise(request, request.failure!);
    else request.return();
  }

  private hold(request: Request, ms: number, step: (request: Request, ticket: number) => void): void {
    request.queuedMs = this.clock.now();
    request.waiting = this.clock.after(ms, step, request, Kind.timeout);
  }

  private readonly release = (request: Request, ticket: number): void => {
    if (ticket !== request.waiting) return;
    request.waiting = 0;
    this.loop.waited(request, this.clock.now() - request.queuedMs);
    this.loop.wake(request);
  };

  private readonly poll = (request: Request, ticket: number): void => {
    if (ticket !== request.waiting) return;
    const againMs = this.cache!.poll(request);
    if (againMs === 0) return this.release(request, ticket);
    this.loop.waited(request, this.clock.now() - request.queuedMs);
    this.hold(request, againMs, this.poll);
  };
}

/** `null` where there are none. */
export function protectionsOf(
  model: NginxModel,
  pages: readonly PageModel[],
  clock: VirtualClock,
  loop: Loop,
): Protections | null {
  const { limitReq, limitConn, fastcgiCache } = model;
  return limitReq === null && limitConn === null && fastcgiCache === null ? null : new Protections(model, pages, clock, loop);
}
