import { describe, expect, it } from 'vitest';
import { bytes, clock, count, duration, exactClock, figure, rate, several, share } from '../../src/report/format.js';

describe('format', () => {
  it('duration takes the unit that reads best', () => {
    const written = [0, 0.001, 0.42, 4.256, 412.3, 999.6, 2612, 41_000, 59_960, 725_000, 7_500_000].map(duration);
    expect(written).toEqual([
      '0 ms',
      '<0.01 ms',
      '0.42 ms',
      '4.26 ms',
      '412 ms',
      '1 s',
      '2.61 s',
      '41 s',
      '1 min',
      '12 min 5 s',
      '2 h 5 min',
    ]);
    expect(duration(null)).toBe('-');
  });

  it('a share never rounds something to nothing, or nearly all to all', () => {
    expect([0, 0.00001, 0.0004, 0.032, 0.38, 0.994, 0.9996, 0.99999, 1, 2.32].map(share)).toEqual([
      '0 %',
      '<0.01 %',
      '0.04 %',
      '3.2 %',
      '38 %',
      '99.4 %',
      '99.96 %',
      '99.99 %',
      '100 %',
      '232 %',
    ]);
  });

  it('clock is rounded down, for a thing has not happened before its second', () => {
    expect([0, 194_999, 3_723_000].map(clock)).toEqual(['0:00', '3:14', '1:02:03']);
    expect(exactClock(194_207.9)).toBe('3:14.207');
  });

  it('numbers have three digits, or all of them and commas', () => {
    expect([0.00002, 0.04215, 4.214, 167.6, 1404.4, 1_234_567].map(figure)).toEqual([
      '<0.001',
      '0.042',
      '4.21',
      '168',
      '1,404',
      '1,234,567',
    ]);
    expect(count(24_012)).toBe('24,012');
    expect(rate(168.2)).toBe('168/s');
    expect([several(1, 'core'), several(2, 'child', 'children')]).toEqual(['1 core', '2 children']);
  });

  it('bytes are binary, and no limit is said in words', () => {
    expect([512, 30 * 1024 ** 2, 1.5 * 1024 ** 3, Infinity].map(bytes)).toEqual(['512 B', '30 MiB', '1.5 GiB', 'no limit']);
  });
});
