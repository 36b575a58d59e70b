import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import { type Bare, bare, filePage, query, scriptPage } from '../support/bare.js';
import { happens } from '../support/happens.js';
import { type Click, secondBySecond, story } from './story.js';

describe('php-fpm', () => {
  it('so many scripts run as there are children; the others wait in the order in which they came', () => {
    const { ends, result } = scripts({ php: { maxChildren: 2 }, pages: [scriptPage({ waitMs: always(100) })] }, [0, 10, 20, 30]);
    expect(ends).toEqual([
      '100 ms: 200 to the click at 0 ms',
      '110 ms: 200 to the click at 10 ms',
      '200 ms: 200 to the click at 20 ms',
      '210 ms: 200 to the click at 30 ms',
    ]);
    expect(result.stages['php-fpm'].queue.max).toBe(2);
    expect(result.stages['php-fpm'].timeMs.waiting).toBe((80 + 80) / 4);
  });

  it('children share the cores while they run', () => {
    const cpu = [scriptPage({ cpuMs: always(100) })];
    expect(scripts({ host: { cores: 1 }, php: { maxChildren: 2 }, pages: cpu }, [0, 0]).tookMs).toEqual([200, 200]);
    expect(scripts({ host: { cores: 2 }, php: { maxChildren: 2 }, pages: cpu }, [0, 0]).tookMs).toEqual([100, 100]);
  });

  it('a child is held while MySQL answers, the CPU is not', () => {
    const page = scriptPage({
      cpuMs: always(30),
      queries: [query({ times: always(2), holdMs: always(100) })],
      waitMs: always(40),
    });
    const { tookMs, result } = scripts({ host: { cores: 1 }, php: { maxChildren: 1 }, pages: [page] }, [0, 0]);
    // 10 of CPU, a query, 10 of CPU, a query, 10 of CPU, and 40 for something outside.
    expect(tookMs).toEqual([270, 540]);
    expect(result.host.cpu.by['php-fpm']).toBeCloseTo(60 / 100_000, 12);
  });

  it('a file comes by no child', () => {
    const { ends, result } = scripts({ pages: [scriptPage({ waitMs: always(1000) }), filePage()], php: { maxChildren: 1 } }, [
      [0, 0],
      [1, 1],
    ]);
    expect(ends[0]).toBe('1 ms: 200 to the click at 1 ms');
    expect(result.stages['php-fpm'].entered).toBe(1);
  });

  it('a site without PHP-FPM has no such stage', () => {
    const { result, ends } = scripts({ php: null, mysql: null, pages: [filePage()] }, [0]);
    expect(ends).toEqual(['0 ms: 200 to the click at 0 ms']);
    expect(Object.keys(result.stages)).toEqual(['dns', 'tcp', 'nginx', 'delivery']);
  });

  describe('over a unix socket', () => {
    const unix: Bare = { php: { maxChildren: 1, listenBacklog: 2 }, pages: [scriptPage({ waitMs: always(1000) })] };

    it('the queue holds one more than the backlog says; the next gets 502 at once', () => {
      const { ends, logs, result } = scripts(unix, [0, 1, 2, 3, 4, 1005]);
      expect(ends).toEqual([
        '4 ms: 502 (listen queue full) to the click at 4 ms',
        '1000 ms: 200 to the click at 0 ms',
        '2000 ms: 200 to the click at 1 ms',
        '3000 ms: 200 to the click at 2 ms',
        '4000 ms: 200 to the click at 3 ms',
        '5000 ms: 200 to the click at 1005 ms',
      ]);
      expect(logs).toEqual([
        'php-fpm: [error] connect() to unix:/run/php/php8.2-fpm.sock failed (11: Resource temporarily unavailable) while connecting to upstream',
      ]);
      expect(result.stages['php-fpm'].queue).toMatchObject({ max: 3, limit: 3 });
    });

    it('net.core.somaxconn cuts the backlog', () => {
      expect(scripts({ ...unix, tcp: { somaxconn: 1 } }, [0, 1, 2, 3]).ends[0]).toBe(
        '3 ms: 502 (listen queue full) to the click at 3 ms',
      );
    });
  });

  describe('over TCP', () => {
    const tcp = (backlog: number, waitMs: number): Bare => ({
      durationMs: 400_000,
      php: { maxChildren: 1, listen: '127.0.0.1:9000', listenBacklog: backlog },
      pages: [scriptPage({ waitMs: always(waitMs) })],
    });

    it('a full queue drops the SYN, which comes again after 1, 2, 3, 4, 5 and 7 s', async () => {
      const { ends, figure } = scripts(tcp(0, 6500), [500, 500, 500]);
      expect(ends).toEqual([
        '7000 ms: 200 to the click at 500 ms',
        '13500 ms: 200 to the click at 500 ms', // From the queue, at 7000.
        '20000 ms: 200 to the click at 500 ms', // Into it at 7500, at the seventh try.
      ]);
      expect(figure('php-fpm', 'SYN dropped by a full queue')).toBe(6);
      const counts = await secondBySecond(
        bare({ ...tcp(0, 6500), durationMs: 10_000 }),
        [500, 500, 500],
        (result) => result.stages['php-fpm'].details['SYN dropped by a full queue'],
      );
      expect(counts).toEqual([1, 2, 3, 4, 5, 6, 6, 6, 6, 6]);
    });

    it('an older kernel sends it again after 1, 3 and 7 s', () => {
      const parts = tcp(0, 6500);
      const older = { ...parts, tcp: { loopbackSynRetryMs: [0, 1000, 3000, 7000], loopbackSynGiveUpMs: 15_000 } };
      expect(scripts(older, [0, 0, 0]).figure('php-fpm', 'SYN dropped by a full queue')).toBe(3);
    });

    it('fastcgi_connect_timeout ends that with a 504', () => {
      const { ends, logs } = scripts(
        { ...tcp(0, 100_000), nginx: { fastcgiConnectTimeoutMs: 4500, fastcgiReadTimeoutMs: 60_000 } },
        [0, 1, 2],
      );
      expect(ends).toEqual([
        '4502 ms: 504 (listen queue full until fastcgi_connect_timeout) to the click at 2 ms',
        '60000 ms: 504 (fastcgi_read_timeout: no answer from PHP-FPM in time) to the click at 0 ms',
        '60001 ms: 504 (fastcgi_read_timeout: no answer from PHP-FPM in time) to the click at 1 ms',
      ]);
      expect(logs).toContain('php-fpm: [error] upstream timed out (110: Connection timed out) while connecting to upstream');
    });

    it('the time between SYNs is waiting, as far as the visitor or nginx waits', () => {
      const waiting = (parts: Bare) => scripts({ ...tcp(0, 300_000), ...parts }, [0, 0, 0]).result.stages['php-fpm'].timeMs;
      const patience = { visitors: { patienceMs: always(1500) }, php: { ...tcp(0, 1).php, requestTerminateTimeoutMs: 10_000 } };
      // One runs until it is killed, the next stands in the queue until then, the third gave up after 1500 ms of SYNs.
      const left = waiting({ ...patience, durationMs: 9000 });
      expect(left).toMatchObject({ mean: 1500, waiting: 1500 });
      const timer = { nginx: { fastcgiConnectTimeoutMs: 4500, fastcgiReadTimeoutMs: 60_000 } };
      expect(waiting({ ...timer, durationMs: 9000 })).toMatchObject({ mean: 4500, waiting: 4500 });
    });

    it('fastcgi_read_timeout counts from the connection, not from the first SYN', () => {
      const { ends } = scripts(
        { ...tcp(0, 6500), nginx: { fastcgiConnectTimeoutMs: 60_000, fastcgiReadTimeoutMs: 13_500 } },
        [0, 0, 0],
      );
      // The third is connected at 7000, runs from 13,000 to 19,500, and would have until 20,500.
      expect(ends.at(-1)).toBe('19500 ms: 200 to the click at 0 ms');
      const timeouts = { fastcgiConnectTimeoutMs: 60_000, fastcgiReadTimeoutMs: 60_000 };
      expect(scripts({ ...tcp(0, 300_000), nginx: timeouts }, [0, 0, 0]).ends).toContain(
        '60000 ms: 504 (listen queue full until fastcgi_connect_timeout) to the click at 0 ms',
      );
    });

    it('without that timer the kernel gives up by itself', () => {
      const { ends } = scripts(tcp(0, 300_000), [0, 0, 0]);
      expect(ends[0]).toBe('131000 ms: 504 (listen queue full until fastcgi_connect_timeout) to the click at 0 ms');
    });

    it('who leaves while the SYN is being dropped is never executed', () => {
      const { ends, figure, result } = scripts({ ...tcp(0, 6500), visitors: { patienceMs: always(3000) } }, [0, 1, 2]);
      expect(ends).toEqual([
        '3000 ms: 499 (the visitor left before nginx had an answer) to the click at 0 ms',
        '3001 ms: 499 (the visitor left before nginx had an answer) to the click at 1 ms',
        '3002 ms: 499 (the visitor left before nginx had an answer) to the click at 2 ms',
      ]);
      expect(figure('php-fpm', 'executed for nobody')).toBe(1);
      expect(result.stages['php-fpm']).toMatchObject({ entered: 3, left: 3, inside: 0 });
      expect(figure('php-fpm', 'SYN dropped by a full queue')).toBe(3);
    });

    it('nor is who leaves between the last SYN and the timer', () => {
      const impatient = { ...tcp(0, 6500), nginx: { fastcgiConnectTimeoutMs: 4500 }, visitors: { patienceMs: always(4200) } };
      const { ends } = scripts(impatient, [0, 1, 2]);
      expect(ends.map((end) => end.slice(0, 11))).toEqual(['4200 ms: 49', '4201 ms: 49', '4202 ms: 49']);
    });
  });

  describe('request_terminate_timeout', () => {
    const terminate = (timeoutMs: number, rest: Bare): Bare => ({
      ...rest,
      php: { maxChildren: 50, requestTerminateTimeoutMs: timeoutMs, ...rest.php },
    });
    const endless = { pages: [scriptPage({ waitMs: always(1e6) })], durationMs: 20_000 };

    it('looks every third of it, and strikes between one and one and a third of it', () => {
      const { ends, logs } = scripts(terminate(3000, endless), [0, 1, 500, 999, 1000, 1001]);
      expect(ends).toEqual([
        '3000 ms: 502 (request_terminate_timeout: the child was killed) to the click at 0 ms',
        ...[1, 500, 999, 1000].map(
          (at) => `4000 ms: 502 (request_terminate_timeout: the child was killed) to the click at ${at} ms`,
        ),
        '5000 ms: 502 (request_terminate_timeout: the child was killed) to the click at 1001 ms',
      ]);
      expect(logs).toEqual([
        'php-fpm: [error] recv() failed (104: Connection reset by peer) while reading response header from upstream',
      ]);
      const many = scripts(
        terminate(3000, endless),
        Array.from({ length: 40 }, (_, i) => 97 * i),
      );
      expect(Math.min(...many.tookMs)).toBeGreaterThanOrEqual(3000);
      expect(Math.max(...many.tookMs)).toBeLessThanOrEqual(4000);
    });

    it('leaves scripts alone that are quicker', () => {
      const { tookMs } = scripts(terminate(3000, { pages: [scriptPage({ waitMs: always(2900) })] }), [0, 100, 1500]);
      expect(tookMs).toEqual([2900, 2900, 2900]);
    });

    it('whatever the script was waiting for finds nobody when it comes', () => {
      const { ends, result } = scripts(
        terminate(3000, { php: { maxChildren: 1 }, pages: [scriptPage({ waitMs: always(8000) })] }),
        [0, 100],
      );
      // The second is taken by the next child at 3000, and killed at 6000.
      expect(ends.map((end) => end.replace(/ \(.*\)/, ''))).toEqual([
        '3000 ms: 502 to the click at 0 ms',
        '6000 ms: 502 to the click at 100 ms',
      ]);
      expect(result.stages['php-fpm']).toMatchObject({ entered: 2, left: 2 });
    });

    it('stops the CPU work of the child, and another takes its place', () => {
      const { ends, result, figure } = scripts(
        terminate(1000, {
          host: { cores: 1 },
          php: { maxChildren: 1, forkMs: always(20) },
          pages: [scriptPage({ cpuMs: always(5000) }), scriptPage({ cpuMs: always(10) }, { path: '/quick' })],
        }),
        [
          [0, 0],
          [10, 1],
        ],
      );
      // The check at 1000 finds the child; the next child is forked by 1020 and takes what waits.
      expect(ends).toEqual([
        '1332 ms: 502 (request_terminate_timeout: the child was killed) to the click at 0 ms',
        '1362 ms: 200 to the click at 10 ms',
      ]);
      expect(result.host.cpu.by['php-fpm'] * 100_000).toBeCloseTo(1332 + 20 + 10, 6);
      expect([figure('php-fpm', 'children'), figure('php-fpm', 'children started')]).toEqual([1, 1]);
    });

    it('strikes in the middle of a query, too, which MySQL works on to its end', async () => {
      const parts = terminate(1000, {
        durationMs: 8000,
        php: { maxChildren: 1 },
        mysql: { persistent: true },
        pages: [
          scriptPage({ queries: [query({ holdMs: always(5000), row: 'stock' })] }),
          scriptPage({ queries: [query()] }, { path: '/other' }),
        ],
      });
      const clicks: Click[] = [
        [0, 0],
        [1500, 1],
      ];
      const { ends, result } = scripts(parts, clicks);
      expect(ends).toEqual([
        '1332 ms: 502 (request_terminate_timeout: the child was killed) to the click at 0 ms',
        '1500 ms: 200 to the click at 1500 ms',
      ]);
      expect(result.stages.mysql).toMatchObject({ entered: 2, left: 2, inside: 0 });
      const connections = await secondBySecond(bare(parts), clicks, (seen) => seen.series.busy.mysql.at(-1));
      // The dead child's thread runs until 5000; the new child keeps its own.
      expect(connections).toEqual([1, 2, 2, 2, 1, 1, 1, 1]);
    });

    it('strikes what is executed for nobody as well', () => {
      const { ends, figure, result } = scripts(
        terminate(3000, {
          ...endless,
          visitors: { patienceMs: always(1000) },
          php: { maxChildren: 1, requestTerminateTimeoutMs: 3000 },
        }),
        [0, 500],
      );
      expect(ends).toEqual([
        '1000 ms: 499 (the visitor left before nginx had an answer) to the click at 0 ms',
        '1500 ms: 499 (the visitor left before nginx had an answer) to the click at 500 ms',
      ]);
      expect(figure('php-fpm', 'executed for nobody')).toBe(1);
      expect(result.stages['php-fpm']).toMatchObject({ entered: 2, left: 2 });
      expect(figure('php-fpm', 'children started')).toBe(2);
    });

    it('a child that is held for a slow visitor is killed as well; what nginx has is delivered', () => {
      const { ends, figure } = scripts(
        terminate(1000, {
          nginx: { fastcgiBuffering: false },
          php: { maxChildren: 1 },
          visitors: { bytesPerMs: always(1) },
          pages: [scriptPage({}, { bytes: always(1460) })],
        }),
        [0, 100],
      );
      expect(ends).toEqual(['1500 ms: 200 to the click at 0 ms', '2832 ms: 200 to the click at 100 ms']);
      expect(figure('php-fpm', 'children started')).toBeGreaterThan(1);
    });
  });

  describe('fastcgi_buffering', () => {
    const slowVisitor: Bare = {
      php: { maxChildren: 1 },
      visitors: { bytesPerMs: always(15) },
      pages: [scriptPage({ waitMs: always(10) }, { bytes: always(1460) })],
    };

    it('on, a slow visitor holds no child', () => {
      expect(scripts({ ...slowVisitor, nginx: { fastcgiBuffering: true } }, [0, 0]).tookMs).toEqual([110, 120]);
    });

    it('off, the child is held until the last byte is there', () => {
      expect(scripts({ ...slowVisitor, nginx: { fastcgiBuffering: false } }, [0, 0]).tookMs).toEqual([110, 220]);
    });

    it('off, a visitor who leaves frees the child', () => {
      const { ends } = scripts(
        { ...slowVisitor, visitors: { bytesPerMs: always(15), patienceMs: always(50) }, nginx: { fastcgiBuffering: false } },
        [0, 45],
      );
      expect(ends).toEqual([
        '50 ms: abandoned (the visitor left while the answer was arriving) to the click at 0 ms',
        '95 ms: abandoned (the visitor left while the answer was arriving) to the click at 45 ms',
      ]);
    });

    it('off, an nginx that is killed frees the child', () => {
      const { ends } = scripts(
        {
          ...slowVisitor,
          nginx: { fastcgiBuffering: false },
          events: [happens(50, { verb: 'kill', on: 'nginx' }, 5)],
        },
        [0, 60],
      );
      // What nginx had written arrives, over the line of the first visitor, and holds no child.
      expect(ends).toEqual(['110 ms: 200 to the click at 0 ms', '170 ms: 200 to the click at 60 ms']);
    });

    it('off, what is executed for nobody is not held for anybody', () => {
      const { ends, figure } = scripts(
        {
          ...slowVisitor,
          visitors: { bytesPerMs: always(15), patienceMs: always(150) },
          nginx: { fastcgiBuffering: false },
          php: { maxChildren: 1 },
          pages: [scriptPage({ waitMs: always(200) })],
        },
        [0, 0, 390],
      );
      expect(ends.map((end) => end.replace(/ \(.*\)/, ''))).toEqual([
        '150 ms: 499 to the click at 0 ms',
        '150 ms: 499 to the click at 0 ms',
        '540 ms: 499 to the click at 390 ms',
      ]);
      expect(figure('php-fpm', 'executed for nobody')).toBe(1);
    });
  });

  it('an error of the database ends the script: 500', () => {
    const { ends } = scripts(
      {
        mysql: { maxConnections: 0 },
        pages: [scriptPage({ cpuMs: always(30), queries: [query({ times: always(2) })], waitMs: always(100) })],
      },
      [0],
    );
    expect(ends).toEqual(['10 ms: 500 (error 1040: too many connections) to the click at 0 ms']);
  });
});

function scripts(parts: Bare, clicks: readonly Click[]) {
  return story(bare(parts), clicks);
}
