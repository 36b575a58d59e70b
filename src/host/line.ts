/** First come, first served: who waits, and the step each wants to take. A ring that grows; it makes nothing per entry. */
import type { Step } from '../engine/agenda.js';

export class Line<S> {
  length = 0;
  private subjects: (S | undefined)[] = new Array(16).fill(undefined);
  private steps: (Step<S> | undefined)[] = new Array(16).fill(undefined);
  private first = 0;

  /** Joins at the end; without a step where the line's owner knows what comes next. */
  join(subject: S, step: Step<S> = ownerKnows as Step<S>): void {
    if (this.length === this.subjects.length) this.grow();
    const at = this.index(this.length);
    this.subjects[at] = subject;
    this.steps[at] = step;
    this.length += 1;
  }

  /** Who is first; meaningful if anyone waits. */
  get subject(): S {
    return this.subjects[this.first]!;
  }

  get step(): Step<S> {
    return this.steps[this.first]!;
  }

  /** Removes the first. */
  advance(): void {
    this.subjects[this.first] = undefined;
    this.steps[this.first] = undefined;
    this.first = this.index(1);
    this.length -= 1;
  }

  /** Takes `subject` out, wherever it stands; `false` if it does not. Linear in the line's length. */
  leave(subject: S): boolean {
    for (let i = 0; i < this.length; i += 1) {
      if (this.subjects[this.index(i)] !== subject) continue;
      for (let j = i; j > 0; j -= 1) {
        this.subjects[this.index(j)] = this.subjects[this.index(j - 1)];
        this.steps[this.index(j)] = this.steps[this.index(j - 1)];
      }
      this.advance();
      return true;
    }
    return false;
  }

  private index(offset: number): number {
    return (this.first + offset) & (this.subjects.length - 1);
  }

  /** Doubles the ring, which keeps its length a power of two, and lays the line out from its start. */
  private grow(): void {
    const { length } = this;
    const subjects = new Array<S | undefined>(2 * length).fill(undefined);
    const steps = new Array<Step<S> | undefined>(2 * length).fill(undefined);
    for (let i = 0; i < length; i += 1) {
      subjects[i] = this.subjects[this.index(i)];
      steps[i] = this.steps[this.index(i)];
    }
    this.subjects = subjects;
    this.steps = steps;
    this.first = 0;
  }
}

const ownerKnows = () => {};
