/** `lempsim [run] <scenario>`: one run, one answer. */
import { lastValueFrom, takeUntil, tap } from 'rxjs';
import { brief, type Frame, loadScenario, type Model, type Result, report, simulate, toJson, withGlossary } from '../index.js';
import { isKnown } from './complain.js';
import { codeOfSignal, codeOfVerdict, type ExitCode } from './exit.js';
import { OurError } from './failures.js';
import { OutputFile, print } from './output.js';
import { progress } from './progress.js';
import { repeatCommand } from './repeat.js';
import { allVariants, chosen } from './sideBySide.js';
import { type Signal, signals } from './signals.js';
import { known } from './source.js';
import { lookOf } from './terminal.js';
import { warn } from './warn.js';

export interface RunOptions {
  readonly seed?: string;
  readonly set?: readonly string[];
  /** `true`: to stdout, in place of the text. A path: to that file, beside the text. */
  readonly json?: true | string;
  readonly quiet?: boolean;
  readonly color: boolean;
  readonly ascii?: boolean;
  /** What the words of the answer mean, at its end. */
  readonly explain?: boolean;
  /** One of the scenario's variants, by itself. */
  readonly variant?: string;
}

export async function run(asked: string | undefined, options: RunOptions): Promise<ExitCode> {
  const source = await known(asked, options);
  const model = chosen(await loadScenario(source, { seed: options.seed, set: options.set ?? [] }), options);
  const command = repeatCommand(source, model, options);
  if (model.variants.length > 0) return allVariants(model, command, options);
  const file = typeof options.json === 'string' && options.json !== '-' ? OutputFile.create(options.json) : null;
  try {
    const { frame, signal } = await follow(model, command, options.quiet ?? false);
    if (frame === null) return stoppedEarly(signal);
    const result = frame.result({ partial: signal !== null });
    file?.write(toJson(result));
    await answer(result, model, command, options, file !== null);
    return signal === null ? codeOfVerdict(result.verdict) : codeOfSignal(signal);
  } finally {
    file?.discard();
  }
}

interface Ending {
  /** The last one; `null` if the run was stopped before there was any. */
  readonly frame: Frame | null;
  /** What stopped it; `null` if it came to its end. */
  readonly signal: Signal | null;
}

async function follow(model: Model, command: string, quiet: boolean): Promise<Ending> {
  const bar = await progress(quiet);
  let frame: Frame | null = null;
  let signal: Signal | null = null;
  const stop = signals().pipe(
    tap((received) => {
      signal = received;
    }),
  );
  const frames = simulate(model).pipe(
    tap((each) => {
      frame = each;
      bar.show(each);
    }),
    takeUntil(stop),
  );
  try {
    await lastValueFrom(frames, { defaultValue: null });
    return { frame, signal };
  } catch (error) {
    if (isKnown(error)) throw error;
    throw new OurError(error, { scenario: model.name, seed: model.seed, command });
  } finally {
    bar.end();
  }
}

async function answer(result: Result, model: Model, command: string, options: RunOptions, inFile: boolean): Promise<void> {
  if (options.json !== undefined && !inFile) {
    if (!options.quiet) warn(result.warnings);
    return print(toJson(result));
  }
  const look = lookOf(options);
  const text = options.quiet ? brief(result, model, look) : report(result, model, { look, command });
  return print(options.explain ? withGlossary(text, look) : text);
}

function stoppedEarly(signal: Signal | null): ExitCode {
  process.stderr.write('stopped before anything was simulated\n');
  return codeOfSignal(signal ?? 'SIGTERM');
}
