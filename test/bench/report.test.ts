import { describe, expect, test } from 'vitest';
import { markdown } from '../../bench/report.js';
import { type Row, verdict } from '../../bench/row.js';

const row = (median: number | null, bar: Row['bar']): Row => ({
  what: 'requests a second, against a stone',
  value: median === null ? null : { median, low: median / 2, high: 2 * median },
  unit: '×',
  bar,
  goal: 26,
  beside: '10/s against 1/s',
});

describe('report', () => {
  test('a bar is met at its very value', () => {
    expect(verdict(row(12, { atLeast: 12 }))).toBe('pass');
    expect(verdict(row(11.99, { atLeast: 12 }))).toBe('miss');
    expect(verdict(row(12, { atMost: 12 }))).toBe('pass');
    expect(verdict(row(12.01, { atMost: 12 }))).toBe('miss');
  });

  test('without a value nothing is said to be met, and without a bar nothing is judged', () => {
    expect(verdict(row(null, { atLeast: 12 }))).toBe('not measured');
    expect(verdict(row(3, null))).toBe('');
  });

  test('the table shows value, turns, bar, goal and verdict', () => {
    const machine = { processor: 'abacus', cores: 2, node: '20.19.0' };
    const rows = [row(40831, { atLeast: 10_000 }), row(0.19712, null)];
    const lines = markdown([{ title: 'Stones', rows }], machine, 5).split('\n');
    const cells = (line: string) => line.split('|').map((cell) => cell.trim());
    expect(lines).toContain('## Stones');
    const [first, second] = lines.filter((line) => line.includes('stone')).map(cells);
    expect(first.slice(2, 7)).toEqual(['40,831×', '20,416–81,662', '≥ 10,000×', '26×', 'pass']);
    expect(second.slice(2, 7)).toEqual(['0.197×', '0.0986–0.394', '', '26×', '']);
  });
});
