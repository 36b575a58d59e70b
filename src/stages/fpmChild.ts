/** A PHP-FPM child: a process that runs one script at a time, and the script in its hands. */
import { Rows } from '../engine/rows.js';
import type { Group, Task } from '../host/cpu.js';
import type { DatabaseClient, Thread } from './mysqlThread.js';
import type { Request } from './request.js';
import type { Query, Script } from './script.js';

/** The numbers in a child's row: see the accessors. */
const SINCE = 0;
const RESUMED = 1;
const STRETCH = 2;
const COMPILED = 3;
const RESOLVED = 4;
const WIDTH = 5;

export function childRows(): Rows {
  return new Rows(WIDTH);
}

export class Child implements Task, DatabaseClient {
  private readonly numbers: Float64Array;
  private readonly row: number;
  request: Request | null = null;
  script: Script = undefined as never;
  /** Its connection to MySQL, if it has one. */
  thread: Thread | null = null;
  /** Killed, while something it asked for may still be on its way. */
  dead = false;
  /** Whether it has answered and is held until the visitor has the answer. */
  answered = false;
  /** Whether MySQL is at work for it. */
  atDatabase = false;
  /** The ticket of a wait for something outside the box. */
  waiting = 0;
  /** Requests it has run. */
  served = 0;
  /** Of the script: queries there are and queries asked so far. */
  queries = 0;
  asked = 0;
  /** Memory that its requests have left behind in it. */
  leakedBytes = 0;
  /** The release of the code that it sees. */
  release = 0;
  /** Its memory that lies on swap and that the script needs: pages yet to be read. */
  pagesOut = 0;

  constructor(
    readonly group: Group,
    readonly number: number,
    startedMs: number,
    rows = childRows(),
  ) {
    this.row = rows.take();
    this.numbers = rows.block;
    this.sinceMs = startedMs;
  }

  /** When it began the script in its hands, or fell idle. */
  get sinceMs(): number {
    return this.numbers[this.row + SINCE];
  }
  set sinceMs(ms: number) {
    this.numbers[this.row + SINCE] = ms;
  }

  /** One stretch of PHP, from the start or an answer to the next query or the end: when it began, and the CPU that it needs. */
  get resumedMs(): number {
    return this.numbers[this.row + RESUMED];
  }
  set resumedMs(ms: number) {
    this.numbers[this.row + RESUMED] = ms;
  }
  get stretchMs(): number {
    return this.numbers[this.row + STRETCH];
  }
  set stretchMs(ms: number) {
    this.numbers[this.row + STRETCH] = ms;
  }

  /** CPU that the script in its hands has cost in the compiler. */
  get compiledMs(): number {
    return this.numbers[this.row + COMPILED];
  }
  set compiledMs(ms: number) {
    this.numbers[this.row + COMPILED] = ms;
  }

  /** Until when it keeps the path of the code's directory without a look at the symlink. */
  get resolvedUntilMs(): number {
    return this.numbers[this.row + RESOLVED];
  }
  set resolvedUntilMs(ms: number) {
    this.numbers[this.row + RESOLVED] = ms;
  }

  begin(request: Request, script: Script, nowMs: number): void {
    this.request = request;
    this.script = script;
    this.queries = script.queriesOf(request);
    this.asked = 0;
    this.answered = false;
    this.stretchMs = script.cpuMs.of(request) / (this.queries + 1);
    this.compiledMs = 0;
    this.sinceMs = nowMs;
    request.child = this;
  }

  end(nowMs: number): void {
    this.request = null;
    this.served += 1;
    this.sinceMs = nowMs;
  }

  get query(): Query {
    return this.script.query(this.request!, this.asked - 1);
  }

  get queryNumber(): number {
    return this.asked;
  }
}
