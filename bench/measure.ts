/**
 * Side by side: programs take turns, each in a process of its own, and what counts is the ratio within a turn.
 *
 *   turn 1: engine, anchor, anchor    turn 2: engine, anchor, anchor    …    five turns, the median of their ratios
 *
 * A process of its own, because what the JIT has learnt from one program changes how fast the next one runs. Ratios within a
 * turn, because a machine that others use is faster at one minute than at the next. Time is the process's own CPU
 * time, helper threads included, so that waiting for a core does not count.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a program has measured, by name: `rate` in operations per second of CPU time, for most. */
export type Figures = Readonly<Record<string, number>>;
/** Runs to its end and gives its figures; the turn, from 1, is its seed. */
export type Program = (turn: number) => Figures;

/** The checkout's directory; this file is in `dist/bench`. */
export const root = fileURLToPath(new URL('../../', import.meta.url));
const child = fileURLToPath(new URL('./child.js', import.meta.url));

/** A module in `programs/` or `anchors/`, run by Node.js in a process of its own. */
export function node(module: string, options: object = {}): Program {
  return (turn) => run(process.execPath, ['--expose-gc', child, module, JSON.stringify({ ...options, turn })]);
}

/** Any other command that prints its figures as JSON; the turn is its last argument. */
export function command(file: string, ...args: string[]): Program {
  return (turn) => run(file, [...args, String(turn)]);
}

function run(file: string, args: string[]): Figures {
  const { status, stdout, stderr, error } = spawnSync(file, args, { encoding: 'utf8', cwd: root, maxBuffer: 2 ** 26 });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}\n${stderr}`);
  return JSON.parse(stdout);
}

/** So many turns; in each every program runs once, in the given order. */
export function takeTurns<Name extends string>(programs: Record<Name, Program>, turns: number): Record<Name, Figures[]> {
  const names = Object.keys(programs) as Name[];
  const figures = Object.fromEntries(names.map((name) => [name, [] as Figures[]])) as Record<Name, Figures[]>;
  for (let turn = 1; turn <= turns; turn += 1) for (const name of names) figures[name].push(programs[name](turn));
  return figures;
}

/** A figure of several runs: the middle one, and the ends. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, low: sorted[0], high: sorted[sorted.length - 1] };
}

/** One figure of all turns. */
export function each(turns: readonly Figures[], figure = 'rate'): Spread {
  return spread(turns.map((figures) => figures[figure]));
}

/** How many times as much of a figure the one has as the other, turn by turn. */
export function ratio(one: readonly Figures[], other: readonly Figures[], figure = 'rate'): Spread {
  return spread(one.map((figures, turn) => figures[figure] / other[turn][figure]));
}

/** CPU time of this process up to now, in seconds. */
export function cpuNow(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** CPU seconds that this process spends on `work`. */
export function cpuSeconds(work: () => void): number {
  const before = cpuNow();
  work();
  return cpuNow() - before;
}
