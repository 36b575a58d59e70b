/**
 * A pool: so many places, and a line before them that holds so many.
 *
 * First come, first served. A place is taken until it is given back, however long that is; nobody is turned out
 * when the pool shrinks, the next places to be given back are simply not handed on.
 */
import type { Step } from '../engine/agenda.js';
import { assert } from '../engine/assert.js';
import type { VirtualClock } from '../engine/clock.js';
import { Level } from '../engine/level.js';
import { Line } from './line.js';

export class Pool<S> {
  /** Places taken, and subjects in line, over time. */
  readonly busy = new Level();
  readonly waiting = new Level();
  private readonly line = new Line<S>();
  private calling = false;

  /** `size` and `lineMax` are whole numbers of at least 0, or `Infinity`. */
  constructor(
    private readonly clock: VirtualClock,
    private places: number,
    readonly lineMax = Infinity,
  ) {}

  get size(): number {
    return this.places;
  }

  /** Runs `step(subject)` once a place is free, at once if one is; `false`, and nothing else, if the line is full. */
  take(subject: S, step: Step<S>): boolean {
    if (this.busy.value < this.places && this.line.length === 0) {
      this.busy.add(1, this.clock.now());
      step(subject, 0);
      return true;
    }
    if (this.line.length >= this.lineMax) return false;
    this.line.join(subject, step);
    this.waiting.add(1, this.clock.now());
    return true;
  }

  /** Gives a place back, to whoever is first in line. */
  give(): void {
    assert(this.busy.value > 0, 'a place was given back that nobody had taken');
    this.busy.add(-1, this.clock.now());
    this.callNext();
  }

  /** Takes `subject` out of the line; `false` if it does not stand there. */
  leave(subject: S): boolean {
    if (!this.line.leave(subject)) return false;
    this.waiting.add(-1, this.clock.now());
    return true;
  }

  resize(places: number): void {
    this.places = places;
    this.callNext();
  }

  /** A loop, not a recursion: a step that gives its place back at once must not deepen the stack. */
  private callNext(): void {
    if (this.calling) return;
    this.calling = true;
    while (this.line.length > 0 && this.busy.value < this.places) {
      const { subject, step } = this.line;
      this.line.advance();
      this.waiting.add(-1, this.clock.now());
      this.busy.add(1, this.clock.now());
      step(subject, 0);
    }
    this.calling = false;
  }
}
