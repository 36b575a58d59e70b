/** A TCP connection between a visitor and nginx, from the first SYN until either side closes it. */
import type { Step } from '../engine/agenda.js';
import type { Request } from './request.js';
import type { Visitor } from './visitor.js';

export class Connection {
  visitor: Visitor | null = null;
  /** The request it carries; `null` while it is kept for the next. */
  request: Request | null = null;
  /** The nginx worker that accepted it, by number; -1 before. */
  worker = -1;
  /** Requests it has carried. */
  served = 0;
  /** Whether the server's end is open. */
  open = false;
  /** The ticket of `keepalive_timeout`. */
  timer = 0;
  /** When it last fell idle. */
  idleSinceMs = 0;
  /** What its request does once TLS is set up. */
  afterHandshake: Step<Request> | null = null;
  /** Congestion window when the next answer begins, in segments. */
  window = 0;
  /** The window at which slow start ends, in segments. */
  threshold = Infinity;
  /** Neighbours in the worker's list of idle connections, the one idle for longest first. */
  older: Connection | null = null;
  younger: Connection | null = null;
  /** The visitor's next idle connection. */
  next: Connection | null = null;

  reset(): void {
    this.visitor = null;
    this.request = null;
    this.worker = -1;
    this.served = 0;
    this.open = false;
    this.timer = 0;
    this.afterHandshake = null;
    this.window = 0;
    this.threshold = Infinity;
    this.next = null;
  }
}
