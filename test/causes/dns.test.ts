/** What can happen to the site's name, row by row: what the visitor sees, when, and what the log says. Worked out by hand. */
import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { DnsDisturbedModel, DnsModel, EventModel, Happening } from '../../src/model.js';
import { arrivalsOf, type Click, silent, story, storyOf } from '../stages/story.js';
import { type Bare, bare, filePage, scriptPage, users } from '../support/bare.js';
import { causeTable } from '../support/causeTable.js';
import { happens } from '../support/happens.js';
import { watch } from '../support/watch.js';

causeTable('The name: what happens, how requests end, and what the log says');

type Answer = Extract<Happening, { verb: 'dns' }>['answer'];
const says = (answer: Answer, atMs: number, forMs: number | null = null) =>
  happens(atMs, { verb: 'dns', on: 'dns', answer }, forMs);

const empty: DnsDisturbedModel = { negativeTtlMs: 3_600_000, wrongAddress: 'silent', spread: false };
const spread: DnsDisturbedModel = { ...empty, spread: true };

/** A resolver 10 ms away, the zone 40 ms behind it, a TTL of 100 s. */
function siteOf(events: EventModel[], dns: Partial<DnsModel> = {}, rest: Bare = {}) {
  return bare({
    durationMs: 1_000_000,
    pages: [filePage()],
    traffic: [silent],
    events,
    dns: { ttlMs: 100_000, resolverMs: always(10), authoritativeMs: always(40), disturbed: empty, ...dns },
    ...rest,
  });
}

function tale(events: EventModel[], clicks: readonly Click[], dns: Partial<DnsModel> = {}, rest: Bare = {}) {
  return story(siteOf(events, dns, rest), clicks);
}

describe("outage: the zone's own servers are silent", () => {
  it('a resolver answers from its cache until the TTL ends; then the stub waits by its schedule, in vain', () => {
    const { ends, logs } = tale([says('outage', 1000)], [0, 90_000, 100_039, 100_041]);
    expect(ends).toEqual([
      '50 ms: 200 to the click at 0 ms',
      '90010 ms: 200 to the click at 90000 ms',
      '100049 ms: 200 to the click at 100039 ms',
      '110041 ms: dns failure (the resolver did not answer) to the click at 100041 ms',
    ]);
    expect(logs).toEqual(['dns: browser: DNS_PROBE_FINISHED_NO_INTERNET; stub: EAI_AGAIN www.foobar.com']);
  });

  it('what the stub asks again when it is over is answered', () => {
    const { ends } = tale([says('outage', 1000, 6000)], [3000]);
    expect(ends).toEqual(['8050 ms: 200 to the click at 3000 ms']);
  });

  it('a browser that knows the address asks nobody, and does not notice', () => {
    const { ends } = tale(
      [says('outage', 1000)],
      [0],
      { ttlMs: 1000 },
      { visitors: { pagesPerVisit: always(3), thinkMs: always(25_000) } },
    );
    expect(ends.filter((end) => end.includes('200')).length).toBe(3);
  });

  it('the share of resolvers that fail is t / TTL, if their caches end evenly spread', () => {
    const clicks: Click[] = Array.from({ length: 12 }, (_, i) => [10_001 * (i + 1), 0, 4000] as const);
    const model = siteOf([says('outage', 1)], { resolvers: 200, disturbed: spread });
    const requests = watch(model, { arrivals: arrivalsOf(clicks) });
    for (const [index, [atMs]] of (clicks as [number, number, number][]).entries()) {
      const mine = requests.slice(4000 * index, 4000 * (index + 1));
      const failed = mine.filter(({ outcome }) => outcome === 'dns failure').length;
      const share = Math.min(1, atMs / 100_000);
      expect(Math.abs(failed / 4000 - share)).toBeLessThan(0.02);
    }
  });
});

describe('the recursive resolver does not answer', () => {
  it('costs 5 s for each dead nameserver and round', () => {
    const { tookMs } = tale([], [0], { loss: 1, nameservers: 2 });
    expect(tookMs).toEqual([20_000]);
  });
});

describe('SERVFAIL', () => {
  it('is kept for a second; the stub tries the next nameserver at once, and gives up', () => {
    const { ends, figure, logs } = tale([says('SERVFAIL', 0)], [100, 500, 1139, 1141], { nameservers: 2, attempts: 1 });
    // Fetched for the first, until 140 ms + 1 s, and anew after that; the second try of the third click joins that fetch.
    expect(ends).toEqual([
      '160 ms: dns failure (the resolver answered SERVFAIL) to the click at 100 ms',
      '520 ms: dns failure (the resolver answered SERVFAIL) to the click at 500 ms',
      '1191 ms: dns failure (the resolver answered SERVFAIL) to the click at 1139 ms',
      '1201 ms: dns failure (the resolver answered SERVFAIL) to the click at 1141 ms',
    ]);
    expect(figure('dns', 'asked of the zone')).toBe(2);
    expect(logs).toEqual(['dns: browser: ERR_NAME_NOT_RESOLVED; stub: EAI_AGAIN www.foobar.com']);
  });

  it('is over a second after the zone is well', () => {
    const { ends } = tale([says('SERVFAIL', 0, 1000)], [900, 1500, 2000]);
    expect(ends.map((end) => end.split(' to ')[0])).toEqual([
      '960 ms: dns failure (the resolver answered SERVFAIL)',
      '1520 ms: dns failure (the resolver answered SERVFAIL)',
      '2050 ms: 200',
    ]);
  });

  it('a record in the cache is not touched by it', () => {
    expect(tale([says('SERVFAIL', 1000)], [0, 50_000]).ends[1]).toBe('50010 ms: 200 to the click at 50000 ms');
  });
});

describe('NXDOMAIN', () => {
  it('is final for the stub, and kept by the resolver for the negative TTL: mending the zone does not help before', () => {
    const { ends, logs } = tale([says('NXDOMAIN', 0, 2000)], [1000, 3000, 601_039, 601_041], {
      disturbed: { ...empty, negativeTtlMs: 600_000 },
      nameservers: 3,
    });
    expect(ends).toEqual([
      '1050 ms: dns failure (no such name (NXDOMAIN)) to the click at 1000 ms',
      '3010 ms: dns failure (no such name (NXDOMAIN)) to the click at 3000 ms',
      '601049 ms: dns failure (no such name (NXDOMAIN)) to the click at 601039 ms',
      '601091 ms: 200 to the click at 601041 ms',
    ]);
    expect(logs).toEqual(['dns: browser: DNS_PROBE_FINISHED_NXDOMAIN www.foobar.com']);
  });
});

describe('wrong: a record with an address that is not ours', () => {
  it('who looks it up sends SYNs to nobody, until the kernel gives up', () => {
    const { ends, logs } = tale([says('wrong', 0)], [1000]);
    expect(ends).toEqual(['128050 ms: connect timeout (nobody at the address that DNS gave) to the click at 1000 ms']);
    expect(logs).toEqual(['tcp: browser: ERR_CONNECTION_TIMED_OUT']);
  });

  it('or is refused after one round trip', () => {
    const { ends, logs } = tale(
      [says('wrong', 0)],
      [1000],
      { disturbed: { ...empty, wrongAddress: 'refused' } },
      { visitors: { roundTripMs: always(30) } },
    );
    expect(ends).toEqual(['1080 ms: refused (refused at the address that DNS gave) to the click at 1000 ms']);
    expect(logs).toEqual(['tcp: browser: ERR_CONNECTION_REFUSED']);
  });

  it('after the fix it lives on for the TTL in the resolver, and for another minute in the browser', () => {
    const { ends } = tale([says('wrong', 0, 2000)], [1000, 100_000, 101_041], {
      disturbed: { ...empty, wrongAddress: 'refused' },
    });
    expect(ends.map((end) => end.split(' (')[0])).toEqual([
      '1050 ms: refused',
      '100010 ms: refused',
      '101091 ms: 200 to the click at 101041 ms',
    ]);
  });

  it('a browser that has it keeps it for another minute', () => {
    const dns = { ttlMs: 3000, browserCacheMs: 60_000, disturbed: { ...empty, wrongAddress: 'refused' as const } };
    const { ends } = storyOf(
      siteOf([says('wrong', 0, 22_000)], dns, { durationMs: 110_000, traffic: [users(1, always(20_000))] }),
    );
    // The zone is mended at 22 s and the resolver's cache ends at 23 s, the browser's a minute after 20.05 s.
    expect(ends).toEqual([
      '20050 ms: refused (refused at the address that DNS gave) to the click at 20000 ms',
      '40050 ms: refused (refused at the address that DNS gave) to the click at 40050 ms',
      '60050 ms: refused (refused at the address that DNS gave) to the click at 60050 ms',
      '80100 ms: 200 to the click at 80050 ms',
      '100100 ms: 200 to the click at 100100 ms',
    ]);
  });

  it('open connections go on', () => {
    const { ends } = tale(
      [says('wrong', 1000)],
      [0],
      {},
      {
        visitors: { keepAlive: true, pagesPerVisit: always(3), thinkMs: always(70_000) },
        nginx: { keepaliveTimeoutMs: 75_000 },
      },
    );
    expect(ends.map((end) => end.split(':')[1].slice(0, 4))).toEqual([' 200', ' 200', ' 200']);
  });
});

describe('moved: the site has a new address, the old one falls silent', () => {
  it('who has the old address from a cache gets no answer to a SYN; who asks the zone is answered', () => {
    const { ends } = tale([says('moved', 50_000)], [0, 60_000, 100_041]);
    expect(ends).toEqual([
      '50 ms: 200 to the click at 0 ms',
      '100091 ms: 200 to the click at 100041 ms',
      '187010 ms: connect timeout (nobody at the address that DNS gave) to the click at 60000 ms',
    ]);
  });

  it('requests on their way end with the connection', () => {
    const { ends, figure } = tale([says('moved', 50_000)], [49_900], {}, { pages: [scriptPage({ waitMs: always(1000) })] });
    expect(ends).toEqual(['50000 ms: reset (the site has moved to another address) to the click at 49900 ms']);
    expect(figure('php-fpm', 'executed for nobody')).toBe(0);
  });

  it('kept connections are worth nothing: the visitor opens another, to what the browser knows', () => {
    const visitors = { keepAlive: true, pagesPerVisit: always(2), thinkMs: always(20_000) };
    const tookMs = (browserCacheMs: number) =>
      tale([says('moved', 10_000)], [0], { browserCacheMs, ttlMs: 15_000 }, { visitors }).tookMs;
    expect(tookMs(60_000)).toEqual([50, 127_000]);
    expect(tookMs(10_000)).toEqual([50, 50]);
  });

  it('the share of visitors who still go to the old address is 1 - t / TTL', () => {
    const clicks: Click[] = Array.from({ length: 11 }, (_, i) => [10_001 * (i + 1), 0, 4000] as const);
    const model = siteOf([says('moved', 1)], { resolvers: 200, disturbed: spread });
    const requests = watch(model, { arrivals: arrivalsOf(clicks) });
    for (const [index, [atMs]] of (clicks as [number, number, number][]).entries()) {
      const mine = requests.slice(4000 * index, 4000 * (index + 1));
      const lost = mine.filter(({ outcome }) => outcome === 'connect timeout').length;
      expect(Math.abs(lost / 4000 - Math.max(0, 1 - atMs / 100_000))).toBeLessThan(0.02);
    }
  });

  it('for a while only: the old address answers again, the new one falls silent', () => {
    const { ends } = tale([says('moved', 1000, 5000)], [0, 2000, 7000], { ttlMs: 1500 });
    expect(ends.map((end) => end.split(' to ')[0])).toEqual(['50 ms: 200', '2050 ms: 200', '7050 ms: 200']);
    const { ends: between } = tale([says('moved', 1000, 5000)], [2000, 7000]);
    expect(between[1]).toMatch(/^134010 ms: connect timeout/);
  });
});

describe('slow dns', () => {
  it('resolvers and zone take that many times as long', () => {
    const slow = happens(0, { verb: 'slow', on: 'dns', times: 20 }, 5000);
    expect(tale([slow], [10, 3000, 6000]).tookMs).toEqual([1000, 200, 10]);
  });
});

describe('two things at once', () => {
  it('moved twice: the first move back changes nothing, the second brings the site home', () => {
    const events = [says('moved', 1000, 5000), says('moved', 2000, 10_000)];
    // The resolver has been told the first address, and keeps it.
    const { ends } = tale(events, [500, 13_000]);
    expect(ends).toEqual(['550 ms: 200 to the click at 500 ms', '13010 ms: 200 to the click at 13000 ms']);
    expect(tale(events, [2500, 7000]).ends.map((end) => end.split(' to ')[0])).toEqual(['2550 ms: 200', '7010 ms: 200']);
  });

  it('the latest counts, and then the one before it again', () => {
    const { ends } = tale([says('NXDOMAIN', 0, 10_000), says('SERVFAIL', 1000, 2000)], [500, 1500, 5000, 11_000], {
      ttlMs: 0,
      disturbed: { ...empty, negativeTtlMs: 100 },
    });
    expect(ends.map((end) => /NXDOMAIN|SERVFAIL|200/.exec(end)![0])).toEqual(['NXDOMAIN', 'SERVFAIL', 'NXDOMAIN', '200']);
  });
});
