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
  private readonly unreadable: Problem[] = [];
  /** What the reader should know, though it stops nothing. */
  readonly notes: string[] = [];

  /** Something in a file cannot be what it stands for. */
  wrong(place: Place, message: string, path = ''): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push({ ...place, path, value: '', message });
  }

  /** A file cannot be read, or too much is to be read; `at` is the place that asks for it. */
  closed(subject: string, message: string, at?: Place): void {
    const problem = at ? { ...at, message: `${subject} ${message}` } : { file: subject, line: 0, column: 0, message };
    if (this.unreadable.length < PROBLEMS_MAX) this.unreadable.push({ ...problem, path: '', value: '' });
  }

  note(message: string): void {
    this.notes.push(message);
  }

  get any(): boolean {
    return this.problems.length + this.unreadable.length > 0;
  }

  /** Throws if anything was wrong: with all of it in the order of the files as they were met, and by place in each. */
  end(): void {
    const problems = [...this.problems, ...this.unreadable];
    if (problems.length === 0) return;
    const files = [...new Set(problems.map(({ file }) => file))];
    const order = ({ file }: Problem) => files.indexOf(file);
    problems.sort((a, b) => order(a) - order(b) || a.line - b.line || a.column - b.column);
    const error = new ScenarioError(problems);
    throw this.problems.length > 0 ? error : new UnreadableError(error.message);
  }
}

/** `www.conf:12`, as comments name a place. */
export function spotOf(place: Place): string {
  return place.line > 0 ? `${printable(place.file)}:${place.line}` : printable(place.file);
}
