/**
 * Somebody with a browser: a seed that decides what they are like, an address they may know, and idle connections.
 *
 * What else a visitor needs (bandwidth, pages, patience) is not stored but a function of the seed; see `engine/need.ts`.
 */
import type { Bearer } from '../engine/need.js';
import { Rows } from '../engine/rows.js';
import type { Connection } from './connection.js';
import type { View } from './view.js';

/** The numbers in a visitor's row: see the accessors. */
const ROUND_TRIP = 0;
const LINE_FREE = 1;
const KNOWS_UNTIL = 2;
const PAGES_LEFT = 3;
const WIDTH = 4;

export function visitorRows(): Rows {
  return new Rows(WIDTH);
}

export class Visitor implements Bearer {
  private readonly numbers: Float64Array;
  private readonly row: number;
  seedHigh = 0;
  seedLow = 0;
  /** Which source sent them. */
  source = 0;
  /** What was said last when the name was looked up: the number of an address. */
  address = 0;
  /** Requests made so far, those for a page that was asked for before not counted. */
  requests = 0;
  /** Of the page being loaded: how often it was asked for again. */
  retries = 0;
  view: View | null = null;
  /** Index in the model of the page being loaded. */
  page = 0;
  /** Of that page: assets not asked for yet, and requests in flight. */
  assetsLeft = 0;
  inFlight = 0;
  /** The first of the idle connections. */
  idle: Connection | null = null;

  constructor(rows = visitorRows()) {
    this.row = rows.take();
    this.numbers = rows.block;
  }

  /** Round trip to the server, in ms. */
  get roundTripMs(): number {
    return this.numbers[this.row + ROUND_TRIP];
  }
  set roundTripMs(ms: number) {
    this.numbers[this.row + ROUND_TRIP] = ms;
  }

  /** When the visitor's own line has taken all that was sent over it. */
  get lineFreeMs(): number {
    return this.numbers[this.row + LINE_FREE];
  }
  set lineFreeMs(ms: number) {
    this.numbers[this.row + LINE_FREE] = ms;
  }

  /** Until when the browser knows the site's address. */
  get knowsUntilMs(): number {
    return this.numbers[this.row + KNOWS_UNTIL];
  }
  set knowsUntilMs(ms: number) {
    this.numbers[this.row + KNOWS_UNTIL] = ms;
  }

  /** May be infinite. */
  get pagesLeft(): number {
    return this.numbers[this.row + PAGES_LEFT];
  }
  set pagesLeft(pages: number) {
    this.numbers[this.row + PAGES_LEFT] = pages;
  }

  /** The visit ends with what is in flight: its page has failed, or patience is lost. Users of a closed source stay all the same. */
  giveUp(): void {
    this.assetsLeft = 0;
    this.pagesLeft = 0;
  }

  reset(): void {
    this.lineFreeMs = 0;
    this.address = 0;
    this.knowsUntilMs = 0;
    this.requests = 0;
    this.retries = 0;
    this.view = null;
    this.pagesLeft = 0;
    this.assetsLeft = 0;
    this.inFlight = 0;
    this.idle = null;
  }
}
