/** `lempsim compare` as text, and as Markdown for a pull request: what is better, what is worse, and what cannot be told. */
import type { Comparison, Difference, Judgement } from '../experiments/compare.js';
import type { Figure } from '../experiments/interval.js';
import { bytes } from './format.js';
import { type Look, plainLook } from './look.js';
import { plusMinus, type Unit } from './plusMinus.js';
import { left, right, table } from './table.js';
import { printable, wrap } from './text.js';

const UNITS: Readonly<Record<Exclude<Difference['unit'], 'bytes'>, Unit>> = {
  ms: 'duration',
  share: 'share',
  'per second': 'rate',
  count: 'number',
};

const WORDS: Readonly<Record<Judgement, string>> = {
  better: 'better',
  worse: 'worse',
  different: 'different',
  same: 'the same',
  negligible: 'negligible',
  inconclusive: 'inconclusive',
};

export function comparison(hostile: Comparison, command: string, look: Look = plainLook): string {
  const result = printable(hostile);
  const columns = [left('figure'), right('before'), right('after'), right('difference'), left('verdict')];
  const rows = result.differences
    .filter(differs)
    .map((each) => [
      each.name,
      shown(each.before, each, look),
      shown(each.after, each, look),
      difference(each, look),
      coloured(each.judgement, look),
    ]);
  const sections = [
    wrap(sentence(result), Math.max(80, look.width)).map(look.paint.strong),
    [`  before  ${result.before}`, `  after   ${result.after}`],
    ...(rows.length === 0 ? [] : [table(columns, rows, look)]),
    notes(result, look),
    [look.paint.strong('The same again'), `  ${printable(command)}`],
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** The sentence alone. */
export function briefComparison(hostile: Comparison, look: Look = plainLook): string {
  return `${wrap(sentence(printable(hostile)), Math.max(80, look.width))
    .map(look.paint.strong)
    .join('\n')}\n`;
}

/** One table, which GitHub and GitLab render. */
export function comparisonMarkdown(hostile: Comparison): string {
  const result = printable(hostile);
  const cell = (text: string) =>
    text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
  const rows = result.differences.map((each) =>
    [
      each.name,
      shown(each.before, each, plainLook),
      shown(each.after, each, plainLook),
      difference(each, plainLook),
      MARKS[each.judgement] + WORDS[each.judgement],
    ].map(cell),
  );
  return [
    `**${cell(sentence(result))}**`,
    '',
    `Before: \`${result.before.replaceAll('`', "'")}\`, after: \`${result.after.replaceAll('`', "'")}\`, ${result.runs} runs each with the same visitors, seed ${cell(result.seed)}.`,
    '',
    '| figure | before | after | difference | verdict |',
    '| --- | ---: | ---: | ---: | --- |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
  ].join('\n');
}

const MARKS: Readonly<Record<Judgement, string>> = {
  better: '✓ ',
  worse: '✗ ',
  different: '',
  same: '',
  negligible: '',
  inconclusive: '? ',
};

function sentence({ differences, verdict, runs }: Comparison): string {
  const named = (judgement: Judgement) =>
    differences.filter((each) => each.lessIsBetter !== null && each.judgement === judgement).map(({ name }) => name);
  const list = (names: readonly string[]) =>
    names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');
  const over = runs === 1 ? 'one run, which has no interval' : `${runs} runs of the same visitors`;
  if (verdict === 'same') return `Nothing that visitors see differs by what matters, over ${over}.`;
  if (verdict === 'inconclusive')
    return `No difference was found, and ${runs} runs are too few to rule one out: ${list(named('inconclusive'))}.`;
  if (verdict === 'mixed') return `Better: ${list(named('better'))}. Worse: ${list(named('worse'))}. Over ${over}.`;
  return `${verdict === 'better' ? 'Better' : 'Worse'}: ${list(named(verdict))}, over ${over}.`;
}

function shown(figure: Figure, { unit }: Difference, look: Look): string {
  return unit === 'bytes' ? bytes(figure.mean) : plusMinus(figure, UNITS[unit], look);
}

/** With its sign, which the figures themselves do not have. */
function difference(each: Difference, look: Look): string {
  const { mean, ci95 } = each.difference;
  if (mean === 0 && ci95[0] === 0) return '0';
  const negative = mean < 0;
  const size: Figure = negative ? { mean: -mean, ci95: [-ci95[1], -ci95[0]] } : { mean, ci95 };
  return `${negative ? (look.unicode ? '−' : '-') : '+'}${shown(size, each, look)}`;
}

function coloured(judgement: Judgement, { paint }: Look): string {
  if (judgement === 'better') return paint.good(WORDS.better);
  if (judgement === 'worse') return paint.bad(WORDS.worse);
  return judgement === 'inconclusive' ? paint.warning(WORDS.inconclusive) : WORDS[judgement];
}

function differs({ judgement }: Difference): boolean {
  return judgement !== 'same';
}

function notes({ differences, onlyOne }: Comparison, look: Look): string[] {
  const same = differences.filter((each) => !differs(each)).map(({ name }) => name);
  const lines = [
    'Differences are after less before, run by run, with the interval that holds their mean in 95 of 100 cases. Less than 2 % of the figure before, or 0.2 points of a share, is negligible.',
  ];
  if (same.length > 0) lines.unshift(`The same in every run: ${same.join(', ')}.`);
  if (onlyOne.length > 0) lines.push(`Only one side has ${onlyOne.join(', ')}.`);
  return lines.flatMap((line) => wrap(line, Math.max(80, look.width), '  ')).map(look.paint.faint);
}
