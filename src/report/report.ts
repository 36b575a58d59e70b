/**
 * The answer of one run as text, from the sentence that matters most to the small print.
 *
 *   headline, requests, latency, stages, host, over time, on paper, what to look at next, thresholds, again
 *
 * A pure function of its arguments. All that came from a scenario is made harmless at the door, once.
 */
import type { Model } from '../model.js';
import type { Result } from '../telemetry/result.js';
import { again, repeatCommand, thresholds, whatIsLeftOut } from './closing.js';
import { headline } from './headline.js';
import { host } from './host.js';
import { latency } from './latency.js';
import { type Look, plainLook } from './look.js';
import { findings } from './next.js';
import { paper } from './paper.js';
import { requests } from './requests.js';
import { stages } from './stages.js';
import { printable, wrap } from './text.js';
import { timeline } from './timeline.js';

export interface ReportOptions {
  readonly look?: Look;
  /** The command that repeats the run. Default: the scenario's name and the seed. */
  readonly command?: string;
}

export function report(hostileResult: Result, hostileModel: Model, options: ReportOptions = {}): string {
  const look = options.look ?? plainLook;
  const result = printable(hostileResult);
  const model = printable(hostileModel);
  const command = printable(options.command ?? repeatCommand(hostileResult));
  const sections = [
    summary(result, model, look),
    about(result, model, look),
    requests(result, look),
    latency(result, look),
    stages(result, look),
    host(result, look),
    timeline(result, look),
    paper(result, model, look),
    next(result, model, look),
    thresholds(result, model, look),
    again(result, command, look),
    whatIsLeftOut(model, look),
  ];
  return asText(sections);
}

/** The shortest answer: the headline and the thresholds. */
export function brief(hostileResult: Result, hostileModel: Model, look: Look = plainLook): string {
  const result = printable(hostileResult);
  const model = printable(hostileModel);
  return asText([summary(result, model, look), thresholds(result, model, look)]);
}

export function asText(sections: readonly (readonly string[])[]): string {
  const written = sections.filter((section) => section.length > 0).map((section) => section.join('\n'));
  return `${written.join('\n\n')}\n`;
}

/** The sentence, and what must be known to read the figures rightly. */
function summary(result: Result, model: Model, look: Look): string[] {
  const warnings = result.warnings.flatMap((warning) => wrap(warning, widthOf(look), 'Note: ', '      '));
  return [...wrap(headline(result, model), widthOf(look)).map(look.paint.strong), ...warnings.map(look.paint.warning)];
}

/** What the scenario is about, and what to watch, in its author's words. */
export function about(result: Pick<Result, 'about'>, model: Model, look: Look): string[] {
  const lines = [result.about, ...model.watch].filter((line) => line !== '');
  return lines.flatMap((line) => wrap(line, widthOf(look))).map(look.paint.faint);
}

function next(result: Result, model: Model, look: Look): string[] {
  const found = findings(result, model);
  if (found.length === 0) return [];
  const lines = found.flatMap((finding, index) => wrap(finding, widthOf(look), `  ${index + 1}. `, '     '));
  return [look.paint.strong('What to look at next'), ...lines];
}

export function widthOf(look: Look): number {
  return Math.max(80, look.width);
}
