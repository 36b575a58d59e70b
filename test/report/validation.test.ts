import { describe, expect, it } from 'vitest';
import { validation } from '../../src/report/validation.js';
import type { Comparison, Figure } from '../../src/validate/compare.js';
import { errorOf, summarise } from '../../src/validate/summary.js';

const figure = (name: string, predicted: number | null, measured: number | null, kind: Figure['kind'] = 'ms'): Figure => ({
  name,
  predicted,
  measured,
  kind,
});
const run = (name: string, ...figures: Figure[]): Comparison => ({ run: name, figures, unknown: [] });
const good = run(
  'one',
  figure('answered', 99, 100, 'count'),
  figure('mean', 11, 10),
  figure('p95', 18, 20),
  figure('502', 4, 0, 'count'),
);

describe('accuracy over several runs', () => {
  it('is the mean of the absolute errors, their bias, and the worst of them', () => {
    const { accuracy } = summarise([good, run('two', figure('mean', 8, 10))]);
    expect(accuracy.find(({ name }) => name === 'mean')).toEqual({
      name: 'mean',
      runs: 2,
      meanAbsoluteError: expect.closeTo(0.15, 9),
      bias: expect.closeTo(-0.05, 9),
      worst: expect.closeTo(-0.2, 9),
      worstRun: 'two',
    });
  });

  it('leaves out what cannot be compared: nothing measured, no data, counts of less than ten', () => {
    expect(errorOf(figure('p95', null, 20))).toBeNull();
    expect(errorOf(figure('p95', 20, null))).toBeNull();
    expect(errorOf(figure('mean', 20, 0))).toBeNull();
    expect(errorOf(figure('502', 4, 5, 'count'))).toBeNull();
    expect(errorOf(figure('502', 40, 50, 'count'))).toBeCloseTo(-0.2, 9);
  });

  it.each([
    ['good', 1.1],
    ['usable', 1.25],
    ['poor', 1.5],
  ])('is %s at a factor of %s in the mean', (verdict, factor) => {
    expect(summarise([run('x', figure('mean', 10 * factor, 10))]).verdict).toBe(verdict);
  });

  it('judges by what was answered, too, and by nothing where there is nothing', () => {
    expect(summarise([run('x', figure('answered', 80, 100, 'count'))]).verdict).toBe('poor');
    expect(summarise([run('x', figure('p50', 1, 1))]).verdict).toBe('no data');
    expect(summarise([]).verdict).toBe('no data');
  });
});

describe('its report', () => {
  it('says in a sentence how far off, and shows each run and each figure', () => {
    const text = validation(summarise([good]));
    expect(text).toMatch(
      /^Good: over one run the prediction misses requests answered by 1 %, the mean\nlatency by 10 % and p95 by 10 % on average\./,
    );
    expect(text).toMatch(/one {2,}99 \(100\) {2,}502 4 \(0\) {2,}\+10 % {2,}- {2,}-10 % {2,}-\n/);
    expect(text).toMatch(/mean {2,}1 {2,}10 % {2,}\+10 % {2,}\+10 % {2,}one/);
  });

  it('names what a run had and lempsim does not know', () => {
    const text = validation(
      summarise([
        { ...good, unknown: ['config GZIP'] },
        { ...good, unknown: ['config GZIP', 'action nginx_dance'] },
      ]),
    );
    expect(text).toContain('over 2 runs');
    expect(text).toContain('Not known to lempsim, and left out\n  config GZIP, action nginx_dance');
  });

  it('says that nothing could be compared', () => {
    expect(validation(summarise([run('x')]))).toMatch(/^Nothing could be compared/);
    expect(validation(summarise([run('x', figure('answered', null, null, 'count'), figure('mean', 10, 10))]))).toMatch(
      /^Good: over one run the prediction misses the mean latency by 0 %/,
    );
  });
});
