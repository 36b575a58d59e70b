/** `lempsim tipping` as text: at which load the site tips and at which it comes back, and the steps on the way. */
import type { LoadStep, Tipping } from '../experiments/tipping.js';
import type { Model } from '../model.js';
import { arithmetic, leastBound } from './arithmetic.js';
import { duration, figure, nothing, rate, share } from './format.js';
import { type Look, plainLook } from './look.js';
import { right, table } from './table.js';
import { printable, wrap } from './text.js';

/** Visits per second that the site answers at best, by paper and pencil; `Infinity` where nothing limits it. */
export function visitsOnPaper(model: Model): number {
  const { bounds, requestsPerVisit } = arithmetic(model);
  return leastBound(bounds).perSecond / Math.max(1, requestsPerVisit);
}

export function tippingReport(found: Tipping, command: string, look: Look = plainLook): string {
  const width = Math.max(80, look.width);
  const how = `One run, in steps of ${duration(found.stepMs)}; what stands here is the second half of each. Ten steps are what paper says the site answers.`;
  const sections = [
    wrap(sentence(found), width).map(look.paint.strong),
    steps(found, look),
    wrap(how, width, '  '),
    [look.paint.strong('The same again'), `  ${printable(command)}`],
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

export function tippingSentence(found: Tipping): string {
  return `${sentence(found)}\n`;
}

function sentence({ tipsAt, backAt, top, stepMs, up }: Tipping): string {
  const paper = `on paper it answers ${rate(top)}`;
  if (tipsAt === null)
    return `Does not tip up to ${rate(up[up.length - 1].rate)}: at every step at least half of the page views get their page; ${paper}.`;
  if (backAt === null)
    return `Tips at ${rate(tipsAt)} and does not come back, down to ${rate(up[0].rate)} for ${duration(stepMs)}; ${paper}.`;
  if (backAt > tipsAt - (1.5 * top) / 10)
    return `Gives out at ${rate(tipsAt)} and is back at ${rate(backAt)}: it does not stay down by itself; ${paper}.`;
  return `Tips at ${rate(tipsAt)} and comes back at ${rate(backAt)}: in between it is well or down as it was before, and a surge can take it down for good; ${paper}.`;
}

/** One row a load, the way up beside the way down. */
function steps({ up, down }: Tipping, look: Look): string[] {
  const rows = [...up].reverse().map((step) => {
    const back = down.find((other) => other.rate === step.rate);
    return [rate(step.rate), ...cells(step), ...(back === undefined ? [nothing, nothing] : cells(back))];
  });
  const columns = [right('visits'), right('up: pages'), right('attempts'), right('down: pages'), right('attempts')];
  return table(columns, rows, look);
}

function cells({ share: got, perView }: LoadStep): string[] {
  return [got === null ? nothing : share(got), figure(perView)];
}
