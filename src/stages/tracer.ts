/** Follows one request of a run and keeps the spans it leaves. Off the hot path: a run without one does not know it. */
import type { VirtualClock } from '../engine/clock.js';
import type { Span, Trace } from '../telemetry/trace.js';
import type { Request } from './request.js';

interface OpenSpan {
  stage: string;
  depth: number;
  fromMs: number;
  toMs: number;
  waitedMs: number;
  note: string;
}

export class Tracer {
  private followed = 0;
  private readonly spans: OpenSpan[] = [];
  private readonly open: OpenSpan[] = [];
  private page = '';
  private arrivedMs = 0;
  private end: { atMs: number; outcome: string; cause: string | null; log: string | null } | null = null;

  /** `wanted` is asked of each request as it begins, until it says yes. */
  constructor(
    private readonly clock: VirtualClock,
    private readonly wanted: (request: Request) => boolean,
  ) {}

  began(request: Request): void {
    if (this.followed !== 0 || !this.wanted(request)) return;
    this.followed = request.number;
    this.page = request.page.path;
    this.arrivedMs = request.arrivedMs;
  }

  called(request: Request, stage: string, depth: number): void {
    if (!this.follows(request)) return;
    const span = { stage, depth, fromMs: this.clock.now(), toMs: this.clock.now(), waitedMs: 0, note: '' };
    this.spans.push(span);
    this.open.push(span);
  }

  returned(request: Request, depth: number): void {
    if (!this.follows(request)) return;
    while (this.open.length > depth) this.open.pop()!.toMs = this.clock.now();
  }

  waited(request: Request, ms: number): void {
    const span = this.open.at(-1);
    if (this.follows(request) && span !== undefined) span.waitedMs += ms;
  }

  noted(request: Request, text: string): void {
    const span = this.open.at(-1);
    if (this.follows(request) && span !== undefined) span.note = span.note === '' ? text : `${span.note}; ${text}`;
  }

  ended(request: Request): void {
    if (!this.follows(request)) return;
    const { failure } = request;
    this.end = {
      atMs: this.clock.now(),
      outcome: failure?.outcome ?? '200',
      cause: failure?.text ?? null,
      log: failure?.log ?? null,
    };
  }

  get done(): boolean {
    return this.end !== null;
  }

  trace(scenario: string, seed: string): Trace | null {
    if (this.end === null) return null;
    const { atMs, outcome, cause, log } = this.end;
    const spans: Span[] = this.spans.map((span) => ({ ...span }));
    const { page, arrivedMs } = this;
    return { scenario, seed, request: this.followed, page, arrivedMs, endedMs: atMs, outcome, cause, log, spans };
  }

  private follows(request: Request): boolean {
    return this.followed === request.number && this.end === null;
  }
}
