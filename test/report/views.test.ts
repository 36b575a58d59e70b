import { describe, expect, it } from 'vitest';
import { arithmetic } from '../../src/report/arithmetic.js';
import { metastableHeadline, viewsInWords } from '../../src/report/views.js';
import { toModel } from '../../src/scenario/scenario.js';
import type { Metastability, Result, ViewsResult } from '../../src/telemetry/result.js';

const views: ViewsResult = {
  begun: 1000,
  good: 720,
  failed: 180,
  unfinished: 100,
  attempts: 2500,
  perView: 2.5,
  again: { retry: 1400, 'auto-reload': 1, reload: 99, refresh: 0 },
};
const words = (of: Partial<ViewsResult>) => viewsInWords({ views: { ...views, ...of } } as Result);

describe('page views in words', () => {
  it('tell how many got their page, how often they asked and in which way', () => {
    expect(words({})).toEqual([
      '1,000 page views: 80 % of those that ended got their page, 2.5 attempts each (1,400 retries by programs, 1 reload by a browser itself, 99 reloads of an error page), 100 were open at the end',
      'of the attempts 29 % brought a page, of the pages 72 % came in the end',
    ]);
  });

  it('say nothing where nobody had to ask twice', () => {
    expect(words({ attempts: 1000 })).toEqual([]);
    expect(viewsInWords({} as Result)).toEqual([]);
  });
});

describe('the headline of a metastable site', () => {
  const state: Metastability = {
    trigger: 'the surge',
    fromMs: 60_000,
    toMs: 120_000,
    before: { offered: 120, good: 119 },
    after: { offered: 121, good: 3 },
    perView: 4,
    forNobody: 0.98,
  };
  const said = (of: Partial<Metastability>) => metastableHeadline({ ...state, ...of }, { durationMs: 600_000 } as Result);

  it('says what tipped it, that it has not come back, and what keeps it down', () => {
    expect(said({})).toBe(
      "Metastable: the surge tips the site, and 8 min after the surge is over it has not come back: page views come at 121/s, of which it served 119/s before, and 3/s get their page. What keeps it down: each page is asked for 4 times and 98 % of PHP's time goes to answers for nobody.",
    );
  });

  it('names only loops that do something', () => {
    expect(said({ perView: 1.05 })).toMatch(/What keeps it down: 98 % of PHP's time goes to answers for nobody\.$/);
    expect(said({ perView: 1, forNobody: 0 })).toMatch(/What keeps it down: nothing that is measured here\.$/);
  });
});

it('paper counts the pages of each source by its own visitors', () => {
  const model = toModel({
    name: 'two-kinds',
    about: 'One page a visit from some, five from others.',
    duration: '10m',
    site: { name: 'site', host: { cores: 1, memory: '1 GiB' }, pages: { '/': { size: '1 kB' } } },
    traffic: [{ rate: '10/s' }, { name: 'api', rate: '30/s', visitors: { pages_per_visit: 5 } }],
  });
  // (10 · 1 + 30 · 5) / 40 = 4.
  expect(arithmetic(model).requestsPerVisit).toBeCloseTo(4, 12);
});
