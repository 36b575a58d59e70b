/**
 * Calls the program within the test's own process: a run of milliseconds, and every line of it seen by the coverage. What
 * only a process has (its exit code, pipes, signals from outside) is tested by `lempsim` in a process of its own.
 */
import { WriteStream } from 'node:tty';
import { main } from '../../src/cli/program.js';
import type { Ended } from './lempsim.js';

export interface Surroundings {
  /** Of the terminals that stdout and stderr are; pipes where there is none. */
  readonly stdout?: { readonly columns: number };
  readonly stderr?: { readonly columns: number };
  readonly env?: Readonly<Record<string, string>>;
  /** In place of what stdout does with a text, to fail as a disk or a pipe may. */
  readonly write?: (text: string) => Error | undefined;
}

export async function inside(words: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  const restore = [
    replace(
      process.stdout,
      'write',
      writer((text) => {
        const error = surroundings.write?.(text);
        if (error === undefined) stdout += text;
        return error;
      }),
    ),
    replace(
      process.stderr,
      'write',
      writer((text) => {
        stderr += text;
        return undefined;
      }),
    ),
    ...terminal(process.stdout, surroundings.stdout),
    ...terminal(process.stderr, surroundings.stderr),
    ...Object.entries({ NO_COLOR: '', FORCE_COLOR: '', TERM: 'xterm', ...surroundings.env }).map(([name, value]) =>
      replaceVariable(name, value),
    ),
  ];
  try {
    return { code: await main(words), stdout, stderr };
  } finally {
    for (const undo of restore.reverse()) undo();
  }
}

type Callback = (error?: Error | null) => void;

function writer(take: (text: string) => Error | undefined) {
  return (text: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    const error = take(String(text));
    (rest.find((each) => typeof each === 'function') as Callback | undefined)?.(error);
    return true;
  };
}

function terminal(stream: NodeJS.WriteStream, as: { readonly columns: number } | undefined): (() => void)[] {
  return [
    replace(stream, 'isTTY', as !== undefined),
    replace(stream, 'columns', as?.columns),
    replace(stream, 'getColorDepth', WriteStream.prototype.getColorDepth),
  ];
}

/** Puts a value in a property's place, and gives back the way to undo it. */
export function replace(object: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { value, configurable: true, writable: true });
  return () => {
    if (before === undefined) Reflect.deleteProperty(object, name);
    else Object.defineProperty(object, name, before);
  };
}

/** An empty value takes the variable away. */
function replaceVariable(name: string, value: string): () => void {
  const before = process.env[name];
  const put = (text: string | undefined) => {
    if (text === undefined || text === '') delete process.env[name];
    else process.env[name] = text;
  };
  put(value);
  return () => put(before);
}
