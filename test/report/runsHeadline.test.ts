import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import { figure } from '../../src/experiments/interval.js';
import { replicate } from '../../src/experiments/replicate.js';
import type { Runs } from '../../src/experiments/runs.js';
import { placesInWords } from '../../src/report/names.js';
import { unitOf } from '../../src/report/plusMinus.js';
import { briefOfRuns, reportOfRuns } from '../../src/report/runs.js';
import { bare, filePage, poisson, scriptPage } from '../support/bare.js';

function sentence(runs: Runs, of = model): string {
  return briefOfRuns(runs, of).split('\n\n')[0].split('\nNote: ')[0].replaceAll('\n', ' ');
}

const model = bare({ durationMs: 10_000, pages: [scriptPage()], traffic: [poisson(20)] });
const surge = bare({
  durationMs: 9000,
  windows: [
    { name: 'before surge', fromMs: 0, toMs: 3000 },
    { name: 'during surge', fromMs: 3000, toMs: 6000 },
    { name: 'after surge', fromMs: 6000, toMs: 9000 },
  ],
  host: { cores: 1 },
  pages: [filePage()],
  nginx: { workerProcesses: 4, staticMs: always(2) },
  traffic: [poisson(20), poisson(0, { name: 'surge', curve: [{ fromMs: 3000, toMs: 6000, fromRate: 300, toRate: 300 }] })],
});
const runs = replicate(model, 3);
const number = String.raw`[\d.,]+ ± [\d.,]+`;

describe('the sentence on several runs', () => {
  it('names every goal that is missed', () => {
    const thresholds = ['p95 < 1ms', 'errors < 1%'].map((text) => ({ text, value: null, verdict: 'fail' as const }));
    const named = { ...model, thresholds: thresholds.map(({ text }) => ({ ...threshold, text })) };
    expect(sentence({ ...runs, thresholds }, named)).toMatch(/^Misses its goals "p95 < 1ms" and "errors < 1%"\. In 3 runs /);
  });

  it('of requests that never end does not call them answered', () => {
    const endless = bare({ durationMs: 1000, pages: [scriptPage({ waitMs: always(5000) })], traffic: [poisson(20)] });
    expect(sentence(replicate(endless, 3), endless)).toMatch(
      new RegExp(`^In 3 runs none of ${number} requests a run was answered before the end\\.$`),
    );
  });

  it('of requests that all fail has no word on how fast the good ones were', () => {
    const lost = bare({ durationMs: 10_000, dns: { answer: 'NXDOMAIN' }, pages: [filePage()], traffic: [poisson(20)] });
    const said = sentence(replicate(lost, 3), lost);
    expect(said).toMatch(/^In 3 runs 100 % of [\d.,± ]+ requests a run fail \(dns failure, DNS: .*\); the busiest part is /);
    expect(said).not.toContain('p95');
  });

  it('names the CPU where that is busiest, during the surge where there is one', () => {
    expect(sentence(replicate(surge, 3), surge)).toMatch(
      new RegExp(`; the busiest part is the CPU, ${number} % in use during the surge\\.$`),
    );
    const steady = { ...surge, windows: [{ name: 'all', fromMs: 0, toMs: 9000 }] };
    expect(sentence(replicate(steady, 3), steady)).toMatch(new RegExp(`; the busiest part is the CPU, ${number} % in use\\.$`));
  });

  it('names the network or the disk, over the whole time, where that is busiest', () => {
    const busy = figure([0.9, 0.91, 0.92]);
    const { host } = runs;
    const network = { ...host, network: { ...host.network, sendUtilisation: busy } };
    expect(sentence({ ...runs, host: network })).toMatch(/; the busiest part is the network, 91\.0 ± 2\.5 % in use\.$/);
    const disk = { ...host, disk: { ...host.disk, utilisation: busy } };
    expect(sentence({ ...runs, host: disk })).toMatch(/; the busiest part is the disk, 91\.0 ± 2\.5 % in use\.$/);
  });
});

const threshold = { text: '', window: null, metric: { kind: 'p95' }, operator: '<', value: 1 } as const;

describe('the tables on several runs', () => {
  it('say of a threshold that no run has data for that there is none', () => {
    const thresholds = [{ text: 'p95 < 1ms', value: null, verdict: 'inconclusive' as const }];
    const named = { ...model, thresholds: [{ ...threshold, text: 'p95 < 1ms' }] };
    expect(reportOfRuns({ ...runs, thresholds }, named)).toContain('  ?  p95 < 1ms  no data\n');
  });

  it('count what a threshold on an outcome counts', () => {
    expect(unitOf({ kind: 'outcome', outcome: '502' })).toBe('number');
  });
});

describe('places in words', () => {
  it.each([
    [1, 'children', '1 child'],
    [8, 'children', '8 children'],
    [2, 'threads', '2 threads'],
    [3, null, '3 places'],
    [1, null, '1 place'],
  ] as const)('%i of %s are %s', (count, word, words) => {
    expect(placesInWords(count, word)).toBe(words);
  });
});
