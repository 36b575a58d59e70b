/**
 * The answer of several runs as text: what a single run says, as far as a mean can say it, with intervals.
 *
 *   headline, requests, latency and rates, stages, thresholds, again
 *
 * A pure function of its arguments. There is no picture over time and no trace here: those belong to one run.
 */
import type { Runs, RunsWarning } from '../experiments/runs.js';
import type { Model } from '../model.js';
import { again, quoted, whatIsLeftOut } from './closing.js';
import { count, several } from './format.js';
import { type Look, plainLook } from './look.js';
import { about, asText, type ReportOptions, widthOf } from './report.js';
import { runsHeadline } from './runsHeadline.js';
import { keyFigures, requestsOfRuns, stagesOfRuns, thresholdsOfRuns } from './runsTables.js';
import { printable, wrap } from './text.js';

export function reportOfRuns(hostileRuns: Runs, hostileModel: Model, options: ReportOptions = {}): string {
  const look = options.look ?? plainLook;
  const runs = printable(hostileRuns);
  const model = printable(hostileModel);
  const command = printable(options.command ?? repeatCommand(hostileRuns));
  return asText([
    summary(runs, model, look),
    about(runs, model, look),
    requestsOfRuns(runs, look),
    keyFigures(runs, look),
    stagesOfRuns(runs, look),
    thresholdsOfRuns(runs, model, look),
    legend(look),
    again(runs, command, look),
    whatIsLeftOut(model, look),
  ]);
}

/** The shortest answer: the headline and the thresholds. */
export function briefOfRuns(hostileRuns: Runs, hostileModel: Model, look: Look = plainLook): string {
  const runs = printable(hostileRuns);
  const model = printable(hostileModel);
  return asText([summary(runs, model, look), thresholdsOfRuns(runs, model, look)]);
}

/** From so many runs on, an interval is about right even where the runs' values are lopsided. */
const enoughRuns = 10;

function summary(runs: Runs, model: Model, look: Look): string[] {
  const few = runs.runs < enoughRuns ? [`an interval from fewer than ${enoughRuns} runs is a rough one`] : [];
  const warnings = runs.warnings.map((warning) => `${warning.text} (${inHowMany(warning, runs)})`);
  const notes = [...few, ...warnings].flatMap((note) => wrap(note, widthOf(look), 'Note: ', '      '));
  return [...wrap(runsHeadline(runs, model, look), widthOf(look)).map(look.paint.strong), ...notes.map(look.paint.warning)];
}

function inHowMany(warning: RunsWarning, { runs }: Runs): string {
  return warning.runs === runs ? 'in every run' : `in ${count(warning.runs)} of ${several(runs, 'run')}`;
}

function legend(look: Look): string[] {
  const sign = look.unicode ? '±' : '+-';
  const text = `Each figure is the mean over the runs; ${sign} is half of the 95 % interval of that mean. A single run varies more than that.`;
  return wrap(text, widthOf(look)).map(look.paint.faint);
}

function repeatCommand({ scenario, seed, runsAsked }: Runs): string {
  return `npm run -s sim -- ${quoted(scenario)} --seed ${quoted(seed)} --runs ${runsAsked}`;
}
