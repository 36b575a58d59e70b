/**
 * From an error to what stands on stderr, and to the exit code.
 *
 * Known errors are told by their name and printed without a stack, since the reader can act on them.
 * Anything else is ours: a stack, and how to see it again.
 */
import { CommanderError } from 'commander';
import { type ExitCode, exitCodes } from './exit.js';
import { CannotWriteError, OurError } from './failures.js';

const codeByName: Readonly<Record<string, ExitCode>> = {
  UsageError: exitCodes.usage,
  ScenarioError: exitCodes.scenarioInvalid,
  MeasuredError: exitCodes.scenarioInvalid,
  UnreadableError: exitCodes.unreadable,
  CannotCreateError: exitCodes.cannotCreate,
  CannotWriteError: exitCodes.cannotWrite,
  OverBudgetError: exitCodes.overBudget,
};

/** Whether the reader, not we, can do something about it. */
export function isKnown(error: unknown): error is Error {
  return error instanceof Error && Object.hasOwn(codeByName, error.constructor.name);
}

/** Prints the complaint and returns the exit code. */
export async function complain(error: unknown): Promise<ExitCode> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (!isKnown(error)) return complainOfUs(error);
  if (!(error instanceof CannotWriteError && error.readerGone)) await say(error.message);
  return onlyFromSettings(error) ? exitCodes.usage : codeByName[error.constructor.name];
}

/** A scenario error whose every problem stands in `--set` is one of the command line. */
function onlyFromSettings(error: Error): boolean {
  const { problems } = error as { problems?: unknown };
  if (error.constructor.name !== 'ScenarioError' || !Array.isArray(problems)) return false;
  return (
    problems.length > 0 &&
    problems.every((problem: { file?: unknown; option?: unknown }) => problem.file === '--set' || problem.option !== undefined)
  );
}

async function complainOfUs(error: unknown): Promise<ExitCode> {
  const lines = ['This is an error in lempsim, not in the scenario.', stackOf(error instanceof OurError ? error.cause : error)];
  if (error instanceof OurError) {
    const { scenario, seed, command } = error.where;
    const when = error.timeMs === null ? '' : `, at ${error.timeMs} ms of simulated time`;
    lines.push(`scenario ${scenario}, seed ${seed}${when}`, `to see it again: ${command}`);
  }
  await say(lines.join('\n'));
  return exitCodes.bug;
}

/** The stack of the innermost cause, which is where it went wrong. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? stackOf(error.cause) : (error.stack ?? error.message);
}

/** Imported late: it brings the whole of lempsim along, which `--help` has no need of. */
async function say(text: string): Promise<void> {
  const { escapedLines } = await import('./escape.js');
  process.stderr.write(`${escapedLines(text)}\n`);
}
