/** `lempsim compare <before> [after]`: two scenarios, or one and the same with other settings, and the same visitors. */
import {
  briefComparison,
  compareModels,
  comparison,
  comparisonMarkdown,
  escaped,
  loadScenario,
  type Model,
  quoted,
  toJson,
} from '../index.js';
import { type ExitCode, exitCodes } from './exit.js';
import { UsageError } from './failures.js';
import { OutputFile, print } from './output.js';
import type { RunOptions } from './run.js';
import { known } from './source.js';
import { lookOf } from './terminal.js';

export interface CompareOptions extends RunOptions {
  readonly to?: readonly string[];
  readonly runs?: number;
  readonly markdown?: true;
  readonly strict?: true;
}

const RUNS = 10;

export async function compare(asked: string | undefined, other: string | undefined, options: CompareOptions): Promise<ExitCode> {
  const { set = [], to = [], runs = RUNS } = options;
  if (other === undefined && to.length === 0)
    throw new UsageError('compared with what? name a second scenario, or settings by --to path=value');
  const [before, after] = [await known(asked, options), await known(other ?? asked, options)];
  const loaded = [load(before, options, set), load(after, options, [...set, ...to])] as const;
  if (options.variant !== undefined && loaded.every(({ variants }) => variants.length === 0))
    throw new UsageError(
      `--variant "${options.variant}": the ${other === undefined ? 'scenario has' : 'scenarios have'} no variants`,
    );
  const models = [one(loaded[0], options), one(loaded[1], options)] as const;
  const file = typeof options.json === 'string' && options.json !== '-' ? OutputFile.create(options.json) : null;
  try {
    const names = { before: named(before, set), after: named(after, [...set, ...to]) };
    const result = compareModels(...models, names, runs, (done) => tell(`run ${done} of ${runs}`, options));
    tell('', options);
    file?.write(toJson(result));
    if (options.json !== undefined && file === null) await print(toJson(result));
    else if (options.markdown) await print(comparisonMarkdown(result));
    else if (options.quiet === true) await print(briefComparison(result, lookOf(options)));
    else await print(comparison(result, command(before, other, models[0].seed, options, runs), lookOf(options)));
    const bad = result.verdict === 'worse' || result.verdict === 'mixed';
    return options.strict && bad ? exitCodes.thresholdFailed : exitCodes.done;
  } finally {
    file?.discard();
  }
}

function load(source: string, { seed }: CompareOptions, set: readonly string[]): Model {
  return loadScenario(source, { seed, set });
}

function one(loaded: Model, { variant }: CompareOptions): Model {
  if (loaded.variants.length === 0) return loaded;
  const chosen = loaded.variants.find(({ name }) => name === variant);
  if (chosen === undefined)
    throw new UsageError(
      `${loaded.name} has variants, of which one is compared: --variant ${loaded.variants.map(({ name }) => `"${name}"`).join(' or ')}`,
    );
  return chosen.model;
}

function named(source: string, set: readonly string[]): string {
  return [source, ...set].join(' ');
}

function command(
  before: string,
  other: string | undefined,
  seed: string,
  { set = [], to = [], variant }: CompareOptions,
  runs: number,
): string {
  const settings = [...set.flatMap((option) => ['--set', quoted(option)]), ...to.flatMap((option) => ['--to', quoted(option)])];
  return [
    'npm run -s sim -- compare',
    quoted(before),
    ...(other === undefined ? [] : [quoted(other)]),
    `--seed ${quoted(seed)}`,
    ...(variant === undefined ? [] : ['--variant', quoted(variant)]),
    `--runs ${runs}`,
    ...settings,
  ].join(' ');
}

function tell(text: string, { quiet }: CompareOptions): void {
  if (quiet !== true && process.stderr.isTTY) process.stderr.write(`\r\x1b[K${escaped(text).slice(0, 78)}`);
}
