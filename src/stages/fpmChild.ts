/** A PHP-FPM child: a process that runs one script at a time, and the script in its hands. */
import type { Group, Task } from '../host/cpu.js';
import type { DatabaseClient, Thread } from './mysql.js';
import type { Request } from './request.js';
import type { Query, Script } from './script.js';

export class Child implements Task, DatabaseClient {
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
  busySinceMs = 0;
  lastActiveMs = 0;
  resumedMs = 0;
  /** Of the script: one stretch of PHP, queries there are and queries asked so far. */
  stretchMs = 0;
  queries = 0;
  asked = 0;

  constructor(
    readonly group: Group,
    readonly number: number,
    readonly startedMs: number,
  ) {}

  begin(request: Request, script: Script, nowMs: number): void {
    this.request = request;
    this.script = script;
    this.queries = script.queriesOf(request);
    this.asked = 0;
    this.answered = false;
    this.stretchMs = script.cpuMs.of(request) / (this.queries + 1);
    this.busySinceMs = nowMs;
    request.child = this;
  }

  end(nowMs: number): void {
    this.request = null;
    this.served += 1;
    this.lastActiveMs = nowMs;
  }

  get query(): Query {
    return this.script.query(this.request!, this.asked - 1);
  }

  get queryNumber(): number {
    return this.asked;
  }
}
