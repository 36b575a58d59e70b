/** `lempsim tipping [scenario]`: at which load the site tips, and at which it comes back. */
import { loadScenario, tipping, tippingReport, tippingSentence, toJson, visitsOnPaper } from '../index.js';
import { type ExitCode, exitCodes } from './exit.js';
import { UsageError } from './failures.js';
import { OutputFile, print } from './output.js';
import { repeatCommand } from './repeat.js';
import type { RunOptions } from './run.js';
import { chosen } from './sideBySide.js';
import { known } from './source.js';
import { lookOf } from './terminal.js';

export async function tippingOf(asked: string | undefined, options: RunOptions): Promise<ExitCode> {
  const source = await known(asked, options);
  const model = chosen(await loadScenario(source, { seed: options.seed, set: options.set ?? [] }), options);
  const top = visitsOnPaper(model);
  if (!Number.isFinite(top)) throw new UsageError('nothing limits this site on paper: it has no load to tip at');
  const file = typeof options.json === 'string' && options.json !== '-' ? OutputFile.create(options.json) : null;
  try {
    const found = tipping(model, top);
    file?.write(toJson(found));
    const command = repeatCommand(source, model, options).replace('sim -- ', 'sim -- tipping ');
    if (options.json !== undefined && file === null) await print(toJson(found));
    else await print(options.quiet ? tippingSentence(found) : tippingReport(found, command, lookOf(options)));
    return exitCodes.done;
  } finally {
    file?.discard();
  }
}
