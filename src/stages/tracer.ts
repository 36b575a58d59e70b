/**
 * Follows requests of a run, from those that are wanted, until one has ended as wished, and keeps the spans it left.
 * Off the hot path: a run without a tracer does not know of it.
 */
import type { VirtualClock } from '../engine/clock.js';
import type { Trace } from '../telemetry/trace.js';
import type { Request } from './request.js';

export interface Wish {
  /** Asked of each request as it begins. */
  wanted(request: Request): boolean;
  /** How it must end: `200`, `502`, …; `null` for anyhow. */
  readonly outcome: string | null;
}

interface Footprint {
  stage: string;
  depth: number;
  fromMs: number;
  toMs: number;
  waitedMs: number;
  note: string;
}

/** What a request has left behind so far; the calls that it is in are `open`. */
interface Trail {
  readonly spans: Footprint[];
  readonly open: Footprint[];
}

export class Tracer {
  private readonly trails = new Map<number, Trail>();
  private found: Omit<Trace, 'scenario' | 'seed'> | null = null;

  constructor(
    private readonly clock: VirtualClock,
    private readonly wish: Wish,
  ) {}

  began(request: Request): void {
    const enough = this.found !== null || (this.wish.outcome === null && this.trails.size > 0);
    if (!enough && this.wish.wanted(request)) this.trails.set(request.number, { spans: [], open: [] });
  }

  called(request: Request, stage: string, depth: number): void {
    const trail = this.trails.get(request.number);
    if (trail === undefined) return;
    const now = this.clock.now();
    const span = { stage, depth, fromMs: now, toMs: now, waitedMs: 0, note: '' };
    trail.spans.push(span);
    trail.open.push(span);
  }

  returned(request: Request, depth: number): void {
    const open = this.trails.get(request.number)?.open ?? [];
    while (open.length > depth) open.pop()!.toMs = this.clock.now();
  }

  waited(request: Request, ms: number): void {
    const span = this.trails.get(request.number)?.open.at(-1);
    if (span !== undefined) span.waitedMs += ms;
  }

  noted(request: Request, text: string): void {
    const span = this.trails.get(request.number)?.open.at(-1);
    if (span !== undefined) span.note = span.note === '' ? text : `${span.note}; ${text}`;
  }

  ended(request: Request): void {
    const trail = this.trails.get(request.number);
    if (trail === undefined) return;
    this.trails.delete(request.number);
    const { failure } = request;
    const outcome = failure?.outcome ?? '200';
    if (this.wish.outcome !== null && this.wish.outcome !== outcome) return;
    this.trails.clear();
    this.found = {
      request: request.number,
      page: request.page.path,
      arrivedMs: request.arrivedMs,
      endedMs: this.clock.now(),
      outcome,
      cause: failure?.text ?? null,
      log: failure?.log ?? null,
      spans: trail.spans,
    };
  }

  get done(): boolean {
    return this.found !== null;
  }

  /** `null` while none has ended as wished. */
  trace(scenario: string, seed: string): Trace | null {
    return this.found === null ? null : { scenario, seed, ...this.found };
  }
}
