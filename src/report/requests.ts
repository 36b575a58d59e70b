/** How many requests came and what became of them, each failure with its cause and the line in the log. */
import type { CauseCount, Result } from '../telemetry/result.js';
import { clock, count, duration, nothing, share } from './format.js';
import type { Look } from './look.js';
import { stageName } from './names.js';
import { left, right, table } from './table.js';
import { wrap } from './text.js';
import { viewsInWords } from './views.js';

export function requests(result: Result, look: Look): string[] {
  const { offered, good, failed, unfinished } = result.requests;
  const totals = `${count(offered)} came, ${count(good)} were answered, ${count(failed)} failed, ${count(unfinished)} were under way at the end`;
  const lines = [totals, ...viewsInWords(result), ...availability(result)].flatMap((line) =>
    wrap(line, Math.max(80, look.width), '  '),
  );
  return [look.paint.strong('Requests'), ...lines, ...outcomes(result, look), ...logs(result, look)];
}

/** Outages listed; a report is not a log. */
const outagesMax = 5;

function availability({ availability: { time, downtimeMs, outages } }: Result): string[] {
  if (time === null || downtimeMs === 0) return [];
  const listed = outages.slice(0, outagesMax).map(({ fromMs, toMs, cause }) => `${clock(fromMs)} to ${clock(toMs)} (${cause})`);
  const more = outages.length > outagesMax ? [`and ${count(outages.length - outagesMax)} more`] : [];
  return [`down for ${duration(downtimeMs)}, up for ${share(time)} of the time: ${[...listed, ...more].join(', ')}`];
}

function outcomes(result: Result, look: Look): string[] {
  const ended = result.requests.good + result.requests.failed;
  if (ended === 0) return [];
  const rows = [...answers(result), ...result.causes].map((each) => [
    each.outcome,
    count(each.count),
    share(each.count / ended),
    clock(each.firstMs),
    each.stage === '' ? nothing : stageName(each.stage),
    each.cause,
  ]);
  return [
    '',
    ...table([left('outcome'), right('count'), right('share'), right('first'), left('stage'), left('cause', true)], rows, look),
  ];
}

/** The outcomes that no cause explains, which are the good ones. */
function answers(result: Result): CauseCount[] {
  return Object.entries(result.outcomes)
    .filter(([outcome, number]) => number > 0 && !result.causes.some((cause) => cause.outcome === outcome))
    .map(([outcome, number]) => ({ outcome, stage: '', cause: 'answered', log: '', count: number, firstMs: null, lastMs: null }));
}

function logs(result: Result, look: Look): string[] {
  const logged = result.causes.filter((cause) => cause.log !== '');
  const width = Math.max(0, ...logged.map((cause) => cause.outcome.length));
  const lines = logged.flatMap(({ outcome, log }) =>
    wrap(log, Math.max(80, look.width), `    ${outcome.padEnd(width)}  `, ' '.repeat(width + 6)),
  );
  return lines.length === 0 ? [] : ['', '  The log says:', ...lines.map(look.paint.faint)];
}
