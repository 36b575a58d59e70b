/** What PHP does for a page, as needs: how much CPU, how long a wait, and which queries one after the other. */
import { Need } from '../engine/need.js';
import type { QueryModel, ScriptModel } from '../model.js';
import type { Request } from './request.js';

export class Script {
  readonly cpuMs: Need;
  readonly waitMs: Need;
  /** CPU to compile it; `null` if that costs nothing. */
  readonly compileMs: Need | null;
  private readonly kinds: Query[];
  /** The queries one after the other if no number of them is left to chance; `null` otherwise. */
  private fixed: readonly Query[] | null;
  private changed = false;

  constructor(path: string, model: ScriptModel) {
    this.cpuMs = new Need(`php.cpu ${path}`, model.cpuMs);
    this.waitMs = new Need(`php.wait ${path}`, model.waitMs);
    this.compileMs = model.compileMs === null ? null : new Need(`php.compile ${path}`, model.compileMs);
    this.kinds = model.queries.map((query, index) => new Query(`${path} ${index}`, query));
    this.fixed = this.oneAfterTheOther();
  }

  /** Other costs for the same script. A script under way goes on with the queries that it began with. */
  become(model: ScriptModel): void {
    this.changed = true;
    this.cpuMs.become(model.cpuMs);
    this.waitMs.become(model.waitMs);
    for (const [index, kind] of this.kinds.entries()) kind.become(model.queries[index]);
    this.fixed = this.oneAfterTheOther();
  }

  private oneAfterTheOther(): readonly Query[] | null {
    const certain = this.kinds.every(({ times }) => times.constant && Number.isInteger(times.mean));
    return certain ? this.kinds.flatMap((kind) => new Array<Query>(kind.times.mean).fill(kind)) : null;
  }

  /** Queries of this request, in all. */
  queriesOf(request: Request): number {
    if (this.fixed !== null) return this.fixed.length;
    return this.kinds.reduce((sum, kind) => sum + kind.timesOf(request), 0);
  }

  /** The `index`-th query, from 0. */
  query(request: Request, index: number): Query {
    if (this.fixed !== null && index < this.fixed.length) return this.fixed[index];
    let left = index;
    for (const kind of this.kinds) {
      const times = kind.timesOf(request);
      if (left < times) return kind;
      left -= times;
    }
    if (!this.changed) throw new RangeError(`a script was asked for its query ${index}`);
    // It began before its costs changed, and asks more often than it would now.
    return this.kinds[this.kinds.length - 1];
  }
}

export class Query {
  readonly times: Need;
  readonly cpuMs: Need;
  readonly reads: Need;
  readonly holdMs: Need;
  row: string | null;
  readonly table: string | null;
  commit: boolean;

  constructor(name: string, model: QueryModel) {
    this.times = new Need(`mysql.times ${name}`, model.times);
    this.cpuMs = new Need(`mysql.cpu ${name}`, model.cpuMs);
    this.reads = new Need(`mysql.reads ${name}`, model.reads);
    this.holdMs = new Need(`mysql.hold ${name}`, model.holdMs);
    this.row = model.row;
    this.table = model.table;
    this.commit = model.commit;
  }

  become(model: QueryModel): void {
    this.times.become(model.times);
    this.cpuMs.become(model.cpuMs);
    this.reads.become(model.reads);
    this.holdMs.become(model.holdMs);
    this.row = model.row;
    this.commit = model.commit;
  }

  /** How often this request asks it: what the law draws, to the nearest whole number. */
  timesOf(request: Request): number {
    return Math.round(this.times.of(request));
  }
}
