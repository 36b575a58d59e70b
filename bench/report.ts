/** The same table for people, as Markdown, and the same rows as JSON. */
import { type Row, verdict } from './row.js';

export interface Measured {
  readonly title: string;
  readonly rows: readonly Row[];
}

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly node: string;
}

export function markdown(all: readonly Measured[], machine: Machine, turns: number): string {
  const head = [
    '# Bench',
    '',
    `${machine.cores} × ${machine.processor}, Node.js ${machine.node}; medians of ${turns} turns, CPU time.`,
    'Ratios are measured side by side; what stands under "beside" is absolute and differs from machine to machine.',
  ];
  return [...head, ...all.flatMap(section)].join('\n').concat('\n');
}

function section({ title, rows }: Measured): string[] {
  const cells = [['', 'value', 'of turns', 'bar', 'goal', '', 'beside'], ...rows.map(line)];
  const widths = cells[0].map((_, column) => Math.max(3, ...cells.map((row) => row[column].length)));
  const text = cells.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return ['', `## ${title}`, '', text[0], rule, ...text.slice(1)];
}

function line(row: Row): string[] {
  const { what, value, unit, bar, goal, beside } = row;
  const of = (amount: number) => `${number(amount)}${unit === '×' ? '×' : ` ${unit}`}`;
  const ends = value === null || value.low === value.high ? '' : `${number(value.low)}–${number(value.high)}`;
  const bars = bar === null ? '' : 'atLeast' in bar ? `≥ ${of(bar.atLeast)}` : `≤ ${of(bar.atMost)}`;
  return [what, value === null ? '' : of(value.median), ends, bars, goal === undefined ? '' : of(goal), verdict(row), beside];
}

/** Three digits, or all before the point. */
function number(amount: number): string {
  if (Math.abs(amount) >= 100) return Math.round(amount).toLocaleString('en');
  return String(Number(amount.toPrecision(3)));
}
