import { describe, expect, it } from 'vitest';
import { plainLook } from '../../src/report/look.js';
import { plusMinus, type Unit, unitOf } from '../../src/report/plusMinus.js';

function written(mean: number, half: number, unit: Unit, unicode = true): string {
  return plusMinus({ mean, ci95: [mean - half, mean + half] }, unit, { ...plainLook, unicode });
}

describe('a figure with its interval', () => {
  it.each([
    [87.312, 1.24, 'duration', '87.3 ± 1.2 ms'],
    [87.312, 5.24, 'duration', '87 ± 5 ms'],
    [3162, 12, 'duration', '3.162 ± 0.012 s'],
    [125_000, 9000, 'duration', '2 min 5 s ± 9 s'],
    [0.36498, 0.0022, 'share', '36.50 ± 0.22 %'],
    [0.0001, 0.0004, 'share', '0.01 ± 0.04 %'],
    [346.12, 0.93, 'rate', '346.1 ± 0.9/s'],
    [24_012.4, 143.9, 'number', '24,012 ± 144'],
    [1234.56, 0.096, 'number', '1,234.56 ± 0.10'],
    [0.5, 0.00001, 'number', '0.500 ± <0.001'],
    [0.0001, 0.00001, 'number', '<0.001'],
  ] as const)('%f ± %f as %s is %4$s', (mean, half, unit, text) => {
    expect(written(mean, half, unit)).toBe(text);
  });

  it('is only the figure where all runs agree, and a dash where none has one', () => {
    expect(written(512, 0, 'number')).toBe('512');
    expect(written(0, 0, 'share')).toBe('0 %');
    expect(written(412, 0, 'duration')).toBe('412 ms');
    expect(plusMinus(null, 'duration', plainLook)).toBe('-');
  });

  it('keeps to ASCII where it must', () => {
    expect(written(87.312, 1.24, 'duration', false)).toBe('87.3 +- 1.2 ms');
  });

  it('of a threshold is in the unit of what it measures', () => {
    expect(unitOf({ kind: 'errors' })).toBe('share');
    expect(unitOf({ kind: 'goodput' })).toBe('rate');
    expect(unitOf({ kind: 'recovery' })).toBe('duration');
    expect(unitOf({ kind: 'queue', stage: 'mysql', of: 'max' })).toBe('number');
    expect(unitOf({ kind: 'utilisation', stage: 'mysql', of: 'mean' })).toBe('share');
  });
});
