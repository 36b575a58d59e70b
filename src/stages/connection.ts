/** A TCP connection between a visitor and nginx, from the first SYN until either side closes it. */
import type { NginxWorker } from './nginxWorker.js';
import type { Request } from './request.js';
import type { Visitor } from './visitor.js';

/** The threshold of a connection that has met no loss: beyond any window. A small integer, which `Infinity` is not. */
export const NO_THRESHOLD = 2 ** 30;

export class Connection {
  visitor: Visitor | null = null;
  /** The request it carries; `null` while it is kept for the next. */
  request: Request | null = null;
  /** The nginx worker that accepted it; `null` before. */
  worker: NginxWorker | null = null;
  /** The number of the address that it goes to. */
  address = 0;
  /** Requests it has carried. */
  served = 0;
  /** Which opening of the port took its SYN, by number; 0 before. A port that was closed since knows nothing of it. */
  listener = 0;
  /** Whether the server's end is open. */
  open = false;
  /** The server has lost it without a word, so that the visitor still takes it for open. */
  stale = false;
  /** While nginx takes it for idle. */
  idleness: Idleness | null = null;
  /** Congestion window when the next answer begins, in segments. */
  window = 0;
  /** The window at which slow start ends, in segments. */
  threshold = NO_THRESHOLD;
  /** The visitor's next idle connection. */
  next: Connection | null = null;

  reset(): void {
    this.visitor = null;
    this.request = null;
    this.worker = null;
    this.address = 0;
    this.served = 0;
    this.listener = 0;
    this.open = false;
    this.stale = false;
    this.window = 0;
    this.threshold = NO_THRESHOLD;
    this.next = null;
  }
}

/** What an idle connection has, and one in use need not carry. */
export class Idleness {
  sinceMs = 0;
  /** The ticket of `keepalive_timeout`. */
  timer = 0;
  /** Neighbours in the worker's list of idle connections, the one idle for longest first. */
  older: Connection | null = null;
  younger: Connection | null = null;
}
