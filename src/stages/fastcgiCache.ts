/**
 * `fastcgi_cache`: answers of PHP-FPM that nginx keeps, one for each key (ngx_http_file_cache.c, ngx_http_upstream.c).
 *
 *   look ──► kept      valid, or stale and good enough
 *     ├────► wait      somebody else is asking: look again in at most 500 ms (`fastcgi_cache_lock`)
 *     └────► fetch ──► ended      PHP-FPM has answered: kept if the status has a validity
 *
 * Time is counted in whole seconds: an answer is valid to the end of the second in which its validity is over. The lock holds for
 * what was never there; once an answer has expired everybody asks PHP-FPM, unless a stale one will do (`updating`).
 * An answer stays on disk when nginx is restarted. Not modelled: `min_uses`, `max_size`, the loader, Cache-Control of the script.
 */
import type { VirtualClock } from '../engine/clock.js';
import { zipf } from '../engine/distribution.js';
import { Pick } from '../engine/need.js';
import type { FastcgiCacheModel, PageModel, UseStale } from '../model.js';
import type { Cause } from '../telemetry/cause.js';
import type { Request } from './request.js';

/** What is to be done with a request. */
export type Look = 'kept' | 'refresh' | 'fetch' | 'wait';

/** How often at the least who waits for the lock looks again (ngx_http_file_cache_lock_wait). */
const POLL_MS = 500;

/** What nginx knows of a key. */
class Entry {
  /** Whether there is an answer; its cause if it is an error of PHP's. */
  exists = false;
  failure: Cause | null = null;
  /** Nginx's own error in place of an answer: PHP-FPM was out of reach. */
  error: Cause | null = null;
  /** The last second in which that is valid. */
  validSecond = 0;
  /** The second in which it is deleted, if nobody asks for it. */
  inactiveSecond = 0;
  updating = false;
  lockUntilMs = 0;

  /** As if nobody had ever asked for it. */
  clear(): void {
    this.exists = false;
    this.failure = null;
    this.error = null;
  }
}

/** A request that PHP-FPM is asked for the sake of an entry. */
interface Fetch {
  readonly entry: Entry;
  /** Whether the answer may be kept. */
  readonly keeps: boolean;
  /** Until when its lock holds, by which it is known; -1 if it has none. */
  readonly lockUntilMs: number;
  /** Whether there was an answer that is no longer valid. */
  readonly expired: boolean;
}

interface Wait {
  readonly untilMs: number;
  timedOut: boolean;
}

export class FastcgiCache {
  readonly counts = { kept: 0, stale: 0, fetched: 0, waited: 0 };
  private readonly keys: (Keys | undefined)[];
  private readonly validSeconds: ReadonlyMap<string, number>;
  private readonly useStale: ReadonlySet<UseStale>;
  private readonly fetches = new Map<Request, Fetch>();
  private readonly waits = new Map<Request, Wait>();

  constructor(
    private readonly model: FastcgiCacheModel,
    pages: readonly PageModel[],
    private readonly clock: VirtualClock,
  ) {
    this.validSeconds = new Map(model.valid.map(({ status, ms }) => [status, Math.floor(ms / 1000)]));
    this.useStale = new Set(model.useStale);
    this.keys = pages.map((page, index) => {
      const cached = model.pages.find((one) => one.page === index);
      return cached === undefined ? undefined : new Keys(page.path, cached.variants, cached.zipf);
    });
  }

  get underWay(): number {
    return this.fetches.size;
  }

  get waiting(): number {
    return this.waits.size;
  }

  /** What there is for a request; `refresh`: a stale answer, and nginx must ask for a new one by itself. */
  look(request: Request): Look {
    const entry = this.keys[request.pageNumber]?.entryOf(request);
    if (entry === undefined) return 'fetch';
    this.tidy(entry);
    entry.inactiveSecond = this.second + this.model.inactiveMs / 1000;
    if (entry.error !== null) return this.found(request, entry.error, false);
    if (entry.exists) return this.lookAtAnswer(request, entry);
    return this.lookForLock(request, entry);
  }

  /** Whether an answer is there that will do now; changes nothing. */
  has(request: Request): boolean {
    const entry = this.keys[request.pageNumber]?.entryOf(request);
    if (entry === undefined || this.isInactive(entry)) return false;
    if (entry.exists || entry.error !== null) return this.isValid(entry) || (entry.exists && this.servesStaleNow(entry));
    return false;
  }

  /** When who has been told to wait looks at the lock, in ms from now. */
  pollMs(request: Request): number {
    // The worker may have come late to it: its time is over then.
    return Math.max(0, Math.min(POLL_MS, this.waits.get(request)!.untilMs - this.clock.now()));
  }

  /** Looks at the lock: 0 if the wait is over, or else when to look at it again, in ms from now. */
  poll(request: Request): number {
    const wait = this.waits.get(request)!;
    const { updating, lockUntilMs } = this.keys[request.pageNumber]!.entryOf(request);
    const now = this.clock.now();
    if (wait.untilMs <= now) wait.timedOut = true;
    return wait.timedOut || !updating || lockUntilMs <= now ? 0 : Math.min(POLL_MS, lockUntilMs - now);
  }

  waitsFor(request: Request): boolean {
    return this.waits.has(request);
  }

  /** A request of nobody's will fetch what `request` found stale. */
  fetchFor(shadow: Request): void {
    const entry = this.keys[shadow.pageNumber]!.entryOf(shadow);
    this.fetch(shadow, { entry, keeps: true, lockUntilMs: entry.lockUntilMs, expired: true });
  }

  /** Whether PHP-FPM's answer to it is for the cache. */
  fetching(request: Request): boolean {
    return this.fetches.has(request);
  }

  /**
   * PHP-FPM has answered, or nginx has given up on it. Returns whether the visitor gets the stale answer in place of
   * the failure (ngx_http_upstream_next).
   */
  ended(request: Request, failure: Cause | null): boolean {
    const fetch = this.fetches.get(request);
    if (fetch === undefined) return false;
    this.fetches.delete(request);
    const { entry, keeps, expired } = fetch;
    const stale = failure !== null && expired && entry.exists && this.useStale.has(STALE_FOR[failure.outcome]);
    const valid = keeps && !stale ? this.validSeconds.get(failure === null ? '200' : failure.outcome) : undefined;
    if (valid !== undefined) this.keep(entry, failure, valid);
    this.unlock(fetch);
    if (stale) this.counts.stale += 1;
    return stale;
  }

  /** The request has ended in some other way. */
  forget(request: Request): void {
    this.waits.delete(request);
    const fetch = this.fetches.get(request);
    if (fetch !== undefined) this.unlock(fetch);
    this.fetches.delete(request);
  }

  /** Nginx has been restarted: what is on disk stays, who was asking is gone. */
  restarted(): void {
    this.waits.clear();
    for (const { entry } of this.fetches.values()) entry.updating = false;
    this.fetches.clear();
  }

  private unlock({ entry, lockUntilMs }: Fetch): void {
    if (entry.lockUntilMs === lockUntilMs) entry.updating = false;
  }

  private get second(): number {
    return Math.floor(this.clock.now() / 1000);
  }

  private isInactive(entry: Entry): boolean {
    return !entry.updating && this.second >= entry.inactiveSecond;
  }

  private isValid(entry: Entry): boolean {
    return entry.validSecond >= this.second;
  }

  /** What has been deleted for not being asked for; an error whose time is over is forgotten with all else. */
  private tidy(entry: Entry): void {
    if (this.isInactive(entry) || (entry.error !== null && !this.isValid(entry))) entry.clear();
  }

  private servesStaleNow(entry: Entry): boolean {
    return this.useStale.has('updating') && (entry.updating || this.model.backgroundUpdate);
  }

  private lookAtAnswer(request: Request, entry: Entry): Look {
    if (this.isValid(entry)) return this.found(request, entry.failure, false);
    const stale = this.servesStaleNow(entry);
    const refreshes = !entry.updating;
    entry.updating = true;
    if (!stale)
      return this.fetch(request, { entry, keeps: true, lockUntilMs: refreshes ? entry.lockUntilMs : -1, expired: true });
    this.found(request, entry.failure, true);
    return refreshes ? 'refresh' : 'kept';
  }

  private lookForLock(request: Request, entry: Entry): Look {
    const { lock, lockAgeMs, lockTimeoutMs } = this.model;
    const now = this.clock.now();
    if (!lock) return this.fetch(request, { entry, keeps: true, lockUntilMs: -1, expired: false });
    if (!entry.updating || entry.lockUntilMs <= now) {
      entry.updating = true;
      entry.lockUntilMs = now + lockAgeMs;
      return this.fetch(request, { entry, keeps: true, lockUntilMs: entry.lockUntilMs, expired: false });
    }
    if (lockTimeoutMs === 0 || this.waits.get(request)?.timedOut === true)
      return this.fetch(request, { entry, keeps: false, lockUntilMs: -1, expired: false });
    if (!this.waits.has(request)) {
      this.counts.waited += 1;
      this.waits.set(request, { untilMs: now + lockTimeoutMs, timedOut: false });
    }
    return 'wait';
  }

  private found(request: Request, failure: Cause | null, stale: boolean): Look {
    this.waits.delete(request);
    if (stale) this.counts.stale += 1;
    else this.counts.kept += 1;
    request.failure = failure;
    if (request.traced) request.note(stale ? 'a stale answer from the cache' : 'from the cache');
    return 'kept';
  }

  private fetch(request: Request, fetch: Fetch): Look {
    this.waits.delete(request);
    this.counts.fetched += 1;
    this.fetches.set(request, fetch);
    return 'fetch';
  }

  /** A new answer, whoever asked for it, ends the lock. */
  private keep(entry: Entry, failure: Cause | null, seconds: number): void {
    const isAnswer = failure === null || (failure.outcome !== '502' && failure.outcome !== '504');
    entry.validSecond = this.second + seconds;
    entry.error = isAnswer ? null : failure;
    if (!isAnswer) return;
    entry.exists = true;
    entry.failure = failure;
    entry.updating = false;
  }
}

/** What `fastcgi_cache_use_stale` calls a failure. */
const STALE_FOR: Readonly<Record<string, UseStale>> = { '500': 'http_500', '502': 'error', '503': 'http_503', '504': 'timeout' };

/** The keys of a page: its entries by variant, made when first asked for. */
class Keys {
  private readonly entries: (Entry | undefined)[];
  private readonly variant: Pick;

  constructor(path: string, variants: number, exponent: number) {
    this.entries = new Array<Entry | undefined>(variants).fill(undefined);
    this.variant = new Pick(`page.variant ${path}`, zipf(variants, exponent));
  }

  entryOf(request: Request): Entry {
    const variant = this.variant.of(request);
    const entry = this.entries[variant] ?? new Entry();
    this.entries[variant] = entry;
    return entry;
  }
}
