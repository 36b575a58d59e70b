/**
 * A table without borders: names to the left, numbers to the right, two blanks between.
 *
 * cli-table3 colours pipes and ignores NO_COLOR unless both of its styles are empty; they are set here,
 * and nowhere else is a table made. One column may be `flexible`: where the look is too narrow for all,
 * that one wraps.
 */
import Table from 'cli-table3';
import type { Look } from './look.js';
import { length } from './text.js';

export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  readonly flexible?: boolean;
}

const indent = '  ';
const gap = 2;
const none = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};

export function table(columns: readonly Column[], rows: readonly (readonly string[])[], look: Look): string[] {
  const widths = columns.map((column, index) => Math.max(length(column.head), ...rows.map((row) => length(row[index]))));
  const narrowed = shrink(columns, widths, Math.max(80, look.width));
  const grid = new Table({
    head: columns.map((column) => column.head),
    chars: none,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap },
    colAligns: columns.map((column) => column.align),
    colWidths: columns.map((_, index) => (index === narrowed ? widths[index] + gap : null)),
    truncate: look.unicode ? '…' : '...',
    wordWrap: true,
    wrapOnWordBoundary: true,
  });
  for (const row of rows) grid.push([...row]);
  const [head, ...body] = grid
    .toString()
    .split('\n')
    .map((line) => (indent + line).trimEnd());
  return [look.paint.faint(head), ...body];
}

/**
 * Takes from the flexible column what the line has too much, down to a width that still reads, and returns
 * which column that was. The others have no width set: cli-table3 knows wide characters, we do not.
 */
function shrink(columns: readonly Column[], widths: number[], width: number): number {
  const flexible = columns.findIndex((column) => column.flexible);
  const used = indent.length + widths.reduce((sum, each) => sum + each, 0) + gap * (widths.length - 1);
  if (flexible < 0 || used <= width) return -1;
  widths[flexible] = Math.max(8, widths[flexible] - (used - width));
  return flexible;
}

export function left(head: string, flexible = false): Column {
  return { head, align: 'left', flexible };
}

export function right(head: string): Column {
  return { head, align: 'right' };
}
