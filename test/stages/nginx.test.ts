import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import { type Bare, bare, filePage, scriptPage } from '../support/bare.js';
import { type Click, secondBySecond, story } from './story.js';

const ALERT = (connections: number) => `nginx: [alert] ${connections} worker_connections are not enough`;

describe('nginx', () => {
  it('one worker does one thing at a time', () => {
    const { tookMs, result } = visits({ nginx: { workerProcesses: 1, staticMs: always(10) } }, [0, 0, 0]);
    expect(tookMs).toEqual([10, 20, 30]);
    expect(result.stages.nginx.timeMs).toMatchObject({ mean: 20, waiting: 10 });
  });

  it('two workers do two, if there are cores for them', () => {
    const workers = { nginx: { workerProcesses: 2, staticMs: always(10) } };
    expect(visits(workers, [0, 0, 0]).tookMs).toEqual([10, 10, 20]);
    expect(visits({ ...workers, host: { cores: 1 } }, [0, 0, 0]).tookMs).toEqual([20, 20, 30]);
  });

  it('to accept, to pass on, to answer and to apologise each take their CPU', () => {
    const costs = {
      workerProcesses: 1,
      acceptMs: always(1),
      proxyMs: always(2),
      answerMs: always(4),
      errorMs: always(8),
      staticMs: always(16),
    };
    expect(visits({ nginx: costs, pages: [scriptPage({ waitMs: always(100) })] }, [0]).tookMs).toEqual([107]);
    expect(visits({ nginx: costs }, [0]).tookMs).toEqual([17]);
    const refused = visits(
      { nginx: costs, pages: [scriptPage({ waitMs: always(1e6) })], php: { maxChildren: 0, listenBacklog: -1 } },
      [0],
    );
    expect(refused.ends).toEqual(['11 ms: 502 (listen queue full) to the click at 0 ms']);
  });

  it('while PHP works, the worker is free for others', () => {
    const { ends } = visits(
      { nginx: { workerProcesses: 1, staticMs: always(5) }, pages: [scriptPage({ waitMs: always(100) }), filePage()] },
      [
        [0, 0],
        [10, 1],
      ],
    );
    expect(ends).toEqual(['15 ms: 200 to the click at 10 ms', '100 ms: 200 to the click at 0 ms']);
  });

  it('a busy worker takes new connections and its own in turns', () => {
    const { ends } = visits(
      {
        nginx: { workerProcesses: 1, staticMs: always(10) },
        visitors: { keepAlive: true, pagesPerVisit: always(2), thinkMs: always(90) },
      },
      [0, 0, 95, 112],
    );
    expect(ends).toEqual([
      '10 ms: 200 to the click at 0 ms',
      '20 ms: 200 to the click at 0 ms',
      '105 ms: 200 to the click at 95 ms', // New; after it
      '115 ms: 200 to the click at 100 ms', // one of its own; at 115 two wait:
      '125 ms: 200 to the click at 112 ms', // the new one, though it came later,
      '135 ms: 200 to the click at 110 ms', // and its own.
      '205 ms: 200 to the click at 195 ms',
      '225 ms: 200 to the click at 215 ms',
    ]);
  });

  it('thousands that cost nothing pass one slow one without a deep stack', () => {
    const { tookMs } = visits(
      { nginx: { workerProcesses: 1, staticMs: always(1000) }, pages: [filePage(), scriptPage()], php: { maxChildren: 10 } },
      [
        [0, 0],
        [10, 1, 20_000],
      ],
    );
    expect(tookMs).toHaveLength(20_001);
    expect(new Set(tookMs)).toEqual(new Set([1000, 990]));
  });

  describe('worker_connections', () => {
    it('used up by visitors: accepted and closed, an empty reply', () => {
      const { ends, logs, figure } = visits(
        { nginx: { workerProcesses: 1, workerConnections: 3 }, visitors: { roundTripMs: always(100) } },
        [0, 10],
      );
      // Nginx keeps two for itself. The first holds the third while its answer is on the way.
      expect(ends).toEqual([
        '200 ms: 200 to the click at 0 ms',
        '210 ms: empty reply (worker_connections used up: accepted and closed) to the click at 10 ms',
      ]);
      expect(logs).toEqual([ALERT(3)]);
      expect(figure('nginx', 'refused for lack of slots')).toBe(1);
    });

    it('none left for PHP-FPM: 500', () => {
      const { ends, logs } = visits({ nginx: { workerProcesses: 1, workerConnections: 3 }, pages: [scriptPage()] }, [0]);
      expect(ends).toEqual(['0 ms: 500 (worker_connections used up: none left for PHP-FPM) to the click at 0 ms']);
      expect(logs).toEqual([ALERT(3)]);
    });

    it('a request for PHP holds two, and gives the second back with the answer', () => {
      const pages = [scriptPage({ waitMs: always(100) })];
      const two = visits({ nginx: { workerProcesses: 1, workerConnections: 5 }, php: { maxChildren: 9 }, pages }, [0, 10, 150]);
      expect(two.ends.map((end) => end.slice(0, 40))).toEqual([
        '10 ms: 500 (worker_connections used up: ',
        '100 ms: 200 to the click at 0 ms',
        '250 ms: 200 to the click at 150 ms',
      ]);
    });

    it('are counted for each worker on its own', () => {
      const { ends } = visits({ nginx: { workerProcesses: 2, workerConnections: 3, staticMs: always(10) } }, [0, 0]);
      expect(ends).toEqual(['10 ms: 200 to the click at 0 ms', '10 ms: 200 to the click at 0 ms']);
    });

    const kept = { keepAlive: true, pagesPerVisit: always(2), thinkMs: always(1000), roundTripMs: always(100) };

    it('running out: the connection idle for longest is closed for a new one', () => {
      const { ends, figure } = visits({ nginx: { workerProcesses: 1, workerConnections: 4 }, visitors: kept }, [0, 50, 300]);
      expect(ends).toEqual([
        '200 ms: 200 to the click at 0 ms',
        '250 ms: 200 to the click at 50 ms',
        '500 ms: 200 to the click at 300 ms', // Accepted at 450, when the first visitor's connection is closed.
        '1350 ms: 200 to the click at 1250 ms',
        '1400 ms: 200 to the click at 1200 ms', // Who must connect anew; at 1350 the third one's is closed,
        '1700 ms: 200 to the click at 1500 ms', // who must connect anew as well.
      ]);
      expect(figure('nginx', 'idle connections closed for lack of slots')).toBe(2 + 1);
    });

    it('running out: a connection may be closed while a request is on its way over it', () => {
      const { ends } = visits({ nginx: { workerProcesses: 1, workerConnections: 3 }, visitors: kept }, [0, 1080]);
      expect(ends).toEqual([
        '200 ms: 200 to the click at 0 ms',
        '1280 ms: 200 to the click at 1080 ms', // Accepted at 1230, for which the first one's is closed;
        '1500 ms: 200 to the click at 1200 ms', // its request finds that at 1250, and comes again over a new one.
        '2480 ms: 200 to the click at 2280 ms',
      ]);
    });

    it('running out: an idle connection is closed for PHP-FPM, too', () => {
      const { ends, figure } = visits(
        {
          nginx: { workerProcesses: 1, workerConnections: 4 },
          visitors: { ...kept, roundTripMs: always(0) },
          pages: [filePage({ weight: 0 }), scriptPage()],
        },
        [
          [0, 0],
          [10, 0],
        ],
      );
      expect(ends).toEqual([
        '0 ms: 200 to the click at 0 ms',
        '10 ms: 200 to the click at 10 ms',
        '1000 ms: 200 to the click at 1000 ms',
        '1010 ms: 200 to the click at 1010 ms',
      ]);
      expect(figure('nginx', 'idle connections closed for lack of slots')).toBe(2); // Each time the other one's.
    });
  });

  describe('keeping connections', () => {
    const pages = (count: number, thinkMs: number) => ({
      keepAlive: true,
      pagesPerVisit: always(count),
      thinkMs: always(thinkMs),
      roundTripMs: always(100),
    });
    const opened = (parts: Bare) => visits({ durationMs: 500_000, ...parts }, [0]).figure('tcp', 'connections opened');

    it('keepalive_timeout closes a connection that has been idle for so long', () => {
      expect(opened({ visitors: pages(3, 74_000) })).toBe(1);
      expect(opened({ visitors: pages(3, 76_000) })).toBe(3);
      expect(opened({ nginx: { keepaliveTimeoutMs: 0 }, visitors: pages(3, 10) })).toBe(3);
    });

    it('keepalive_requests closes it after so many', () => {
      expect(opened({ nginx: { keepaliveRequests: 2 }, visitors: pages(5, 10) })).toBe(3);
      expect(opened({ nginx: { keepaliveRequests: 1 }, visitors: pages(5, 10) })).toBe(5);
    });

    it('a browser that keeps none opens one for each', () => {
      expect(opened({ visitors: { ...pages(5, 10), keepAlive: false } })).toBe(5);
    });

    it('a connection stays open, and holds its slot, until the timeout, even if the visitor never comes back', async () => {
      const open = await secondBySecond(
        bare({ durationMs: 6000, pages: [filePage()], nginx: { keepaliveTimeoutMs: 3000 }, visitors: pages(1, 0) }),
        [500, 1500],
        (result) => result.stages.nginx.details['connections open'],
      );
      // Until 500 + 200 + 3000 and 1500 + 200 + 3000.
      expect(open).toEqual([1, 2, 2, 1, 0, 0]);
    });
  });

  describe('giving up', () => {
    it('fastcgi_read_timeout: 504, and the child works on for nobody', () => {
      const { ends, logs } = visits(
        { nginx: { fastcgiReadTimeoutMs: 2000 }, pages: [scriptPage({ waitMs: always(1500) })] },
        [0, 100, 2600],
      );
      expect(ends).toEqual([
        '1500 ms: 200 to the click at 0 ms',
        '2100 ms: 504 (fastcgi_read_timeout: no answer from PHP-FPM in time) to the click at 100 ms',
        '4500 ms: 200 to the click at 2600 ms', // The child is busy with the second one until 3000.
      ]);
      expect(logs).toEqual([
        'nginx: [error] upstream timed out (110: Connection timed out) while reading response header from upstream',
      ]);
    });

    it('the error page takes CPU and bytes of its own', () => {
      const { ends } = visits(
        {
          nginx: { fastcgiReadTimeoutMs: 1000, errorMs: always(5), errorBytes: 1460 },
          visitors: { bytesPerMs: always(15) },
          pages: [scriptPage({ waitMs: always(9000) })],
        },
        [0],
      );
      expect(ends).toEqual(['1105 ms: 504 (fastcgi_read_timeout: no answer from PHP-FPM in time) to the click at 0 ms']);
    });

    it('a visitor who leaves: 499 at once, and what waits in the queue is executed all the same', () => {
      const { ends, logs, figure } = visits(
        {
          visitors: { patienceMs: always(1000) },
          pages: [scriptPage({ waitMs: always(3000) }), scriptPage({ waitMs: always(100) }, { path: '/quick' })],
        },
        [
          [0, 0],
          [1500, 1],
          [2600, 1],
        ],
      );
      expect(ends).toEqual([
        '1000 ms: 499 (the visitor left before nginx had an answer) to the click at 0 ms',
        '2500 ms: 499 (the visitor left before nginx had an answer) to the click at 1500 ms',
        '3200 ms: 200 to the click at 2600 ms', // The first holds the child until 3000, the second until 3100.
      ]);
      expect(logs).toEqual(['nginx: access.log: "GET …" 499 0']);
      expect(figure('php-fpm', 'executed for nobody')).toBe(1);
      expect(figure('nginx', 'abandoned by visitors')).toBe(2);
    });

    it('a visitor who leaves while the worker is busy is noticed when it is free', () => {
      const { ends, figure } = visits(
        {
          nginx: { workerProcesses: 1, staticMs: always(600) },
          visitors: { patienceMs: always(1000) },
          pages: [filePage(), scriptPage()],
        },
        [
          [0, 0],
          [10, 0],
          [20, 1],
        ],
      );
      expect(ends.map((end) => end.replace(/ \(.*\)/, ''))).toEqual([
        '600 ms: 200 to the click at 0 ms',
        '1200 ms: 499 to the click at 10 ms',
        '1200 ms: 499 to the click at 20 ms',
      ]);
      expect(figure('php-fpm', 'executed for nobody')).toBe(0);
    });

    it('a visitor may lose patience over the error page, too', () => {
      const slow = { pages: [scriptPage({ waitMs: always(5000) })], nginx: { fastcgiReadTimeoutMs: 1000, errorMs: always(100) } };
      expect(visits({ ...slow, visitors: { patienceMs: always(1050) } }, [0]).ends).toEqual([
        '1100 ms: 499 (the visitor left before nginx had an answer) to the click at 0 ms',
      ]);
      // A round trip of 100 ms: nginx has the request at 150, gives up at 1150, sends the page at 1250.
      expect(visits({ ...slow, visitors: { patienceMs: always(1260), roundTripMs: always(100) } }, [0]).ends).toEqual([
        '1260 ms: abandoned (the visitor left while the answer was arriving) to the click at 0 ms',
      ]);
      expect(visits({ ...slow, visitors: { patienceMs: always(1301), roundTripMs: always(100) } }, [0]).ends).toEqual([
        '1300 ms: 504 (fastcgi_read_timeout: no answer from PHP-FPM in time) to the click at 0 ms',
      ]);
    });
  });

  it('its workers hold their memory', () => {
    const { result } = visits({ nginx: { workerProcesses: 3, workerBytes: 1000 } }, []);
    expect(result.host.memory.by).toMatchObject({ nginx: 3000 });
  });
});

function visits(parts: Bare, clicks: readonly Click[]) {
  return story(bare({ pages: [filePage()], ...parts }), clicks);
}
