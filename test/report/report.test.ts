import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
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
    const outages = [{ fromMs: 194_000, toMs: 341_000, cause: '502 from PHP-FPM', rule: 'errors' as const }];
    const down = fixtures.surgeResult({
      availability: { ...fixtures.result().availability, requests: 0.59, time: 0.728, downtimeMs: 147_000, outages },
    });
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

  it('lists five outages, and counts the others', () => {
    const outages = Array.from({ length: 8 }, (_, index) => ({
      fromMs: index * 60_000,
      toMs: index * 60_000 + 1000,
      cause: '502',
      rule: 'errors' as const,
    }));
    const down = fixtures.surgeResult({
      availability: { ...fixtures.result().availability, requests: 0.59, time: 0.98, downtimeMs: 8000, outages },
    });
    const text = report(down, fixtures.surgeModel()).replace(/\s+/g, ' ');
    expect(text).toContain('3:00 to 3:01 (502), 4:00 to 4:01 (502), and 3 more');
    expect(text).not.toContain('5:00 to 5:01');
  });

  it('says loudly that more memory was promised than there is, and by whom', () => {
    const { host } = fixtures.result();
    const memory = { ...host.memory, usedMax: 5 * 1024 ** 3, overcommitted: true };
    const over = report(fixtures.result({ host: { ...host, memory } }), fixtures.model()).replace(/\s+/g, ' ');
    expect(over).toContain('memory 5 GiB of 4 GiB at most: MORE THAN THERE IS (system 300 MiB, ');
    const none = { ...host.memory, usedMax: 0, by: { system: 0 } };
    expect(report(fixtures.result({ host: { ...host, memory: none } }), fixtures.model())).toMatch(
      /memory +0 B of 4 GiB at most\n/,
    );
  });

  it('draws a run without a good answer, and time in which nobody was answered, as blanks', () => {
    const never = fixtures.series({ good: new Array<number>(600).fill(0), p95: new Array<null>(600).fill(null) });
    expect(report(fixtures.result({ series: never }), fixtures.model())).toMatch(/^ {2}p95 +-$/m);
    const p95 = fixtures.series().p95.map((each, second) => (second < 300 ? null : each));
    expect(report(fixtures.result({ series: fixtures.series({ p95 }) }), fixtures.model())).toMatch(/^ {2}p95 {27,}█+ +87 ms$/m);
  });

  it('draws hours without two labels running into each other', () => {
    const hours = report(
      fixtures.surgeResult({ series: { ...fixtures.surgeResult().series, stepMs: 60_000 } }),
      fixtures.surgeModel(),
    );
    const [axis] = hours.split('\n').filter((line) => /^ +0:00 /.test(line));
    expect(axis.trim()).toMatch(/^0:00( +\d+:\d\d:\d\d)+$/);
  });

  it('does without the arithmetic where it knows of no request, as with arrivals of a caller’s own', () => {
    const text = report(fixtures.result(), fixtures.model({ traffic: [] }));
    expect(text).not.toContain('On paper');
    expect(text).toContain('\nStages\n');
  });

  it('calls what costs nothing without a limit', () => {
    const nginx = { ...fixtures.model().nginx, acceptMs: always(0), proxyMs: always(0), answerMs: always(0) };
    const text = report(fixtures.result(), fixtures.model({ nginx }));
    expect(text).toMatch(/^ {2}Nginx workers +1 worker +0 ms +\S+ ms +no limit$/m);
  });

  it('gives a surge on a static site a line for its peak, without children', () => {
    const { incident, windows, traffic } = fixtures.surgeModel();
    const model = { ...fixtures.staticModel(), incident, windows, traffic };
    const { dns, tcp, nginx, delivery } = fixtures.result().stages;
    const { series } = fixtures.surgeResult();
    const noPhp = fixtures.surgeResult({
      stages: { dns, tcp, nginx, delivery },
      series: { ...series, busy: { nginx: series.busy.nginx } },
    });
    expect(report(noPhp, model)).toMatch(/^ {2}at the peak +400\/s +400\/s +6 % +100 %$/m);
  });

  it('of closed users says how many can come at most, and nothing where nothing costs', () => {
    const text = report(fixtures.closedResult(), fixtures.closedModel());
    expect(text.replace(/\s+/g, ' ')).toContain(
      '50 users wait for their answers, so no more than the least of these limits can come: 172/s.',
    );
    const [source] = fixtures.closedModel().traffic;
    const page = { path: '/', weight: 1, bytes: always(0), script: null, assets: [] };
    const { nginx } = fixtures.model();
    const free = {
      ...fixtures.staticModel(),
      traffic: [source],
      pages: [page],
      nginx: { ...nginx, acceptMs: always(0), staticMs: always(0) },
    };
    expect(report(fixtures.staticResult(), free)).not.toContain('wait for their answers');
  });

  it('says where more was answered than the CPU allows that the expensive ones failed', () => {
    const { perSecond } = fixtures.surgeResult();
    const good = fixtures.surgeResult().series.good.map((each) => each * 2);
    const cheap = fixtures.surgeResult({ perSecond, series: { ...fixtures.surgeResult().series, good } });
    expect(report(cheap, fixtures.surgeModel()).replace(/\s+/g, ' ')).toContain(
      'At the peak 344/s were answered, more than the 172/s that the CPU allows: those that failed were the expensive ones.',
    );
  });

  it('writes a value of a threshold that the model does not know as a bare figure', () => {
    const thresholds = [{ text: 'errors < 2%', value: 0.0123, verdict: 'pass' as const }];
    expect(report(fixtures.result({ thresholds }), fixtures.model())).toContain('  ✓  errors < 2%  0.012\n');
  });

  it('puts the arithmetic of files, rows and the disk beside what was measured, as far as that can be', () => {
    const query = {
      times: always(1),
      cpuMs: always(0.5),
      reads: always(3),
      row: 'stock',
      table: null,
      holdMs: always(10),
      commit: true,
    };
    const page = fixtures.appPage({
      script: { cpuMs: always(3), waitMs: always(0), compileMs: null, queries: [query] },
      assets: [1],
    });
    const file = { path: '/style.css', weight: 0, bytes: always(1460), script: null, assets: [] };
    const mysql = { ...fixtures.model().mysql!, datasetBytes: 512 * 1024 ** 2, persistent: false };
    const text = (iops: number) => {
      const { host } = fixtures.model();
      const disk = { ...host.disk, iops };
      return report(fixtures.result(), fixtures.model({ pages: [page, file], mysql, host: { ...host, disk } }));
    };
    expect(text(3000)).toMatch(/^ {2}\/style\.css +50 % +0\.15 ms +0 ms +0 ms +0\.15 ms +- +\S+ KiB$/m);
    expect(text(3000)).toMatch(/^ {2}row stock +one at a time +[\d.]+ ms +- +[\d.]+\/s/m);
    expect(text(3000)).toMatch(/^ {2}disk +4 at once +[\d.]+ ms +- +[\d,]+\/s/m);
    expect(text(10)).toMatch(/^ {2}disk +10\/s +[\d.]+ ms +- +[\d.]+\/s/m);
    expect(text(3000)).toContain('  /app.php     50 %    0.2 ms    3 ms  0.8 ms     4 ms     21.2 ms  ');
  });

  it('has no measured need of a request where none was answered', () => {
    const none = fixtures.result({ perSecond: { offered: 40, throughput: 40, goodput: 0 } });
    expect(report(none, fixtures.model())).toMatch(/^ {2}CPU +1 core +5\.8 ms +- +172\/s {2}least$/m);
  });

  it('says of a disk that nobody asked that it was not used', () => {
    const { host } = fixtures.result();
    const disk = { utilisation: 0, operations: 0, queue: { mean: 0, max: 0 } };
    expect(report(fixtures.result({ host: { ...host, disk } }), fixtures.model())).toMatch(/^ {2}disk +not used$/m);
  });

  it('writes rates as rates, counts as counts, and lines as what they are', () => {
    const metrics: [string, Model['thresholds'][number]['metric'], number][] = [
      ['goodput > 30/s', { kind: 'goodput' }, 39.96],
      ['throughput > 30/s', { kind: 'throughput' }, 40.02],
      ['outcomes[502] < 9999', { kind: 'outcome', outcome: '502' }, 1234],
      ['stages.tcp.queue.mean < 1', { kind: 'queue', stage: 'tcp', of: 'mean' }, 0.25],
      ['stages.nginx.utilisation < 50%', { kind: 'utilisation', stage: 'nginx', of: 'mean' }, 0.01],
      ['downtime < 1s', { kind: 'downtime' }, 0],
    ];
    const thresholds = metrics.map(([text, metric]) => ({ text, window: null, metric, operator: '>' as const, value: 0 }));
    const results = metrics.map(([text, , value]) => ({ text, value, verdict: 'pass' as const }));
    const text = report(fixtures.result({ thresholds: results }), fixtures.model({ thresholds }));
    const written = section(text, 'Thresholds', 'The same again').map((line) => line.split(/ {2,}/).pop());
    expect(written).toEqual(['40/s', '40/s', '1,234', '0.25', '1 %', '0 ms']);
  });
});
