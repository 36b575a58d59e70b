import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { DnsModel } from '../../src/model.js';
import { type Bare, bare, filePage } from '../support/bare.js';
import { type Click, story } from './story.js';

describe('dns', () => {
  it('a browser that knows the address asks nobody', () => {
    const { ends, figure } = lookups({ knownShare: 1 }, [0, 1000]);
    expect(ends).toEqual(['0 ms: 200 to the click at 0 ms', '1000 ms: 200 to the click at 1000 ms']);
    expect(figure('dns', 'known to the browser')).toBe(2);
    expect(figure('dns', 'asked of the zone')).toBe(0);
  });

  it('the first visitor waits for the zone, the next one only for the resolver, until the TTL ends', () => {
    const { ends, figure } = lookups({ ttlMs: 300_000 }, [0, 1000, 300_039, 300_040, 300_100]);
    expect(ends).toEqual([
      '50 ms: 200 to the click at 0 ms',
      '1010 ms: 200 to the click at 1000 ms',
      '300049 ms: 200 to the click at 300039 ms',
      '300090 ms: 200 to the click at 300040 ms',
      '300110 ms: 200 to the click at 300100 ms',
    ]);
    expect(figure('dns', 'answered from cache')).toBe(3);
    expect(figure('dns', 'asked of the zone')).toBe(2);
  });

  it('who asks while the resolver fetches waits for the same fetch', () => {
    const { ends, figure } = lookups({}, [0, 20, 39]);
    expect(ends).toEqual([
      '50 ms: 200 to the click at 0 ms',
      '50 ms: 200 to the click at 20 ms',
      '50 ms: 200 to the click at 39 ms',
    ]);
    expect(figure('dns', 'asked of the zone')).toBe(1);
  });

  it('the browser keeps the answer for a minute, and asks again then', () => {
    const { ends, figure } = lookups({ browserCacheMs: 60_000 }, [0], {
      visitors: { pagesPerVisit: always(3), thinkMs: always(30_000) },
    });
    expect(ends).toEqual([
      '50 ms: 200 to the click at 0 ms',
      '30050 ms: 200 to the click at 30050 ms',
      '60060 ms: 200 to the click at 60050 ms',
    ]);
    expect(figure('dns', 'known to the browser')).toBe(1);
  });

  it('visitors are spread over the resolvers, each of which asks the zone once', () => {
    const { figure } = lookups({ resolvers: 4 }, [
      [0, 0, 200],
      [100, 0, 200],
    ]);
    expect(figure('dns', 'asked of the zone')).toBe(4);
    expect(figure('dns', 'answered from cache')).toBe(200);
  });

  for (const [nameservers, seconds] of [
    [1, 10],
    [2, 20],
    [3, 28],
  ]) {
    it(`with ${nameservers} dead nameserver${nameservers > 1 ? 's' : ''} the stub gives up after ${seconds} s`, () => {
      const { ends, logs } = lookups({ loss: 1, nameservers }, [7]);
      expect(ends).toEqual([`${1000 * seconds + 7} ms: dns failure (the resolver did not answer) to the click at 7 ms`]);
      expect(logs).toEqual(['dns: browser: DNS_PROBE_FINISHED_NO_INTERNET; stub: EAI_AGAIN www.foobar.com']);
    });
  }

  it('a lost question costs five seconds, and two of them the page', () => {
    const { tookMs, ends } = lookups({ loss: 0.5, authoritativeMs: always(0) }, [[0, 0, 4000]]);
    const share = (ms: number) => tookMs.filter((took) => took === ms).length / 4000;
    expect(new Set(tookMs)).toEqual(new Set([10, 5010, 10_000]));
    expect(Math.abs(share(10) - 0.5)).toBeLessThan(0.03);
    expect(Math.abs(share(5010) - 0.25)).toBeLessThan(0.03);
    expect(ends.filter((end) => end.includes('dns failure')).length / 4000).toBe(share(10_000));
  });

  it('an answer later than the time-out helps the next try', () => {
    const { ends } = lookups({ authoritativeMs: always(6000) }, [0]);
    expect(ends).toEqual(['6010 ms: 200 to the click at 0 ms']);
  });

  it('a resolver answers so many questions a second, and drops those that would wait for longer than 1.9 s', () => {
    const { ends } = lookups({ resolverCapacityPerSecond: 2, authoritativeMs: always(0) }, [[0, 0, 5]]);
    expect(ends).toEqual([
      '10 ms: 200 to the click at 0 ms',
      '510 ms: 200 to the click at 0 ms',
      '1010 ms: 200 to the click at 0 ms',
      '1510 ms: 200 to the click at 0 ms',
      '5010 ms: 200 to the click at 0 ms',
    ]);
  });

  it('NXDOMAIN is final', () => {
    const { ends, logs } = lookups({ answer: 'NXDOMAIN', nameservers: 3 }, [0, 100]);
    expect(ends).toEqual([
      '50 ms: dns failure (no such name (NXDOMAIN)) to the click at 0 ms',
      '110 ms: dns failure (no such name (NXDOMAIN)) to the click at 100 ms',
    ]);
    expect(logs).toEqual(['dns: browser: DNS_PROBE_FINISHED_NXDOMAIN www.foobar.com']);
  });

  it('SERVFAIL makes the stub ask the next nameserver at once, for every attempt', () => {
    const { ends, logs } = lookups({ answer: 'SERVFAIL', nameservers: 2, attempts: 2 }, [0]);
    expect(ends).toEqual(['80 ms: dns failure (the resolver answered SERVFAIL) to the click at 0 ms']);
    expect(logs).toEqual(['dns: browser: ERR_NAME_NOT_RESOLVED; stub: EAI_AGAIN www.foobar.com']);
  });

  it('the time that the stub waits in vain counts as waiting', () => {
    const { result } = lookups({ loss: 1 }, [0]);
    expect(result.stages.dns.timeMs).toMatchObject({ mean: 10_000, waiting: 10_000 });
  });

  it('a wait that the visitor does not see the end of is none', () => {
    const { result } = lookups({ loss: 1 }, [0], { visitors: { patienceMs: always(6000) } });
    expect(result.stages.dns.timeMs).toMatchObject({ mean: 6000, waiting: 5000 });
  });
});

/** Visitors next to the server, a resolver 10 ms away, the zone 40 ms behind it. */
function lookups(dns: Partial<DnsModel>, clicks: readonly Click[], rest: Bare = {}) {
  return story(
    bare({
      durationMs: 400_000,
      pages: [filePage()],
      ...rest,
      dns: { resolverMs: always(10), authoritativeMs: always(40), ...dns },
    }),
    clicks,
  );
}
