/**
 * What can happen to PHP-FPM, row by row as its documentation and sources have it, each with the arithmetic done by hand:
 * who is told what, when, and which line the server writes.
 */
import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { EventModel, Happening } from '../../src/model.js';
import { type Click, story } from '../stages/story.js';
import { type Bare, bare, query, scriptPage } from '../support/bare.js';
import { causeTable } from '../support/causeTable.js';

causeTable('PHP-FPM: what happens, how requests end, and what the log says');

const RESET = 'php-fpm: [error] recv() failed (104: Connection reset by peer) while reading response header from upstream';
const UNIX = 'unix:/run/php/php8.2-fpm.sock';
const event = (atMs: number, what: Happening, forMs: number | null = null): EventModel => ({
  name: what.verb,
  atMs,
  forMs,
  because: '',
  what,
});
const kill: Happening = { verb: 'kill', on: 'php-fpm' };
const hang: Happening = { verb: 'hang', on: 'php-fpm' };
const reload: Happening = { verb: 'reload', on: 'php-fpm' };
const stop = (signal: 'QUIT' | 'TERM'): Happening => ({ verb: 'stop', on: 'php-fpm', signal });
const restart = (signal: 'QUIT' | 'TERM'): Happening => ({ verb: 'restart', on: 'php-fpm', signal });
const startsIn = (ms: number) => ({ restart: 'no' as const, restartMs: 0, startMs: always(ms) });

/** Scripts that hold their child for `heldMs`, and what happens to them. */
function told(heldMs: number, events: EventModel[], clicks: readonly Click[], parts: Bare = {}) {
  const { php, ...rest } = parts;
  const model = bare({
    durationMs: 200_000,
    pages: [scriptPage({ waitMs: always(heldMs) })],
    ...rest,
    php: { maxChildren: 1, unit: startsIn(100), ...php },
    events,
  });
  const { ends, ...others } = story(model, clicks);
  return { ends: ends.map((end) => end.replace(/ to the click/, '')), ...others };
}

describe('saturation', () => {
  it('all children busy, room in the queue: latency; fastcgi_read_timeout counts waiting and running: 504', () => {
    const { ends } = told(400, [], [0, 1, 2, 3], { nginx: { fastcgiReadTimeoutMs: 1000 } });
    expect(ends).toEqual([
      '400 ms: 200 at 0 ms',
      '800 ms: 200 at 1 ms',
      '1002 ms: 504 (fastcgi_read_timeout: no answer from PHP-FPM in time) at 2 ms',
      '1003 ms: 504 (fastcgi_read_timeout: no answer from PHP-FPM in time) at 3 ms',
    ]);
  });

  it('the queue is first come, first served, and runs those who have left: work for nobody', () => {
    const { ends, figure } = told(400, [], [0, 1, 2, 3], { nginx: { fastcgiReadTimeoutMs: 700 } });
    expect(ends.filter((end) => end.includes(' 200 '))).toEqual(['400 ms: 200 at 0 ms']);
    // The second runs when its time is up, the other two begin afterwards, for nobody.
    expect(figure('php-fpm', 'executed for nobody')).toBe(2);
  });

  it('after a stall of T at rate λ the queue is λT long, and is worked off in λT·S / (c - λS)', () => {
    // Ten a second, S 50 ms, one child: λS = 0.5. Stopped for 4 s: 40 wait, and 40 · 50 / 0.5 = 4000 ms later all is as before.
    const clicks = Array.from({ length: 150 }, (_, i) => 100 * i + 50);
    const { tookMs, ends, result } = told(50, [event(1000, hang, 4000)], clicks);
    expect(result.stages['php-fpm'].queue.max).toBe(40);
    const late = ends.filter((_, i) => tookMs[i] > 50);
    // All from the one at 1050 on wait; the one at 8950 finds the child idle again.
    expect(late.at(-1)).toBe('8950 ms: 200 at 8850 ms');
    expect(late).toHaveLength(79);
  });

  it('a pool that hangs on the database fills its queue in backlog / λ, and then 502s follow', () => {
    const asks = { pages: [scriptPage({ queries: [query()] })] };
    const clicks = Array.from({ length: 100 }, (_, i) => 10 * i + 5);
    const { ends } = told(0, [event(0, { verb: 'hang', on: 'mysql' }, 1000)], clicks, {
      ...asks,
      php: { maxChildren: 4, listenBacklog: 29 },
    });
    // 100 a second: four are held, 30 wait: full after 34 arrivals, at 345 ms. The other 66 are refused at once.
    const refused = ends.filter((end) => end.includes('502'));
    expect(refused[0]).toBe('345 ms: 502 (listen queue full) at 345 ms');
    expect(refused).toHaveLength(66);
    expect(ends.filter((end) => end.includes(' 200 '))).toHaveLength(34);
  });
});

describe('master killed', () => {
  it('in flight: reset; in the queue: reset; afterwards: refused, since the socket file is still there', () => {
    const { ends, logs } = told(1000, [event(500, kill)], [0, 100, 600]);
    expect(ends).toEqual([
      '500 ms: 502 (killed with the script in its hands) at 0 ms',
      '500 ms: 502 (not accepted before PHP-FPM ended) at 100 ms',
      '600 ms: 502 (nobody listens) at 600 ms',
    ]);
    expect(logs).toEqual([
      RESET,
      `php-fpm: [error] connect() to ${UNIX} failed (111: Connection refused) while connecting to upstream`,
      RESET,
    ]);
  });

  it('over TCP the same', () => {
    const { ends, logs } = told(1000, [event(500, kill)], [0, 600], { php: { listen: '127.0.0.1:9000' } });
    expect(ends).toEqual(['500 ms: 502 (killed with the script in its hands) at 0 ms', '600 ms: 502 (nobody listens) at 600 ms']);
    expect(logs).toContain(
      'php-fpm: [error] connect() to 127.0.0.1:9000 failed (111: Connection refused) while connecting to upstream',
    );
  });

  it('whose SYN was dropped by a full queue is refused when it comes again', () => {
    const { ends } = told(5000, [event(500, kill)], [0, 1, 2, 100], { php: { listen: '127.0.0.1:9000', listenBacklog: 1 } });
    expect(ends).toEqual([
      '500 ms: 502 (killed with the script in its hands) at 0 ms',
      '500 ms: 502 (not accepted before PHP-FPM ended) at 1 ms',
      '500 ms: 502 (not accepted before PHP-FPM ended) at 2 ms',
      '1100 ms: 502 (nobody listens) at 100 ms',
    ]);
  });

  it('Restart=no: nobody starts it again; Restart=on-failure: RestartSec and its start later', () => {
    expect(told(10, [event(500, kill)], [100_000]).ends).toEqual(['100000 ms: 502 (nobody listens) at 100000 ms']);
    const unit = { restart: 'on-failure' as const, restartMs: 200, startMs: always(100) };
    expect(told(10, [event(500, kill)], [799, 801], { php: { unit } }).ends).toEqual([
      '799 ms: 502 (nobody listens) at 799 ms',
      '811 ms: 200 at 801 ms',
    ]);
  });

  it('for a time: it is started when that is over', () => {
    expect(told(10, [event(500, kill, 1000)], [1599, 1601]).ends).toEqual([
      '1599 ms: 502 (nobody listens) at 1599 ms',
      '1611 ms: 200 at 1601 ms',
    ]);
  });
});

describe('what happens to a unit that is down', () => {
  it('killed for a time it is started when that is over', () => {
    expect(told(10, [event(500, kill), event(600, kill, 400)], [1050, 1101]).ends).toEqual([
      '1050 ms: 502 (nobody listens) at 1050 ms',
      '1111 ms: 200 at 1101 ms',
    ]);
  });

  it('stopped while it waits for RestartSec, it stays down until the stop is over', () => {
    const unit = { restart: 'on-failure' as const, restartMs: 200, startMs: always(100) };
    expect(told(10, [event(500, kill), event(600, stop('TERM'), 1000)], [1000, 1701], { php: { unit } }).ends).toEqual([
      '1000 ms: 502 (nobody listens) at 1000 ms',
      '1711 ms: 200 at 1701 ms',
    ]);
  });
});

describe('SIGTERM to the master (systemctl stop, restart)', () => {
  it('in flight and queued: reset; while it is away: no such file', () => {
    const { ends, logs } = told(1000, [event(500, stop('TERM'), 1000)], [0, 100, 600, 1601]);
    expect(ends).toEqual([
      '500 ms: 502 (stopped with the script in its hands) at 0 ms',
      '500 ms: 502 (not accepted before PHP-FPM ended) at 100 ms',
      '600 ms: 502 (nobody listens: the socket is gone) at 600 ms',
      '2601 ms: 200 at 1601 ms',
    ]);
    expect(logs).toContain(
      `php-fpm: [crit] connect() to ${UNIX} failed (2: No such file or directory) while connecting to upstream`,
    );
  });

  it('over TCP there is no file: refused', () => {
    const { ends } = told(10, [event(500, restart('TERM'))], [550, 601], { php: { listen: '127.0.0.1:9000' } });
    expect(ends).toEqual(['550 ms: 502 (nobody listens) at 550 ms', '611 ms: 200 at 601 ms']);
  });
});

describe('SIGQUIT to the master (graceful stop)', () => {
  const patient = { php: { processControlTimeoutMs: 10_000 } };

  it('who is in flight finishes; who waits is reset when the last has; the socket stays open until then', () => {
    const { ends } = told(1000, [event(500, restart('QUIT'))], [0, 100, 900, 1050, 1101], patient);
    expect(ends).toEqual([
      '1000 ms: 200 at 0 ms',
      '1000 ms: 502 (not accepted before PHP-FPM ended) at 100 ms',
      '1000 ms: 502 (not accepted before PHP-FPM ended) at 900 ms',
      '1050 ms: 502 (nobody listens: the socket is gone) at 1050 ms',
      '2101 ms: 200 at 1101 ms',
    ]);
  });

  it('without process_control_timeout it is not graceful', () => {
    expect(told(1000, [event(500, restart('QUIT'))], [0, 601]).ends).toEqual([
      '500 ms: 502 (stopped with the script in its hands) at 0 ms',
      '1601 ms: 200 at 601 ms',
    ]);
  });

  it('who takes longer than process_control_timeout is cut, and after 90 s by systemd', () => {
    expect(told(20_000, [event(500, stop('QUIT'), 60_000)], [0], patient).ends).toEqual([
      '10500 ms: 502 (stopped with the script in its hands) at 0 ms',
    ]);
    const endless = { php: { processControlTimeoutMs: 1e6 } };
    expect(told(1e6, [event(500, stop('QUIT'), 60_000)], [0], endless).ends).toEqual([
      '90500 ms: 502 (stopped with the script in its hands) at 0 ms',
    ]);
  });

  it('a start that comes while it still stops is done as soon as it has', () => {
    // Stopped at 500 for 200 ms; the script ends at 1000, the start takes 100.
    expect(told(1000, [event(500, stop('QUIT'), 200)], [0, 1099, 1101], patient).ends).toEqual([
      '1000 ms: 200 at 0 ms',
      '1099 ms: 502 (nobody listens: the socket is gone) at 1099 ms',
      '2101 ms: 200 at 1101 ms',
    ]);
  });
});

describe('SIGUSR2 (reload)', () => {
  it('process_control_timeout 0: in flight is cut; the queue survives and is served by the new generation', () => {
    const { ends, logs } = told(1000, [event(500, reload)], [0, 100, 550]);
    expect(ends).toEqual([
      '500 ms: 502 (reloaded with the script in its hands: process_control_timeout was over) at 0 ms',
      '1600 ms: 200 at 100 ms',
      '2600 ms: 200 at 550 ms',
    ]);
    expect(logs).toEqual([RESET]);
  });

  it('30 s: the longest script makes everybody wait, and nobody is lost', () => {
    const pages = [scriptPage({ waitMs: always(25_000) }, { path: '/export' }), scriptPage({ waitMs: always(10) })];
    const { ends } = told(
      0,
      [event(1000, reload)],
      [
        [0, 0],
        [500, 1],
        [1500, 1],
        [20_000, 1],
      ],
      {
        pages,
        php: { maxChildren: 2, processControlTimeoutMs: 30_000 },
      },
    );
    // The export ends at 25,000; exec and start take 100; the two that waited have both children at once.
    expect(ends).toEqual([
      '510 ms: 200 at 500 ms',
      '25000 ms: 200 at 0 ms',
      '25110 ms: 200 at 1500 ms',
      '25110 ms: 200 at 20000 ms',
    ]);
  });

  it('30 s: who takes longer is cut then', () => {
    expect(told(50_000, [event(1000, reload)], [0, 2000], { php: { processControlTimeoutMs: 30_000 } }).ends).toEqual([
      '31000 ms: 502 (reloaded with the script in its hands: process_control_timeout was over) at 0 ms',
      '81100 ms: 200 at 2000 ms',
    ]);
  });

  it('the queue is as long as ever: what does not fit while nobody accepts gets 502 at once', () => {
    const { ends } = told(10, [event(500, reload)], [[550, 0, 5]], { php: { listenBacklog: 2 } });
    expect(ends).toEqual([
      '550 ms: 502 (listen queue full) at 550 ms',
      '550 ms: 502 (listen queue full) at 550 ms',
      '610 ms: 200 at 550 ms',
      '620 ms: 200 at 550 ms',
      '630 ms: 200 at 550 ms',
    ]);
  });

  describe('at 50 requests a second of 1 s each', () => {
    const clicks = Array.from({ length: 250 }, (_, i) => 20 * i + 10);
    const at50 = (processControlTimeoutMs: number | null) =>
      told(1000, [event(2000, reload)], clicks, { php: { maxChildren: 200, processControlTimeoutMs, unit: startsIn(95) } });

    it('process_control_timeout 0: the 50 in flight are lost, and those of 0.1 s wait', () => {
      const { result, tookMs } = at50(null);
      expect(result.outcomes).toEqual({ 200: 200, 502: 50 });
      // Five come until the new generation is there.
      expect(tookMs.filter((ms) => ms > 1000)).toEqual([1085, 1065, 1045, 1025, 1005]);
      expect(result.stages['php-fpm'].queue.max).toBe(5);
    });

    it('30 s: nobody is lost; those of 1.1 s wait for the last old child', () => {
      const { result, tookMs } = at50(30_000);
      expect(result.outcomes).toEqual({ 200: 250 });
      // The youngest in flight came at 1990 and ends at 2990; the new generation accepts at 3085: from 2010 to 3070 come 54.
      expect(tookMs.filter((ms) => ms > 1000)).toHaveLength(54);
      expect(Math.max(...tookMs)).toBe(2075);
      expect(result.stages['php-fpm'].queue.max).toBe(54);
    });
  });

  it('of a unit that is down it does nothing', () => {
    expect(told(10, [event(500, kill), event(600, reload)], [1000]).ends).toEqual(['1000 ms: 502 (nobody listens) at 1000 ms']);
  });

  it('a second one meanwhile does nothing; a stop does', () => {
    const twice = told(1000, [event(500, reload), event(550, reload)], [0, 100]);
    expect(twice.ends.at(-1)).toBe('1600 ms: 200 at 100 ms');
    const stopped = told(1000, [event(500, reload), event(550, stop('TERM'), 1000)], [0, 100, 560]);
    expect(stopped.ends).toEqual([
      '500 ms: 502 (reloaded with the script in its hands: process_control_timeout was over) at 0 ms',
      '550 ms: 502 (not accepted before PHP-FPM ended) at 100 ms',
      '560 ms: 502 (nobody listens: the socket is gone) at 560 ms',
    ]);
  });

  it('with every manager: a new generation as after a start', () => {
    const dynamic = { pm: 'dynamic' as const, maxChildren: 5, startServers: 2, minSpareServers: 1, maxSpareServers: 3 };
    expect(told(10, [event(500, reload)], [[510, 0, 3]], { php: dynamic }).tookMs).toEqual([100, 100, 110]);
    const ondemand = { pm: 'ondemand' as const, maxChildren: 2, forkMs: always(7) };
    expect(told(10, [event(500, reload)], [0, 510], { php: ondemand }).tookMs).toEqual([17, 107]);
  });
});

describe('stopped (SIGSTOP): alive and silent', () => {
  it('the queue fills up, nobody is refused before it is full, and all goes on where it was', () => {
    const cpu = { pages: [scriptPage({ cpuMs: always(100) })], host: { cores: 1 } };
    const { ends } = told(0, [event(50, hang, 1000)], [0, 60, 70], { ...cpu, php: { listenBacklog: 0 } });
    expect(ends).toEqual([
      '70 ms: 502 (listen queue full) at 70 ms',
      '1100 ms: 200 at 0 ms', // 50 before, 50 after.
      '1200 ms: 200 at 60 ms',
    ]);
  });

  it('what a script waits for outside comes, and finds it stopped; so does the answer of the database', () => {
    expect(told(100, [event(50, hang, 1000)], [0]).tookMs).toEqual([1050]);
    const asks = { pages: [scriptPage({ queries: [query({ holdMs: always(100), commit: true })], cpuMs: always(20) })] };
    // 10 of CPU, a query until 110, nothing until 1050, 10 more of CPU.
    expect(told(0, [event(50, hang, 1000)], [0], asks).tookMs).toEqual([1060]);
  });

  it('an idle child takes nothing; when it goes on it does', () => {
    expect(told(10, [event(50, hang, 1000)], [60, 70]).ends).toEqual(['1060 ms: 200 at 60 ms', '1070 ms: 200 at 70 ms']);
  });

  it('fastcgi_read_timeout counts on: 504, and PHP executes for nobody afterwards', () => {
    const { ends, figure } = told(10, [event(50, hang, 2000)], [60], { nginx: { fastcgiReadTimeoutMs: 1000 } });
    expect(ends).toEqual(['1060 ms: 504 (fastcgi_read_timeout: no answer from PHP-FPM in time) at 60 ms']);
    expect(figure('php-fpm', 'executed for nobody')).toBe(1);
  });

  it('a reload waits for it to go on, SIGKILL does not, and systemctl stop makes it go on', () => {
    expect(told(100, [event(50, hang, 1000), event(60, reload)], [0, 70]).ends).toEqual([
      '1050 ms: 502 (reloaded with the script in its hands: process_control_timeout was over) at 0 ms',
      '1250 ms: 200 at 70 ms',
    ]);
    expect(told(100, [event(50, hang, 1000), event(60, kill, 20)], [0, 190]).ends).toEqual([
      '60 ms: 502 (killed with the script in its hands) at 0 ms',
      '290 ms: 200 at 190 ms',
    ]);
    expect(told(100, [event(50, hang, 1000), event(60, restart('TERM'))], [0, 170]).ends).toEqual([
      '60 ms: 502 (stopped with the script in its hands) at 0 ms',
      '270 ms: 200 at 170 ms',
    ]);
  });
});

describe('slow', () => {
  it('what it asks of the CPU takes so many times as long', () => {
    const cpu = { pages: [scriptPage({ cpuMs: always(100) })] };
    expect(told(0, [event(0, { verb: 'slow', on: 'php-fpm', times: 3 }, 1000)], [10, 2000], cpu).tookMs).toEqual([300, 100]);
  });
});

describe('max_execution_time', () => {
  it('counts CPU of the process: a script beyond it gets a fatal error and 500, its child lives', () => {
    const pages = [scriptPage({ cpuMs: always(70_000) })];
    const { ends, logs, figure } = told(0, [], [0, 10], { pages });
    expect(ends).toEqual([
      '30000 ms: 500 (max_execution_time: the script used too much CPU) at 0 ms',
      '60000 ms: 500 (max_execution_time: the script used too much CPU) at 10 ms',
    ]);
    expect(logs).toEqual(['php-fpm: PHP Fatal error:  Maximum execution time of 30 seconds exceeded']);
    expect([figure('php-fpm', 'children started'), figure('php-fpm', 'children')]).toEqual([0, 1]);
  });

  it('time in the database, or waiting for something outside, does not count', () => {
    const pages = [
      scriptPage({ cpuMs: always(29_000), waitMs: always(50_000), queries: [query({ holdMs: always(50_000), commit: true })] }),
    ];
    expect(told(0, [], [0], { pages }).tookMs).toEqual([129_000]);
  });

  it('nor does time in which others have the core', () => {
    const pages = [scriptPage({ cpuMs: always(20_000) })];
    const { tookMs } = told(0, [], [0, 0], { pages, host: { cores: 1 }, php: { maxChildren: 2 } });
    expect(tookMs).toEqual([40_000, 40_000]);
  });

  it('strikes in the middle of a stretch between two queries; what was asked before has been answered', () => {
    const page = scriptPage({ cpuMs: always(3000), queries: [query({ times: always(2), holdMs: always(100), commit: true })] });
    const { ends, result } = told(0, [], [0], { pages: [page], php: { maxExecutionMs: 2500 } });
    // Stretches of 1000: two whole ones, half of the third, two queries of 100.
    expect(ends).toEqual(['2700 ms: 500 (max_execution_time: the script used too much CPU) at 0 ms']);
    expect(result.stages.mysql.details.queries).toBe(2);
  });

  it('0 is no limit', () => {
    expect(told(0, [], [0], { pages: [scriptPage({ cpuMs: always(70_000) })], php: { maxExecutionMs: 0 } }).tookMs).toEqual([
      70_000,
    ]);
  });
});

describe('OPcache', () => {
  const page = (cpuMs: number, compileMs: number) => scriptPage({ cpuMs: always(cpuMs), compileMs: always(compileMs) });

  it('is warm when the run begins', () => {
    expect(told(0, [], [0], { pages: [page(10, 200)] }).tookMs).toEqual([10]);
  });

  it('is lost by a reload, a restart, a kill; the first request compiles, the next does not', () => {
    for (const what of [reload, restart('TERM')]) {
      const { tookMs, figure } = told(0, [event(0, what)], [1000, 2000], { pages: [page(10, 200)] });
      expect(tookMs).toEqual([210, 10]);
      expect(figure('php-fpm', 'scripts compiled')).toBe(1);
    }
    expect(told(0, [event(0, kill, 10)], [1000, 2000], { pages: [page(10, 200)] }).tookMs).toEqual([210, 10]);
  });

  it("is the master's: children come and go and it stays", () => {
    const php = { maxRequests: 1 };
    expect(told(0, [event(0, reload)], [1000, 2000, 3000], { php, pages: [page(10, 200)] }).tookMs).toEqual([210, 10, 10]);
  });

  it('has no lock: whoever comes before the first has finished compiles for itself, side by side', () => {
    const four = { host: { cores: 1 }, php: { maxChildren: 4 }, pages: [page(10, 200)] };
    const { tookMs, figure } = told(0, [event(0, reload)], [[1000, 0, 4]], four);
    // Four times 200 on one core, then four times 10.
    expect(tookMs).toEqual([840, 840, 840, 840]);
    expect(figure('php-fpm', 'scripts compiled')).toBe(4);
    // Who comes when it is there does not compile: at 800 all have compiled.
    const late = told(0, [event(0, reload)], [[1000, 0, 3], 1605], { ...four, pages: [page(10, 200)] });
    expect(late.figure('php-fpm', 'scripts compiled')).toBe(3);
  });

  it('each script is compiled by itself', () => {
    const pages = [page(10, 200), scriptPage({ cpuMs: always(10), compileMs: always(50) }, { path: '/b' })];
    expect(told(0, [event(0, reload)], [1000, [2000, 1], [3000, 1], 4000], { pages }).tookMs).toEqual([210, 60, 10, 10]);
  });

  it('compiling is CPU of the script, and counts for max_execution_time', () => {
    const { ends } = told(0, [event(0, reload)], [1000, 5000], { pages: [page(500, 700)], php: { maxExecutionMs: 1000 } });
    expect(ends).toEqual([
      '2000 ms: 500 (max_execution_time: the script used too much CPU) at 1000 ms',
      '5500 ms: 200 at 5000 ms',
    ]);
  });

  describe('the code is switched by a symlink', () => {
    const switched: Happening = { verb: 'switch', on: 'code' };

    it('with $realpath_root it is compiled anew at once, and once', () => {
      const { tookMs } = told(0, [event(500, switched)], [0, 1000, 2000], {
        pages: [page(10, 200)],
        php: { realpathCacheTtlMs: 0 },
      });
      expect(tookMs).toEqual([10, 210, 10]);
    });

    it('without, each child sees it when its own path has expired: realpath_cache_ttl, 120 s from its first look', () => {
      const { tookMs } = told(0, [event(500, switched)], [0, 60_000, 119_900, 120_000, 150_000], { pages: [page(10, 200)] });
      expect(tookMs).toEqual([10, 10, 10, 210, 10]);
      // The second child looks first at 60,000, finds the new release, and compiles it for the first, too, which sees it at 120,000.
      const two = told(0, [event(500, switched)], [0, 60_000, 119_900, 121_000, 150_000], {
        pages: [page(10, 200)],
        php: { maxChildren: 2 },
      });
      expect(two.tookMs).toEqual([10, 210, 10, 10, 10]);
    });
  });
});

describe('memory', () => {
  const MB = 1e6;
  const noPool = { bufferPoolBytes: 0, datasetBytes: 0 };
  const leaking = (bytes: number): Happening => ({ verb: 'leak', on: 'php-fpm', bytes });
  const journal = (result: { events: readonly { atMs: number; text: string; kind: string }[] }) =>
    result.events.filter(({ kind }) => ['kernel', 'php-fpm', 'mysql'].includes(kind)).map(({ atMs, text }) => `${atMs}: ${text}`);

  it('a leak stays in its child until the child ends', () => {
    const parts = (maxRequests: number): Bare => ({
      host: { memoryBytes: 1000 * MB },
      php: { childBytes: 40 * MB, maxRequests },
    });
    const clicks = Array.from({ length: 30 }, (_, i) => 100 * i);
    const peak = (maxRequests: number) =>
      told(10, [event(0, leaking(MB))], clicks, parts(maxRequests)).result.host.memory.by['php-fpm'];
    expect(peak(0)).toBe(70 * MB);
    // Ten requests, the last of which ends it.
    expect(peak(10)).toBe(50 * MB);
  });

  it('a leak that has been mended leaves what it left', () => {
    const { result } = told(10, [event(0, leaking(MB), 150)], [0, 100, 200, 300], { php: { childBytes: 40 * MB } });
    expect(result.host.memory.by['php-fpm']).toBe(42 * MB);
  });

  it('children x memory > RAM kills the database, the largest process, which systemd starts again after 5 s', () => {
    const dynamic = {
      pm: 'dynamic' as const,
      maxChildren: 20,
      startServers: 2,
      minSpareServers: 2,
      maxSpareServers: 3,
      childBytes: 40 * MB,
    };
    const { result, ends } = told(10_000, [], [[100, 0, 2], 6500], {
      host: { memoryBytes: 400 * MB },
      php: dynamic,
      mysql: { ...noPool, baseBytes: 300 * MB, unit: { restart: 'on-abnormal', restartMs: 5000, startMs: always(500) } },
      durationMs: 5000,
    });
    // 300 + 2 children of 40 fit into 400. At 1000 both are busy and one more is forked: 420.
    expect(journal(result)).toEqual([
      '1000: kernel: Out of memory: Killed process … (mysqld) anon-rss:292969kB',
      '1000: mysql.service: A process of this unit has been killed by the OOM killer.',
      expect.stringMatching(/^1000: .*/),
    ]);
    expect(ends).toEqual([]);
    expect(result.host.memory.usedMax).toBe(420 * MB);
  });

  it('and kills it again as long as the children stay', () => {
    const { result } = told(0, [], [], {
      durationMs: 13_000,
      host: { memoryBytes: 400 * MB },
      php: { maxChildren: 5, childBytes: 40 * MB },
      mysql: { ...noPool, baseBytes: 300 * MB, unit: { restart: 'on-abnormal', restartMs: 5000, startMs: always(1000) } },
    });
    const kills = journal(result).filter((line) => line.includes('Killed process'));
    // Killed at 0; started at 6000 (5000 + 1000, and nothing to recover), killed; and once more at 12,000.
    expect(kills).toEqual(
      [0, 6000, 12_000].map((at) => `${at}: kernel: Out of memory: Killed process … (mysqld) anon-rss:292969kB`),
    );
  });

  it('the largest process may be a child: its unit is stopped as a whole and stays down', () => {
    const { result, ends, logs } = told(1000, [event(0, leaking(400 * MB))], [0, 500, 1200, 1300], {
      host: { memoryBytes: 500 * MB },
      php: { maxChildren: 2, childBytes: 40 * MB },
      mysql: { ...noPool, baseBytes: 300 * MB },
    });
    // 380 and a leak of 400 at 1000: the child that leaked holds 440, mysqld 300.
    expect(journal(result)).toEqual([
      '1000: kernel: Out of memory: Killed process … (php-fpm) anon-rss:429688kB',
      '1000: php-fpm.service: A process of this unit has been killed by the OOM killer.',
      "1000: php-fpm.service: Failed with result 'oom-kill'.",
    ]);
    expect(ends).toEqual([
      '1000 ms: 200 at 0 ms',
      '1000 ms: 502 (stopped with the script in its hands) at 500 ms',
      '1200 ms: 502 (nobody listens: the socket is gone) at 1200 ms',
      '1300 ms: 502 (nobody listens: the socket is gone) at 1300 ms',
    ]);
    expect(logs).toContain(RESET);
  });

  it('with Restart=on-failure PHP-FPM comes back, too', () => {
    const { ends } = told(10, [event(0, leaking(400 * MB))], [0, 50, 1000], {
      host: { memoryBytes: 400 * MB },
      php: { childBytes: 40 * MB, unit: { restart: 'on-failure', restartMs: 100, startMs: always(100) } },
      mysql: null,
    });
    expect(ends).toEqual([
      '10 ms: 200 at 0 ms',
      '50 ms: 502 (nobody listens: the socket is gone) at 50 ms',
      '1010 ms: 200 at 1000 ms',
    ]);
  });

  it('the killed child had a script in its hands', () => {
    const job = { processes: 1, cpuMs: 1e6, reads: 0, memoryBytes: 30 * MB };
    const { ends } = told(1000, [event(500, { verb: 'cron', on: 'host', job })], [0], {
      host: { memoryBytes: 60 * MB },
      php: { childBytes: 40 * MB },
    });
    expect(ends).toEqual(['500 ms: 502 (killed by the kernel: out of memory) at 0 ms']);
  });

  it('a batch job that is larger than the rest is killed itself', () => {
    const job = { processes: 2, cpuMs: 1e6, reads: 10, memoryBytes: 300 * MB };
    const { result, tookMs } = told(0, [event(500, { verb: 'cron', on: 'host', job })], [400], {
      host: { memoryBytes: 500 * MB, cores: 1 },
      php: { childBytes: 40 * MB },
      mysql: null,
      pages: [scriptPage({ cpuMs: always(200) })],
    });
    // One of the two is killed at 500, 100 before the script's end; the other takes half the core from then on.
    expect(tookMs).toEqual([300]);
    expect(result.host.memory.usedMax).toBe(640 * MB);
    expect(journal(result)).toEqual(['500: kernel: Out of memory: Killed process … (cron) anon-rss:292969kB']);
  });

  it('with swap nobody is killed: each script waits for those of its pages that lie there', () => {
    const disk = { iops: Infinity, queueDepth: 1, latencyMs: always(2), fsyncMs: always(0) };
    const { tookMs, result } = told(10, [], [0, 1000], {
      host: { memoryBytes: 72 * MB, swapBytes: 100 * MB, disk },
      php: { maxChildren: 2, childBytes: 40 * MB },
    });
    // 8 of 80 MB lie on swap: of the 5,000 pages that a script touches, 500, each a read of 2 ms.
    expect(tookMs).toEqual([1010, 1010]);
    expect(journal(result)).toEqual([]);
  });

  it('a query pays for those of its pages that the buffer pool holds on swap', () => {
    const disk = { iops: Infinity, queueDepth: 1, latencyMs: always(2), fsyncMs: always(0) };
    const { tookMs } = told(0, [], [0], {
      host: { memoryBytes: 80 * MB, swapBytes: 100 * MB, disk },
      php: { childBytes: 0 },
      mysql: { bufferPoolBytes: 100 * MB, datasetBytes: 100 * MB },
      pages: [scriptPage({ queries: [query({ reads: always(10) })] })],
    });
    // A fifth of all that is held: two of the ten pages.
    expect(tookMs).toEqual([4]);
  });

  it('when swap is full, too, the kernel kills', () => {
    const { result } = told(10, [], [], {
      host: { memoryBytes: 72 * MB, swapBytes: 7 * MB },
      php: { maxChildren: 2, childBytes: 40 * MB },
    });
    expect(journal(result)[0]).toBe('0: kernel: Out of memory: Killed process … (php-fpm) anon-rss:39063kB');
  });
});
