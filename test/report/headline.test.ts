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

  it('of a run that was stopped in its warm-up says that nothing was counted yet', () => {
    expect(headline(result({ partial: true, durationMs: 30_000 }), model())).toBe(
      'Stopped at 0:30 of 10:00. That was during the warm-up, which is not counted.',
    );
  });

  it('names every goal that was missed, and no other', () => {
    const thresholds = [
      { text: 'p95 < 50ms', value: 87, verdict: 'fail' as const },
      { text: 'errors < 1%', value: 0, verdict: 'pass' as const },
      { text: 'goodput > 90/s', value: 40, verdict: 'fail' as const },
    ];
    expect(headline(result({ thresholds }), model())).toMatch(/^Misses its goals "p95 < 50ms" and "goodput > 90\/s": all /);
  });

  it('of traffic that fills a part without a failure says what fills what', () => {
    const { host } = result();
    const full = result({ host: { ...host, network: { ...host.network, sendUtilisation: 0.99 } } });
    expect(headline(full, model())).toBe(
      'Holds, but full. The traffic fills the network: the site answers 40/s; all 21,600 requests are answered, p95 87 ms.',
    );
  });

  it('of one request says so in the singular', () => {
    const one = result({ requests: { offered: 1, good: 1, failed: 0, unfinished: 0 }, latencyMs: fixtures.latency(1, 61, 61) });
    expect(headline(one, model())).toMatch(/^Holds: the one request is answered, /);
  });

  it('of closed users that are too many, and of one, says who overwhelms what', () => {
    const failing = {
      ...fixtures.closedResult(),
      requests: { offered: 92_900, good: 90_000, failed: 2850, unfinished: 50 },
      causes: [{ ...fixtures.fullQueue, count: 2850 }],
    };
    expect(headline(failing, fixtures.closedModel())).toMatch(/^50 users overwhelm the CPU: 1 core answers 172\/s; first 502 /);
    const [source] = fixtures.closedModel().traffic;
    const alone = { ...fixtures.closedModel(), traffic: [{ ...source, users: 1 } as typeof source] };
    expect(headline(failing, alone)).toMatch(/^1 user overwhelms the CPU: /);
  });

  it('does not blame the surge for a CPU that was full before it, nor spare it where nothing was before', () => {
    const [before, ...rest] = surgeResult().windows;
    const busy = { ...before, cpu: { ...before.cpu, utilisation: 0.97 } };
    expect(headline(surgeResult({ windows: [busy, ...rest] }), surgeModel())).toMatch(
      /^The traffic overwhelms the CPU, even before the surge: at the peak /,
    );
    expect(headline(surgeResult({ windows: rest }), surgeModel())).toMatch(/^The surge overwhelms the CPU: /);
  });

  it('of a surge that fills the line says that the network is overwhelmed', () => {
    const surge = surgeResult();
    const series = { ...surge.series, cpu: surge.series.cpu.map((use) => use / 2) };
    const host = { ...surge.host, network: { ...surge.host.network, sendUtilisation: 0.98 } };
    expect(headline({ ...surge, series, host }, surgeModel())).toMatch(
      /^The surge overwhelms the network: the site answers 172\/s of the 400\/s that come; /,
    );
  });

  it('of a surge that ends no request says that none of its requests ended', () => {
    const [before, during, after] = surgeResult().windows;
    const requests = { offered: 59_000, good: 0, failed: 0, unfinished: 59_000 };
    const hanging = surgeResult({ windows: [before, { ...during, requests }, after] });
    expect(headline(hanging, surgeModel())).toContain(', none of its requests ended, ');
  });

  it('of a surge that visitors do not notice gives one p95', () => {
    const [before, during, after] = surgeResult().windows;
    const unnoticed = surgeResult({
      requests: { offered: 73_800, good: 73_800, failed: 0, unfinished: 0 },
      causes: [],
      thresholds: [],
      windows: [before, { ...during, latencyMs: { ...before.latencyMs } }, after],
      series: fixtures.series({ cpu: new Array<number>(600).fill(0.6) }),
    });
    expect(headline(unnoticed, surgeModel())).toMatch(/^Holds: all 73,800 requests are answered, p95 87 ms; the busiest part /);
    const fromTheStart = { ...unnoticed, windows: unnoticed.windows.slice(1) };
    expect(headline(fromTheStart, surgeModel())).toContain('answered, p95 3.05 s; ');
  });

  it('counts the failures that are most where there are several kinds, and says how the others fared', () => {
    const causes = [
      { ...fixtures.fullQueue, outcome: '504', cause: 'no answer in time', count: 1000, firstMs: 190_000 },
      { ...fixtures.fullQueue, count: 3000 },
      { ...fixtures.fullQueue, outcome: '502', cause: 'reset', count: 320, firstMs: 191_000 },
    ];
    const failing = result({ requests: { offered: 21_600, good: 17_280, failed: 4320, unfinished: 0 }, causes });
    expect(headline(failing, model())).toBe(
      '20 % of the requests fail: 3,000 with 502 (PHP-FPM: listen queue full), first 502 at 3:11; the others: p95 87 ms; ' +
        'the busiest part is the CPU, 23 % in use, 77 % to spare.',
    );
  });

  it('counts failures whose moment nobody noted', () => {
    const causes = [{ ...fixtures.fullQueue, count: 12, firstMs: null, lastMs: null }];
    const few = result({ requests: { offered: 21_600, good: 21_588, failed: 12, unfinished: 0 }, causes });
    expect(headline(few, model())).toContain('12 of 21,600 requests failed (0.06 %; 12 with 502, PHP-FPM: listen queue full)');
  });

  it('of a flash crowd that is still there at the end says nothing of what comes after', () => {
    const incident = { kind: 'surge', name: 'surge', fromMs: 180_000, peakToMs: 600_000, toMs: 600_000 } as const;
    expect(headline(surgeResult({ events: [] }), surgeModel({ incident }))).not.toContain('back to normal');
  });
});
