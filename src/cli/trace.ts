/** `lempsim trace <scenario>`: one request from the click to the last byte. */
import { followOne, loadScenario, toJson, waterfall } from '../index.js';
import { isKnown } from './complain.js';
import { type ExitCode, exitCodes } from './exit.js';
import { OurError, UsageError } from './failures.js';
import { OutputFile, print } from './output.js';
import { repeatCommand } from './repeat.js';
import type { RunOptions } from './run.js';
import { chosen } from './sideBySide.js';
import { known } from './source.js';
import { lookOf } from './terminal.js';

export interface TraceOptions extends RunOptions {
  /** The how-manieth request, from 1. */
  readonly request?: number;
  readonly at?: number;
  readonly page?: string;
  readonly outcome?: string;
}

export async function trace(asked: string | undefined, options: TraceOptions): Promise<ExitCode> {
  const source = await known(asked, options);
  const model = chosen(await loadScenario(source, { seed: options.seed, set: options.set ?? [] }), options);
  const choice: Parameters<typeof followOne>[1] = {
    request: options.request,
    atMs: options.at,
    page: options.page,
    outcome: options.outcome,
  };
  const file = typeof options.json === 'string' && options.json !== '-' ? OutputFile.create(options.json) : null;
  try {
    const found = follow();
    if (found === null)
      throw new UsageError('no request of this run is like that: choose others of --request, --at, --page, --outcome');
    file?.write(toJson(found));
    await print(options.json !== undefined && file === null ? toJson(found) : waterfall(found, lookOf(options)));
    return exitCodes.done;
  } finally {
    file?.discard();
  }

  function follow(): ReturnType<typeof followOne> {
    try {
      return followOne(model, choice);
    } catch (error) {
      if (isKnown(error)) throw error;
      const command = repeatCommand(source, model, options).replace('sim -- ', 'sim -- trace ');
      throw new OurError(error, { scenario: model.name, seed: model.seed, command });
    }
  }
}
