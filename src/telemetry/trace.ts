/** One request followed through the site: what `lempsim trace` prints as a waterfall. Plain data. */

export interface Trace {
  readonly scenario: string;
  readonly seed: string;
  /** The how-manieth request of the run it is, from 1. */
  readonly request: number;
  readonly page: string;
  /** Simulated time of the click. */
  readonly arrivedMs: number;
  readonly endedMs: number;
  /** `200`, or as in `Result.outcomes`. */
  readonly outcome: string;
  /** For a request that failed: why, and the log line. */
  readonly cause: string | null;
  readonly log: string | null;
  /** In order of their beginning; a stage's span encloses those of the stages it called. */
  readonly spans: readonly Span[];
}

export interface Span {
  /** `dns`, `tcp`, `tls`, `nginx`, `php-fpm`, `mysql`, `delivery`. */
  readonly stage: string;
  /** 0 for what the visitor called, 1 for what that called, … */
  readonly depth: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Of it: waiting in line, for the CPU beyond its own need, or for a lock. */
  readonly waitedMs: number;
  /** What happened, for a reader: `cached by the resolver`, `new connection`, `child 3`, `2 pages from disk`. */
  readonly note: string;
}
