/**
 * Somebody with a browser: a seed that decides what they are like, an address they may know, and idle connections.
 *
 * What else a visitor needs (bandwidth, pages, patience) is not stored but a function of the seed; see `engine/need.ts`.
 */
import type { Bearer } from '../engine/need.js';
import type { Connection } from './connection.js';

export class Visitor implements Bearer {
  seedHigh = 0;
  seedLow = 0;
  /** Round trip to the server, in ms. */
  roundTripMs = 0;
  /** When the visitor's own line has taken all that was sent over it. */
  lineFreeMs = 0;
  /** Whether the visit ends with what is in flight: its page has failed, or patience is lost. */
  over = false;
  /** Which source sent them. */
  source = 0;
  /** Until when the browser knows the site's address. */
  knowsUntilMs = 0;
  /** Requests made so far. */
  requests = 0;
  pagesLeft = 0;
  /** Index in the model of the page being loaded. */
  page = 0;
  /** Of that page: assets not asked for yet, and requests in flight. */
  assetsLeft = 0;
  inFlight = 0;
  /** The first of the idle connections. */
  idle: Connection | null = null;

  reset(): void {
    this.lineFreeMs = 0;
    this.over = false;
    this.knowsUntilMs = 0;
    this.requests = 0;
    this.pagesLeft = 0;
    this.assetsLeft = 0;
    this.inFlight = 0;
    this.idle = null;
  }
}
