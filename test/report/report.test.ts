import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/model.js';
import { coloured, plainLook } from '../../src/report/look.js';
import { brief, report } from '../../src/report/report.js';
import type { Result } from '../../src/telemetry/result.js';
import * as fixtures from './fixtures.js';

const cases: [string, Result, Model][] = [
  ['calm', fixtures.result(), fixtures.model()],
  ['surge', fixtures.surgeResult(), fixtures.surgeModel()],
  ['held', fixtures.heldResult(), fixtures.heldModel()],
  ['static', fixtures.staticResult(), fixtures.staticModel()],
  ['closed', fixtures.closedResult(), fixtures.closedModel()],
  ['empty', fixtures.emptyResult(), fixtures.model()],
  ['partial', fixtures.partialResult(), fixtures.surgeModel()],
];

/** The lines from a section's title to the blank lines' end of it. */
function section(text: string, title: string, next: string): string[] {
  const from = text.indexOf(`\n${title}\n`) + 1;
  const to = text.indexOf(`\n\n${next}`, from);
  expect(from, title).toBeGreaterThan(0);
  expect(to, next).toBeGreaterThan(from);
  return text.slice(from, to).split('\n').slice(1);
}

describe('report', () => {
  it.each(cases)('of %s keeps to 80 columns, has no trailing blanks, no NaN, and ends in one newline', (_, result, model) => {
    const text = report(result, model);
    for (const line of text.split('\n')) {
      expect([...line].length, line).toBeLessThanOrEqual(80);
      expect(line).toBe(line.trimEnd());
    }
    expect(text).not.toMatch(/NaN|undefined|null|Infinity|\[object/);
    expect(text).toMatch(/[^\n]\n$/);
    expect(report(result, model)).toBe(text);
  });

  it.each(cases)('of %s is pure ASCII where the look wants it', (_, result, model) => {
    expect(report(result, model, { look: { ...plainLook, unicode: false } })).toMatch(/^[\n\x20-\x7e]*$/);
  });

  it.each(cases)('of %s has colours only if asked for them, and then says the same', (_, result, model) => {
    const text = report(result, model);
    const painted = report(result, model, { look: { ...plainLook, paint: coloured } });
    expect(text).not.toContain('\u001b');
    expect(painted).toContain('\u001b[1m');
    expect(stripVTControlCharacters(painted)).toBe(text);
  });

  it('has its parts in order, from the sentence to the small print', () => {
    const text = report(fixtures.surgeResult(), fixtures.surgeModel());
    const titles = [
      'The surge',
      'Requests',
      'Latency',
      'Stages',
      'Host',
      'Over time',
      'On paper',
      'What to look',
      'Thresholds',
      'The same',
      'What the',
    ];
    const places = titles.map((title) => text.search(new RegExp(`^${title}`, 'm')));
    expect(places[0]).toBe(0);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it('uses a wide terminal', () => {
    const wide = report(fixtures.surgeResult(), fixtures.surgeModel(), { look: { ...plainLook, width: 120 } });
    expect(Math.max(...wide.split('\n').map((line) => [...line].length))).toBe(120);
  });

  it('shows every outcome with its cause, and the line in the log', () => {
    const text = report(fixtures.surgeResult(), fixtures.surgeModel());
    expect(section(text, 'Requests', 'Latency')).toEqual([
      '  73,800 came, 43,600 were answered, 30,200 failed, 0 were under way at the end',
      '',
      '  outcome   count  share  first  stage    cause',
      '  200      43,600   59 %      -  -        answered',
      '  502      30,200   41 %   3:14  PHP-FPM  listen queue full',
      '',
      '  The log says:',
      '    502  [error] connect() to unix:/run/php/php-fpm.sock failed (11: Resource',
      '         temporarily unavailable) while connecting to upstream, request: "GET',
      '         /app.php HTTP/1.1"',
    ]);
  });

  it('tells outages', () => {
    const outages = [{ fromMs: 194_000, toMs: 341_000, cause: '502 from PHP-FPM' }];
    const down = fixtures.surgeResult({ availability: { requests: 0.59, time: 0.728, downtimeMs: 147_000, outages } });
    expect(report(down, fixtures.surgeModel())).toContain(
      '  down for 2 min 27 s, up for 73 % of the time: 3:14 to 5:41 (502 from PHP-FPM)\n',
    );
  });

  it('has room for the widest figures of a stage', () => {
    const { stages, windows } = fixtures.surgeResult();
    const wide = {
      ...stages['php-fpm'],
      utilisation: 0.9999,
      queue: { mean: 440.3, max: 512, limit: 512 },
      timeMs: { mean: 48_512, p95: 1, waiting: 0.0773, share: 0.00001 },
    };
    const text = report(fixtures.surgeResult({ stages: { ...stages, 'php-fpm': wide }, windows }), fixtures.surgeModel());
    expect(section(text, 'Stages', 'Host')).toContain(
      '  PHP-FPM        8  99.99 %    97 %    440  512/512  48.5 s  0.077 ms  <0.01 %',
    );
  });

  it('sets numbers to the right', () => {
    const text = report(fixtures.surgeResult(), fixtures.surgeModel());
    const [head, ...rows] = section(text, 'Latency of good answers, and rates', 'Stages');
    expect(head).toBe('                 before  during    after     all');
    expect(rows[0]).toBe('  good answers    4,800  28,800   10,000  43,600');
    expect(rows[4]).toBe('  p95             87 ms   3.1 s    95 ms  3.05 s');
    expect(new Set(rows.filter((row) => !row.includes('*')).map((row) => row.length))).toEqual(new Set([head.length]));
  });

  it('marks percentiles that the sample is too small for', () => {
    const few = fixtures.result({ latencyMs: fixtures.latency(500, 61, 87) });
    expect(report(few, fixtures.model())).toMatch(/p99 +131 ms\*\n/);
    expect(report(few, fixtures.model())).not.toMatch(/p95 +87 ms\*/);
    expect(report(few, fixtures.model())).toContain('* rests on fewer than 10 slower answers');
  });

  it('draws time with the surge, its failures and its events on one axis', () => {
    const lines = section(report(fixtures.surgeResult(), fixtures.surgeModel()), 'Over time', 'On paper');
    expect(lines).toEqual([
      '  offered        ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▅███████████▇▄▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁      400/s',
      '  good           ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▄▄▄▄▄▄▄▄▄▄▄▄▄▄▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁      172/s',
      '  failed                         ▁▅▅▅▅▅▅▅▅▅▅▅▃▁                            228/s',
      '  p95            ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁███████████████▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁        3 s',
      '  PHP-FPM queue                  ███████████████                             512',
      '  CPU            ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▇█████████████▅▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂      100 %',
      '                 0:00         2:30         5:00         7:30    10:00',
      '                                ab             c',
      '',
      '  a     3:00  the surge begins',
      '  b     3:14  first 502 (listen queue full), of 30200',
      '  c     5:54  answers are as fast as before, 34 s after the peak',
    ]);
  });

  it('caps the list of events, and keeps the first of each kind', () => {
    const queue = Array.from({ length: 40 }, (_, index) => ({
      atMs: 200_000 + index * 1000,
      kind: 'queue full',
      text: 'PHP-FPM',
    }));
    const events = [...queue, { atMs: 354_000, kind: 'recovered', text: 'as before' }];
    const text = report(fixtures.surgeResult({ events }), fixtures.surgeModel());
    expect(text).toContain('as before\n     and 29 more\n');
  });

  it('puts the arithmetic beside the simulated figures', () => {
    const lines = section(report(fixtures.surgeResult(), fixtures.surgeModel()), 'On paper, and simulated', 'What to look');
    expect(lines).toContain('  /app.php  100 %  0.2 ms  3.1 ms  2.5 ms  5.8 ms      6.1 ms  15 KiB');
    expect(lines).toContain('  CPU            1 core               5.8 ms         5.93 ms    172/s  least');
    expect(lines).toContain('  before           40/s       40/s   23 %       23 %       3 %        3 %');
    expect(lines).toContain('  at the peak     400/s      400/s  232 %      100 %      31 %      100 %');
  });

  it('gives a static site no columns of PHP and MySQL', () => {
    const text = report(fixtures.staticResult(), fixtures.staticModel());
    const lines = section(text, 'On paper, and simulated', 'What to look');
    expect(lines[0]).toBe('  page         share    Nginx    = CPU     sent');
    expect(lines.join()).not.toMatch(/PHP|MySQL|child/);
  });

  it('writes each threshold with its value in its own unit', () => {
    const lines = section(report(fixtures.surgeResult(), fixtures.surgeModel()), 'Thresholds', 'The same again');
    expect(lines).toEqual([
      '  ✓  during surge: errors > 5%     51 %',
      '  ✗  before surge: p95 < 50ms     87 ms',
      '  ?  after surge: p99 < 1s      no data',
    ]);
  });

  it('prints the seed and the command that repeats the run', () => {
    expect(report(fixtures.surgeResult(), fixtures.surgeModel())).toContain('\n  npm run -s sim -- surge --seed 1\n  seed 1,');
    const command = "npm run -s sim -- surge --seed 1 --set 'a b=c'";
    expect(report(fixtures.surgeResult(), fixtures.surgeModel(), { command })).toContain(`\n  ${command}\n`);
    expect(report(fixtures.surgeResult({ seed: "it's" }), fixtures.surgeModel())).toContain(`--seed 'it'\\''s'`);
  });

  it('notes what a reader must know, right below the headline', () => {
    const text = report(
      fixtures.surgeResult({ warnings: ['the surge is unstable: 2.3 times what the CPU can do'] }),
      fixtures.surgeModel(),
    );
    expect(text.split('\n').slice(2, 4).join(' ')).toContain('Note: the surge is unstable');
  });

  it('lets no name of a scenario reach the terminal as a command', () => {
    const evil = '\u001b]0;owned\u0007\u202e\u009b2J\r\n';
    const page = fixtures.appPage({ path: `/${evil}` });
    const model = fixtures.surgeModel({ name: evil, about: evil, pages: [page], watch: [evil] });
    const result = fixtures.surgeResult({
      scenario: evil,
      about: evil,
      seed: evil,
      causes: [{ ...fixtures.fullQueue, cause: evil, log: evil, outcome: evil, stage: evil }],
      events: [{ atMs: 1, kind: evil, text: evil }],
      thresholds: [{ text: evil, value: 1, verdict: 'pass' }],
      warnings: [evil],
      outcomes: { [evil]: 3 },
      windows: fixtures.surgeResult().windows.map((window) => ({ ...window, name: window.name + evil })),
    });
    for (const text of [report(result, model), report(result, model, { command: evil }), brief(result, model)]) {
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(text).toContain('\\u001b]0;owned\\u0007');
    }
  });

  it('brief is the headline and the thresholds', () => {
    const lines = brief(fixtures.surgeResult(), fixtures.surgeModel()).split('\n');
    expect(lines[0]).toMatch(/^The surge overwhelms the CPU/);
    expect(lines).toContain('Thresholds');
    expect(lines.length).toBe(9);
  });
});
