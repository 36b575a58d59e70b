import { describe, expect, it } from 'vitest';
import { collect, moment, ordinal } from '../../src/cli/read.js';

describe('option values', () => {
  it('a moment is a time with units, or as a report writes it', () => {
    expect(['190s', '3m10s', '3:10', '1:03:10', '250ms', '1.5s', '0:00.250'].map(moment)).toEqual([
      190_000, 190_000, 190_000, 3_790_000, 250, 1500, 250,
    ]);
  });

  it.each(['', 'soon', '3', '-3s', '3x', '1e3s', '3:1', `${'1'.repeat(100_000)}x`])('%.20s is no moment', (text) => {
    expect(() => moment(text)).toThrow('3m10s');
  });

  it('the how-manieth begins at 1', () => {
    expect(ordinal('12')).toBe(12);
    for (const text of ['0', '-1', '1.5', 'x', '']) expect(() => ordinal(text)).toThrow('from 1 on');
  });

  it('settings are collected in order, each with a path', () => {
    expect(collect('b==', collect('a=1'))).toEqual(['a=1', 'b==']);
    expect(() => collect('=1')).toThrow('path=value');
  });
});
