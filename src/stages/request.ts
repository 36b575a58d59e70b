/**
 * A request, and how it goes from stage to stage.
 *
 * A stage is a place with one way in. A request *calls* a stage and the stage *returns* to its caller, as functions do; the
 * calls in progress are three deep at the most (the visitor calls nginx, nginx PHP-FPM, PHP-FPM MySQL). Call and return
 * stamp the meters and the trace, so that no stage can forget to.
 *
 * Requests are used again once they have ended. A wait that may be cut short keeps its ticket in `waiting`: who cuts it
 * forgets the ticket, and the stale step looks and leaves.
 */
import type { Step } from '../engine/agenda.js';
import { assert } from '../engine/assert.js';
import type { VirtualClock } from '../engine/clock.js';
import type { Bearer } from '../engine/need.js';
import { Rows } from '../engine/rows.js';
import type { PageModel } from '../model.js';
import type { Cause } from '../telemetry/cause.js';
import type { Meter } from '../telemetry/meter.js';
import type { Connection } from './connection.js';
import type { Child } from './fpmChild.js';
import type { Tracer } from './tracer.js';
import type { Visitor } from './visitor.js';

/** The visitor calls nginx, nginx PHP-FPM, PHP-FPM MySQL. */
const DEEPEST = 3;
/** A call in progress is a number of so many bits, so that all of them fit one small integer. */
const CALL_BITS = 8;
const CALL_MASK = (1 << CALL_BITS) - 1;

/** In a request's marks. */
const SENDING = 1;
const GONE = 2;
const TRIES_FROM = 2;

/** The numbers in a request's row: see the accessors. */
const ARRIVED = 0;
const SPENT = 1;
/** Of the line or of the round: nobody stands in line and is sent at once. */
const BEGAN = 2;
const TO_SEND = 3;
/** Since when each of the calls in progress is, the outermost first. */
const SINCE = 4;
const WIDTH = SINCE + DEEPEST;

/** More than are ever counted in `tries`. */
const TRIES_MAX = 65536;

/** A place with one way in. */
export class Stage {
  /** How it was called last; see `Requests.callOf`. */
  call: Call | null = null;

  constructor(
    readonly meter: Meter,
    readonly enter: (request: Request) => void,
  ) {}
}

export class Request implements Bearer {
  seedHigh = 0;
  seedLow = 0;
  /** The how-manieth of the run, from 1. */
  number = 0;
  /** Index of the page in the model. */
  pageNumber = 0;
  visitor: Visitor | null = null;
  connection: Connection | null = null;
  /** The PHP-FPM child that runs it. */
  child: Child | null = null;
  /** The window that it counts for. */
  window = 0;
  /** Why it failed, or `null`. */
  failure: Cause | null = null;
  /** The ticket of the wait it is in, if that may be cut short; 0 while it is in somebody's hands. */
  waiting = 0;
  /** `SENDING`, `GONE` and, above them, the tries: three small things in one field. */
  private marks = 0;
  /** The ticket of the timer that would cut the wait for PHP-FPM short. */
  timer = 0;
  /** The ticket of the moment at which the visitor loses patience. */
  patience = 0;

  /** The calls in progress, each by its number, the innermost one in the lowest bits; 0 while it is with the visitor. */
  private path = 0;
  private readonly numbers: Float64Array;
  private readonly row: number;

  constructor(private readonly home: Requests) {
    this.row = home.rows.take();
    this.numbers = home.rows.block;
  }

  get page(): PageModel {
    return this.home.pages[this.pageNumber];
  }

  get arrivedMs(): number {
    return this.numbers[this.row + ARRIVED];
  }
  set arrivedMs(ms: number) {
    this.numbers[this.row + ARRIVED] = ms;
  }

  /** Sum of the durations of the stages that the visitor called; the whole latency once the request has ended. */
  get spentMs(): number {
    return this.numbers[this.row + SPENT];
  }
  set spentMs(ms: number) {
    this.numbers[this.row + SPENT] = ms;
  }

  /** When it joined the line that it stands in. */
  get queuedMs(): number {
    return this.numbers[this.row + BEGAN];
  }
  set queuedMs(ms: number) {
    this.numbers[this.row + BEGAN] = ms;
  }

  /** Of the answer: when the round in flight began, and bytes not yet sent. */
  get roundStartMs(): number {
    return this.numbers[this.row + BEGAN];
  }
  set roundStartMs(ms: number) {
    this.numbers[this.row + BEGAN] = ms;
  }
  get toSend(): number {
    return this.numbers[this.row + TO_SEND];
  }
  set toSend(bytes: number) {
    this.numbers[this.row + TO_SEND] = bytes;
  }

  /** Whether it waits for a transfer over the host's network interface, which may be cut short, too. */
  get sending(): boolean {
    return (this.marks & SENDING) !== 0;
  }
  set sending(is: boolean) {
    this.marks = is ? this.marks | SENDING : this.marks & ~SENDING;
  }

  /** Whether the visitor has left, and nobody has noticed yet. */
  get gone(): boolean {
    return (this.marks & GONE) !== 0;
  }
  set gone(is: boolean) {
    this.marks = is ? this.marks | GONE : this.marks & ~GONE;
  }

  /** How often something was tried again: a question to DNS, a SYN. */
  get tries(): number {
    return this.marks >> TRIES_FROM;
  }
  set tries(tries: number) {
    this.marks = (tries << TRIES_FROM) | (this.marks & (SENDING | GONE));
  }

  get failed(): boolean {
    return this.failure !== null;
  }

  /** Calls in progress. */
  private get depth(): number {
    const { path } = this;
    return path === 0 ? 0 : path <= CALL_MASK ? 1 : path >> CALL_BITS <= CALL_MASK ? 2 : 3;
  }

  /** Which of its chances the present try is: luck that fails a page once says nothing of the next attempt at it. */
  get luck(): number {
    return this.tries + this.visitor!.retries * TRIES_MAX;
  }

  /** Whether nginx has passed it on to PHP-FPM. */
  get passedOn(): boolean {
    return this.path > CALL_MASK;
  }

  /** The stage that it is in; `null` while it is with the visitor. */
  get stage(): Stage | null {
    return this.path === 0 ? null : this.home.calls[this.path & CALL_MASK].stage;
  }

  /** Enters `stage`, and takes `step` when that returns. */
  call(stage: Stage, step: Step<Request>): void {
    const now = this.home.clock.now();
    const { depth } = this;
    assert(depth < DEEPEST, 'a call goes deeper than any stage calls');
    this.path = (this.path << CALL_BITS) | this.home.callOf(stage, step).number;
    this.numbers[this.row + SINCE + depth] = now;
    stage.meter.enter(now);
    if (this.home.tracer !== null) this.home.tracer.called(this, stage.meter.name, depth);
    stage.enter(this);
  }

  /** Goes back to whoever called the stage that it is in. */
  return(): void {
    this.leave()(this, 0);
  }

  /** Goes back with a failure. */
  refuse(cause: Cause): void {
    this.failure = cause;
    this.return();
  }

  /** For the trace only: for so long the stage it is in kept it waiting. */
  waited(ms: number): void {
    this.home.tracer?.waited(this, ms);
  }

  /** Whether somebody may be following; ask before making a note, so that others make no strings. */
  get traced(): boolean {
    return this.home.tracer !== null;
  }

  /** For the trace only: what happened, in words. */
  note(text: string): void {
    this.home.tracer?.noted(this, text);
  }

  /**
   * The visitor's half and the server's half part: nginx has given up on PHP-FPM, which does not know. Returns the visitor's half,
   * inside nginx; this one goes on inside PHP-FPM, for nobody, and is gone when that returns.
   */
  part(vanish: Step<Request>): Request {
    assert(this.passedOn, 'only a request that nginx has passed on can part');
    const half = this.home.take();
    half.copyVisitorSide(this);
    this.number = 0;
    this.visitor = null;
    this.connection = null;
    this.patience = 0;
    this.timer = 0;
    this.forgetOutermost(vanish);
    return half;
  }

  /** Another request for the same, of nobody's. */
  shadow(): Request {
    const shadow = this.home.take();
    shadow.seedHigh = this.seedHigh;
    shadow.seedLow = this.seedLow;
    shadow.number = 0;
    shadow.pageNumber = this.pageNumber;
    shadow.window = this.window;
    return shadow;
  }

  /** Leaves all stages at once, from wherever it is. */
  unwind(): void {
    while (this.path !== 0) this.leave();
  }

  /** Leaves the stage that it is in, and tells which step follows. */
  private leave(): Step<Request> {
    const now = this.home.clock.now();
    const { path } = this;
    assert(path !== 0, 'a return without a call');
    const { stage, step } = this.home.calls[path & CALL_MASK];
    this.path = path >> CALL_BITS;
    const { depth } = this;
    const sinceMs = this.numbers[this.row + SINCE + depth];
    if (this.home.tracer !== null) this.home.tracer.returned(this, depth);
    stage.meter.leave(sinceMs, now);
    if (depth === 0) this.spentMs += now - sinceMs;
    return step;
  }

  private copyVisitorSide(other: Request): void {
    this.seedHigh = other.seedHigh;
    this.seedLow = other.seedLow;
    this.number = other.number;
    this.pageNumber = other.pageNumber;
    this.visitor = other.visitor;
    this.connection = other.connection;
    this.window = other.window;
    this.arrivedMs = other.arrivedMs;
    this.spentMs = other.spentMs;
    this.failure = other.failure;
    this.patience = other.patience;
    this.path = other.path >> (CALL_BITS * (other.depth - 1));
    this.numbers[this.row + SINCE] = other.numbers[other.row + SINCE];
    if (this.connection !== null) this.connection.request = this;
  }

  /** The outermost call is another's now; the one that was inside it goes back to `step`. */
  private forgetOutermost(step: Step<Request>): void {
    const { row, numbers, home, depth } = this;
    const shift = CALL_BITS * (depth - 2);
    const { stage } = home.calls[(this.path >> shift) & CALL_MASK];
    this.path = (home.callOf(stage, step).number << shift) | (this.path & ((1 << shift) - 1));
    numbers.copyWithin(row + SINCE, row + SINCE + 1, row + SINCE + depth);
  }

  /** As new. */
  reset(): void {
    assert(this.path === 0, 'a request was given back that is still inside a stage');
    this.visitor = null;
    this.connection = null;
    this.child = null;
    this.failure = null;
    this.spentMs = 0;
    this.waiting = 0;
    this.marks = 0;
    this.queuedMs = 0;
    this.timer = 0;
    this.patience = 0;
  }
}

/** A call as it is wired: which stage, and what follows. Requests in it hold its number alone. */
interface Call {
  readonly stage: Stage;
  readonly step: Step<Request>;
  /** From 1. */
  readonly number: number;
}

/** The requests of a run. Those that have ended are used again, so that memory follows those in flight. */
export class Requests {
  /** Follows one of them, if somebody asked. */
  tracer: Tracer | null = null;
  /** By number; there is no call 0. */
  readonly calls: Call[] = [undefined as never];
  readonly rows = new Rows(WIDTH);
  /** All there are, in use or spare: a fault looks through them for those that it concerns. */
  readonly all: Request[] = [];
  private readonly spare: Request[] = [];

  constructor(
    readonly clock: VirtualClock,
    readonly pages: readonly PageModel[] = [],
  ) {}

  /** The call of `stage` that `step` follows: nearly always the one of last time, since who calls a stage goes on in one way. */
  callOf(stage: Stage, step: Step<Request>): Call {
    const { call } = stage;
    if (call === null || call.step !== step) stage.call = this.find(stage, step) ?? this.newCall(stage, step);
    return stage.call!;
  }

  /** A function of its own, since V8 prepares for its closure each time that it is entered. */
  private find(stage: Stage, step: Step<Request>): Call | undefined {
    return this.calls.find((call) => call?.stage === stage && call.step === step);
  }

  private newCall(stage: Stage, step: Step<Request>): Call {
    const call = { stage, step, number: this.calls.length };
    assert(
      call.number <= CALL_MASK,
      'steps are made once, when the website is wired: a stage was called with too many different ones',
    );
    this.calls.push(call);
    return call;
  }

  take(): Request {
    return this.spare.pop() ?? this.make();
  }

  private make(): Request {
    const request = new Request(this);
    this.all.push(request);
    return request;
  }

  give(request: Request): void {
    request.reset();
    this.spare.push(request);
  }
}
