/** `lempsim resolve <scenario>`: the scenario as one file that leaves nothing open, to read, to keep, or to change. */
import { printLoaded } from '../index.js';
import { type ExitCode, exitCodes } from './exit.js';
import { print } from './output.js';
import { known } from './source.js';

export interface ResolveOptions {
  readonly seed?: string;
  readonly set?: readonly string[];
}

export async function resolve(asked: string | undefined, options: ResolveOptions): Promise<ExitCode> {
  const source = await known(asked, {});
  await print(printLoaded(source, { seed: options.seed, set: options.set ?? [] }));
  return exitCodes.done;
}
