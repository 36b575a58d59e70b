/**
 * `--explain`: what the words of a report mean, of those words only that stand in it.
 *
 * A term is found as a whole word in the report's text; a definition is a sentence with its formula where it has one.
 */
import type { Look } from './look.js';
import { widthOf } from './report.js';
import { wrap } from './text.js';

interface Term {
  readonly term: string;
  readonly found: RegExp;
  readonly meaning: string;
}

const term = (name: string, meaning: string, found = new RegExp(`\\b${name}\\b`)): Term => ({ term: name, found, meaning });

const terms: readonly Term[] = [
  term('good answer', 'A complete answer with status 200 that came before the visitor gave up.', /good answers?|were answered/),
  term(
    'failed',
    'Ended in anything else: an error status, a closed port, silence, a visitor who left. Each has its outcome and its cause.',
  ),
  term('offered', 'Requests that visitors began, whatever became of them; the rate that the site was asked for.'),
  term('page view', 'A visitor who wants a page, with all their attempts for it; good if one of them brought it.', /page views?/),
  term(
    'p95',
    '95 % of the good answers were as fast as this, or faster. Failures have no part in it: a fast 502 is not a fast answer.',
  ),
  term(
    'availability',
    'Of requests: good ones divided by those that ended. Of time: uptime / (uptime + downtime).',
    /availability|up for/,
  ),
  term(
    'down',
    'A second in which less than half of the requests that ended were good, or one of ten and more in a row in which requests waited and none was answered. Seconds in which nobody came are neither up nor down; in long runs steps stand for seconds.',
    /\bdown\b/,
  ),
  term(
    'up again',
    'The end of the last outage that began before the event was over, or within ten seconds of the one before; counted from the end of the event; without a duration from its beginning.',
    /up again/,
  ),
  term(
    'normal',
    'The first of three seconds in a row in which no request failed and the median good answer was no slower than the p95 before, and at least half as many ended as came; counted from the end of the event or of the surge’s peak, of an event without a duration from its beginning.',
    /normal|as fast as before/,
  ),
  term(
    'error budget',
    'What an objective leaves: (1 - SLO) of the requests, or of the time, of 30 days. Spent: failures of the run divided by those allowed in 30 days of such traffic.',
    /error budget/,
  ),
  term('SLO', 'Service level objective: the share of requests that ought to be good.', /error budget|\bSLO\b/),
  term(
    'in a year',
    'Good for a time, down for a time: failures come mtbf after the end of the one before. As many years as make the range steady are drawn; nine of ten lie within it.',
    /nine years of ten/,
  ),
  term('by formula', 'The mean of the long run: a year times E[down] / (E[up] + E[down]).', /by formula/),
  term('worst p95', 'The p95 of the slowest second (or step of time) from the event on.', /worst p95/),
  term(
    'utilisation',
    'Share of the places of a stage, or of the cores, that was in use, over the time that was counted.',
    /in use/,
  ),
  term('interval', 'Of the mean over the runs: in 95 of 100 cases it holds the true one. Mean ± t · s / √runs.', /±|\+-/),
];

/** The report, and at its end the terms that it uses. */
export function withGlossary(text: string, look: Look): string {
  const lines = glossary(text, look);
  return lines.length === 0 ? text : `${text}\n${lines.join('\n')}\n`;
}

function glossary(text: string, look: Look): string[] {
  const used = terms.filter(({ found }) => found.test(text));
  const lines = used.flatMap(({ term, meaning }) => wrap(ascii(meaning, look), widthOf(look), `  ${term}: `, '    '));
  return lines.length === 0 ? [] : [look.paint.strong('What the words mean'), ...lines];
}

function ascii(meaning: string, { unicode }: Look): string {
  return unicode
    ? meaning
    : meaning.replaceAll('±', '+-').replaceAll('·', '*').replaceAll('√runs', 'sqrt(runs)').replaceAll('’', "'");
}
