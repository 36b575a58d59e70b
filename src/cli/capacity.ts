/** `lempsim capacity [scenario] --slo …`: how much the site takes before a goal is missed. */
import {
  briefCapacity,
  capacity,
  capacityReport,
  escaped,
  goalsOf,
  loadScenario,
  quoted,
  steadyStudy,
  toJson,
} from '../index.js';
import { type ExitCode, exitCodes } from './exit.js';
import { OutputFile, print } from './output.js';
import { repeatCommand } from './repeat.js';
import type { RunOptions } from './run.js';
import { chosen } from './sideBySide.js';
import { known } from './source.js';
import { lookOf } from './terminal.js';

export interface CapacityOptions extends RunOptions {
  readonly slo?: readonly string[];
}

/** What most would call a site that is up and quick. */
const USUAL = ['p95 < 500ms', 'errors < 1%'];

export async function capacityOf(asked: string | undefined, options: CapacityOptions): Promise<ExitCode> {
  const source = await known(asked, options);
  const model = chosen(await loadScenario(source, { seed: options.seed, set: options.set ?? [] }), options);
  const goals = options.slo ?? USUAL;
  const study = steadyStudy(model, goalsOf(goals, model));
  const file = typeof options.json === 'string' && options.json !== '-' ? OutputFile.create(options.json) : null;
  try {
    const found = capacity(study, (step) => tell(step, options));
    tell('', options);
    file?.write(toJson(found));
    const at = study.modelAt(found.value?.mean ?? found.holdsAt ?? study.present);
    const slo = goals.map((goal) => ` --slo ${quoted(goal)}`).join('');
    const command = repeatCommand(source, model, options).replace('sim -- ', 'sim -- capacity ') + slo;
    if (options.json !== undefined && file === null) await print(toJson(found));
    else await print(options.quiet ? briefCapacity(found, at) : capacityReport(found, at, command, lookOf(options)));
    return exitCodes.done;
  } finally {
    file?.discard();
  }
}

function tell(text: string, { quiet }: CapacityOptions): void {
  if (quiet !== true && process.stderr.isTTY) process.stderr.write(`\r\x1b[K${escaped(text).slice(0, 78)}`);
}
