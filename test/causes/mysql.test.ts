/** What can happen to MySQL, row by row: what the visitor sees, when, and what the log says. Worked out by hand. */
import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { EventModel, MysqlDisturbedModel, MysqlModel, QueryModel, UnitModel } from '../../src/model.js';
import { type Click, secondBySecond, story } from '../stages/story.js';
import { type Bare, bare, query, scriptPage } from '../support/bare.js';
import { causeTable } from '../support/causeTable.js';
import { happens } from '../support/happens.js';

causeTable('MySQL: what happens, how requests end, and what the log says');

const kill = (atMs: number, forMs: number | null = null) => happens(atMs, { verb: 'kill', on: 'mysql' }, forMs);
const stop = (atMs: number, forMs: number) => happens(atMs, { verb: 'stop', on: 'mysql', signal: 'TERM' }, forMs);
const restart = (atMs: number) => happens(atMs, { verb: 'restart', on: 'mysql', signal: 'TERM' });
const hang = (atMs: number, forMs: number) => happens(atMs, { verb: 'hang', on: 'mysql' }, forMs);
const alter = (atMs: number, forMs: number, table = 'posts') => happens(atMs, { verb: 'lock-table', on: 'mysql', table }, forMs);
const fill = (atMs: number, forMs: number) => happens(atMs, { verb: 'fill', on: 'disk' }, forMs);

/** Nothing to recover and nothing to load, unless a test says so. */
const calm: MysqlDisturbedModel = {
  logFileBytes: 1e9,
  checkpointAgeBytes: 0,
  redoBytesPerCommit: 1000,
  pagesPerCommit: 1,
  dumpShare: 0.25,
  ioCapacity: 200,
  tableWaitTimeoutMs: 86_400_000,
  pings: false,
};
/** Debian's mariadb.service, and a start that takes two seconds. */
const debian: UnitModel = { restart: 'on-abnormal', restartMs: 5000, startMs: always(2000) };

interface Told extends Omit<Bare, 'mysql'> {
  readonly mysql?: Partial<MysqlModel>;
  readonly disturbed?: Partial<MysqlDisturbedModel>;
}

/** Ten children; each script asks one query. */
function tale(parts: Partial<QueryModel>, clicks: readonly Click[], events: EventModel[], rest: Told = {}) {
  return story(siteOf([query(parts)], events, rest), clicks);
}

function siteOf(queries: QueryModel[], events: EventModel[], { mysql, disturbed, ...rest }: Told = {}) {
  return bare({
    durationMs: 100_000,
    php: { maxChildren: 10 },
    pages: [scriptPage({ queries })],
    events,
    mysql: { ...mysql, disturbed: { ...calm, ...disturbed } },
    ...rest,
  });
}

const uncaught = (message: string) => `mysql: PHP Fatal error:  Uncaught PDOException: ${message}`;
const LOST = uncaught('SQLSTATE[HY000]: General error: 2013 Lost connection to MySQL server during query');
const REFUSED = uncaught('SQLSTATE[HY000] [2002] Connection refused');
const NO_SOCKET = uncaught('SQLSTATE[HY000] [2002] No such file or directory');
const GONE_AWAY = uncaught('SQLSTATE[HY000]: General error: 2006 MySQL server has gone away');
const SHUTDOWN = uncaught('SQLSTATE[08S01]: Communication link failure: 1053 Server shutdown in progress');
const LOCK_WAIT = uncaught('SQLSTATE[HY000]: General error: 1205 Lock wait timeout exceeded; try restarting transaction');
const FULL = uncaught('SQLSTATE[HY000]: General error: 1114 The table is full');

describe('1040: more connections than max_connections', () => {
  it('while a table is locked each request that waits for it holds a connection; the next is refused at once', () => {
    const { ends } = tale({ table: 'posts' }, [1000, 1100, 1200], [alter(500, 1000)], { mysql: { maxConnections: 2 } });
    expect(ends).toEqual([
      '1200 ms: 500 (error 1040: too many connections) to the click at 1200 ms',
      '1500 ms: 200 to the click at 1000 ms',
      '1500 ms: 200 to the click at 1100 ms',
    ]);
  });
});

describe('2013: killed in the middle of a query', () => {
  it('the query ends at that moment, wherever it was: at the CPU, at the disk, in line for a row, before its commit', () => {
    const page = (parts: Partial<QueryModel>, path: string) => scriptPage({ queries: [query(parts)] }, { path });
    const model = siteOf([], [kill(1000, 5000)], {
      pages: [
        page({ cpuMs: always(500) }, '/cpu'),
        page({ reads: always(1) }, '/disk'),
        page({ row: 'r', holdMs: always(500) }, '/row'),
        page({ row: 'r' }, '/waits'),
      ],
      host: { disk: { iops: Infinity, queueDepth: 8, latencyMs: always(500), fsyncMs: always(0) } },
      mysql: { bufferPoolBytes: 0, datasetBytes: 1e6 },
    });
    const { ends, logs } = story(model, [
      [900, 0],
      [901, 1],
      [902, 2],
      [903, 3],
    ]);
    expect(ends).toEqual(
      [900, 901, 902, 903].map((at) => `1000 ms: 500 (error 2013: lost connection during query) to the click at ${at} ms`),
    );
    expect(logs).toEqual([LOST]);
  });

  it('is answered before the kill, if it ends at the same moment', () => {
    expect(tale({ cpuMs: always(100) }, [900], [kill(1000, 5000)]).ends).toEqual(['1000 ms: 200 to the click at 900 ms']);
  });

  it('a row that was locked is free after it', () => {
    const { ends } = tale({ row: 'stock', holdMs: always(200) }, [900, 3000], [kill(1000, 1000)]);
    expect(ends[1]).toBe('3200 ms: 200 to the click at 3000 ms');
  });

  it('a flush that the disk has in hand serves nobody any more', () => {
    const { ends, figure } = tale({ commit: true }, [900, 1120], [kill(1000, 100)], {
      host: { disk: { iops: Infinity, queueDepth: 8, latencyMs: always(0), fsyncMs: always(250) } },
    });
    // The old flush ends at 1150; the new commit waits for the next one.
    expect(ends).toEqual([
      '1000 ms: 500 (error 2013: lost connection during query) to the click at 900 ms',
      '1400 ms: 200 to the click at 1120 ms',
    ]);
    expect(figure('mysql', 'flushes')).toBe(2);
  });
});

describe('2002: nobody listens', () => {
  it('is an answer at once, from the kill until the server is back', () => {
    const { ends, logs } = tale({}, [999, 1000, 3000, 5999, 6001], [kill(1000, 5000)]);
    expect(ends).toEqual([
      '999 ms: 200 to the click at 999 ms',
      '1000 ms: 500 (error 2002: connection refused) to the click at 1000 ms',
      '3000 ms: 500 (error 2002: connection refused) to the click at 3000 ms',
      '5999 ms: 500 (error 2002: connection refused) to the click at 5999 ms',
      '6001 ms: 200 to the click at 6001 ms',
    ]);
    expect(logs).toEqual([REFUSED]);
  });

  it('after a clean stop the socket itself is gone', () => {
    const { logs, ends } = tale({}, [1500, 3500], [stop(1000, 2000)]);
    expect(logs).toEqual([NO_SOCKET]);
    expect(ends[1]).toBe('3500 ms: 200 to the click at 3500 ms');
  });

  it('what asks no query does not notice', () => {
    const model = siteOf([], [kill(1000, 5000)]);
    expect(story(model, [2000]).ends).toEqual(['2000 ms: 200 to the click at 2000 ms']);
  });
});

describe('2006: the server has gone away', () => {
  it('a script between two queries meets it with the next one', () => {
    const model = siteOf([query(), query()], [kill(1000, 5000)], {
      pages: [scriptPage({ cpuMs: always(300), queries: [query(), query()] })],
    });
    // 100 ms, a query, 100 ms, a query, 100 ms.
    const { ends, logs } = story(model, [850]);
    expect(ends).toEqual(['1050 ms: 500 (error 2006: server has gone away) to the click at 850 ms']);
    expect(logs).toEqual([GONE_AWAY]);
  });

  it('persistent connections: each child meets it once, whenever it asks next, and then connects', () => {
    const clicks: Click[] = [
      [0, 0, 3],
      [5000, 0, 3],
      [6000, 0, 3],
      [9000, 0, 3],
    ];
    const { result, ends } = story(
      siteOf([query({ cpuMs: always(10) })], [kill(1000, 7000)], { php: { maxChildren: 3 }, mysql: { persistent: true } }),
      clicks,
    );
    const count = (log: string) => result.causes.find((cause) => `mysql: ${cause.log}` === log)?.count;
    expect(count(GONE_AWAY)).toBe(3);
    expect(count(REFUSED)).toBe(3);
    expect(ends.slice(-3)).toEqual(new Array(3).fill('9010 ms: 200 to the click at 9000 ms'));
  });

  it('a child whose query was cut short has seen its connection end, and connects anew', () => {
    const { ends } = tale({ cpuMs: always(100) }, [950, 3000], [kill(1000, 1000)], {
      php: { maxChildren: 1 },
      mysql: { persistent: true },
    });
    expect(ends[1]).toBe('3100 ms: 200 to the click at 3000 ms');
  });

  it('a ping before the first query spares the script', () => {
    const { ends } = tale({}, [0, 3000], [kill(1000, 1000)], {
      php: { maxChildren: 1 },
      mysql: { persistent: true },
      disturbed: { pings: true },
    });
    expect(ends[1]).toBe('3000 ms: 200 to the click at 3000 ms');
  });
});

describe('1053: a clean stop', () => {
  it('ends the queries in flight at once; then there is no socket, until dirty pages are flushed and it has been started', () => {
    const { ends, logs } = tale({ cpuMs: always(500) }, [900, 1100, 4999, 5001], [restart(1000)], {
      mysql: { datasetBytes: 16384 * 3000, bufferPoolBytes: 1e9, unit: { ...debian, startMs: always(2000) } },
      // Far more changes than pages: all 3,000 are dirty, and the disk writes 1,500 a second.
      disturbed: { checkpointAgeBytes: 1e9, pagesPerCommit: 1000 },
      host: { disk: { iops: 1500, queueDepth: 32, latencyMs: always(1), fsyncMs: always(1) } },
    });
    expect(ends).toEqual([
      '1000 ms: 500 (error 1053: server shutdown in progress) to the click at 900 ms',
      '1100 ms: 500 (error 2002: no socket) to the click at 1100 ms',
      '4999 ms: 500 (error 2002: no socket) to the click at 4999 ms',
      '5501 ms: 200 to the click at 5001 ms',
    ]);
    expect(logs.sort()).toEqual([SHUTDOWN, NO_SOCKET].sort());
  });

  it('a stop that is over before the flush is followed by the start', () => {
    const { ends } = tale({}, [3999, 4001], [stop(1000, 100)], {
      mysql: { datasetBytes: 16384 * 1000, bufferPoolBytes: 1e9, unit: { ...debian, startMs: always(2000) } },
      disturbed: { checkpointAgeBytes: 1e9, pagesPerCommit: 1000 },
      host: { disk: { iops: 1000, queueDepth: 32, latencyMs: always(1), fsyncMs: always(1) } },
    });
    expect(ends.map((end) => end.slice(9, 12))).toEqual(['500', '200']);
  });
});

describe('mariadb.service: Restart=on-abnormal, RestartSec=5s', () => {
  it('after a kill nobody helps: 5 s, the start, recovery of what the log holds, and only then the listener', () => {
    const { ends, result } = tale({}, [1000, 11_299, 11_300], [kill(1000)], {
      mysql: { datasetBytes: 16384 * 10_000, bufferPoolBytes: 1e9, unit: debian },
      // 96 MB of redo at 100 MB/s, and 10,000 distinct pages at 3,000 a second: 0.96 + 3.333 s.
      disturbed: { checkpointAgeBytes: 96e6, logFileBytes: 96e6, pagesPerCommit: 1e6 },
      host: { disk: { iops: 3000, queueDepth: 32, latencyMs: always(1), fsyncMs: always(1) } },
    });
    expect(1000 + 5000 + 2000 + 960 + 10_000 / 3).toBeCloseTo(12_293.333, 3);
    expect(ends.map((end) => end.slice(0, 20))).toEqual(['1000 ms: 500 (error ', '11299 ms: 500 (error', '11300 ms: 500 (error']);
    expect(result.events.map(({ atMs, text }) => `${Math.round(atMs)}: ${text}`)).toEqual(
      expect.arrayContaining([
        '1000: mysql.service: main process killed',
        '6000: mysql: crash recovery, 4.3 s',
        '12293: mysql.service: started',
      ]),
    );
  });

  it('no more than the log holds must be recovered, however much was written', () => {
    const backMs = (checkpointAgeBytes: number) => {
      const { result } = tale({}, [], [kill(1000)], {
        mysql: { unit: debian },
        disturbed: { checkpointAgeBytes, logFileBytes: 50e6, pagesPerCommit: 0 },
      });
      return result.events.find(({ text }) => text.endsWith('started'))!.atMs;
    };
    expect([backMs(10e6), backMs(50e6), backMs(500e6)]).toEqual([8100, 8500, 8500]);
  });

  it('each commit adds to it', () => {
    const { result } = tale({ times: always(10), commit: true }, [[0, 0, 100]], [kill(1000)], {
      mysql: { unit: debian },
      disturbed: { redoBytesPerCommit: 50_000, pagesPerCommit: 0 },
    });
    // 1,000 commits of 50 kB: 50 MB, half a second.
    expect(result.events.find(({ text }) => text.endsWith('started'))!.atMs).toBe(8500);
  });

  it('a stopped unit is not started by itself', () => {
    const unit: UnitModel = { restart: 'always', restartMs: 0, startMs: always(0) };
    expect(tale({}, [50_000], [stop(1000, 90_000)], { mysql: { unit } }).logs).toEqual([NO_SOCKET]);
  });

  it('killed again while it starts, it begins again', () => {
    const { result } = tale({}, [], [kill(1000), kill(7000)], { mysql: { unit: debian } });
    // The second kill meets the start that began at 6 s.
    expect(result.events.filter(({ text }) => text.endsWith('started')).map(({ atMs }) => atMs)).toEqual([14_000]);
  });
});

describe('the buffer pool after a start', () => {
  const disk = { iops: Infinity, queueDepth: 1000, latencyMs: always(1), fsyncMs: always(0) };
  const page = 16384;

  it('after a crash it is empty: the first query reads all its pages from disk', () => {
    const { tookMs } = tale({ reads: always(50) }, [0, 3000], [kill(1000, 1000)], {
      host: { disk },
      mysql: { datasetBytes: 1000 * page, bufferPoolBytes: 2000 * page },
    });
    expect(tookMs).toEqual([0, 50]);
  });

  it('what has been read stays: it fills like a collection of cards, and is warm in the end', () => {
    const clicks: Click[] = Array.from({ length: 200 }, (_, i) => 3000 + 400 * i);
    const { tookMs } = tale({ reads: always(50) }, clicks, [kill(1000, 1000)], {
      host: { disk },
      mysql: { datasetBytes: 1000 * page, bufferPoolBytes: 2000 * page },
    });
    // After n lookups 1000 (1 - 0.999^n) pages are there, a miss is a millisecond.
    const sum = (from: number, to: number) => tookMs.slice(from, to).reduce((all, ms) => all + ms, 0);
    const expected = (lookups: number) => 1000 * (1 - 0.999 ** lookups);
    expect(Math.abs(sum(0, 20) - expected(1000))).toBeLessThan(40);
    expect(Math.abs(sum(0, 60) - expected(3000))).toBeLessThan(40);
    expect(sum(0, 200)).toBeLessThanOrEqual(1000);
    expect(sum(0, 200)).toBeGreaterThan(990);
  });

  it('after a clean stop a quarter of what was resident is read again, innodb_io_capacity pages a second', async () => {
    const model = siteOf([query({ reads: always(1) })], [restart(500)], {
      durationMs: 6000,
      host: { disk },
      mysql: { datasetBytes: 2000 * page, bufferPoolBytes: 2000 * page },
    });
    const operations = await secondBySecond(model, [], (result) => result.host.disk.operations);
    // 500 pages: 200 from 0.5 s on, 200 from 1.5 s, 100 from 2.5 s, each in a row of 1 ms.
    expect(operations).toEqual([200, 400, 500, 500, 500, 500]);
  });

  it('a crash leaves the notes of the last clean stop: those pages are read again, too', async () => {
    const model = siteOf([query({ reads: always(1) })], [restart(500), kill(3500, 500)], {
      durationMs: 6000,
      host: { disk },
      mysql: { datasetBytes: 2000 * page, bufferPoolBytes: 2000 * page },
    });
    const operations = await secondBySecond(model, [], (result) => result.host.disk.operations);
    // 500 pages noted down at 500 ms. From 4 s on they are read once more, 200 a second.
    expect(operations).toEqual([200, 400, 500, 500, 700, 900]);
  });

  it('a pool smaller than the data is warm when it is full, and as good as before', () => {
    const clicks: Click[] = Array.from({ length: 900 }, (_, i) => 3000 + 100 * i);
    const { tookMs } = tale({ reads: always(10) }, clicks, [kill(1000, 1000)], {
      host: { disk },
      mysql: { datasetBytes: 100 * page, bufferPoolBytes: 50 * page },
    });
    const mean = tookMs.slice(100).reduce((all, ms) => all + ms, 0) / 800;
    expect(Math.abs(mean - 5)).toBeLessThan(0.3);
  });
});

describe('hang: the process is there and does nothing', () => {
  it('queries in flight and new ones wait, and are all answered afterwards; the work done is not lost', () => {
    const { ends } = tale({ cpuMs: always(100) }, [960, 1500, 2500], [hang(1000, 2000)]);
    expect(ends).toEqual([
      '3060 ms: 200 to the click at 960 ms',
      '3100 ms: 200 to the click at 1500 ms',
      '3100 ms: 200 to the click at 2500 ms',
    ]);
  });

  it('PHP children pile up, then the queue before them', () => {
    const { result, ends } = tale({ cpuMs: always(1) }, [[1500, 0, 30]], [hang(1000, 2000)]);
    expect(result.stages['php-fpm'].queue.max).toBe(20);
    expect(ends.length).toBe(30);
    expect(ends[29]).toBe('3003 ms: 200 to the click at 1500 ms');
  });

  it('the connection is in the kernel for those who come: beyond max_connections they hear so when it goes on', () => {
    const { ends } = tale({ cpuMs: always(10) }, [1500, 1600], [hang(1000, 2000)], { mysql: { maxConnections: 1 } });
    expect(ends).toEqual([
      '3000 ms: 500 (error 1040: too many connections) to the click at 1600 ms',
      '3010 ms: 200 to the click at 1500 ms',
    ]);
  });

  it('a hold that ends meanwhile, a read, and a flush go on from there', () => {
    const { ends } = tale({ holdMs: always(500), commit: true, reads: always(2) }, [0], [hang(400, 2000), hang(2450, 1000)], {
      host: { disk: { iops: Infinity, queueDepth: 8, latencyMs: always(50), fsyncMs: always(100) } },
      mysql: { bufferPoolBytes: 0, datasetBytes: 1e6 },
    });
    // Reads until 100, holds until 600, stands until 2400; the flush ends at 2500 and is heard of at 3450.
    expect(ends).toEqual(['3450 ms: 200 to the click at 0 ms']);
  });

  it('killed while it hangs, it loses all; what was to end the hang finds another process', () => {
    const { ends } = tale({ cpuMs: always(100) }, [960, 1500, 2200], [hang(1000, 2000), kill(2000, 100)]);
    expect(ends).toEqual([
      '2000 ms: 500 (error 2013: lost connection during query) to the click at 960 ms',
      '2000 ms: 500 (error 2013: lost connection during query) to the click at 1500 ms',
      '2300 ms: 200 to the click at 2200 ms',
    ]);
  });

  it('nginx gives up in the meantime, and the children are held all the same', () => {
    const { ends, figure } = tale({}, [1500], [hang(1000, 3000)], { nginx: { fastcgiReadTimeoutMs: 1000 } });
    expect(ends[0]).toMatch(/^2500 ms: 504/);
    expect(figure('php-fpm', 'executed for nobody')).toBe(0);
  });
});

describe('slow: everything takes longer', () => {
  it('what begins while it lasts takes that many times as long', () => {
    const { tookMs, result } = tale(
      { cpuMs: always(100) },
      [0, 1000, 3000],
      [happens(500, { verb: 'slow', on: 'mysql', times: 5 }, 2000)],
    );
    expect(tookMs).toEqual([100, 500, 100]);
    expect(result.stages.mysql.timeMs.waiting).toBe(0);
  });
});

describe('1205: innodb_lock_wait_timeout', () => {
  it('a wait for a row ends after 50 s', () => {
    const { ends, logs } = tale({ row: 'stock', holdMs: always(60_000) }, [0, 1000], []);
    expect(ends).toEqual([
      '51000 ms: 500 (error 1205: lock wait timeout) to the click at 1000 ms',
      '60000 ms: 200 to the click at 0 ms',
    ]);
    expect(logs).toEqual([LOCK_WAIT]);
  });
});

describe('a hot row', () => {
  it('is a server of its own: 5 ms of holding are 200 transactions a second, whatever else there is', () => {
    const clicks: Click[] = [[0, 0, 100]];
    const { tookMs } = tale({ row: 'stock', holdMs: always(5) }, clicks, [], { php: { maxChildren: 100 } });
    expect(Math.max(...tookMs)).toBe(500);
  });

  it('the pool of children is empty when so many wait, and other pages wait with them', () => {
    const model = siteOf([], [], {
      pages: [
        scriptPage({ queries: [query({ row: 'stock', holdMs: always(100) })] }, { path: '/buy' }),
        scriptPage({}, { path: '/other' }),
      ],
    });
    const { ends } = story(model, [
      [0, 0, 10],
      [50, 1],
    ]);
    // The first of the ten gives its child back at 100 ms.
    expect(ends).toContain('100 ms: 200 to the click at 50 ms');
  });
});

describe('metadata lock: an ALTER TABLE', () => {
  it('has the table at once if nobody uses it; queries of it wait, others do not', () => {
    const model = siteOf([], [alter(1000, 2000)], {
      pages: [
        scriptPage({ queries: [query({ table: 'posts' })] }),
        scriptPage({ queries: [query({ table: 'users' })] }, { path: '/u' }),
      ],
    });
    const { ends } = story(model, [
      [1500, 0],
      [1600, 1],
      [2900, 0],
      [3500, 0],
    ]);
    expect(ends).toEqual([
      '1600 ms: 200 to the click at 1600 ms',
      '3000 ms: 200 to the click at 1500 ms',
      '3000 ms: 200 to the click at 2900 ms',
      '3500 ms: 200 to the click at 3500 ms',
    ]);
  });

  it('waits until the transactions in progress have ended, and blocks all that come after them', () => {
    const { ends, result } = tale({ table: 'posts', holdMs: always(1000) }, [0, 600], [alter(500, 2000)]);
    // The first ends at 1000; the ALTER has the table until 3000; the other then takes its second.
    expect(ends).toEqual(['1000 ms: 200 to the click at 0 ms', '4000 ms: 200 to the click at 600 ms']);
    expect(result.events.map(({ atMs, text }) => `${atMs}: ${text}`)).toEqual(
      expect.arrayContaining([
        '500: ALTER TABLE posts waits for its metadata lock',
        '1000: ALTER TABLE posts has the table',
        '3000: ALTER TABLE posts has ended; 1 queries waited',
      ]),
    );
  });

  it('one open transaction and one ALTER are a full stop for the table', () => {
    const { ends } = tale({ table: 'posts', holdMs: always(20_000) }, [0, 1000, 2000], [alter(500, 100)]);
    expect(ends.map((end) => end.split(':')[0])).toEqual(['20000 ms', '40100 ms', '40100 ms']);
  });

  it('with λ requests a second and c children the pool is dead after c / λ; afterwards all run at once', () => {
    const clicks: Click[] = Array.from({ length: 30 }, (_, i) => 1000 + 100 * i);
    const { result, ends } = tale({ table: 'posts', cpuMs: always(10) }, clicks, [alter(500, 2450)], {
      host: { cores: 1 },
      php: { maxChildren: 10 },
    });
    // Ten wait in MySQL from 1900 on; when they are answered, at 3050, eleven more stand in PHP-FPM's queue.
    expect(result.stages.mysql.queue.max).toBe(10);
    expect(result.stages['php-fpm'].queue.max).toBe(11);
    // All ten share the core, and then the next ten.
    expect(ends.slice(0, 10).map((end) => end.split(' ms')[0])).toEqual(new Array(10).fill('3050'));
  });

  it('lock_wait_timeout: the query that has waited for so long gets error 1205', () => {
    const { ends, logs } = tale({ table: 'posts' }, [1500], [alter(1000, 5000)], { disturbed: { tableWaitTimeoutMs: 2000 } });
    expect(ends).toEqual(['3500 ms: 500 (error 1205: lock wait timeout) to the click at 1500 ms']);
    expect(logs).toEqual([LOCK_WAIT]);
  });

  it('lock_wait_timeout: an ALTER that does not get the table in time gives up, and lets the queries go', () => {
    const { ends } = tale({ table: 'posts', holdMs: always(5000) }, [0, 1500], [alter(1000, 60_000)], {
      disturbed: { tableWaitTimeoutMs: 2000 },
    });
    expect(ends).toEqual(['5000 ms: 200 to the click at 0 ms', '8000 ms: 200 to the click at 1500 ms']);
  });

  it('a second ALTER goes before the queries that wait', () => {
    const { ends } = tale({ table: 'posts' }, [1200], [alter(1000, 1000), alter(1500, 1000)]);
    expect(ends).toEqual(['3000 ms: 200 to the click at 1200 ms']);
  });

  it('a hang holds it up, and a kill ends it', () => {
    expect(tale({ table: 'posts' }, [1200], [alter(1000, 1000), hang(1500, 3000)]).ends[0]).toMatch(/^5000 ms: 200/);
    expect(tale({ table: 'posts' }, [1200, 1900], [alter(1000, 5000), kill(1500, 100)]).ends).toEqual([
      '1500 ms: 500 (error 2013: lost connection during query) to the click at 1200 ms',
      '1900 ms: 200 to the click at 1900 ms',
    ]);
  });
});

describe('the disk is full', () => {
  it('what writes fails at once, what reads goes on', () => {
    const model = siteOf([], [fill(1000, 1000)], {
      pages: [scriptPage({ queries: [query({ commit: true })] }), scriptPage({ queries: [query()] }, { path: '/read' })],
    });
    const { ends, logs } = story(model, [
      [999, 0],
      [1500, 0],
      [1600, 1],
      [2001, 0],
    ]);
    expect(ends).toEqual([
      '999 ms: 200 to the click at 999 ms',
      '1500 ms: 500 (error 1114: the table is full) to the click at 1500 ms',
      '1600 ms: 200 to the click at 1600 ms',
      '2001 ms: 200 to the click at 2001 ms',
    ]);
    expect(logs).toEqual([FULL]);
  });

  it('a statement that was executed before is committed, and the row of one that fails is free', () => {
    const { ends } = tale({ row: 'stock', holdMs: always(100), commit: true }, [950, 960, 970], [fill(1000, 5000)]);
    expect(ends).toEqual([
      '1050 ms: 500 (error 1114: the table is full) to the click at 960 ms',
      '1050 ms: 500 (error 1114: the table is full) to the click at 970 ms',
      '1050 ms: 200 to the click at 950 ms',
    ]);
  });
});

describe('memory', () => {
  it('a server that is down holds none', () => {
    const most = (fromMs: number) => {
      const model = siteOf([query()], [kill(1500, 2000)], {
        durationMs: 5000,
        warmupMs: fromMs,
        windows: [{ name: 'all', fromMs, toMs: 3000 }],
        mysql: { baseBytes: 100, bufferPoolBytes: 1000, datasetBytes: 1, connectionBytes: 10, persistent: true },
      });
      return story({ ...model, durationMs: 3000 }, [500]).result.host.memory.by.mysql;
    };
    expect([most(0), most(1000), most(2000)]).toEqual([1110, 1110, 0]);
  });
});
