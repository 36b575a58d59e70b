/**
 * What is wrong with a scenario, told so that it can be mended: where, what stands there, what was expected instead.
 *
 * A scenario with ten mistakes gives one error with ten problems, in the order of the text.
 */
import type { Place } from './place.js';

export interface Problem extends Place {
  /** The setting, as `--set` would name it; empty for the text as a whole. */
  readonly path: string;
  /** What stands there, as a reader would quote it: `"two"`, `5`, `a mapping`; empty where nothing does. */
  readonly value: string;
  readonly message: string;
}

export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';

  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(line).join('\n'));
  }
}

/** The input could not be read at all: missing, a directory, a device, too large. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

/** `surge.yaml:4:10: host.cores: expected a whole number of at least 1, got "two"` */
function line(problem: Problem): string {
  const where =
    problem.option !== undefined ? `${problem.file} ${printable(problem.option)}` : printable(problem.file) + spot(problem);
  return problem.path === '' ? `${where}: ${problem.message}` : `${where}: ${printable(problem.path)}: ${problem.message}`;
}

function spot(place: Place): string {
  return place.line > 0 ? `:${place.line}:${place.column}` : '';
}

const SHOWN = 60;

/** A value as an error message quotes it, on one line and without anything that a terminal would obey. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') {
    return value.length > SHOWN
      ? `"${printable(JSON.stringify(value.slice(0, SHOWN)).slice(1, -1))}…"`
      : printable(JSON.stringify(value));
  }
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a ${typeof value}`;
}

/** Control, zero-width and direction-changing characters and halves of pairs, written as escapes. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
