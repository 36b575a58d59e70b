import { describe, expect, it } from 'vitest';
import { headline } from '../../src/report/headline.js';
import * as fixtures from './fixtures.js';

const { model, result, surgeModel, surgeResult } = fixtures;

describe('headline', () => {
  it('of a calm run says that it holds, and how much is left', () => {
    expect(headline(result(), model())).toBe(
      'Holds: all 21,600 requests are answered, p95 87 ms; the busiest part is the CPU, 23 % in use, 77 % to spare.',
    );
  });

  it('of a surge that fills the CPU blames the CPU, though the failures are seen at PHP-FPM', () => {
    expect(headline(surgeResult(), surgeModel())).toBe(
      'The surge overwhelms the CPU: 1 core answers 172/s of the 400/s that come; first 502 at 3:14 (PHP-FPM: listen queue full), ' +
        '51 % of its requests fail, back to normal 34 s after the peak ended.',
    );
  });

  it('of children that are held while the CPU is idle blames PHP-FPM', () => {
    expect(headline(fixtures.heldResult(), fixtures.heldModel())).toBe(
      'The surge overwhelms PHP-FPM: 8 children answer 8/s of the 400/s that come; first 502 at 3:14 (PHP-FPM: listen queue full), ' +
        '51 % of its requests fail, back to normal 34 s after the peak ended.',
    );
  });

  it('does not say that children answer what nginx answers without them', () => {
    const page = { ...fixtures.staticModel().pages[0] };
    const mixed = { ...fixtures.heldModel(), pages: [...fixtures.heldModel().pages, page] };
    expect(headline(fixtures.heldResult(), mixed)).toContain('with 8 children the site answers 8/s');
  });

  it('blames the CPU for full children while it is 90 % busy and more', () => {
    const busy = surgeResult();
    const series = { ...busy.series, cpu: busy.series.cpu.map((use) => use * 0.92) };
    expect(headline({ ...busy, series }, surgeModel())).toMatch(/^The surge overwhelms the CPU/);
  });

  it('does not blame the surge for what was full before it', () => {
    const held = fixtures.heldResult();
    const [before, ...rest] = held.windows;
    const stages = { ...before.stages, 'php-fpm': { utilisation: 0.999, queue: { mean: 400, max: 512 } } };
    expect(headline({ ...held, windows: [{ ...before, stages }, ...rest] }, fixtures.heldModel())).toBe(
      'The traffic overwhelms PHP-FPM, even before the surge: at the peak 8 children answer 8/s of the 400/s that come; ' +
        'first 502 at 3:14 (PHP-FPM: listen queue full), 41 % of the requests fail.',
    );
  });

  it('says how it ended: recovered after the peak, by its end, or not at all', () => {
    const recovered = (atMs: number) => surgeResult({ events: [{ atMs, kind: 'recovered', text: '' }] });
    expect(headline(recovered(321_000), surgeModel())).toMatch(/, back to normal 1 s after the peak ended\.$/);
    expect(headline(recovered(320_000), surgeModel())).toMatch(/, back to normal by the end of its peak\.$/);
    expect(headline(surgeResult({ events: [] }), surgeModel())).toMatch(/, not back to normal when the run ends\.$/);
    expect(headline(surgeResult({ events: [], partial: true }), surgeModel())).not.toContain('back to normal');
  });

  it('of a run that was stopped begins with that', () => {
    expect(headline(fixtures.partialResult(), surgeModel())).toBe(
      'Stopped at 4:12 of 10:00. The surge overwhelms the CPU: 1 core answers 172/s of the 400/s that come; ' +
        'first 502 at 3:14 (PHP-FPM: listen queue full), 51 % of its requests fail.',
    );
  });

  it('of a surge that is answered tells how it slowed the site', () => {
    const [before, during, after] = surgeResult().windows;
    const calm = {
      ...during,
      requests: { offered: 59_000, good: 59_000, failed: 0, unfinished: 0 },
      latencyMs: fixtures.latency(59_000, 80, 140),
    };
    const series = fixtures.series({ cpu: new Array<number>(600).fill(0.6) });
    const answered = surgeResult({
      requests: { offered: 73_800, good: 73_800, failed: 0, unfinished: 0 },
      causes: [],
      windows: [before, calm, after],
      series,
    });
    expect(headline(answered, surgeModel())).toBe(
      'Misses its goal "before surge: p95 < 50ms": all 73,800 requests are answered, p95 140 ms during the surge, 87 ms before it; ' +
        'the busiest part is the CPU, 60 % in use at the peak, 40 % to spare.',
    );
  });

  it('of closed users that fill the CPU says that nothing fails and what is full', () => {
    expect(headline(fixtures.closedResult(), fixtures.closedModel())).toBe(
      'Holds, but full. 50 users fill the CPU: 1 core answers 172/s; ' +
        '92,850 requests are answered, 50 were still under way at the end, p95 260 ms.',
    );
  });

  it('of a static site names the network where that is the busiest', () => {
    expect(headline(fixtures.staticResult(), fixtures.staticModel())).toBe(
      'Holds: all 21,600 requests are answered, p95 87 ms; the busiest part is the network, 6.4 % in use, 94 % to spare.',
    );
  });

  it('of failures while nothing is full claims no overload', () => {
    const notFound = {
      outcome: 'dns failure',
      stage: 'dns',
      cause: 'no such name (NXDOMAIN)',
      log: 'browser: DNS_PROBE_FINISHED_NXDOMAIN shop.example',
      count: 21_600,
      firstMs: 60_010,
      lastMs: 599_000,
    };
    const requests = { offered: 21_600, good: 0, failed: 21_600, unfinished: 0 };
    const lost = result({ requests, causes: [notFound], latencyMs: fixtures.latency(0, 0, 0) });
    expect(headline(lost, model())).toBe(
      'All 21,600 requests fail (DNS: no such name (NXDOMAIN)), first dns failure at 1:00; ' +
        'the busiest part is the CPU, 23 % in use, 77 % to spare.',
    );
  });

  it('never says that a full part overwhelmed requests that DNS lost', () => {
    const cause = { ...fixtures.fullQueue, stage: 'dns', outcome: 'dns failure' };
    expect(headline(surgeResult({ causes: [cause] }), surgeModel())).not.toContain('overwhelm');
  });

  it('of a few failures says that it nearly holds', () => {
    const few = result({
      requests: { offered: 21_600, good: 21_588, failed: 12, unfinished: 0 },
      causes: [{ ...fixtures.fullQueue, count: 12 }],
    });
    expect(headline(few, model())).toBe(
      'Holds, nearly: 12 of 21,600 requests failed (0.06 %; first 502 at 3:14, PHP-FPM: listen queue full), p95 87 ms; ' +
        'the busiest part is the CPU, 23 % in use, 77 % to spare.',
    );
  });

  it('of failures on a full site without a surge blames the traffic', () => {
    const base = result();
    const full = result({
      requests: { offered: 100_000, good: 80_000, failed: 20_000, unfinished: 0 },
      causes: [{ ...fixtures.fullQueue, count: 20_000 }],
      perSecond: { offered: 220, throughput: 220, goodput: 172 },
      host: { ...base.host, cpu: { cores: 2, utilisation: 0.999, by: {} } },
      windows: [],
    });
    expect(headline(full, model())).toBe(
      'The traffic overwhelms the CPU: 2 cores answer 172/s of the 220/s that come; first 502 at 3:14 (PHP-FPM: listen queue full), ' +
        '20 % of the requests fail.',
    );
  });

  it('of nobody says that nobody came', () => {
    expect(headline(fixtures.emptyResult(), model())).toBe('No request came in the 9 min that were counted.');
  });

  it('of requests that never ended does not call them answered', () => {
    const requests = { offered: 5, good: 0, failed: 0, unfinished: 5 };
    expect(headline(fixtures.emptyResult({ requests }), model())).toBe(
      'None of the 5 requests was answered before the run ended.',
    );
  });
});
