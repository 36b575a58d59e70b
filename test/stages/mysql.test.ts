import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { MysqlModel, QueryModel } from '../../src/model.js';
import { type Bare, bare, query, scriptPage } from '../support/bare.js';
import { type Click, secondBySecond, story } from './story.js';

describe('mysql', () => {
  it('a query costs CPU in its thread, and the way there and back', () => {
    const { tookMs, result } = queries({ times: always(3), cpuMs: always(10) }, [0], {
      host: { cores: 1 },
      mysql: { roundTripMs: 0.5 },
    });
    expect(tookMs).toEqual([31.5]);
    expect(result.host.cpu.by.mysql).toBeCloseTo(30 / 100_000, 9);
  });

  it('each connection has a thread of its own: queries run side by side', () => {
    expect(queries({ cpuMs: always(10) }, [0, 0], { host: { cores: 2 } }).tookMs).toEqual([10, 10]);
    expect(queries({ cpuMs: always(10) }, [0, 0], { host: { cores: 1 } }).tookMs).toEqual([20, 20]);
    expect(queries({ cpuMs: always(10) }, [0, 0], { host: { cores: 1 } }).result.stages.mysql.timeMs.waiting).toBe(10);
  });

  it('how many queries a request asks may be left to chance, each request its own number', () => {
    const { tookMs, figure } = queries({ times: { law: 'empirical', values: [1, 2] }, holdMs: always(10) }, [[0, 0, 1000]], {
      php: { maxChildren: 1000 },
    });
    const ones = tookMs.filter((took) => took === 10).length;
    expect(new Set(tookMs)).toEqual(new Set([10, 20]));
    expect(Math.abs(ones - 500)).toBeLessThan(70);
    expect(figure('mysql', 'queries')).toBe(ones + 2 * (1000 - ones));
  });

  describe('connections', () => {
    it('beyond max_connections there is no line but error 1040, a 500', () => {
      const { ends, logs, figure } = queries({ holdMs: always(100) }, [0, 10, 150], { mysql: { maxConnections: 1 } });
      expect(ends).toEqual([
        '10 ms: 500 (error 1040: too many connections) to the click at 10 ms',
        '100 ms: 200 to the click at 0 ms',
        '250 ms: 200 to the click at 150 ms',
      ]);
      expect(logs).toEqual(['mysql: PHP Fatal error:  Uncaught PDOException: SQLSTATE[08004] [1040] Too many connections']);
      expect([figure('mysql', 'connections refused'), figure('mysql', 'connections max')]).toEqual([1, 1]);
    });

    it('are opened once a script, and closed with it', () => {
      const { tookMs, figure } = queries({ times: always(2), cpuMs: always(1) }, [0, 100], { mysql: { connectMs: always(5) } });
      expect(tookMs).toEqual([7, 7]);
      expect(figure('mysql', 'connections opened')).toBe(2);
    });

    it('if persistent, are opened once a child, and kept: too many children are too many connections', () => {
      const persistent = (maxConnections: number) =>
        queries({ cpuMs: always(1) }, [0, 100, 200, 300], {
          php: { maxChildren: 2 },
          mysql: { persistent: true, connectMs: always(5), maxConnections },
        });
      // Each of the two children connects at its first request.
      expect(persistent(2).tookMs).toEqual([6, 6, 1, 1]);
      expect(persistent(2).figure('mysql', 'connections opened')).toBe(2);
      // The second child never gets one; they take turns.
      expect(persistent(1).ends.map((end) => end.slice(0, 11))).toEqual([
        '6 ms: 200 t',
        '100 ms: 500',
        '201 ms: 200',
        '300 ms: 500',
      ]);
    });

    it('hold memory while they are open', () => {
      const mostFrom = (fromMs: number) => {
        const model = bare({
          durationMs: 3000,
          warmupMs: fromMs,
          windows: [{ name: 'all', fromMs, toMs: 3000 }],
          mysql: { baseBytes: 100, bufferPoolBytes: 1000, connectionBytes: 10 },
          pages: [scriptPage({ queries: [query({ holdMs: always(1000) })] })],
        });
        return story(model, [500]).result.host.memory.by.mysql;
      };
      expect([mostFrom(0), mostFrom(1000), mostFrom(2000)]).toEqual([1110, 1110, 1100]);
    });

    it('of a child that exits are closed, persistent or not', async () => {
      const open = await secondBySecond(
        bare({
          durationMs: 2000,
          php: { maxRequests: 1 },
          mysql: { persistent: true },
          pages: [scriptPage({ queries: [query({ holdMs: always(1000) })] })],
        }),
        [500],
        (result) => result.series.busy.mysql.at(-1),
      );
      expect(open).toEqual([1, 0]);
    });
  });

  describe('a hot row', () => {
    it('is locked by one after the other, in the order in which they came', () => {
      const { ends, result } = queries({ row: 'stock', table: null, holdMs: always(100) }, [0, 10, 20]);
      expect(ends).toEqual([
        '100 ms: 200 to the click at 0 ms',
        '200 ms: 200 to the click at 10 ms',
        '300 ms: 200 to the click at 20 ms',
      ]);
      expect(result.stages.mysql.queue.max).toBe(2);
      expect(result.stages.mysql.timeMs.waiting).toBe((0 + 90 + 180) / 3);
    });

    it('is nothing to those who want another one, or none', () => {
      const page = (row: string | null) => scriptPage({ queries: [query({ row, holdMs: always(100) })] }, { path: `/${row}` });
      const { tookMs } = story(bare({ php: { maxChildren: 10 }, pages: [page('stock'), page('counter'), page(null)] }), [
        [0, 0],
        [0, 1],
        [0, 2],
      ]);
      expect(tookMs).toEqual([100, 100, 100]);
    });

    it('stays locked until the commit has been flushed', () => {
      const { tookMs } = queries({ row: 'stock', cpuMs: always(1), commit: true }, [0, 0], {
        host: disk({ fsyncMs: always(10) }),
      });
      expect(tookMs).toEqual([11, 22]);
    });

    it('is waited for until innodb_lock_wait_timeout: error 1205, a 500', () => {
      const { ends, logs, result } = queries({ row: 'stock', table: null, holdMs: always(100) }, [0, 10, 20, 60], {
        mysql: { lockWaitTimeoutMs: 150 },
      });
      expect(ends).toEqual([
        '100 ms: 200 to the click at 0 ms',
        '170 ms: 500 (error 1205: lock wait timeout) to the click at 20 ms',
        '200 ms: 200 to the click at 10 ms',
        '300 ms: 200 to the click at 60 ms', // The third one's turn.
      ]);
      expect(logs[0]).toContain('SQLSTATE[HY000]: General error: 1205 Lock wait timeout exceeded');
      expect(result.stages.mysql.queue.max).toBe(3);
    });

    it('that is free at the very moment of the timeout is taken', () => {
      const { ends } = queries({ row: 'stock', table: null, holdMs: always(100) }, [0, 0], { mysql: { lockWaitTimeoutMs: 100 } });
      expect(ends[1]).toBe('200 ms: 200 to the click at 0 ms');
    });
  });

  describe('innodb_flush_log_at_trx_commit', () => {
    it('1: a commit waits for a flush, and shares it with all who came during the one before', () => {
      const { ends, figure } = queries({ commit: true }, [0, 2, 4, 12], { host: disk({ fsyncMs: always(10) }) });
      expect(ends).toEqual([
        '10 ms: 200 to the click at 0 ms',
        '20 ms: 200 to the click at 2 ms',
        '20 ms: 200 to the click at 4 ms',
        '30 ms: 200 to the click at 12 ms',
      ]);
      expect([figure('mysql', 'commits'), figure('mysql', 'flushes')]).toEqual([4, 3]);
    });

    for (const flushLogAtTrxCommit of [0, 2] as const) {
      it(`${flushLogAtTrxCommit}: a commit waits for none`, () => {
        const { tookMs, figure } = queries({ commit: true }, [0, 2], {
          host: disk({ fsyncMs: always(10) }),
          mysql: { flushLogAtTrxCommit },
        });
        expect(tookMs).toEqual([0, 0]);
        expect([figure('mysql', 'commits'), figure('mysql', 'flushes')]).toEqual([2, 0]);
      });
    }

    it('flushes wait for the disk as reads do', () => {
      const page = scriptPage({ queries: [query({ reads: always(1), commit: true })] });
      const { tookMs } = story(
        bare({
          host: disk({ queueDepth: 1, latencyMs: always(7), fsyncMs: always(10) }),
          php: { maxChildren: 2 },
          mysql: { bufferPoolBytes: 0 },
          pages: [page],
        }),
        [0, 0],
      );
      // Reads until 7 and 14; the first flush until 24, since the second read was there before; the second until 34.
      expect(tookMs).toEqual([24, 34]);
    });
  });

  describe('the buffer pool', () => {
    it('answers its share of the lookups; the others are read from disk, one after the other', () => {
      const reads = (mysql: Partial<MysqlModel>) =>
        queries({ reads: always(4) }, [0], { mysql, host: disk({ latencyMs: always(5) }) });
      expect(reads({ bufferPoolBytes: 100, datasetBytes: 100 }).tookMs).toEqual([0]);
      expect(reads({ bufferPoolBytes: 0, datasetBytes: 100 }).tookMs).toEqual([20]);
      const { figure } = reads({ bufferPoolBytes: 0, datasetBytes: 100 });
      expect([figure('mysql', 'page lookups'), figure('mysql', 'pages read from disk')]).toEqual([4, 4]);
    });

    it('of three quarters of the data misses a quarter of the lookups', () => {
      const { figure } = queries({ reads: always(10) }, [[0, 0, 2000]], {
        php: { maxChildren: 2000 },
        mysql: { bufferPoolBytes: 75, datasetBytes: 100 },
      });
      expect(figure('mysql', 'page lookups')).toBe(20_000);
      expect(Math.abs(figure('mysql', 'pages read from disk') - 5000)).toBeLessThan(4 * Math.sqrt(20_000 * 0.25 * 0.75));
    });
  });
});

/** Visitors whose only need is the one query, and children enough. */
function queries(needs: Partial<QueryModel>, clicks: readonly Click[], rest: Bare = {}) {
  return story(bare({ php: { maxChildren: 10 }, ...rest, pages: [scriptPage({ queries: [query(needs)] })] }), clicks);
}

function disk(parts: Partial<ReturnType<typeof bare>['host']['disk']>) {
  return { disk: { ...bare().host.disk, ...parts } };
}
