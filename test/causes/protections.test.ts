/** What the operator of one box can do against too many requests, worked out by hand: limit_req, limit_conn, fastcgi_cache. */
import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { EventModel, FastcgiCacheModel, Happening, LimitConnModel, LimitReqModel } from '../../src/model.js';
import { type Click, story } from '../stages/story.js';
import { type Bare, bare, filePage, scriptPage } from '../support/bare.js';
import { causeTable } from '../support/causeTable.js';

causeTable('Limits and cache: what happens, how requests end, and what the log says');

const limitReq = (parts: Partial<LimitReqModel>): LimitReqModel => ({
  zone: 'one',
  key: 'server',
  pages: [],
  status: 503,
  rate: 10,
  burst: 0,
  delay: 0,
  ...parts,
});

const limitConn = (parts: Partial<LimitConnModel>): LimitConnModel => ({
  zone: 'conn',
  key: 'server',
  pages: [],
  status: 503,
  connections: 1,
  ...parts,
});

const cache = (parts: Partial<FastcgiCacheModel> = {}): FastcgiCacheModel => ({
  pages: [{ page: 0, variants: 1, zipf: 1 }],
  valid: [{ status: '200', ms: 10_000 }],
  inactiveMs: 600_000,
  lock: false,
  lockTimeoutMs: 5000,
  lockAgeMs: 5000,
  useStale: [],
  backgroundUpdate: false,
  ...parts,
});

describe('limit_req', () => {
  const file = { pages: [filePage()] };
  /** `A` for those who were answered, `R` for those refused, in the order in which they came (nobody waits). */
  const verdicts = (limit: LimitReqModel, clicks: readonly Click[], parts: Bare = {}) =>
    clicked({ ...file, ...parts, nginx: { limitReq: limit, ...parts.nginx } }, clicks)
      .ends.map((end) => (end.includes(': 200') ? 'A' : 'R'))
      .join(' ');

  it('M7 10/s, burst 2, nodelay: five at once, then at 100, 150 and 200 ms', () => {
    const limit = limitReq({ burst: 2, delay: Infinity });
    expect(verdicts(limit, [0, 0, 0, 0, 0, 100, 150, 200])).toBe('A A A R R A R A');
  });

  it('M7 without nodelay the three are delayed by 0, 100 and 200 ms', () => {
    const { ends, figure, result } = clicked({ ...file, nginx: { limitReq: limitReq({ burst: 2 }) } }, [0, 0, 0, 0, 0]);
    expect(ends).toEqual([
      '0 ms: 200 to the click at 0 ms',
      '0 ms: 503 (limit_req: more requests than the rate and its burst allow) to the click at 0 ms',
      '0 ms: 503 (limit_req: more requests than the rate and its burst allow) to the click at 0 ms',
      '100 ms: 200 to the click at 0 ms',
      '200 ms: 200 to the click at 0 ms',
    ]);
    expect(figure('nginx', 'delayed by limit_req')).toBe(2);
    expect(figure('nginx', 'refused by limit_req')).toBe(2);
    expect(result.stages.nginx.timeMs.waiting).toBe(300 / 5);
  });

  it('delay=1: one beyond the rate goes on at once, the next waits', () => {
    const { ends } = clicked({ ...file, nginx: { limitReq: limitReq({ burst: 2, delay: 1 }) } }, [0, 0, 0]);
    expect(ends).toEqual([
      '0 ms: 200 to the click at 0 ms',
      '0 ms: 200 to the click at 0 ms',
      '100 ms: 200 to the click at 0 ms',
    ]);
  });

  it('without a burst two requests closer than 1/rate: the second is refused', () => {
    expect(verdicts(limitReq({}), [0, 99, 199])).toBe('A R A');
    expect(verdicts(limitReq({}), [0, 100, 200])).toBe('A A A');
  });

  it('a refused request leaves the state as it was: knocking does no harm', () => {
    expect(verdicts(limitReq({}), [0, 20, 40, 60, 80, 99, 100])).toBe('A R R R R R A');
  });

  it('an idle bucket takes burst + 1 at once', () => {
    const limit = limitReq({ burst: 20, delay: Infinity });
    expect(verdicts(limit, [[0, 0, 25]])).toBe([...Array(21).fill('A'), ...Array(4).fill('R')].join(' '));
    expect(
      verdicts(limit, [
        [0, 0, 21],
        [60_000, 0, 22],
      ]).split(' R'),
    ).toHaveLength(2);
  });

  it('counts whole milliseconds and thousandths of a request: 0.9 ms are none', () => {
    // At 1000/s a millisecond leaks one request. 10.0 and 10.9 are the same millisecond, 11.0 is the next.
    expect(verdicts(limitReq({ rate: 1000 }), [10, 10.9, 11])).toBe('A R A');
    // 30r/m is 0.5/s: 500 thousandths a second; after 1999 ms 999 have leaked, one too few.
    expect(verdicts(limitReq({ rate: 0.5 }), [0, 1999, 2000])).toBe('A R A');
    // 10r/m is 166 thousandths a second, and not 166.67: the next may come after 6024 ms, and not after 6000.
    expect(verdicts(limitReq({ rate: 10 / 60 }), [0, 6000, 6023, 6025])).toBe('A R R A');
  });

  it('says in the error log how far the first was beyond it', () => {
    const { logs, ends } = clicked(
      { ...file, nginx: { limitReq: limitReq({ zone: 'login', burst: 5, delay: Infinity, status: 429 }) } },
      [[0, 0, 6], 88],
    );
    expect(ends.at(-1)).toContain('88 ms: 429 (limit_req');
    // 5.000 after the sixth, less 0.880, and one.
    expect(logs).toEqual(['nginx: [error] limiting requests, excess: 5.120 by zone "login"']);
  });

  it('by address: a visitor with six connections is limited, another is not', () => {
    const pages = [filePage({ assets: [1, 1, 1] }), filePage({ path: '/a', weight: 0 })];
    const limit = limitReq({ key: 'address', burst: 1, delay: Infinity });
    // Each takes the page and one of the three assets.
    const { result } = clicked({ pages, nginx: { limitReq: limit } }, [0, 0]);
    expect(result.outcomes).toEqual({ '200': 4, '503': 4 });
    expect(clicked({ pages, nginx: { limitReq: { ...limit, key: 'server' } } }, [0, 0]).result.outcomes['200']).toBe(2);
  });

  it('by address: who has left the site is somebody new when they come again', () => {
    const limit = limitReq({ key: 'address' });
    expect(verdicts(limit, [0, 1, 2])).toBe('A A A');
    expect(verdicts(limit, [0], { visitors: { pagesPerVisit: always(3), thinkMs: always(50) } })).toBe('A R');
  });

  it('holds for its pages alone', () => {
    const pages = [filePage(), filePage({ path: '/login' })];
    const { ends } = clicked({ pages, nginx: { limitReq: limitReq({ pages: [1] }) } }, [
      [0, 0],
      [0, 0],
      [0, 1],
      [0, 1],
    ]);
    expect(ends.map((end) => end.slice(6, 9))).toEqual(['200', '200', '200', '503']);
  });

  it('who leaves while delayed is noticed at once: 499, and PHP never hears of it', () => {
    const { ends, result } = clicked(
      { nginx: { limitReq: limitReq({ burst: 9, rate: 1 }) }, visitors: { patienceMs: always(400) } },
      [0, 0],
    );
    expect(ends).toEqual([
      '0 ms: 200 to the click at 0 ms',
      '400 ms: 499 (the visitor left before nginx had an answer) to the click at 0 ms',
    ]);
    expect(result.stages['php-fpm'].entered).toBe(1);
  });

  it('a delayed request holds its connection slot', () => {
    const { ends } = clicked(
      { ...file, nginx: { limitReq: limitReq({ burst: 9 }), workerProcesses: 1, workerConnections: 4 } },
      [0, 0, 0, 0],
    );
    // Two slots: the first has gone when the second and third come; they wait, and there is none for the fourth.
    expect(ends.map((end) => end.replace(/ \(.*\)/, ''))).toEqual([
      '0 ms: 200 to the click at 0 ms',
      '0 ms: empty reply to the click at 0 ms',
      '100 ms: 200 to the click at 0 ms',
      '200 ms: 200 to the click at 0 ms',
    ]);
  });

  it('a reload keeps the states, a restart forgets them', () => {
    const across = (verb: 'reload' | 'restart') =>
      verdicts(limitReq({ rate: 0.1 }), [0, 1000, 3000], {
        events: [happens(verb === 'reload' ? { verb, on: 'nginx' } : { verb, on: 'nginx', signal: 'TERM' }, 1500)],
      });
    expect(across('reload')).toBe('A R R');
    expect(across('restart')).toBe('A R A');
  });

  it('a refusal costs what a file and an error page cost', () => {
    const nginx = { workerProcesses: 1, proxyMs: always(70), staticMs: always(19), errorMs: always(20) };
    const { tookMs } = clicked({ nginx: { ...nginx, limitReq: limitReq({ rate: 1 }) } }, [0, 500]);
    expect(tookMs).toEqual([70, 39]);
  });
});

describe('limit_conn', () => {
  const slow = { pages: [scriptPage({ waitMs: always(100) })], php: { maxChildren: 9 } };

  it('counts requests in processing; the next is answered with 503 at once', () => {
    const { ends, logs, figure } = clicked(
      { ...slow, nginx: { limitConn: limitConn({ connections: 2 }) } },
      [0, 10, 20, 100, 105],
    );
    expect(ends).toEqual([
      '20 ms: 503 (limit_conn: too many requests in processing at once) to the click at 20 ms',
      '100 ms: 200 to the click at 0 ms',
      '105 ms: 503 (limit_conn: too many requests in processing at once) to the click at 105 ms',
      '110 ms: 200 to the click at 10 ms',
      '200 ms: 200 to the click at 100 ms',
    ]);
    expect(logs).toEqual(['nginx: [error] limiting connections by zone "conn"']);
    expect(figure('nginx', 'refused by limit_conn')).toBe(2);
  });

  it('until the answer is sent, and not only found: a slow line holds it', () => {
    const { ends } = clicked(
      { pages: [filePage()], visitors: { roundTripMs: always(100) }, nginx: { limitConn: limitConn({}) } },
      [0, 30, 60, 115],
    );
    // Each is in nginx 150 ms after its click (handshake, request), and is counted out when the last byte is there, 50 ms later.
    expect(ends.map((end) => end.replace(/ \(.*\)/, ''))).toEqual([
      '200 ms: 200 to the click at 0 ms',
      '230 ms: 503 to the click at 30 ms',
      '260 ms: 200 to the click at 60 ms',
      '315 ms: 200 to the click at 115 ms',
    ]);
  });

  it('by address: each visitor has as many of their own', () => {
    const pages = [filePage({ assets: [1, 1, 1] }), scriptPage({ waitMs: always(100) }, { path: '/a', weight: 0 })];
    const { result } = clicked(
      { pages, php: { maxChildren: 9 }, nginx: { limitConn: limitConn({ key: 'address', connections: 2 }) } },
      [0, 0],
    );
    expect(result.outcomes).toEqual({ '200': 6, '503': 2 });
  });

  it('a connection that is kept and idle does not count', () => {
    const { result } = clicked(
      {
        pages: [filePage()],
        visitors: { keepAlive: true, pagesPerVisit: always(2), thinkMs: always(1000) },
        nginx: { limitConn: limitConn({}) },
      },
      [0, 10, 20],
    );
    expect(result.outcomes).toEqual({ '200': 6 });
  });

  it('who leaves is counted out', () => {
    const { ends } = clicked(
      {
        ...slow,
        visitors: { patienceMs: always(50) },
        pages: [scriptPage({ waitMs: always(60) }), filePage({ path: '/f' })],
        nginx: { limitConn: limitConn({}) },
      },
      [0, [49, 1], [51, 1]],
    );
    expect(ends.map((end) => end.replace(/ \(.*\)/, ''))).toEqual([
      '49 ms: 503 to the click at 49 ms',
      '50 ms: 499 to the click at 0 ms',
      '51 ms: 200 to the click at 51 ms',
    ]);
  });

  it('comes after limit_req: what that delays does not count yet', () => {
    const { ends } = clicked({ ...slow, nginx: { limitReq: limitReq({ burst: 5 }), limitConn: limitConn({}) } }, [0, 0]);
    expect(ends).toEqual(['100 ms: 200 to the click at 0 ms', '200 ms: 200 to the click at 0 ms']);
  });
});

describe('fastcgi_cache', () => {
  /** PHP takes 100 ms of waiting, with children enough. */
  const php = { pages: [scriptPage({ waitMs: always(100) })], php: { maxChildren: 99 } };
  const cached = (parts: Partial<FastcgiCacheModel>, clicks: readonly Click[], more: Bare = {}) => {
    const told = clicked({ ...php, ...more, nginx: { ...more.nginx, fastcgiCache: cache(parts) } }, clicks);
    const count = (name: string) => told.figure('nginx', name);
    return { ...told, asked: told.result.stages['php-fpm'].entered, count };
  };

  it('an answer is kept: the next visitor has it at once, without PHP', () => {
    const { tookMs, asked, count } = cached({}, [0, 200, 9000]);
    expect(tookMs).toEqual([100, 0, 0]);
    expect(asked).toBe(1);
    expect([count('fetched for the cache'), count('answered from the cache')]).toEqual([1, 2]);
  });

  it('a hit costs what a file costs', () => {
    const nginx = { proxyMs: always(7), answerMs: always(8), staticMs: always(2) };
    expect(cached({}, [0, 200], { nginx }).tookMs).toEqual([115, 2]);
  });

  it('is valid to the end of the second in which its time is over', () => {
    // Kept at 100 ms, in second 0, for 10 s: to the end of second 10.
    expect(cached({}, [0, 10_999]).tookMs).toEqual([100, 0]);
    expect(cached({}, [0, 11_000]).tookMs).toEqual([100, 100]);
    // Kept at 1000 ms, in second 1: to the end of second 11.
    expect(cached({}, [900, 11_999]).tookMs).toEqual([100, 0]);
  });

  it('without fastcgi_cache_valid nothing is kept', () => {
    expect(cached({ valid: [] }, [0, 200]).tookMs).toEqual([100, 100]);
  });

  it('a page that is not cached is not', () => {
    expect(cached({ pages: [] }, [0, 200]).tookMs).toEqual([100, 100]);
  });

  it('an answer that nobody asks for is deleted: from then on it is as if it had never been', () => {
    const rare = { inactiveMs: 2000, valid: [{ status: '200', ms: 3_600_000 }] };
    expect(cached(rare, [0, 1900, 3800, 5900]).tookMs).toEqual([100, 0, 100, 100]);
    // Second 0; 1 renews it to 3; at 3 it is gone; the last is in second 5, and it had been kept to 5.
  });

  it('variants are answers of their own', () => {
    const { result, asked } = cached(
      { pages: [{ page: 0, variants: 2, zipf: 0 }] },
      [...Array(20).keys()].map((k) => 500 * k),
    );
    expect(result.outcomes).toEqual({ '200': 20 });
    expect(asked).toBe(2);
  });

  describe('stampede', () => {
    it('without the lock all who find nothing ask PHP', () => {
      expect(cached({}, [[0, 0, 10], 50, 101]).asked).toBe(11);
    });

    it('with it one asks; the others look again every 500 ms', () => {
      const { ends, asked, count } = cached({ lock: true }, [0, 10, 90, 101]);
      expect(ends).toEqual([
        '100 ms: 200 to the click at 0 ms',
        '101 ms: 200 to the click at 101 ms',
        '510 ms: 200 to the click at 10 ms',
        '590 ms: 200 to the click at 90 ms',
      ]);
      expect(asked).toBe(1);
      expect(count('waited for the cache lock')).toBe(2);
    });

    it('lock_age 5 s: one more may ask; lock_timeout 5 s: the others ask for themselves, and that is not kept', () => {
      const pages = [scriptPage({ waitMs: always(8000) })];
      const { ends, asked } = cached({ lock: true }, [0, 100, 200, 8100], { pages });
      // Both poll at 5000, when the lock is too old. The first takes it, to 10,000, before the other looks; that one looks again at
      // 5500, when its own 5 s are over, and asks for itself. The first answer is kept at 8000.
      expect(ends).toEqual([
        '8000 ms: 200 to the click at 0 ms',
        '8100 ms: 200 to the click at 8100 ms',
        '13000 ms: 200 to the click at 100 ms',
        '13500 ms: 200 to the click at 200 ms',
      ]);
      expect(asked).toBe(3);
    });

    it('lock_timeout 0: nobody waits, and only the holder of the lock keeps its answer', () => {
      const { ends, asked } = cached(
        { lock: true, lockTimeoutMs: 0, valid: [{ status: '200', ms: 1000 }] },
        [0, 950, 1990, 2010],
      );
      // The first is kept in second 0, to the end of second 1. The second hits. The fourth finds it expired.
      expect(ends.map((end) => end.split(' ')[0])).toEqual(['100', '950', '1990', '2110']);
      expect(asked).toBe(2);
    });

    it('the lock does not hold for what has expired: all ask PHP again', () => {
      const { asked } = cached({ lock: true }, [0, [11_000, 0, 10]]);
      expect(asked).toBe(1 + 10);
    });

    it('updating: one asks, all others have the stale answer at once', () => {
      const { tookMs, asked, count } = cached({ lock: true, useStale: ['updating'] }, [0, [11_000, 0, 10]]);
      expect(tookMs).toEqual([100, ...Array(9).fill(0), 100]);
      expect(asked).toBe(2);
      expect(count('answered with a stale copy')).toBe(9);
    });

    it('background_update: nobody waits, nginx asks by itself', () => {
      const { tookMs, asked, figure } = cached({ useStale: ['updating'], backgroundUpdate: true }, [0, [11_000, 0, 10], 11_101]);
      expect(tookMs).toEqual([100, ...Array(11).fill(0)]);
      expect(asked).toBe(2);
      expect(figure('php-fpm', 'executed for nobody')).toBe(0);
    });
  });

  describe('errors', () => {
    /** One child, no backlog: who comes while it is busy gets a 502. */
    const narrow = { php: { maxChildren: 1, listenBacklog: -1 } };
    const busyAt = (ms: number): Click => [ms, 1];
    const two = { pages: [scriptPage({ waitMs: always(100) }), scriptPage({ waitMs: always(5000) }, { path: '/long' })] };

    it('502 is not kept by itself', () => {
      const { ends } = cached({}, [busyAt(0), 10, 5100], { ...narrow, ...two });
      expect(ends.map(brief)).toEqual(['10: 502', '5000: 200', '5200: 200']);
    });

    it('502 with a validity of its own is served as a hit', () => {
      const { ends, asked } = cached({ valid: [{ status: '502', ms: 6000 }] }, [busyAt(0), 10, 5100, 7000], {
        ...narrow,
        ...two,
      });
      expect(ends.map(brief)).toEqual(['10: 502', '5000: 200', '5100: 502', '7100: 200']);
      expect(asked).toBe(3);
    });

    it('use_stale error: an expired answer in place of a 502', () => {
      const clicks = [0, busyAt(11_000), 11_010, 11_020];
      expect(cached({ useStale: ['error'] }, clicks, { ...narrow, ...two }).ends.map(brief)).toEqual([
        '100: 200',
        '11010: 200',
        '11020: 200',
        '16000: 200',
      ]);
      expect(cached({}, clicks, { ...narrow, ...two }).result.outcomes['502']).toBe(2);
      expect(cached({ useStale: ['timeout'] }, clicks, { ...narrow, ...two }).result.outcomes['502']).toBe(2);
    });

    it('use_stale error: where there never was an answer, a 502 it is', () => {
      expect(cached({ useStale: ['error'] }, [busyAt(0), 10], { ...narrow, ...two }).result.outcomes['502']).toBe(1);
    });

    it('use_stale timeout: an expired answer in place of a 504', () => {
      const slow = { php: { maxChildren: 1 }, nginx: { fastcgiReadTimeoutMs: 1000 }, ...two };
      const clicks = [0, busyAt(11_000), 11_010];
      // The long script is given up on at 12,000; who waits behind it, at 12,010.
      expect(cached({ useStale: ['timeout'] }, clicks, slow).ends.map(brief)).toEqual(['100: 200', '12000: 504', '12010: 200']);
      expect(cached({}, clicks, slow).ends.map(brief)).toEqual(['100: 200', '12000: 504', '12010: 504']);
    });

    it('use_stale http_500: an expired answer in place of an exception', () => {
      const pages = [
        scriptPage({ queries: [aQuery] }),
        scriptPage({ queries: [{ ...aQuery, cpuMs: always(2000) }] }, { path: '/long' }),
      ];
      const one = { pages, php: { maxChildren: 9 }, mysql: { maxConnections: 1 } };
      const clicks = [0, busyAt(11_000), 11_010];
      expect(cached({ useStale: ['http_500'] }, clicks, one).ends.map(brief)).toEqual(['0: 200', '11010: 200', '13000: 200']);
      expect(cached({}, clicks, one).ends.map(brief)).toEqual(['0: 200', '11010: 500', '13000: 200']);
      // A 500 may be kept like any answer.
      const kept = { valid: [{ status: '500', ms: 60_000 }] };
      expect(cached(kept, [busyAt(0), 10, 3000], one).ends.map(brief)).toEqual(['10: 500', '2000: 200', '3000: 500']);
    });
  });

  it('an answer survives a restart of nginx: it is on disk', () => {
    const events = [happens({ verb: 'restart', on: 'nginx', signal: 'TERM' }, 1000)];
    expect(cached({}, [0, 3000], { events }).tookMs).toEqual([100, 0]);
  });

  it('a fetch that nginx was killed in holds no lock when it is back', () => {
    const events = [happens({ verb: 'kill', on: 'nginx' }, 1000, 500)];
    const pages = [scriptPage({ waitMs: always(2000) })];
    const { ends, asked } = cached({ lock: true, lockAgeMs: 60_000 }, [0, 500, 2000], { events, pages });
    expect(ends.map(brief)).toEqual(['1000: reset', '1000: reset', '4000: 200']);
    expect(asked).toBe(2);
  });

  it('what nginx was asking for by itself when it was killed is not kept: nobody was there to hear the answer', () => {
    const events = [happens({ verb: 'kill', on: 'nginx' }, 11_050, 500)];
    const { tookMs, asked } = cached({ useStale: ['updating'], backgroundUpdate: true }, [0, 11_000, 12_000, 12_200], { events });
    // The answer to the second fetch comes at 11,100; the third visitor has nginx ask anew.
    expect(tookMs).toEqual([100, 0, 0, 0]);
    expect(asked).toBe(3);
  });

  it('when the site moves to another address nobody waits for the lock any more', () => {
    const events = [happens({ verb: 'dns', on: 'dns', answer: 'moved' }, 500)];
    const pages = [scriptPage({ waitMs: always(2000) })];
    const { ends, figure } = cached({ lock: true }, [0, 100], { events, pages });
    expect(ends.map(brief)).toEqual(['500: reset', '500: reset']);
    expect(figure('nginx', 'waiting for the cache lock')).toBe(0);
  });

  it('use_stale error: PHP-FPM is down, and visitors do not notice', () => {
    const events = [happens({ verb: 'stop', on: 'php-fpm', signal: 'TERM' }, 5000, 20_000)];
    const clicks = [0, 12_000, 13_000];
    expect(cached({ useStale: ['error'] }, clicks, { events }).ends.map(brief)).toEqual(['100: 200', '12000: 200', '13000: 200']);
    expect(cached({}, clicks, { events }).result.outcomes['502']).toBe(2);
  });

  it('who asked and left does not stop the answer from being kept', () => {
    const { ends, asked } = cached({}, [0, 200], { visitors: { patienceMs: always(50) } });
    expect(ends.map(brief)).toEqual(['50: 499', '200: 200']);
    expect(asked).toBe(1);
  });

  it('who leaves while waiting for the lock is noticed when nginx looks again', () => {
    const pages = [scriptPage({ waitMs: always(2000) })];
    const { ends } = cached({ lock: true }, [0, 10], { pages, visitors: { patienceMs: always(700) } });
    expect(ends.map(brief)).toEqual(['700: 499', '2010: 499']);
  });

  it('who leaves after PHP-FPM could not be reached, while the worker is busy, is not taken for one who is held', () => {
    const pages = [
      scriptPage({ waitMs: always(100) }),
      scriptPage({ waitMs: always(5000) }, { path: '/long' }),
      filePage({ path: '/file' }),
    ];
    const { ends } = cached(
      {},
      [
        [0, 1],
        [10, 0],
        [1000, 2],
      ],
      {
        pages,
        php: { maxChildren: 1, listenBacklog: -1, listen: '127.0.0.1:9000' },
        nginx: { workerProcesses: 1, staticMs: always(100), fastcgiConnectTimeoutMs: 1000 },
        visitors: { patienceMs: always(1050) },
      },
    );
    // Given up on at 1010, when the worker has the file in hand until 1100; the visitor leaves at 1060.
    expect(ends.map(brief)).toEqual(['1050: 499', '1100: 499', '1100: 200']);
  });

  it('who waited for the lock while nginx was stopped asks PHP-FPM when it goes on, if the wait is over by then', () => {
    const pages = [scriptPage({ waitMs: always(100_000) })];
    const events = [happens({ verb: 'hang', on: 'nginx' }, 300, 10_000)];
    const { asked } = cached({ lock: true, lockTimeoutMs: 5000, lockAgeMs: 2000 }, [0, 10, 20], {
      pages,
      events,
      durationMs: 90_000,
    });
    // At 2000 the lock is too old, but nobody can take it. At 10,300 one of the two does, and the time of the other is over.
    expect(asked).toBe(3);
  });

  it('a request that is held keeps the worker free', () => {
    const { ends } = cached({ lock: true }, [0, 10, [20, 1]], {
      pages: [scriptPage({ waitMs: always(400) }), filePage({ path: '/f' })],
      nginx: { workerProcesses: 1 },
    });
    expect(ends.map(brief)).toEqual(['20: 200', '400: 200', '510: 200']);
  });
});

const aQuery = { times: always(1), cpuMs: always(0), reads: always(0), row: null, table: null, holdMs: always(0), commit: false };

function happens(what: Happening, atMs: number, forMs: number | null = null): EventModel {
  return { name: what.verb, atMs, forMs, because: '', what };
}

function brief(end: string): string {
  return end.replace(/^(\S+) ms: (\S+).*$/, '$1: $2');
}

function clicked(parts: Bare, clicks: readonly Click[]) {
  return story(bare({ mysql: null, ...parts }), clicks);
}
