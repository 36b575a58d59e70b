/** `lempsim [run] <scenario> --runs N`: several runs, one answer with intervals. */
import { lastValueFrom, takeUntil, tap } from 'rxjs';
import {
  briefOfRuns,
  loadScenario,
  type Model,
  type Replication,
  type Runs,
  replications,
  reportOfRuns,
  toJson,
  withGlossary,
} from '../index.js';
import { isKnown } from './complain.js';
import { codeOfSignal, codeOfVerdict, type ExitCode } from './exit.js';
import { OurError } from './failures.js';
import { OutputFile, print } from './output.js';
import { progress } from './progress.js';
import { repeatCommand } from './repeat.js';
import type { RunOptions } from './run.js';
import { allVariants, chosen } from './sideBySide.js';
import { type Signal, signals } from './signals.js';
import { known } from './source.js';
import { lookOf } from './terminal.js';
import { warn } from './warn.js';

export interface SeveralRunsOptions extends RunOptions {
  readonly runs: number;
}

export async function severalRuns(asked: string | undefined, options: SeveralRunsOptions): Promise<ExitCode> {
  const source = await known(asked, options);
  const model = chosen(await loadScenario(source, { seed: options.seed, set: options.set ?? [] }), options);
  const command = repeatCommand(source, model, options, options.runs);
  if (model.variants.length > 0) return allVariants(model, command, options, options.runs);
  const file = typeof options.json === 'string' && options.json !== '-' ? OutputFile.create(options.json) : null;
  try {
    const { runs, signal } = await follow(model, command, options);
    if (runs === null) return stoppedEarly(signal);
    file?.write(toJson(runs));
    await answer(runs, model, command, options, file !== null);
    return signal === null ? codeOfVerdict(runs.verdict) : codeOfSignal(signal);
  } finally {
    file?.discard();
  }
}

interface Ending {
  /** Of the runs that have ended; `null` if none has. */
  readonly runs: Runs | null;
  /** What stopped them; `null` if all came to their end. */
  readonly signal: Signal | null;
}

async function follow(model: Model, command: string, options: SeveralRunsOptions): Promise<Ending> {
  const bar = await progress(options.quiet ?? false, options.runs);
  let latest: Replication | null = null;
  let signal: Signal | null = null;
  const stop = signals().pipe(
    tap((received) => {
      signal = received;
    }),
  );
  const frames = replications(model, options.runs).pipe(
    tap((each) => {
      latest = each;
      bar.show(each.frame, each.index);
    }),
    takeUntil(stop),
  );
  try {
    await lastValueFrom(frames, { defaultValue: null });
    return { runs: (latest as Replication | null)?.answer() ?? null, signal };
  } catch (error) {
    if (isKnown(error)) throw error;
    throw new OurError(error, { scenario: model.name, seed: model.seed, command });
  } finally {
    bar.end();
  }
}

async function answer(runs: Runs, model: Model, command: string, options: SeveralRunsOptions, inFile: boolean): Promise<void> {
  if (options.json !== undefined && !inFile) {
    if (!options.quiet) warn(runs.warnings.map(({ text, runs: number }) => `${text} (in ${number} of ${runs.runs} runs)`));
    return print(toJson(runs));
  }
  const look = lookOf(options);
  const text = options.quiet ? briefOfRuns(runs, model, look) : reportOfRuns(runs, model, { look, command });
  return print(options.explain ? withGlossary(text, look) : text);
}

function stoppedEarly(signal: Signal | null): ExitCode {
  process.stderr.write('stopped before the first run had ended\n');
  return codeOfSignal(signal ?? 'SIGTERM');
}
