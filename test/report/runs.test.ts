import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { figure } from '../../src/experiments/interval.js';
import { replicate } from '../../src/experiments/replicate.js';
import type { Runs } from '../../src/experiments/runs.js';
import { toJson } from '../../src/report/json.js';
import { coloured, plainLook } from '../../src/report/look.js';
import { briefOfRuns, reportOfRuns } from '../../src/report/runs.js';
import { loadScenario } from '../../src/scenario/load.js';
import { bare, exponential, poisson, scriptPage } from '../support/bare.js';

const p95 = { text: 'p95 < 90ms', window: null, metric: { kind: 'p95' }, operator: '<', value: 90 } as const;

/** One child, a line of three, and more visits in the middle than it can answer. */
const model = bare({
  name: 'small surge',
  durationMs: 30_000,
  windows: [
    { name: 'before surge', fromMs: 0, toMs: 10_000 },
    { name: 'during surge', fromMs: 10_000, toMs: 20_000 },
    { name: 'after surge', fromMs: 20_000, toMs: 30_000 },
  ],
  php: { maxChildren: 1, listenBacklog: 2 },
  pages: [scriptPage({ waitMs: exponential(10) })],
  traffic: [poisson(20), poisson(0, { name: 'surge', curve: [{ fromMs: 10_000, toMs: 20_000, fromRate: 200, toRate: 200 }] })],
  thresholds: [
    p95,
    { text: 'errors < 1%', window: null, metric: { kind: 'errors' }, operator: '<', value: 0.01 },
    { text: 'during surge: goodput > 50/s', window: 1, metric: { kind: 'goodput' }, operator: '>', value: 50 },
  ],
});
const runs = replicate(model, 12);
const text = reportOfRuns(runs, model);

function section(title: string): string {
  return text.split('\n\n').find((part) => part.startsWith(title)) ?? '';
}

describe('the report on several runs', () => {
  it('begins with a sentence in which every number has its interval', () => {
    const [headline] = text.split('\n\n');
    const sentence = headline.replaceAll('\n', ' ');
    const number = String.raw`[\d.,]+ ± [\d.,]+`;
    expect(sentence).toMatch(
      new RegExp(
        `In 12 runs ${number} % of ${number} requests a run fail \\(502, PHP-FPM: listen queue full\\), ${number} % of those ` +
          `during the surge, p95 of the good answers ${number} ms before the surge and ${number} ms during the surge; the busiest ` +
          `part is PHP-FPM, ${number} % in use during the surge\\.`,
      ),
    );
    expect(sentence).toContain('Misses its goal "errors < 1%". ');
  });

  it('has key figures for each window, with intervals', () => {
    const rows = section('Latency of good answers').split('\n');
    expect(rows[1].trim().split(/ {2,}/)).toEqual(['before', 'during', 'after', 'all']);
    for (const name of ['offered', 'good', 'failed', 'p50', 'p95', 'p99']) {
      const cells = rows.find((row) => row.trim().startsWith(`${name} `))!.match(/± /g);
      expect(cells, name).toHaveLength(4);
    }
  });

  it('has outcomes and causes with intervals, and in how many runs they were seen', () => {
    expect(section('  outcome')).toMatch(/^ {2}502 +[\d,]+ ± \d+ +12 {2}PHP-FPM {2}listen queue full$/m);
    expect(section('  outcome')).toMatch(/^ {2}200 +[\d,]+ ± \d+ +- {2}- +answered$/m);
    expect(section('  The log says')).toContain('[error] connect() to unix:');
  });

  it('has how full each stage was, and its line', () => {
    expect(section('Stages')).toMatch(/^ {2}PHP-FPM +1 +[\d.]+ ± [\d.]+ % +[\d.]+ ± [\d.]+ % +[\d.]+ ± [\d.]+$/m);
  });

  it('has thresholds with their verdicts', () => {
    const lines = section('Thresholds').split('\n');
    expect(lines[2]).toMatch(/^ {2}✗ {2}errors < 1% +[\d.]+ ± [\d.]+ %$/);
    expect(lines[3]).toMatch(/^ {2}✓ {2}during surge: goodput > 50\/s +[\d.]+ ± [\d.]+\/s$/);
  });

  it('says of a threshold within the interval that it is too close to tell', () => {
    const [low, high] = replicate(model, 3).latencyMs.p95!.ci95;
    const undecided = { ...model, thresholds: [{ ...p95, value: (low + high) / 2 }] };
    const brief = briefOfRuns(replicate(undecided, 3), undecided);
    expect(brief).toMatch(/^Undecided: "p95 < 90ms"\. In 3 runs /);
    expect(brief).toMatch(/\? {2}p95 < 90ms {2}[\d.]+ ± [\d.]+ ms: too close to tell/);
    expect(brief).toContain('Note: an interval from fewer than 10 runs is a rough one');
    expect(text).not.toContain('is a rough one');
  });

  it('ends with the command that repeats it', () => {
    expect(section('The same again')).toContain("npm run -s sim -- 'small surge' --seed 1 --runs 12\n");
    expect(reportOfRuns(runs, model, { command: 'as I said' })).toContain('\n  as I said\n');
  });

  it('says where it was stopped', () => {
    expect(reportOfRuns({ ...runs, thresholds: [], partial: true, runsAsked: 30 }, { ...model, thresholds: [] })).toMatch(
      /^Stopped after 12 runs of 30\. In 12 runs /,
    );
  });

  it('marks a percentile that some runs have no answers for, and counts them out in a threshold', () => {
    const some = { runs: 11, ...figure([40, 44, 42]) };
    const [threshold, ...others] = runs.thresholds;
    const changed: Runs = {
      ...runs,
      latencyMs: { ...runs.latencyMs, p50: some },
      thresholds: [{ ...threshold, value: some, verdict: 'inconclusive' }, ...others],
    };
    const report = reportOfRuns(changed, model);
    expect(report).toMatch(/^ {2}p50 .* 42 ± 5 ms\+$/m);
    expect(report).toContain('  + not every run had such requests: of those that had');
    expect(report).toMatch(/\? {2}p95 < 90ms +42 ± 5 ms, no data in 1 of 12 runs$/m);
    expect(text).not.toContain('not every run');
  });

  it('says what several runs warn of, and how many they are', () => {
    const warned = { ...runs, warnings: [{ runs: 7, text: 'unstable' }] };
    expect(reportOfRuns(warned, model)).toContain('\nNote: unstable (in 7 of 12 runs)\n');
    expect(text.replace(/\s+/g, ' ')).toMatch(
      /Note: p99\.9 rests on fewer than 10 slower answers of \d+ to \d+ \(in every run\)/,
    );
  });

  it('of runs in which nothing fails names the speed and what is busiest; of nobody, nobody', () => {
    const calm = bare({ durationMs: 20_000, pages: model.pages, traffic: [poisson(20)] });
    expect(reportOfRuns(replicate(calm, 10), calm).replaceAll('\n', ' ')).toMatch(
      /^In 10 runs none of 4\d\d ± \d+ requests a run fails, p95 of the good answers [\d.]+ ± [\d.]+ ms; the busiest part is PHP-FPM, /,
    );
    const nobody = bare({ durationMs: 1000 });
    expect(reportOfRuns(replicate(nobody, 2), nobody)).toMatch(/^In 2 runs no request came in the time that was counted\.\n/);
  });

  it('fits 80 columns, keeps to ASCII where it must, and lets no name act on the terminal', () => {
    for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
    const ascii = { ...plainLook, unicode: false };
    expect(reportOfRuns(runs, model, { look: ascii })).toMatch(/^[\n\x20-\x7e]+$/);
    const hostile = reportOfRuns({ ...runs, about: '\u001b]0;owned\u202e' }, model);
    expect(hostile.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(reportOfRuns(runs, model, { look: { ...plainLook, paint: coloured } })).toContain('\u001b[1m');
  });
});

describe('the JSON of several runs', () => {
  const schema = JSON.parse(readFileSync(new URL('../../schema/runs.schema.json', import.meta.url), 'utf8'));
  const valid = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);

  it.each([
    ['a surge', runs],
    ['nobody', replicate(bare({ durationMs: 1000 }), 2)],
    ['one run', replicate(bare({ durationMs: 1000, traffic: [poisson(20)] }), 1)],
    ['a lesson', replicate(loadScenario('slow-query'), 2)],
    ['runs of which some had no answers', { ...runs, latencyMs: { ...runs.latencyMs, p99: { runs: 3, ...figure([1, 2, 3]) } } }],
  ] as const)('of %s is what the schema says', (_, each) => {
    valid(JSON.parse(toJson(each)));
    expect(valid.errors).toBeNull();
  });

  it('is refused by the schema with a key too many, too few, a bare number, or half an interval', () => {
    const { verdict: _, ...without } = runs;
    expect(valid({ ...runs, more: 1 })).toBe(false);
    expect(valid(without)).toBe(false);
    expect(valid({ ...runs, errors: 0.3 })).toBe(false);
    expect(valid({ ...runs, errors: { mean: 0.3, ci95: [0.2] } })).toBe(false);
    expect(valid({ ...runs, format: 'lempsim.result/1' })).toBe(false);
  });

  it('keeps the order of the interfaces', () => {
    const written = JSON.parse(toJson(runs));
    expect(Object.keys(written)).toEqual(Object.keys(runs));
    expect(Object.keys(written.errors)).toEqual(['mean', 'ci95']);
    expect(Object.keys(written.causes[0])).toEqual(['runs', 'outcome', 'stage', 'cause', 'log', 'count']);
    expect(toJson(runs)).toMatch(/"ci95": \[[\d.]+, [\d.]+\]/);
  });
});
