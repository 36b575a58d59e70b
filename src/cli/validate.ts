/** `lempsim validate FILE…`: measured runs, simulated; predicted beside measured. */
import { readFileSync } from 'node:fs';
import { compare, escaped, readMeasured, replay, summarise, toJson, UnreadableError, validation } from '../index.js';
import { type ExitCode, exitCodes } from './exit.js';
import { OutputFile, print } from './output.js';
import { lookOf } from './terminal.js';

export interface ValidateOptions {
  readonly site: string;
  readonly json?: true | string;
  readonly quiet?: boolean;
  readonly color: boolean;
  readonly ascii?: boolean;
}

export async function validate(files: readonly string[], options: ValidateOptions): Promise<ExitCode> {
  const site = { text: textOf(options.site), file: options.site.slice(options.site.lastIndexOf('/') + 1) };
  const runs = files.flatMap((file) => readMeasured(file));
  const output = typeof options.json === 'string' && options.json !== '-' ? OutputFile.create(options.json) : null;
  try {
    const comparisons = runs.map((run, index) => {
      tell(`${index + 1} of ${runs.length}: ${run.name}`, options);
      return compare(run, replay(run, site));
    });
    const result = summarise(comparisons);
    output?.write(toJson(result));
    await print(options.json !== undefined && output === null ? toJson(result) : validation(result, lookOf(options)));
    return exitCodes.done;
  } finally {
    output?.discard();
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new UnreadableError(`${path}: ${missing ? 'does not exist' : error instanceof Error ? error.message : String(error)}`);
  }
}

function tell(text: string, { quiet }: ValidateOptions): void {
  if (quiet !== true && process.stderr.isTTY) process.stderr.write(`\r\x1b[K${escaped(text).slice(0, 78)}`);
}
