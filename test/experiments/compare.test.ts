import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import { compareModels } from '../../src/experiments/compare.js';
import type { Model } from '../../src/model.js';
import { comparison, comparisonMarkdown } from '../../src/report/comparison.js';
import { bare, exponential, poisson, scriptPage } from '../support/bare.js';

const site = (cpuMs: number, parts: Parameters<typeof bare>[0] = {}) =>
  bare({
    durationMs: 60_000,
    host: { cores: 1 },
    pages: [scriptPage({ cpuMs: exponential(cpuMs) })],
    php: { maxChildren: 100 },
    visitors: { patienceMs: null },
    traffic: [poisson(50)],
    ...parts,
  });
const compared = (before: Model, after: Model, runs = 6) => compareModels(before, after, { before: 'one', after: 'other' }, runs);
const judgementOf = ({ differences }: ReturnType<typeof compareModels>, name: string) =>
  differences.find((each) => each.name === name)!.judgement;

describe('compare', () => {
  it('a scenario with itself is the same in every figure', () => {
    const result = compared(site(10), site(10), 2);
    expect(result.verdict).toBe('same');
    expect(new Set(result.differences.map(({ judgement }) => judgement))).toEqual(new Set(['same']));
  });

  it('a cheaper script is better, a dearer one worse, by the difference of each run', () => {
    const result = compared(site(10), site(9));
    expect(result.verdict).toBe('better');
    expect(judgementOf(result, 'p95')).toBe('better');
    const { difference, before, after } = result.differences.find(({ name }) => name === 'mean')!;
    expect(difference.mean).toBeCloseTo(after.mean - before.mean, 9);
    // The same visitors: the difference is known far better than either figure.
    const width = ({ ci95 }: typeof before) => ci95[1] - ci95[0];
    expect(width(difference)).toBeLessThan(0.7 * width(before));
    expect(compared(site(9), site(10)).verdict).toBe('worse');
  });

  it('what is used is neither good nor bad', () => {
    expect(judgementOf(compared(site(10), site(8)), 'cpu')).toBe('different');
  });

  it('a difference that is there and too small to matter is told as that', () => {
    const still = (waitMs: number) => site(0, { pages: [scriptPage({ waitMs: always(waitMs) })] });
    const result = compared(still(100), still(100.5), 2);
    expect(judgementOf(result, 'mean')).toBe('negligible');
    expect(result.verdict).toBe('same');
  });

  it('too few runs to tell are inconclusive, not the same', () => {
    const bursty = (law: 'exponential' | 'constant') =>
      site(10, {
        traffic: [poisson(90)],
        durationMs: 5000,
        pages: [scriptPage({ cpuMs: law === 'constant' ? always(10) : exponential(10) })],
      });
    expect(judgementOf(compared(bursty('constant'), bursty('exponential'), 2), 'p99')).toBe('inconclusive');
  });

  it('better here and worse there is mixed', () => {
    const shorter = site(10, { traffic: [poisson(130)], php: { maxChildren: 1, listenBacklog: 5 } });
    const longer = site(10, { traffic: [poisson(130)], php: { maxChildren: 1, listenBacklog: 200 } });
    expect(compared(longer, shorter, 3).verdict).toBe('mixed');
  });
});

describe('its report', () => {
  const result = compared(site(10), site(9), 3);

  it('says in a sentence what is better, and lists what is not the same', () => {
    const text = comparison(result, 'npm run -s sim -- compare one other');
    expect(text).toMatch(/^Better: mean, p50, p95, p99, over 3 runs of the same visitors\./);
    expect(text).toMatch(/\n {2}p95 .* ms .* −.* better\n/);
    expect(text).toContain('The same in every run: errors');
  });

  it('is a Markdown table that no name can break', () => {
    const text = comparisonMarkdown({ ...result, before: 'a`b', after: '<script>|x' });
    expect(text).toContain("Before: `a'b`");
    expect(
      text
        .split('\n')
        .filter((line) => line.startsWith('| '))
        .every((line) => line.split('|').length === 7),
    ).toBe(true);
  });
});
