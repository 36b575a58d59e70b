/**
 * `limit_req`: a leaky bucket for each key, with nginx's own arithmetic (ngx_http_limit_req_module.c).
 *
 *   excess ──leaks at `rate`──►        each request taken adds 1; beyond `burst` it is refused and adds nothing;
 *                                      beyond `delay` it waits until the bucket would have leaked so far
 *
 * Thousandths of a request and whole milliseconds, cut off and not rounded. The states are in shared memory: all workers see
 * them, a reload leaves them, a restart forgets them. Not modelled: a zone that is full, several limits for one page.
 */
import type { VirtualClock } from '../engine/clock.js';
import type { LimitReqModel } from '../model.js';
import { Cause } from '../telemetry/cause.js';
import type { Request } from './request.js';
import type { Visitor } from './visitor.js';

/** What `admit` says of a request that is not taken. */
export const REFUSED = -1;
const UNIT = 1000;

/** What nginx keeps of a key. */
class Bucket {
  excess = 0;
  lastMs = 0;
  /** Whose it is: a visitor's place is another's when the first has left. */
  seedHigh = 0;
  seedLow = 0;
}

export class LimitReq {
  refused = 0;
  delayed = 0;
  /** Thousandths of a request in a second, as nginx keeps the rate. */
  private readonly rate: number;
  private readonly burst: number;
  private readonly delay: number;
  private readonly pages: ReadonlySet<number>;
  private readonly buckets = new Map<Visitor | null, Bucket>();
  private cause: Cause | null = null;

  constructor(
    private readonly model: LimitReqModel,
    private readonly clock: VirtualClock,
  ) {
    this.rate = Math.floor(model.rate * UNIT + 1e-6);
    this.burst = model.burst * UNIT;
    this.delay = model.delay * UNIT;
    this.pages = new Set(model.pages);
  }

  /** How those are answered that are refused; its log line is that of the first. */
  get refusal(): Cause {
    return this.cause!;
  }

  /** How long the request must wait before it goes on, in ms, or `REFUSED`. */
  admit(request: Request): number {
    if (!this.holdsFor(request)) return 0;
    const bucket = this.bucketOf(request);
    const excess = this.excessOf(bucket);
    if (excess > this.burst) return this.refuse(excess);
    const kept = bucket ?? this.newBucket(request);
    kept.excess = excess;
    kept.lastMs = this.nowMs;
    if (excess <= this.delay) return 0;
    this.delayed += 1;
    return Math.trunc(((excess - this.delay) * UNIT) / this.rate);
  }

  /** Whether it would not be taken now; changes nothing. */
  wouldRefuse(request: Request): boolean {
    return this.holdsFor(request) && this.excessOf(this.bucketOf(request)) > this.burst;
  }

  /** The zone is gone: nginx has been restarted. */
  forget(): void {
    this.buckets.clear();
  }

  private holdsFor(request: Request): boolean {
    return this.pages.size === 0 || this.pages.has(request.pageNumber);
  }

  private get nowMs(): number {
    return Math.floor(this.clock.now());
  }

  private keyOf(request: Request): Visitor | null {
    return this.model.key === 'address' ? request.visitor : null;
  }

  /** The state of the key; none if its first request has not come yet. */
  private bucketOf(request: Request): Bucket | undefined {
    const key = this.keyOf(request);
    const bucket = this.buckets.get(key);
    if (bucket === undefined || key === null) return bucket;
    return bucket.seedHigh === key.seedHigh && bucket.seedLow === key.seedLow ? bucket : undefined;
  }

  private excessOf(bucket: Bucket | undefined): number {
    if (bucket === undefined) return 0;
    const leaked = Math.trunc((this.rate * (this.nowMs - bucket.lastMs)) / UNIT);
    return Math.max(0, bucket.excess - leaked + UNIT);
  }

  private newBucket(request: Request): Bucket {
    const key = this.keyOf(request);
    const bucket = this.buckets.get(key) ?? new Bucket();
    bucket.seedHigh = key?.seedHigh ?? 0;
    bucket.seedLow = key?.seedLow ?? 0;
    this.buckets.set(key, bucket);
    return bucket;
  }

  private refuse(excess: number): number {
    this.refused += 1;
    const { zone, status } = this.model;
    this.cause ??= new Cause(
      String(status),
      'nginx',
      'limit_req: more requests than the rate and its burst allow',
      `[error] limiting requests, excess: ${(excess / UNIT).toFixed(3)} by zone "${zone}"`,
    );
    return REFUSED;
  }
}
