import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { coloured, plainLook } from '../../src/report/look.js';
import { waterfall } from '../../src/report/waterfall.js';
import { trace } from './fixtures.js';

describe('waterfall', () => {
  it('tells the life of a request in the order it happened, on one axis', () => {
    expect(waterfall(trace()).split('\n')).toEqual([
      '/app.php at 3:10.000 → 200 after 400 ms',
      'request 8,123 of surge, seed 1',
      '',
      '  step                   took    waited  0           400 ms',
      '  type the name                          │                   the click',
      '  look it up            40 ms            ██                  asked the resolver,',
      '                                                             which had it',
      '  connect               30 ms              █                 new connection',
      '  Nginx                300 ms               ██████████████   passed to PHP-FPM',
      '    PHP-FPM            298 ms    200 ms     ░░░░░░░░░█████   child 3',
      '      MySQL              4 ms      1 ms               │      query',
      '      MySQL              4 ms      1 ms               │      query',
      '      MySQL              4 ms      1 ms                │     query',
      '      MySQL              4 ms      1 ms                │     query',
      '      MySQL             12 ms      3 ms                █     3 more, the first:',
      '                                                             query',
      '  deliver               30 ms                             █  14,600 bytes',
      '  ░ waited, █ served; how much of a bar was waiting is exact, where in it is not',
      '',
      'Of 400 ms, 270 ms (68 %) went into PHP-FPM and its script, 200 ms of it waiting;',
      '40 ms (10 %) went into looking the name up; and 30 ms (7.5 %) went into',
      'connecting.',
      '',
    ]);
  });

  it('of a failure says why, and what the log has', () => {
    const [first] = trace().spans;
    const refused = trace({
      outcome: '502',
      cause: 'listen queue full',
      log: '[error] connect() failed (11)',
      spans: [first],
      endedMs: 190_040,
    });
    expect(waterfall(refused)).toContain('→ 502 after 40 ms\n');
    expect(waterfall(refused)).toContain('\nFailed: listen queue full\nIn the log: [error] connect() failed (11)\n');
  });

  it('survives a request without a moment or a span', () => {
    const instant = trace({ endedMs: 190_000, spans: [] });
    expect(waterfall(instant)).toContain('The request ended the moment it began.');
    expect(waterfall(instant)).not.toContain('NaN');
  });

  it('is ASCII, narrow, and without colours as the look wants it, and lets no name act on the terminal', () => {
    const evil = trace({ page: '/\u001b[2J', cause: '\u009b', log: '\u202e' });
    const text = waterfall(evil, { ...plainLook, unicode: false });
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    expect(text).toContain('/\\u001b[2J at');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(stripVTControlCharacters(waterfall(trace(), { ...plainLook, paint: coloured }))).toBe(waterfall(trace()));
  });

  it('sums up spans that have nothing to say of themselves', () => {
    const spans = trace().spans.map((span) => (span.stage === 'mysql' ? { ...span, note: '' } : span));
    expect(waterfall(trace({ spans }))).toMatch(/MySQL +12 ms +3 ms +█ +3 more\n/);
  });

  it('tells of any stage by its name that the time went into it', () => {
    const [dns] = trace().spans;
    const span = { ...dns, stage: 'mysql', waitedMs: 0, note: '' };
    expect(waterfall(trace({ spans: [span], endedMs: 190_040 }))).toMatch(/\nOf 40 ms, 40 ms \(100 %\) went into MySQL\.\n$/);
  });
});
