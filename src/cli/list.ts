/** `lempsim list`: the built-in scenarios, a line each. */
import { escaped, listScenarios } from '../index.js';
import { type ExitCode, exitCodes } from './exit.js';
import { print } from './output.js';

export async function list(options: { readonly json?: true }): Promise<ExitCode> {
  const scenarios = await listScenarios();
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  const lines = scenarios.map(({ name, about }) => `${escaped(name).padEnd(width)}  ${escaped(about.trim())}`);
  await print(options.json ? `${JSON.stringify(scenarios, null, 2)}\n` : `${lines.join('\n')}\n`);
  return exitCodes.done;
}
