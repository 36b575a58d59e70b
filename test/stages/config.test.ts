import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { EventModel, Model, SiteModel } from '../../src/model.js';
import { bare, query, scriptPage } from '../support/bare.js';
import { story } from './story.js';

/** From `atMs` on the site is as `change` makes it. */
function changing(model: Model, atMs: number, change: (site: Model) => Partial<SiteModel>): Model {
  const { host, dns, nginx, phpFpm, mysql, pages, visitors } = { ...model, ...change(model) };
  const site = { host, dns, nginx, phpFpm, mysql, pages, visitors };
  const event: EventModel = { name: 'config site', atMs, forMs: null, because: '', what: { verb: 'config', on: 'site', site } };
  return { ...model, events: [...model.events, event] };
}

const script = (cpuMs: number) => scriptPage({ cpuMs: always(cpuMs) });

describe('config', () => {
  it('a new release: who begins after it meets its costs, who is under way goes on with the old ones', () => {
    const model = changing(bare({ pages: [script(30)], php: { maxChildren: 10 } }), 10, () => ({ pages: [script(70)] }));
    expect(story(model, [0, 20]).tookMs).toEqual([30, 70]);
  });

  it('one after the other, and each stands over the one before', () => {
    const first = changing(bare({ pages: [script(30)] }), 100, () => ({ pages: [script(20)] }));
    const model = changing(first, 200, () => ({ pages: [script(10)] }));
    expect(story(model, [0, 150, 250]).tookMs).toEqual([30, 20, 10]);
  });

  it('cores are added under work that is under way', () => {
    const model = changing(bare({ host: { cores: 1 }, php: { maxChildren: 2 }, pages: [script(20)] }), 10, ({ host }) => ({
      host: { ...host, cores: 2 },
    }));
    // Each has had 5 at 10; then a core of its own for the other 15.
    expect(story(model, [[0, 0, 2]]).tookMs).toEqual([25, 25]);
  });

  it('children that are still being forked as the pool shrinks end as soon as they are there', () => {
    const pool = (maxChildren: number) => (site: Model) => ({ phpFpm: { ...site.phpFpm!, maxChildren } });
    const small = bare({ pages: [script(1)], php: { maxChildren: 1, forkMs: always(100) } });
    const { figure } = story(changing(changing(small, 50, pool(3)), 100, pool(1)), [0]);
    expect([figure('php-fpm', 'children'), figure('php-fpm', 'children started')]).toEqual([1, 2]);
  });

  it('a static pool grows at once, and shrinks as its children have nothing to do', () => {
    const pool = (maxChildren: number) => (site: Model) => ({ phpFpm: { ...site.phpFpm!, maxChildren } });
    const grown = changing(bare({ pages: [scriptPage({ waitMs: always(100) })], php: { maxChildren: 1 } }), 50, pool(3));
    expect(story(grown, [[0, 0, 3]]).tookMs).toEqual([100, 150, 150]);
    const shrunk = changing(bare({ pages: [scriptPage({ waitMs: always(100) })], php: { maxChildren: 3 } }), 50, pool(1));
    // Two at work end with their requests; the idle one went at once.
    const { tookMs, figure } = story(shrunk, [
      [0, 0, 2],
      [60, 0, 2],
    ]);
    expect(tookMs).toEqual([100, 100, 140, 240]);
    expect(figure('php-fpm', 'children')).toBe(1);
  });

  it("a database's limit on connections is that of the moment", () => {
    const model = changing(
      bare({
        pages: [scriptPage({ queries: [query({ holdMs: always(50), commit: true })] })],
        php: { maxChildren: 5 },
        mysql: { maxConnections: 1 },
      }),
      100,
      ({ mysql }) => ({ mysql: { ...mysql!, maxConnections: 2 } }),
    );
    expect(
      story(model, [
        [0, 0, 2],
        [200, 0, 2],
      ]).ends.map((end) => end.slice(0, 11)),
    ).toEqual(['0 ms: 500 (', '50 ms: 200 ', '250 ms: 200', '250 ms: 200']);
  });

  it('a buffer pool that shrinks forgets, and one that grows fills with use', () => {
    const pages = [scriptPage({ queries: [query({ reads: always(1) })] })];
    const disk = { iops: Infinity, queueDepth: 1, latencyMs: always(5), fsyncMs: always(0) };
    const size = (bufferPoolBytes: number) => (site: Model) => ({ mysql: { ...site.mysql!, bufferPoolBytes } });
    const site = bare({ pages, host: { disk }, mysql: { datasetBytes: 16_384, bufferPoolBytes: 16_384 } });
    const model = changing(changing(site, 100, size(1e-9)), 200, size(16_384));
    // One page: resident, then not, then read once and resident again.
    expect(story(model, [0, 150, 250, 300]).tookMs).toEqual([0, 5, 5, 0]);
    expect(story(model, [0]).result.host.memory.by.mysql).toBe(16_384);
  });

  it('nginx takes its costs, the resolver its times, files their sizes from it', () => {
    const nearTwo = (site: Model) => ({
      nginx: { ...site.nginx, proxyMs: always(3) },
      dns: { ...site.dns, resolverMs: always(4) },
    });
    const model = changing(bare({ pages: [script(1)] }), 100, nearTwo);
    expect(story(model, [0, 150]).tookMs).toEqual([1, 8]);
  });

  it('a run that changes nothing is the run without', () => {
    const model = bare({ pages: [script(7)], host: { cores: 1 } });
    const clicks = [0, 3, 5, 90, 110] as const;
    expect(
      story(
        changing(model, 50, () => ({})),
        clicks,
      ).tookMs,
    ).toEqual(story(model, clicks).tookMs);
  });
});
