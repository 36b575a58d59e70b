/** Collects what is wrong while a scenario is read, and puts each problem where it belongs. */
import { dotted, type Path, placeOf, type Tree, valueAt } from './place.js';
import { type Problem, show } from './problems.js';

const PROBLEMS_MAX = 500;

export class Report {
  private readonly found: Problem[] = [];
  private readonly failed = new Set<string>();
  /** Paths whose text is wrong: nothing could be read there, so that nothing stands there is no news. */
  private readonly unreadable: ReadonlySet<string>;

  constructor(
    private readonly tree: Tree,
    problems: readonly Problem[] = [],
  ) {
    this.found.push(...problems);
    this.unreadable = new Set(problems.map((problem) => problem.path).filter((path) => path !== ''));
  }

  /** Who has made so many mistakes is helped by the first of them. */
  get full(): boolean {
    return this.found.length >= PROBLEMS_MAX;
  }

  get count(): number {
    return this.found.length;
  }

  /** The value at a path is not what was expected. */
  wrong(path: Path, message: string): void {
    this.add(path, 'value', message);
  }

  /** Two values do not go together; the sentence ends in what stands at the path. */
  contradiction(path: Path, message: string): void {
    const value = valueAt(this.tree.data, path);
    this.wrong(path, typeof value === 'object' || value === undefined ? message : `${message}, got ${show(value)}`);
  }

  /** A key is not known here. */
  unknown(path: Path, message: string): void {
    this.add(path, 'key', message);
  }

  /** Nothing stands at a path; the problem is shown at what ought to contain it. */
  missing(path: Path, message: string): void {
    this.add(path, 'key', message);
  }

  /** Problems that were found elsewhere. */
  take(problems: readonly Problem[]): void {
    this.found.push(...problems.slice(0, Math.max(0, PROBLEMS_MAX - this.found.length)));
  }

  /** As they were met. */
  get problems(): readonly Problem[] {
    return this.found;
  }

  /** Whether anything at this path or below it is wrong. */
  failedWithin(path: Path): boolean {
    return this.failed.has(dotted(path));
  }

  /** All problems: the scenario's own file first, then the others as they were met; by place in each. */
  sorted(): readonly Problem[] {
    const files = [...new Set([this.tree.place.file, ...this.found.map((problem) => problem.file)])];
    const order = (problem: Problem) => files.indexOf(problem.file);
    return this.found
      .filter((problem) => !this.repeats(problem))
      .sort((a, b) => order(a) - order(b) || a.line - b.line || a.column - b.column);
  }

  /** What a source inherits from `visitors` is wrong in one place, and told of once. */
  private repeats({ file, line, column, path, message }: Problem): boolean {
    return this.found.some(
      (other) =>
        line > 0 &&
        path.endsWith(`.${other.path}`) &&
        other.line === line &&
        other.column === column &&
        other.message === message &&
        other.file === file,
    );
  }

  private add(path: Path, part: 'key' | 'value', message: string): void {
    const value = valueAt(this.tree.data, path);
    for (let length = 0; length <= path.length; length += 1) this.failed.add(dotted(path.slice(0, length)));
    if (this.full) return;
    if ((value === undefined || value === null) && this.unreadable.has(dotted(path))) return;
    this.found.push({
      ...placeOf(this.tree, path, part),
      path: dotted(path),
      value: value === undefined ? '' : show(value),
      message,
    });
  }
}
