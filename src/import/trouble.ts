/**
 * What is wrong with a configuration, collected so that all of it can be told at once, as `file:line:column: what was expected`.
 *
 * It ends as the error that a wrong scenario ends in, so that the command line treats both alike.
 */
import type { Place } from '../scenario/place.js';
import { type Problem, printable, ScenarioError, UnreadableError } from '../scenario/problems.js';

const PROBLEMS_MAX = 500;

export class Trouble {
  private readonly problems: Problem[] = [];
  private readonly unreadable: string[] = [];
  /** What the reader should know, though it stops nothing. */
  readonly notes: string[] = [];

  /** Something in a file cannot be what it stands for. */
  wrong(place: Place, message: string, path = ''): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push({ ...place, path, value: '', message });
  }

  /** A file is there, or ought to be, and cannot be read. */
  closed(message: string): void {
    if (this.unreadable.length < PROBLEMS_MAX) this.unreadable.push(message);
  }

  note(message: string): void {
    this.notes.push(message);
  }

  get any(): boolean {
    return this.problems.length + this.unreadable.length > 0;
  }

  /** Throws if anything was wrong: with all problems in the order of the files as they were met, and by place in each. */
  end(): void {
    if (this.problems.length > 0) {
      const files = [...new Set(this.problems.map(({ file }) => file))];
      const order = ({ file }: Problem) => files.indexOf(file);
      throw new ScenarioError(this.problems.sort((a, b) => order(a) - order(b) || a.line - b.line || a.column - b.column));
    }
    if (this.unreadable.length > 0) throw new UnreadableError(this.unreadable.join('\n'));
  }
}

/** `www.conf:12`, as comments name a place. */
export function spotOf(place: Place): string {
  return place.line > 0 ? `${printable(place.file)}:${place.line}` : printable(place.file);
}
