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
import type { PageModel } from '../model.js';
import type { Cause } from '../telemetry/cause.js';
import type { Meter } from '../telemetry/meter.js';
import type { Connection } from './connection.js';
import type { Child } from './fpmChild.js';
import type { Tracer } from './tracer.js';
import type { Visitor } from './visitor.js';

/** The visitor calls nginx, nginx PHP-FPM, PHP-FPM MySQL. */
const DEEPEST = 3;

/** A place with one way in. */
export class Stage {
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
  page: PageModel = undefined as never;
  /** Index of the page in the model. */
  pageNumber = 0;
  visitor: Visitor | null = null;
  connection: Connection | null = null;
  /** The PHP-FPM child that runs it. */
  child: Child | null = null;
  /** The window that it counts for. */
  window = 0;
  arrivedMs = 0;
  /** Sum of the durations of the stages that the visitor called; the whole latency once the request has ended. */
  spentMs = 0;
  /** Why it failed, or `null`. */
  failure: Cause | null = null;
  /** The ticket of the wait it is in, if that may be cut short; 0 while it is in somebody's hands. */
  waiting = 0;
  /** Whether it waits for a transfer over the host's network interface, which may be cut short, too. */
  sending = false;
  /** Whether the visitor has left, and nobody has noticed yet. */
  gone = false;
  /** Of the answer: bytes not yet sent, and when the round in flight began. */
  toSend = 0;
  roundStartMs = 0;
  /** When it joined the line that it stands in. */
  queuedMs = 0;
  /** The ticket of the timer that would cut the wait for PHP-FPM short. */
  timer = 0;
  /** The ticket of the moment at which the visitor loses patience. */
  patience = 0;
  /** How often something was tried again: a question to DNS, a SYN. */
  tries = 0;

  /** The innermost call in progress; the visitor's own place if there is none. */
  private at = new Call(0, null);

  constructor(private readonly home: Requests) {}

  get failed(): boolean {
    return this.failure !== null;
  }

  /** Whether nginx has passed it on to PHP-FPM. */
  get passedOn(): boolean {
    return this.at.depth > 1;
  }

  /** The stage that it is in; `null` while it is with the visitor. */
  get stage(): Stage | null {
    return this.at.stage;
  }

  /** Enters `stage`, and takes `step` when that returns. */
  call(stage: Stage, step: Step<Request>): void {
    const now = this.home.clock.now();
    const call = this.at.inner;
    assert(call !== null, 'a call goes deeper than any stage calls');
    call.stage = stage;
    call.step = step;
    call.sinceMs = now;
    this.at = call;
    stage.meter.enter(now);
    if (this.home.tracer !== null) this.home.tracer.called(this, stage.meter.name, call.depth - 1);
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
    assert(this.at.depth >= 2, 'only a request that nginx has passed on can part');
    const half = this.home.take();
    half.copyVisitorSide(this);
    this.number = 0;
    this.visitor = null;
    this.connection = null;
    this.patience = 0;
    this.timer = 0;
    this.at = this.at.outer!;
    for (let call = this.outermost; call.depth <= this.at.depth; call = call.inner!) call.copy(call.inner!);
    this.outermost.step = vanish;
    return half;
  }

  /** Leaves all stages at once, from wherever it is. */
  unwind(): void {
    while (this.at.depth > 0) this.leave();
  }

  /** Leaves the stage that it is in, and tells which step follows. */
  private leave(): Step<Request> {
    const now = this.home.clock.now();
    const call = this.at;
    const { outer } = call;
    assert(outer !== null, 'a return without a call');
    this.at = outer;
    if (this.home.tracer !== null) this.home.tracer.returned(this, outer.depth);
    call.stage!.meter.leave(call.sinceMs, now);
    if (outer.depth === 0) this.spentMs += now - call.sinceMs;
    return call.step;
  }

  private copyVisitorSide(other: Request): void {
    this.seedHigh = other.seedHigh;
    this.seedLow = other.seedLow;
    this.number = other.number;
    this.page = other.page;
    this.pageNumber = other.pageNumber;
    this.visitor = other.visitor;
    this.connection = other.connection;
    this.window = other.window;
    this.arrivedMs = other.arrivedMs;
    this.spentMs = other.spentMs;
    this.failure = other.failure;
    this.patience = other.patience;
    this.at = this.at.inner!;
    this.at.copy(other.outermost);
    if (this.connection !== null) this.connection.request = this;
  }

  private get outermost(): Call {
    let call = this.at;
    while (call.depth > 1) call = call.outer!;
    return call;
  }

  /** As new. */
  reset(): void {
    assert(this.at.depth === 0, 'a request was given back that is still inside a stage');
    this.visitor = null;
    this.connection = null;
    this.child = null;
    this.failure = null;
    this.spentMs = 0;
    this.waiting = 0;
    this.sending = false;
    this.gone = false;
    this.queuedMs = 0;
    this.timer = 0;
    this.patience = 0;
    this.tries = 0;
  }
}

/** A call in progress: which stage, since when, and what follows. A request has its three from the start, one in the other. */
class Call {
  stage: Stage | null = null;
  step: Step<Request> = nowhere;
  sinceMs = 0;
  readonly inner: Call | null;

  constructor(
    readonly depth: number,
    readonly outer: Call | null,
  ) {
    this.inner = depth < DEEPEST ? new Call(depth + 1, this) : null;
  }

  copy(other: Call): void {
    this.stage = other.stage;
    this.step = other.step;
    this.sinceMs = other.sinceMs;
  }
}

const nowhere: Step<Request> = () => assert(false, 'a request returned to nobody');

/** The requests of a run. Those that have ended are used again, so that memory follows those in flight. */
export class Requests {
  /** Follows one of them, if somebody asked. */
  tracer: Tracer | null = null;
  private readonly spare: Request[] = [];

  constructor(readonly clock: VirtualClock) {}

  take(): Request {
    return this.spare.pop() ?? new Request(this);
  }

  give(request: Request): void {
    request.reset();
    this.spare.push(request);
  }
}
