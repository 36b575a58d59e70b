/**
 * What can happen to nginx, row by row: what the visitor sees, when, and what the log says. Worked out by hand.
 *
 * The round trip is 40 ms: a SYN sent at 0 is at the server at 20, ACK and request at 60, and an answer of 0 ms back at 80.
 */
import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { EventModel, Happening } from '../../src/model.js';
import { type Click, story } from '../stages/story.js';
import { type Bare, bare, filePage, scriptPage } from '../support/bare.js';
import { causeTable } from '../support/causeTable.js';
import { happens } from '../support/happens.js';

causeTable('nginx: what happens, how requests end, and what the log says');

const nginx = { on: 'nginx' } as const;
const kill = (atMs: number, forMs: number | null = null) => happens(atMs, { verb: 'kill', ...nginx }, forMs);
const hang = (atMs: number, forMs: number) => happens(atMs, { verb: 'hang', ...nginx }, forMs);
const stop = (atMs: number, forMs: number, signal: 'QUIT' | 'TERM' = 'QUIT') =>
  happens(atMs, { verb: 'stop', ...nginx, signal }, forMs);
const restart = (atMs: number, signal: 'QUIT' | 'TERM') => happens(atMs, { verb: 'restart', ...nginx, signal });
const reload = (atMs: number) => happens(atMs, { verb: 'reload', ...nginx });
const upgrade = (atMs: number) => happens(atMs, { verb: 'upgrade', ...nginx });

const PHP = 0;
const FILE = 1;
const startsIn = (ms: number) => ({ restart: 'no', restartMs: 100, startMs: always(ms) }) as const;

/** Page 0 keeps a PHP child for 100 ms, page 1 is a file. */
function tale(events: readonly EventModel[], clicks: readonly Click[], parts: Bare = {}, phpMs = 100) {
  return story(
    bare({
      durationMs: 200_000,
      pages: [scriptPage({ waitMs: always(phpMs) }, { path: '/php' }), filePage({ path: '/file' })],
      events,
      php: { maxChildren: 10 },
      ...parts,
      nginx: { workerProcesses: 1, ...parts.nginx },
      visitors: { roundTripMs: always(40), ...parts.visitors },
    }),
    clicks,
  );
}

const atTimes = (model: { events: readonly { atMs: number; text: string }[] }) =>
  model.events.filter(({ text }) => text.includes('nginx.service')).map(({ atMs, text }) => `${atMs}: ${text}`);

describe('kill: SIGKILL to master and workers', () => {
  it('what it has in hand is reset, half a round trip later', () => {
    const { ends, logs } = tale([kill(100, 1000)], [[0, PHP]]);
    expect(ends).toEqual(['120 ms: reset (nginx died with the request in its hands) to the click at 0 ms']);
    expect(logs).toEqual(['nginx: browser: ERR_EMPTY_RESPONSE']);
  });

  it('what was passed on to PHP-FPM runs on for nobody, and holds its child', () => {
    // Nginx is back at 110. The child is free at 60 + 200; the second request came at 160.
    const { ends } = tale(
      [kill(100, 10)],
      [
        [0, PHP],
        [100, PHP],
      ],
      { php: { maxChildren: 1 } },
      200,
    );
    expect(ends[1]).toBe('480 ms: 200 to the click at 100 ms');
  });

  it('what has not been read yet is reset by the kernel', () => {
    const { ends, logs } = tale(
      [kill(100, 1000)],
      [
        [0, FILE],
        [10, FILE],
      ],
      { nginx: { staticMs: always(100) } },
    );
    expect(ends).toEqual([
      '120 ms: reset (nginx died before it had read the request) to the click at 10 ms',
      '120 ms: reset (nginx died with the request in its hands) to the click at 0 ms',
    ]);
    expect(logs).toContain('nginx: browser: ERR_CONNECTION_RESET');
  });

  it('a handshake that had begun ends in a reset, a new SYN in a refusal after one round trip', () => {
    const { ends, logs, figure } = tale(
      [kill(100, 1000)],
      [
        [50, FILE],
        [90, FILE],
      ],
    );
    expect(ends).toEqual([
      '130 ms: reset (the server knows nothing of the connection) to the click at 50 ms',
      '130 ms: refused (nginx does not listen: the port is closed) to the click at 90 ms',
    ]);
    expect(logs.toSorted()).toEqual(['tcp: browser: ERR_CONNECTION_REFUSED', 'tcp: browser: ERR_CONNECTION_RESET']);
    expect(figure('tcp', 'SYN refused by a closed port')).toBe(1);
  });

  it('a handshake does not outlive the port either if nginx is back before its ACK', () => {
    const { ends } = tale([kill(100, 5)], [[50, FILE]]);
    expect(ends).toEqual(['130 ms: reset (the server knows nothing of the connection) to the click at 50 ms']);
  });

  it('a TLS handshake is reset, too', () => {
    // The ClientHello is there at 60, the Finished would be at 100.
    const { ends } = tale([kill(90, 1000)], [[0, FILE]], { tcp: { tls: { version: '1.3', handshakeMs: always(0) } } });
    expect(ends).toEqual(['110 ms: reset (nginx died with the request in its hands) to the click at 0 ms']);
  });

  it('an answer that is written arrives whole: it is the kernel’s', () => {
    // 30 segments: 10 at 60, 20 at 100.
    const pages = [filePage({ bytes: always(43_800) })];
    expect(tale([kill(90, 1000)], [0], { pages }).ends).toEqual(['120 ms: 200 to the click at 0 ms']);
  });

  it('of a longer one 4 MiB more arrive, as much as the send buffer holds', () => {
    // Left are 4,194,304 bytes: 20 + 40 + … + 1280 segments from 100 to 340, and the rest at 380.
    const pages = [filePage({ bytes: always(8_388_608) })];
    const { ends } = tale([kill(90, 1000)], [0], { pages });
    expect(ends).toEqual(['400 ms: truncated (the worker died before it had written the whole answer) to the click at 0 ms']);
  });

  const twoPages = (thinkMs: number): Bare => ({
    pages: [filePage()],
    visitors: { keepAlive: true, pagesPerVisit: always(2), thinkMs: always(thinkMs) },
  });

  it('idle connections are gone: the next page needs a new one', () => {
    expect(tale([], [0], twoPages(100)).ends[1]).toBe('220 ms: 200 to the click at 180 ms');
    expect(tale([kill(100, 10)], [0], twoPages(100)).ends[1]).toBe('260 ms: 200 to the click at 180 ms');
  });

  it('a request that was on its way over a kept connection gets a reset, and the browser tries again by itself', () => {
    // At the server at 200, reset at 220, SYN there at 240.
    expect(tale([kill(190, 5)], [0], twoPages(100)).ends[1]).toBe('300 ms: 200 to the click at 180 ms');
    expect(tale([kill(190, 1000)], [0], twoPages(100)).ends[1]).toBe(
      '260 ms: refused (nginx does not listen: the port is closed) to the click at 180 ms',
    );
  });

  it('Debian’s unit has no Restart=: it stays down; with Restart=always it is back after RestartSec and its start', () => {
    const clicks: Click[] = [
      [150, FILE],
      [250, FILE],
    ];
    expect(tale([kill(100)], clicks, { nginx: { unit: startsIn(20) } }).result.outcomes).toEqual({ refused: 2 });
    const always100: Bare = { nginx: { unit: { ...startsIn(20), restart: 'always' } } };
    const { ends, result } = tale([kill(100)], clicks, always100);
    expect(ends[1]).toBe('330 ms: 200 to the click at 250 ms');
    expect(atTimes(result)).toContain('220: nginx.service: started');
  });
});

describe('hang: SIGSTOP', () => {
  it('the kernel completes handshakes until the accept queue is full, drops SYNs then, and all go on afterwards', () => {
    const { ends, figure } = tale(
      [hang(100, 1000)],
      [
        [100, FILE, 3],
        [200, FILE],
      ],
      { nginx: { listenBacklog: 1 } },
    );
    expect(ends).toEqual([
      '1120 ms: 200 to the click at 100 ms',
      '1120 ms: 200 to the click at 100 ms',
      '1280 ms: 200 to the click at 200 ms', // SYN again at 1200.
      '1580 ms: 200 to the click at 100 ms', // Its data at 160, 360, 760, 1560.
    ]);
    expect(figure('tcp', 'SYN dropped by a full accept queue')).toBe(1);
    expect(figure('nginx', 'accept queue max')).toBe(2);
  });

  it('PHP-FPM’s answer waits until nginx reads it', () => {
    expect(tale([hang(100, 400)], [[0, PHP]]).ends).toEqual(['520 ms: 200 to the click at 0 ms']);
  });

  it('a timer that ran out meanwhile counts only if there is no answer', () => {
    const short: Bare = { nginx: { fastcgiReadTimeoutMs: 150 } };
    expect(tale([hang(100, 400)], [[0, PHP]], short).ends).toEqual(['520 ms: 200 to the click at 0 ms']);
    expect(tale([hang(100, 400)], [[0, PHP]], short, 1000).ends).toEqual([
      '520 ms: 504 (fastcgi_read_timeout: no answer from PHP-FPM in time) to the click at 0 ms',
    ]);
  });

  it('work in hand stands still and goes on where it was', () => {
    // 100 ms of CPU from 60 on, of which 40 are had at 100.
    expect(tale([hang(100, 400)], [[0, FILE]], { nginx: { staticMs: always(100) } }).ends).toEqual([
      '580 ms: 200 to the click at 0 ms',
    ]);
  });

  it('a hung nginx can be killed', () => {
    const { ends } = tale(
      [hang(100, 1000), kill(300, 100)],
      [
        [0, PHP],
        [390, FILE],
      ],
    );
    expect(ends).toEqual([
      '320 ms: reset (nginx died with the request in its hands) to the click at 0 ms',
      '470 ms: 200 to the click at 390 ms',
    ]);
  });

  it('it does not hear QUIT: systemd ends it after 5 s', () => {
    const { ends } = tale([hang(100, 10_000), restart(200, 'QUIT')], [[0, PHP]]);
    expect(ends).toEqual(['5220 ms: reset (nginx died with the request in its hands) to the click at 0 ms']);
  });
});

describe('QUIT: a graceful stop, and a restart as Debian’s unit does it', () => {
  it('the port is closed at once, in flight finishes, new ones are refused until it is started', () => {
    const { ends } = tale(
      [stop(100, 1000)],
      [
        [0, PHP],
        [50, FILE],
        [110, FILE],
        [1090, FILE],
      ],
    );
    expect(ends).toEqual([
      '130 ms: reset (the server knows nothing of the connection) to the click at 50 ms',
      '150 ms: refused (nginx does not listen: the port is closed) to the click at 110 ms',
      '180 ms: 200 to the click at 0 ms',
      '1170 ms: 200 to the click at 1090 ms', // Its SYN is there at 1110.
    ]);
  });

  it('what waits in the accept queue is reset', () => {
    const { ends } = tale(
      [stop(100, 1000)],
      [
        [0, FILE],
        [10, FILE],
      ],
      { nginx: { staticMs: always(100) } },
    );
    expect(ends).toEqual([
      '120 ms: reset (nginx died before it had read the request) to the click at 10 ms',
      '180 ms: 200 to the click at 0 ms',
    ]);
  });

  it('after 5 s what still runs is cut', () => {
    const { ends } = tale([stop(100, 10_000)], [[0, PHP]], {}, 60_000);
    expect(ends).toEqual(['5120 ms: reset (nginx died with the request in its hands) to the click at 0 ms']);
  });

  it('a restart starts it when the last request has its answer', () => {
    const { ends, result } = tale(
      [restart(100, 'QUIT')],
      [
        [0, PHP],
        [160, FILE],
        [175, FILE],
      ],
      { nginx: { unit: startsIn(30) } },
    );
    expect(ends).toEqual([
      '180 ms: 200 to the click at 0 ms',
      '200 ms: refused (nginx does not listen: the port is closed) to the click at 160 ms',
      '255 ms: 200 to the click at 175 ms',
    ]);
    expect(atTimes(result)).toEqual(['160: nginx.service: stopped', '190: nginx.service: started']);
  });

  it('an answer that is written and still on its way holds nothing up', () => {
    const pages = [filePage({ bytes: always(43_800) })];
    const { ends, result } = tale([restart(90, 'QUIT')], [0], { pages, nginx: { unit: startsIn(30) } });
    expect(ends).toEqual(['120 ms: 200 to the click at 0 ms']);
    expect(atTimes(result)).toContain('90: nginx.service: stopped');
  });

  it('a restart of what does not run starts it', () => {
    const { result } = tale([kill(100), restart(200, 'QUIT')], [], { nginx: { unit: startsIn(30) } });
    expect(atTimes(result)).toContain('230: nginx.service: started');
  });
});

describe('TERM: a fast stop', () => {
  it('what is in flight is cut, and the start follows at once', () => {
    const { ends } = tale(
      [restart(100, 'TERM')],
      [
        [0, PHP],
        [100, FILE],
        [115, FILE],
      ],
      { nginx: { unit: startsIn(30) } },
    );
    expect(ends).toEqual([
      '120 ms: reset (nginx died with the request in its hands) to the click at 0 ms',
      '140 ms: refused (nginx does not listen: the port is closed) to the click at 100 ms',
      '195 ms: 200 to the click at 115 ms',
    ]);
  });
});

describe('HUP: a reload', () => {
  const twoPages: Bare = { visitors: { keepAlive: true, pagesPerVisit: always(2), thinkMs: always(200) } };

  it('no request fails: in flight finishes in the old workers, which close the connection behind it', () => {
    const site: Bare = { ...twoPages, pages: [scriptPage({ waitMs: always(200) })] };
    const first = '280 ms: 200 to the click at 0 ms';
    expect(tale([], [0], site).ends).toEqual([first, '720 ms: 200 to the click at 480 ms']);
    expect(tale([reload(70)], [0], site).ends).toEqual([first, '760 ms: 200 to the click at 480 ms']);
  });

  it('idle connections are closed when the old workers quit, 100 ms after the new ones began', () => {
    const file: Bare = { ...twoPages, pages: [filePage()] };
    expect(tale([reload(179)], [0], file).ends[1]).toBe('360 ms: 200 to the click at 280 ms'); // Closed at 279.
    expect(tale([reload(200)], [0], file).ends[1]).toBe('320 ms: 200 to the click at 280 ms'); // In use at 300.
  });

  it('both generations accept for 100 ms, then the new one alone', () => {
    const clicks: Click[] = [
      [90, FILE, 3],
      [150, FILE, 3],
    ];
    const { tookMs } = tale([reload(100)], clicks, { nginx: { staticMs: always(10) } });
    expect(tookMs).toEqual([90, 90, 100, 90, 100, 110]); // At 150 two work, at 210 one.
  });

  it('a queue that waited for the old worker is the new one’s', () => {
    const clicks: Click[] = [
      [0, FILE],
      [10, FILE],
    ];
    const busy: Bare = { nginx: { staticMs: always(200) } };
    expect(tale([], clicks, busy).tookMs).toEqual([280, 470]);
    expect(tale([reload(100)], clicks, busy).tookMs).toEqual([280, 310]); // 100 + 200 + 20 - 10.
  });

  it('without worker_shutdown_timeout an old worker stays as long as it has something to do', () => {
    expect(tale([reload(100)], [[0, PHP]], {}, 60_000).ends).toEqual(['60080 ms: 200 to the click at 0 ms']);
  });

  it('with it, what is left then is closed; PHP works on', () => {
    const { ends, logs } = tale([reload(100)], [[0, PHP]], { nginx: { workerShutdownTimeoutMs: 300 } }, 60_000);
    expect(ends).toEqual(['520 ms: reset (worker_shutdown_timeout: the old worker closed the connection) to the click at 0 ms']);
    expect(logs).toEqual(['nginx: access.log: "GET …" 499 0']);
  });

  it('old workers hold their memory until they go', () => {
    const most = (clicks: readonly Click[]) =>
      tale([reload(100), reload(300)], clicks, { nginx: { workerBytes: 1000 } }, 1000).result.host.memory.by.nginx;
    expect(most([])).toBe(2000);
    expect(most([[0, PHP]])).toBe(3000);
  });

  it('one that is down stays down', () => {
    expect(tale([kill(100), reload(200)], [[300, FILE]]).result.outcomes).toEqual({ refused: 1 });
  });
});

describe('USR2, WINCH, QUIT: a new binary', () => {
  it('takes over when it has started; nobody is refused or cut', () => {
    const clicks: Click[] = [
      [0, PHP],
      [80, FILE, 2],
      [150, FILE, 2],
    ];
    const { ends } = tale([upgrade(100)], clicks, { nginx: { staticMs: always(10), unit: startsIn(50) } });
    expect(ends).toEqual([
      '170 ms: 200 to the click at 80 ms', // By the old one alone, at 140 and 150.
      '180 ms: 200 to the click at 80 ms',
      '180 ms: 200 to the click at 0 ms',
      '240 ms: 200 to the click at 150 ms', // By the new one alone.
      '250 ms: 200 to the click at 150 ms',
    ]);
  });
});

describe('slow', () => {
  it('each step takes so many times as long, while it lasts', () => {
    const what: Happening = { verb: 'slow', on: 'nginx', times: 3 };
    const { tookMs } = tale(
      [happens(100, what, 1000)],
      [
        [0, FILE],
        [200, FILE],
        [2000, FILE],
      ],
      { nginx: { staticMs: always(10) } },
    );
    expect(tookMs).toEqual([90, 110, 90]);
  });
});

describe('connection slots', () => {
  const slots = (workerConnections: number): Bare => ({ nginx: { workerConnections } });

  it('none free for a visitor: accepted, and closed without a word', () => {
    // 3 worker_connections, of which 2 are the worker's own.
    const { ends, logs } = tale(
      [],
      [
        [0, FILE],
        [1, FILE],
      ],
      { ...slots(3), pages: [filePage(), filePage({ bytes: always(43_800) })] },
    );
    expect(ends).toEqual([
      '81 ms: empty reply (worker_connections used up: accepted and closed) to the click at 1 ms',
      '120 ms: 200 to the click at 0 ms',
    ]);
    expect(logs).toEqual(['nginx: [alert] 3 worker_connections are not enough']);
  });

  it('none free for PHP-FPM: 500', () => {
    const { ends, logs } = tale([], [[0, PHP]], slots(3));
    expect(ends).toEqual(['80 ms: 500 (worker_connections used up: none left for PHP-FPM) to the click at 0 ms']);
    expect(logs).toEqual(['nginx: [alert] 3 worker_connections are not enough']);
  });

  it('few free, and idle connections: the oldest of these are closed first', () => {
    const { result, figure } = tale([], [0, 200, 400], {
      ...slots(4),
      pages: [filePage()],
      visitors: { keepAlive: true },
    });
    expect(result.outcomes).toEqual({ 200: 3 });
    expect(figure('nginx', 'idle connections closed for lack of slots')).toBe(1);
  });
});

describe('status codes', () => {
  it('499: the visitor closes the connection before there is an answer; PHP works on', () => {
    const { ends, logs } = tale([], [[0, PHP]], { visitors: { patienceMs: always(100) } });
    expect(ends).toEqual(['100 ms: 499 (the visitor left before nginx had an answer) to the click at 0 ms']);
    expect(logs).toEqual(['nginx: access.log: "GET …" 499 0']);
  });

  it('504: PHP-FPM has not answered in time; its child works on', () => {
    const { ends, logs } = tale(
      [],
      [
        [0, PHP],
        [100, PHP],
      ],
      { php: { maxChildren: 1 }, nginx: { fastcgiReadTimeoutMs: 200 } },
      250,
    );
    expect(ends).toEqual([
      '280 ms: 504 (fastcgi_read_timeout: no answer from PHP-FPM in time) to the click at 0 ms',
      '380 ms: 504 (fastcgi_read_timeout: no answer from PHP-FPM in time) to the click at 100 ms', // 160 + 200; the child is free at 310.
    ]);
    expect(logs).toEqual([
      'nginx: [error] upstream timed out (110: Connection timed out) while reading response header from upstream',
    ]);
  });
});
