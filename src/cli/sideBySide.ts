/** `lempsim [run] <scenario>` of a scenario with variants: all of them, one table. */
import { lastValueFrom, takeUntil, tap } from 'rxjs';
import {
  briefOfVariants,
  didYouMean,
  type Model,
  reportOfVariants,
  type SideBySide,
  sideBySide,
  toJson,
  type Variants,
  withGlossary,
} from '../index.js';
import { isKnown } from './complain.js';
import { codeOfSignal, codeOfVerdict, type ExitCode } from './exit.js';
import { OurError, UsageError } from './failures.js';
import { OutputFile, print } from './output.js';
import { progress } from './progress.js';
import type { RunOptions } from './run.js';
import { type Signal, signals } from './signals.js';
import { lookOf } from './terminal.js';
import { warn } from './warn.js';

/** `--variant`: the one that is meant, as a scenario of its own; without it the scenario as it is. */
export function chosen(model: Model, { variant }: Pick<RunOptions, 'variant'>): Model {
  if (variant === undefined) return model;
  const found = model.variants.find(({ name }) => name === variant);
  if (found !== undefined) return found.model;
  const names = model.variants.map(({ name }) => name);
  if (names.length === 0) throw new UsageError(`--variant "${variant}": the scenario has no variants`);
  throw new UsageError(`no variant "${variant}"${didYouMean(variant, names)}\nthere are:\n  ${names.join('\n  ')}`);
}

export async function allVariants(model: Model, command: string, options: RunOptions, runs = 1): Promise<ExitCode> {
  const file = typeof options.json === 'string' && options.json !== '-' ? OutputFile.create(options.json) : null;
  try {
    const { variants, signal } = await follow(model, command, options, runs);
    if (variants === null) return stoppedEarly(signal);
    file?.write(toJson(variants));
    await answer(variants, model, command, options, file !== null);
    return signal === null ? codeOfVerdict(variants.verdict) : codeOfSignal(signal);
  } finally {
    file?.discard();
  }
}

interface Ending {
  /** Of the variants that have ended; `null` if none has. */
  readonly variants: Variants | null;
  /** What stopped them; `null` if all came to their end. */
  readonly signal: Signal | null;
}

async function follow(model: Model, command: string, options: RunOptions, runs: number): Promise<Ending> {
  const bar = await progress(options.quiet ?? false, runs * model.variants.length);
  let latest: SideBySide | null = null;
  let signal: Signal | null = null;
  const stop = signals().pipe(
    tap((received) => {
      signal = received;
    }),
  );
  const frames = sideBySide(model, runs).pipe(
    tap((each) => {
      latest = each;
      bar.show(each.frame, each.runsBefore);
    }),
    takeUntil(stop),
  );
  try {
    await lastValueFrom(frames, { defaultValue: null });
    return { variants: (latest as SideBySide | null)?.answer() ?? null, signal };
  } catch (error) {
    if (isKnown(error)) throw error;
    throw new OurError(error, { scenario: model.name, seed: model.seed, command });
  } finally {
    bar.end();
  }
}

async function answer(variants: Variants, model: Model, command: string, options: RunOptions, inFile: boolean): Promise<void> {
  if (options.json !== undefined && !inFile) {
    if (!options.quiet) warn(warningsOf(variants));
    return print(toJson(variants));
  }
  const look = lookOf(options);
  const text = options.quiet ? briefOfVariants(variants, model, look) : reportOfVariants(variants, model, { look, command });
  return print(options.explain ? withGlossary(text, look) : text);
}

function warningsOf({ variants, partial, variantsAsked }: Variants): string[] {
  const missing = partial ? [`stopped after ${variants.length} of ${variantsAsked} variants`] : [];
  const each = variants.flatMap(({ name, warnings }) =>
    warnings.map((warning) => `${name}: ${typeof warning === 'string' ? warning : warning.text}`),
  );
  return [...missing, ...each];
}

function stoppedEarly(signal: Signal | null): ExitCode {
  process.stderr.write('stopped before the first variant had ended\n');
  return codeOfSignal(signal ?? 'SIGTERM');
}
