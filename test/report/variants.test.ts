import { describe, expect, it } from 'vitest';
import { runVariants } from '../../src/experiments/variants.js';
import { withGlossary } from '../../src/report/glossary.js';
import { plainLook } from '../../src/report/look.js';
import { briefOfVariants, reportOfVariants } from '../../src/report/variants.js';
import { toModel } from '../../src/scenario/scenario.js';

const model = toModel({
  name: 'ways',
  about: 'Three ways.',
  duration: '3m',
  traffic: [{ rate: '20/s' }],
  site: {
    host: { cores: 1, memory: '1 GiB' },
    'php-fpm': { 'pm.max_children': 8, pm: 'static' },
    mysql: { start: '2s' },
    pages: { '/': { size: '1 kB', php: { cpu: '2ms', wait: '50ms' }, queries: [{ cpu: '1ms' }] } },
  },
  slo: '99.9%',
  variants: [
    {
      name: 'kill',
      events: [{ at: '1m', kill: 'mysql', for: '20s' }],
      happens: { mtbf: { exponential: '90d' }, mttr: '30m' },
      thresholds: ['downtime > 20s'],
    },
    { name: 'reload', because: 'the socket stays.', events: [{ at: '1m', reload: 'nginx' }], happens: { mtbf: '7d' } },
    { name: 'as it is' },
  ],
});
const answer = runVariants(model);
const text = reportOfVariants(answer, model);

describe('the report of variants', () => {
  it('says which costs least and why, and which costs most; what has no event wins nothing', () => {
    const [sentence] = text.split('\n\n');
    expect(sentence.replace(/\s+/g, ' ')).toMatch(
      /^Reload costs least: nothing is lost, p95 \d+ ms in its worst second, since the socket stays\. Kill costs most: \d+ of 3,\d+ page views fail \(500 × \d+\), down for 2\d s\.$/,
    );
  });

  it('is a table, best first, in 80 columns', () => {
    const rows = text.split('\n').filter((line) => /^ {2}(kill|reload|as it is) +\d/.test(line));
    expect(rows.slice(0, 3).map((row) => row.trim().split(/ {2,}/)[0])).toEqual(
      ['reload', 'as it is', 'kill'].sort((a, b) => order(a) - order(b)),
    );
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('tells what is spent of a month, what a year brings, and what all of them bring together', () => {
    expect(text).toContain("Spent of a month's error budget at 99.9 %, each time");
    expect(text).toMatch(/In a year\n +times +down +nine years of ten +by formula\n/);
    expect(text.replace(/\s+/g, ' ')).toMatch(
      /All of them on one box, each by itself: up for 99\.9\d* % of the time, down for 2 h \d+ min a year\. Two such boxes/,
    );
  });

  it('names each threshold under its variant, and the causes of what failed', () => {
    expect(text).toMatch(/Thresholds\n {2}kill\n {4}✓ {2}downtime > 20s +2\d s\n/);
    expect(text).toMatch(/Why requests failed\n {2}kill: 500, MySQL: /);
    expect(briefOfVariants(answer, model)).toMatch(/^Reload costs least[\s\S]*\n\nThresholds\n[\s\S]*$/);
  });

  it('of several runs has intervals, and of fewer variants than asked says so', () => {
    const some = runVariants({ ...model, variants: model.variants.slice(0, 1) }, 3);
    const several = reportOfVariants({ ...some, partial: true, variantsAsked: 3 }, model);
    expect(several).toMatch(/^Stopped after 1 variant of 3\. Kill costs least: /);
    expect(several).toMatch(/\n {2}kill +[\d.]+ ± [\d.]+ +500 × [\d.]+ ± [\d.]+ /);
    expect(several).toContain('p95 during');
    expect(several).toContain('page views in each of 3 runs');
    expect(several).toContain('npm run -s sim -- ways --seed 1 --runs 3');
  });

  it('keeps to ASCII where it must', () => {
    const ascii = reportOfVariants(answer, model, { look: { ...plainLook, unicode: false } });
    expect(ascii).toMatch(/^[\x20-\x7e\n]*$/);
    expect(withGlossary(ascii, { ...plainLook, unicode: false })).toMatch(/^[\x20-\x7e\n]*$/);
  });
});

describe('the glossary', () => {
  it('explains the words that stand in the answer, and no others', () => {
    const explained = withGlossary(text, plainLook);
    const words = explained.slice(explained.indexOf('What the words mean'));
    expect(words).toContain('  down: A second in which less than half');
    expect(words).toContain('  error budget: ');
    expect(words).toContain('  by formula: ');
    expect(words).not.toContain('interval');
    expect(withGlossary('Nothing.\n', plainLook)).toBe('Nothing.\n');
  });
});

/** Fewer lost first, then the faster worst second. */
function order(name: string): number {
  const { requests, series } = answer.variants.find((each) => each.name === name) as never as {
    requests: { failed: number };
    series: { p95: (number | null)[] };
  };
  const from = name === 'as it is' ? 0 : 60;
  return requests.failed * 1e6 + Math.max(...series.p95.slice(from).map((value) => value ?? 0));
}
