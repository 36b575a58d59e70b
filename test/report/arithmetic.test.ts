import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { SourceModel } from '../../src/model.js';
import { arithmetic, type Bound, cpuMs, leastBound } from '../../src/report/arithmetic.js';
import { appPage, closedModel, model, openSource, staticModel, surgeModel } from './fixtures.js';

const bound = (bounds: readonly Bound[], kind: Bound['kind']): number =>
  bounds.find((each) => each.kind === kind)?.perSecond ?? Number.NaN;

describe('arithmetic', () => {
  it('adds up the CPU of a page: nginx 0.2, PHP 3.1, five queries of 0.5', () => {
    const [page] = arithmetic(model()).pages;
    expect(page.demand.nginxMs).toBeCloseTo(0.2, 12);
    expect(page.demand.phpMs).toBeCloseTo(3.1, 12);
    expect(page.demand.mysqlMs).toBeCloseTo(2.5, 12);
    expect(cpuMs(page.demand)).toBeCloseTo(5.8, 12);
  });

  it('holds a child for the CPU of PHP and MySQL, the round trips, and what is outside', () => {
    const page = appPage();
    const waiting = { ...page, script: { ...page.script!, waitMs: always(1000) } };
    expect(arithmetic(model({ pages: [waiting] })).mean.heldMs).toBeCloseTo(3.1 + 2.5 + 5 * 0.1 + 1000, 9);
  });

  it('bounds the site by its cores, its children and its line', () => {
    const { bounds } = arithmetic(model());
    expect(bound(bounds, 'cpu')).toBeCloseTo(1000 / 5.8, 9);
    expect(bound(bounds, 'children')).toBeCloseTo(8000 / 6.1, 9);
    expect(bound(bounds, 'network')).toBeCloseTo(125_000_000 / 15_000, 6);
    expect(leastBound(bounds).kind).toBe('cpu');
  });

  it('a locked row serves one at a time, until the commit is on disk', () => {
    const query = {
      times: always(1),
      cpuMs: always(0.5),
      reads: always(0),
      row: 'stock',
      table: null,
      holdMs: always(10),
      commit: true,
    };
    const page = { ...appPage(), script: { cpuMs: always(1), waitMs: always(0), compileMs: null, queries: [query] } };
    const least = leastBound(arithmetic(model({ pages: [page] })).bounds);
    expect([least.kind, least.of]).toEqual(['row', 'stock']);
    expect(least.demandMs).toBeCloseTo(0.5 + 10 + 5, 12);
    const relaxed = model({ pages: [page], mysql: { ...model().mysql!, flushLogAtTrxCommit: 2 } });
    expect(arithmetic(relaxed).mean.lockedMs.stock).toBeCloseTo(10.5, 12);
  });

  it('reads from disk what the buffer pool does not hold', () => {
    const mysql = { ...model().mysql!, bufferPoolBytes: 1, datasetBytes: 4 };
    const known = arithmetic(model({ mysql }));
    expect(known.bufferPoolShare).toBe(0.25);
    expect(known.mean.diskOperations).toBeCloseTo(5 * 3 * 0.75, 12);
    expect(bound(known.bounds, 'disk')).toBeCloseTo(3000 / 11.25, 9);
  });

  it('counts the files of a page as requests, and shares the costs among all', () => {
    const file = { path: '/style.css', weight: 0, bytes: always(1460), script: null, assets: [] };
    const known = arithmetic(
      model({ pages: [appPage({ assets: [1, 1, 1] }), file], visitors: { ...model().visitors, pagesPerVisit: always(2) } }),
    );
    expect(known.requestsPerVisit).toBe(8);
    expect(known.scriptShare).toBe(0.25);
    expect(known.pages.map((page) => page.share)).toEqual([0.25, 0.75]);
    expect(cpuMs(known.mean)).toBeCloseTo((5.8 + 3 * 0.15) / 4, 12);
  });

  it('a TLS handshake is paid once for each connection', () => {
    const tls = { version: '1.3' as const, handshakeMs: always(1) };
    const perRequest = arithmetic(model({ tcp: { ...model().tcp, tls } }));
    expect(perRequest.mean.nginxMs).toBeCloseTo(1.2, 12);
    const visitors = { ...model().visitors, keepAlive: true, pagesPerVisit: always(5) };
    const nginx = { ...model().nginx, keepaliveTimeoutMs: 65_000 };
    const kept = arithmetic(model({ tcp: { ...model().tcp, tls }, nginx, visitors }));
    expect(kept.connectionsPerVisit).toBe(1);
    expect(kept.mean.nginxMs).toBeCloseTo(0.15 + 1.05 / 5, 12);
  });

  it('weighs the mixes of the sources by the visits that each brings', () => {
    const pages = [appPage(), appPage({ path: '/other.php' })];
    const traffic = [
      { ...openSource(30), mix: [{ page: 0, weight: 1 }] },
      { ...openSource(10), mix: [{ page: 1, weight: 7 }] },
    ];
    expect(arithmetic(model({ pages, traffic })).pages.map((page) => page.share)).toEqual([0.75, 0.25]);
  });

  it('knows that another mix comes at another time', () => {
    const pages = [appPage(), appPage({ path: '/report.php' })];
    const report = { ...surgeModel().traffic[1], mix: [{ page: 1, weight: 1 }] } as SourceModel;
    const mixed = surgeModel({ pages, traffic: [{ ...openSource(40), mix: [{ page: 0, weight: 1 }] }, report] });
    expect(arithmetic(mixed, { fromMs: 60_000, toMs: 180_000 }).pages.map(({ path, share }) => [path, share])).toEqual([
      ['/app.php', 1],
    ]);
    expect(arithmetic(mixed, { fromMs: 200_000, toMs: 320_000 }).pages.map(({ share }) => share)).toEqual([0.1, 0.9]);
  });

  it('knows sites without PHP, and closed users', () => {
    expect(arithmetic(staticModel()).bounds.map((each) => each.kind)).toEqual(['cpu', 'nginx', 'network']);
    expect(leastBound(arithmetic(closedModel()).bounds).perSecond).toBeCloseTo(1000 / 5.8, 9);
  });

  it('knows nothing of requests that the traffic does not bring', () => {
    const known = arithmetic(model({ traffic: [] }));
    expect([known.pages, known.requestsPerVisit, cpuMs(known.mean)]).toEqual([[], 0, 0]);
    expect(known.bounds.map((each) => each.perSecond)).toEqual(known.bounds.map(() => Infinity));
    const late = { ...openSource(40), curve: [{ fromMs: 300_000, toMs: 600_000, fromRate: 40, toRate: 40 }] } as SourceModel;
    const later = model({ traffic: [late] });
    expect(arithmetic(later, { fromMs: 60_000, toMs: 300_000 }).pages).toEqual([]);
    expect(arithmetic(later, { fromMs: 60_000, toMs: 300_001 }).pages).toHaveLength(1);
  });

  it('opens connections anew for each page where visitors read longer than Nginx keeps them', () => {
    const kept = (keepaliveTimeoutMs: number) =>
      arithmetic(
        model({
          nginx: { ...model().nginx, keepaliveTimeoutMs },
          visitors: { ...model().visitors, keepAlive: true, pagesPerVisit: always(3), thinkMs: always(7000) },
        }),
      ).connectionsPerVisit;
    expect([kept(8000), kept(7000), kept(0)]).toEqual([1, 3, 3]);
  });

  it('needs no disk for a database without data', () => {
    const known = arithmetic(model({ mysql: { ...model().mysql!, datasetBytes: 0 } }));
    expect([known.bufferPoolShare, known.mean.diskOperations]).toEqual([1, 0]);
  });

  it('asks no database that the site does not have', () => {
    const { mean, bufferPoolShare } = arithmetic(model({ mysql: null }));
    expect([mean.phpMs, mean.mysqlMs, mean.heldMs, bufferPoolShare]).toEqual([3.1, 0, 3.1, 1]);
  });

  it('bounds nothing by a row that is locked for no time, nor by a line without a limit', () => {
    const query = {
      times: always(1),
      cpuMs: always(0),
      reads: always(0),
      row: 'stock',
      table: null,
      holdMs: always(0),
      commit: false,
    };
    const page = { ...appPage(), script: { cpuMs: always(1), waitMs: always(0), compileMs: null, queries: [query] } };
    const { host } = model();
    const network = { sendBytesPerMs: Infinity, receiveBytesPerMs: Infinity };
    const { bounds } = arithmetic(model({ pages: [page], host: { ...host, network } }));
    expect(bounds.map(({ kind }) => kind)).toEqual(['cpu', 'nginx', 'children']);
  });
});
