import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { ClosedSourceModel, PageModel } from '../../src/model.js';
import { run } from '../../src/simulate.js';
import { type Bare, bare, exponential, filePage, poisson, query, scriptPage, users } from '../support/bare.js';
import { type Click, silent, story, storyOf } from './story.js';

const RTT = always(100);

describe('a request', () => {
  it('goes through dns, tcp, nginx, php-fpm, mysql and delivery, and each takes its time', () => {
    const { ends, result } = visits(
      {
        dns: { resolverMs: always(10), authoritativeMs: always(40) },
        nginx: { acceptMs: always(1), proxyMs: always(2), answerMs: always(3) },
        mysql: { connectMs: always(4), roundTripMs: 0.5 },
        visitors: { roundTripMs: RTT },
        pages: [scriptPage({ cpuMs: always(20), queries: [query({ cpuMs: always(5), holdMs: always(6) })], waitMs: always(7) })],
      },
      [0],
    );
    expect(ends).toEqual([`${50 + 150 + 3 + (20 + (0.5 + 4 + 5 + 6) + 7) + 3 + 50} ms: 200 to the click at 0 ms`]);
    const means = Object.entries(result.stages).map(([name, stage]) => [name, Math.round(stage.timeMs.mean! * 1e6) / 1e6]);
    expect(means).toEqual([
      ['dns', 50],
      ['tcp', 150],
      ['nginx', 3 + 42.5 + 3],
      ['php-fpm', 42.5],
      ['mysql', 15.5],
      ['delivery', 50],
    ]);
    const shares = Object.fromEntries(Object.entries(result.stages).map(([name, stage]) => [name, stage.timeMs.share]));
    expect(shares.nginx).toBeCloseTo(6 / 298.5, 12);
    expect(shares['php-fpm']).toBeCloseTo(27 / 298.5, 12);
    expect(Object.values(shares).reduce((sum, share) => sum! + share!, 0)).toBeCloseTo(1, 12);
  });

  it('needs what its visitor needs, however busy the site is', () => {
    const needs = (rate: number, maxChildren: number) =>
      storyOf(
        bare({
          durationMs: 1e9 / rate,
          traffic: [poisson(rate, { curve: [{ fromMs: 0, toMs: 300_000 / rate, fromRate: rate, toRate: rate }] })],
          php: { maxChildren },
          pages: [scriptPage({ waitMs: exponential(50) })],
        }),
      ).result;
    const calm = needs(1, 1000);
    const busy = needs(1000, 1000);
    expect(calm.requests.offered).toBe(busy.requests.offered);
    expect(calm.latencyMs.mean).toBeCloseTo(busy.latencyMs.mean!, 6);
    expect(calm.latencyMs.max).toBeCloseTo(busy.latencyMs.max!, 6);
  });
});

describe('a visit', () => {
  it('is several pages with a thought before each, over a kept connection', () => {
    const { ends, figure } = visits(
      { visitors: { roundTripMs: RTT, keepAlive: true, pagesPerVisit: always(3), thinkMs: always(5000) } },
      [0],
    );
    expect(ends).toEqual([
      '200 ms: 200 to the click at 0 ms',
      '5300 ms: 200 to the click at 5200 ms',
      '10400 ms: 200 to the click at 10300 ms',
    ]);
    expect(figure('tcp', 'connections opened')).toBe(1);
  });

  it('opens the pages that the source prefers', () => {
    const pages = [
      filePage({ path: '/', weight: 1 }),
      filePage({ path: '/rare', weight: 0 }),
      scriptPage({}, { path: '/shop', weight: 3 }),
    ];
    const asked = (mix: { page: number; weight: number }[] | null) => {
      const source = poisson(0, { mix, curve: [{ fromMs: 0, toMs: 1000, fromRate: 4000, toRate: 4000 }] });
      const { result } = storyOf(bare({ pages, traffic: [source] }));
      return result.stages['php-fpm'].entered / result.requests.offered;
    };
    expect(asked(null)).toBeCloseTo(0.75, 1);
    expect(asked([{ page: 2, weight: 1 }])).toBe(1);
    expect(
      asked([
        { page: 0, weight: 1 },
        { page: 1, weight: 5 },
      ]),
    ).toBe(0);
  });

  it('ends with the first page that fails', () => {
    const { ends } = visits(
      {
        php: { maxChildren: 0, listenBacklog: -1 },
        pages: [scriptPage()],
        visitors: { pagesPerVisit: always(3), thinkMs: always(10) },
      },
      [0],
    );
    expect(ends).toEqual(['0 ms: 502 (listen queue full) to the click at 0 ms']);
  });

  it('of visitors who know the address begins without a lookup', () => {
    const { figure } = visits({ dns: { knownShare: 0.3 } }, [[0, 0, 2000]]);
    expect(Math.abs(figure('dns', 'known to the browser') - 600)).toBeLessThan(4 * Math.sqrt(2000 * 0.3 * 0.7));
  });
});

describe('a page with assets', () => {
  const withAssets = (count: number, page: Partial<PageModel> = {}): PageModel[] => [
    filePage({ assets: Array.from({ length: count }, (_, i) => i + 1), ...page }),
    ...Array.from({ length: count }, (_, i) => filePage({ path: `/${i}.css`, weight: 0 })),
  ];

  it('loads them after itself, over six connections at the most', () => {
    const { ends, figure } = visits({ visitors: { roundTripMs: RTT, keepAlive: true }, pages: withAssets(8) }, [0]);
    expect(ends).toEqual([
      '200 ms: 200 to the click at 0 ms',
      '300 ms: 200 to the click at 200 ms', // Over the page's own connection,
      ...new Array(5).fill('400 ms: 200 to the click at 200 ms'), // over five new ones,
      '400 ms: 200 to the click at 300 ms', // and the last two over those that are free first.
      '500 ms: 200 to the click at 400 ms',
    ]);
    expect([figure('tcp', 'connections opened'), figure('tcp', 'connections reused')]).toEqual([6, 3]);
  });

  it('loads few over few, and one browser may allow itself fewer', () => {
    const opened = (connections: number, assets: number) =>
      visits({ visitors: { roundTripMs: RTT, keepAlive: true, connections }, pages: withAssets(assets) }, [0]).figure(
        'tcp',
        'connections opened',
      );
    expect([opened(6, 0), opened(6, 1), opened(6, 3), opened(6, 20), opened(2, 20)]).toEqual([1, 1, 3, 6, 2]);
  });

  it('is over with its last asset; only then the visitor thinks', () => {
    const { ends } = visits(
      {
        visitors: { keepAlive: true, pagesPerVisit: always(2), thinkMs: always(1000) },
        nginx: { workerProcesses: 1 },
        pages: [filePage({ assets: [1] }), scriptPage({ waitMs: always(300) }, { path: '/slow.png', weight: 0 })],
      },
      [0],
    );
    expect(ends).toEqual([
      '0 ms: 200 to the click at 0 ms',
      '300 ms: 200 to the click at 0 ms',
      '1300 ms: 200 to the click at 1300 ms',
      '1600 ms: 200 to the click at 1300 ms',
    ]);
  });

  it('that fails loads none of them', () => {
    const { ends } = visits(
      { php: { maxChildren: 0, listenBacklog: -1 }, pages: [scriptPage({}, { assets: [1, 1] }), filePage({ path: '/a.css' })] },
      [[0, 0]],
    );
    expect(ends).toEqual(['0 ms: 502 (listen queue full) to the click at 0 ms']);
  });

  it('goes on with the others if one of them fails', () => {
    const { ends } = visits(
      {
        php: { maxChildren: 0, listenBacklog: -1 },
        visitors: { connections: 1 },
        pages: [
          filePage({ assets: [1, 2] }),
          scriptPage({}, { path: '/a.css', weight: 0 }),
          filePage({ path: '/b.css', weight: 0 }),
        ],
      },
      [0],
    );
    expect(ends).toEqual([
      '0 ms: 200 to the click at 0 ms',
      '0 ms: 502 (listen queue full) to the click at 0 ms',
      '0 ms: 200 to the click at 0 ms',
    ]);
  });

  it('keeps its idle connections in order when nginx closes one in the middle', () => {
    const { ends, figure } = visits(
      {
        visitors: { roundTripMs: RTT, keepAlive: true, pagesPerVisit: always(2), thinkMs: always(900) },
        nginx: { keepaliveTimeoutMs: 1000, workerProcesses: 1 },
        pages: [
          filePage({ assets: [1, 1, 2], weight: 1 }),
          filePage({ path: '/a.css', weight: 0 }),
          filePage({ path: '/big.png', weight: 0, bytes: always(14_601) }),
        ],
      },
      [0],
    );
    // Connections fall idle at 300 (the page's), 400 and 500; the next click comes at 1400, when the first has just been closed.
    expect(ends[4]).toBe('1500 ms: 200 to the click at 1400 ms');
    expect(figure('tcp', 'connections opened')).toBeGreaterThan(3);
    expect(ends).toHaveLength(8);
  });
});

describe('closed users', () => {
  const two: ClosedSourceModel = { ...users(2, always(100)), toMs: 450 };

  it('think, ask, wait, and think again, until the end', () => {
    const { ends } = storyOf(bare({ traffic: [two], pages: [scriptPage({ waitMs: always(50) })] }));
    expect(ends).toEqual([
      '150 ms: 200 to the click at 100 ms',
      '200 ms: 200 to the click at 100 ms', // Waits for the only child.
      '300 ms: 200 to the click at 250 ms',
      '350 ms: 200 to the click at 300 ms',
      '450 ms: 200 to the click at 400 ms', // Those who would click at 550 and at 450 are too late.
    ]);
  });

  it('stay even if a page fails', () => {
    const { ends } = storyOf(bare({ traffic: [{ ...two, users: 1 }], php: { maxChildren: 0, listenBacklog: -1 } }));
    expect(ends.map((end) => end.split(' ms')[0])).toEqual(['100', '200', '300', '400']);
  });

  it('never have more requests inside than there are users', () => {
    const { result } = storyOf(
      bare({
        traffic: [users(5, exponential(100))],
        php: { maxChildren: 10 },
        pages: [scriptPage({ waitMs: exponential(100) })],
      }),
    );
    expect(result.stages['php-fpm'].queue.max).toBe(0);
    expect(Math.max(...result.series.busy['php-fpm'])).toBeLessThanOrEqual(5);
    expect(result.perSecond.throughput).toBeGreaterThan(20);
  });
});

describe('patience', () => {
  const leaves = (afterMs: number, parts: Bare, clicks: readonly Click[] = [0]) =>
    visits({ ...parts, visitors: { patienceMs: always(afterMs), roundTripMs: RTT, ...parts.visitors } }, clicks);

  it('may end while the name is looked up', () => {
    const { ends, logs } = leaves(7000, { dns: { loss: 1 } });
    expect(ends).toEqual(['7000 ms: abandoned (the visitor left while the name was looked up) to the click at 0 ms']);
    expect(logs).toEqual(['dns: browser: the visitor closed the tab']);
  });

  it('may end while an answer from the resolver is on its way', () => {
    const { ends } = leaves(30, { dns: { resolverMs: always(50) } });
    expect(ends).toEqual(['30 ms: abandoned (the visitor left while the name was looked up) to the click at 0 ms']);
  });

  it('may end before there is a connection', () => {
    const { ends, logs, result } = leaves(2500, { tcp: { loss: 1 } });
    expect(ends).toEqual(['2500 ms: abandoned (the visitor left before a connection was made) to the click at 0 ms']);
    expect(logs).toEqual(['tcp: browser: the visitor closed the tab']);
    expect(result.stages.tcp).toMatchObject({ entered: 1, left: 1 });
  });

  it('may end before the kernel gives up, or learns of a reset', () => {
    const lost = leaves(100_000, { durationMs: 200_000, tcp: { loss: 1 } });
    expect(lost.ends).toEqual(['100000 ms: abandoned (the visitor left before a connection was made) to the click at 0 ms']);
    // As in `tcp.test.ts`: the third one's ACK is refused at 170, of which it would learn at 220.
    const crowded = { nginx: { workerProcesses: 1, staticMs: always(90), listenBacklog: 0 }, tcp: { abortOnOverflow: true } };
    const { ends } = leaves(195, crowded, [0, 10, 20]);
    expect(ends.at(0)).toBe('215 ms: abandoned (the visitor left before a connection was made) to the click at 20 ms');
    expect(ends.some((end) => end.includes('reset'))).toBe(false);
  });

  it('may end at any moment of the handshake', () => {
    // The SYN arrives at 50, the ACK at 150, the end of the TLS handshake takes until 160, the request arrives at 260.
    const tls: Bare = { tcp: { tls: { version: '1.3', handshakeMs: always(10) } } };
    const at = (ms: number) => leaves(ms, tls).ends[0];
    for (const ms of [20, 100, 149, 200, 259]) {
      expect(at(ms)).toBe(`${ms} ms: abandoned (the visitor left before a connection was made) to the click at 0 ms`);
    }
    expect(at(155)).toBe('160 ms: abandoned (the visitor left before a connection was made) to the click at 0 ms');
    expect(at(270)).toBe('270 ms: abandoned (the visitor left while the answer was arriving) to the click at 0 ms');
    expect(at(311)).toBe('310 ms: 200 to the click at 0 ms');
  });

  it('may end while the request is on its way through a crowded interface', () => {
    const { ends, figure } = leaves(120, {
      host: { network: { sendBytesPerMs: Infinity, receiveBytesPerMs: 1 } },
      visitors: { roundTripMs: always(0) },
    });
    expect(ends).toEqual(['120 ms: abandoned (the visitor left before a connection was made) to the click at 0 ms']);
    expect(figure('nginx', 'connections open')).toBe(0);
  });

  it('may end on a kept connection before the request has arrived, which closes the connection', () => {
    const { ends, figure } = visits(
      {
        durationMs: 5000,
        visitors: {
          keepAlive: true,
          roundTripMs: always(300),
          pagesPerVisit: always(2),
          patienceMs: { law: 'empirical', values: [700, 90] },
        },
      },
      [[0, 0, 40]],
    );
    // Who is patient twice has a second page at 900, over a connection that stays open.
    const second = (end: string) => ends.filter((line) => line.startsWith(end) && line.endsWith('click at 600 ms')).length;
    expect(second('900 ms: 200')).toBeGreaterThan(0);
    expect(second('690 ms: abandoned (the visitor left before')).toBeGreaterThan(0);
    expect(figure('nginx', 'connections open')).toBe(second('900 ms: 200'));
  });

  it('may end on the way back from a connection that nginx had just closed', () => {
    const { ends } = visits(
      {
        nginx: { keepaliveTimeoutMs: 1000 },
        visitors: {
          keepAlive: true,
          roundTripMs: always(300),
          pagesPerVisit: always(2),
          thinkMs: always(1000),
          patienceMs: { law: 'empirical', values: [700, 250] },
        },
      },
      [[0, 0, 40]],
    );
    // The second request reaches the closed door at 1750; of that the visitor would hear at 1900.
    expect(ends).toContain('1850 ms: abandoned (the visitor left before a connection was made) to the click at 1600 ms');
    expect(ends).not.toContain('2500 ms: 200 to the click at 1600 ms'); // Takes 900, for which nobody has the patience.
  });

  it('may end while nginx is at it, which notices when it is done', () => {
    const { ends, logs } = leaves(200, { nginx: { workerProcesses: 1, staticMs: always(100) } });
    expect(ends).toEqual(['250 ms: 499 (the visitor left before nginx had an answer) to the click at 0 ms']);
    expect(logs).toEqual(['nginx: access.log: "GET …" 499 0']);
    expect(leaves(200, { nginx: { workerProcesses: 1, answerMs: always(100) }, pages: [scriptPage()] }).ends).toEqual(ends);
  });

  it('may end in the queue of PHP-FPM, in a script, in a query', () => {
    const left = (ms: number) => [`${ms} ms: 499 (the visitor left before nginx had an answer) to the click at 0 ms`];
    expect(leaves(400, { php: { maxChildren: 0 }, pages: [scriptPage()] }).ends).toEqual(left(400));
    expect(leaves(400, { pages: [scriptPage({ cpuMs: always(9000) })] }).ends).toEqual(left(400));
    const inQuery = leaves(400, { pages: [scriptPage({ queries: [query({ holdMs: always(9000) })] })] });
    expect(inQuery.ends).toEqual(left(400));
    expect(inQuery.result.stages.mysql).toMatchObject({ entered: 1, left: 1 });
  });

  it('may end while the answer is arriving', () => {
    const slow = { pages: [filePage({ bytes: always(1e6) })], visitors: { bytesPerMs: always(10) } };
    const { ends, logs } = leaves(1000, slow);
    expect(ends).toEqual(['1000 ms: abandoned (the visitor left while the answer was arriving) to the click at 0 ms']);
    expect(logs).toEqual(['delivery: browser: the visitor closed the tab']);
    const crowded = { pages: slow.pages, host: { network: { sendBytesPerMs: 10, receiveBytesPerMs: Infinity } } };
    expect(leaves(1000, crowded).ends).toEqual(ends);
    expect(leaves(1000, crowded).result.host.network.sent).toBeCloseTo(8500, 6);
  });

  it('that has not ended when the answer is there is forgotten', () => {
    const { ends } = leaves(201, { visitors: { keepAlive: true, pagesPerVisit: always(3), thinkMs: always(10) } });
    expect(ends).toEqual([
      '200 ms: 200 to the click at 0 ms',
      '310 ms: 200 to the click at 210 ms',
      '420 ms: 200 to the click at 320 ms',
    ]);
  });

  it('of one visitor is nothing to the next who is given the same place', () => {
    // The first is answered with a 504 at 1000 and its script ends at 1100; others come meanwhile and stay.
    const { ends } = visits(
      {
        nginx: { fastcgiReadTimeoutMs: 1000, errorMs: always(300) },
        visitors: { patienceMs: always(1250) },
        php: { maxChildren: 10 },
        pages: [scriptPage({ waitMs: always(1100) }), scriptPage({ waitMs: always(900) }, { path: '/other' })],
      },
      [
        [0, 0],
        [1150, 1],
        [1200, 1],
      ],
    );
    expect(ends).toEqual([
      '1300 ms: 499 (the visitor left before nginx had an answer) to the click at 0 ms',
      '2050 ms: 200 to the click at 1150 ms',
      '2100 ms: 200 to the click at 1200 ms',
    ]);
  });
});

describe('the site', () => {
  it('lets nobody in who has not come: an arrival of a source that does not exist is our mistake', () => {
    expect(() => run({ ...bare(), traffic: [silent] }, { arrivals: () => of({ source: 7 }) })).toThrow(
      'scenario bare, seed 1, at 0 ms',
    );
  });
});

function visits(parts: Bare, clicks: readonly Click[]) {
  return story(bare({ pages: [filePage()], ...parts }), clicks);
}
