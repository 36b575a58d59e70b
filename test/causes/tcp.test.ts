/**
 * What can happen between the visitors and the host, and to the machine, row by row. Worked out by hand.
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

causeTable('Network and machine: what happens, how requests end, and what the log says');

const cut = (atMs: number, forMs: number) => happens(atMs, { verb: 'partition', on: 'network' }, forMs);
const lose = (atMs: number, share: number, forMs: number) => happens(atMs, { verb: 'loss', on: 'network', share }, forMs);
const delay = (atMs: number, ms: number, forMs: number) => happens(atMs, { verb: 'latency', on: 'network', ms }, forMs);
const powerOff = (atMs: number, forMs: number) => happens(atMs, { verb: 'power-off', on: 'host' }, forMs);
const reboot = (atMs: number) => happens(atMs, { verb: 'reboot', on: 'host' });
const hangNginx = (atMs: number, forMs: number) => happens(atMs, { verb: 'hang', on: 'nginx' } as Happening, forMs);

const PHP = 0;
const FILE = 1;

/** Page 0 keeps a PHP child for 100 ms, page 1 is a file. The machine boots in 550 ms, nginx starts in 50. */
function tale(events: readonly EventModel[], clicks: readonly Click[], parts: Bare = {}, phpMs = 100) {
  return story(
    bare({
      durationMs: 2_000_000,
      pages: [scriptPage({ waitMs: always(phpMs) }, { path: '/php' }), filePage({ path: '/file' })],
      events,
      php: { maxChildren: 10 },
      host: { bootMs: always(550) },
      ...parts,
      nginx: { workerProcesses: 1, unit: { restart: 'no', restartMs: 100, startMs: always(50) }, ...parts.nginx },
      visitors: { roundTripMs: always(40), ...parts.visitors },
    }),
    clicks,
  );
}

const twoPages = (thinkMs: number): Bare => ({
  pages: [filePage()],
  visitors: { keepAlive: true, pagesPerVisit: always(2), thinkMs: always(thinkMs) },
});

describe('partition: nothing gets through, and nobody is told', () => {
  it('a SYN is sent again by the schedule', () => {
    expect(tale([cut(0, 500)], [[10, FILE]]).ends).toEqual(['1090 ms: 200 to the click at 10 ms']);
    expect(tale([cut(0, 3500)], [[10, FILE]]).ends).toEqual(['7090 ms: 200 to the click at 10 ms']);
  });

  it('and given up after the last: 127 s', () => {
    const { ends, logs } = tale([cut(0, 1_000_000)], [[10, FILE]]);
    expect(ends).toEqual(['127010 ms: connect timeout (no answer to the last SYN) to the click at 10 ms']);
    expect(logs).toEqual(['tcp: browser: ERR_CONNECTION_TIMED_OUT']);
  });

  it('a round that is still leaving the host is lost, and sent again one segment at first', () => {
    const host = { network: { sendBytesPerMs: 30, receiveBytesPerMs: Infinity } };
    // Ten segments leave from 60 to 560. The time-out of 200 ms is over by then; the next one doubles what has passed: 560 + 700.
    // Then windows of 1, 2, 4 and 3 segments of 50 ms: 1260 to 1310, 1350 to 1450, to 1650, to 1800; 20 ms later it is there.
    const pages = [scriptPage(), filePage({ bytes: always(14_600) })];
    expect(tale([cut(100, 600)], [[0, FILE]], { host, pages }).ends).toEqual(['1820 ms: 200 to the click at 0 ms']);
    // All of it lost for as long is the same, and not as if it stayed so.
    expect(tale([lose(100, 1, 600)], [[0, FILE]], { host, pages }).ends).toEqual(['1820 ms: 200 to the click at 0 ms']);
  });

  it('the request is sent again after 200 ms, 400 ms and so on', () => {
    // Lost at 60 and at 260; at 660 it gets through.
    expect(tale([cut(50, 450)], [[0, FILE]]).ends).toEqual(['680 ms: 200 to the click at 0 ms']);
  });

  it('the time-out is three round trips where these are long', () => {
    // SYN there at 100, request lost at 300, again at 900.
    expect(tale([cut(250, 100)], [[0, FILE]], { visitors: { roundTripMs: always(200) } }).ends).toEqual([
      '1000 ms: 200 to the click at 0 ms',
    ]);
  });

  it('the answer is sent again by the server, twice as long each time', () => {
    // Sent in vain at 160 and 360, then at 760.
    expect(tale([cut(100, 400)], [[0, PHP]]).ends).toEqual(['780 ms: 200 to the click at 0 ms']);
  });

  it('a longer answer begins anew with one segment', () => {
    // 30 segments. 10 at 60; ACKs lost at 100. At 260 again: 1, then 2, 4, and from the threshold of 10 on 8, 5: five rounds.
    const pages = [filePage({ bytes: always(43_800) })];
    expect(tale([cut(90, 100)], [0], { pages }).ends).toEqual(['440 ms: 200 to the click at 0 ms']);
  });

  it('connections survive it: one that was idle serves the next page', () => {
    const { ends, figure } = tale([cut(100, 50)], [0], twoPages(100));
    expect(ends[1]).toBe('220 ms: 200 to the click at 180 ms');
    expect(figure('tcp', 'connections reused')).toBe(1);
  });

  it('over a kept connection the request is sent again, too', () => {
    // At the server at 200, 400 and 800.
    const { ends, figure } = tale([cut(190, 300)], [0], twoPages(100));
    expect(ends[1]).toBe('820 ms: 200 to the click at 180 ms');
    expect(figure('tcp', 'connections reused')).toBe(1);
  });

  it('what was sent before it arrives', () => {
    expect(tale([cut(70, 1000)], [[0, FILE]]).ends).toEqual(['80 ms: 200 to the click at 0 ms']);
  });

  it('nginx does not hear of a visitor who leaves', () => {
    const { ends, logs } = tale([cut(80, 1000)], [[0, PHP]], { visitors: { patienceMs: always(100) } });
    expect(ends).toEqual(['100 ms: abandoned (the visitor left unnoticed) to the click at 0 ms']);
    expect(logs).toEqual(['nginx: browser: the visitor closed the tab']);
  });

  it('data that was sent 16 times in vain ends the connection: after 924.6 s, at RTOs from 200 ms to 120 s', () => {
    // 0.2 · (2¹⁰ − 1) = 204.6 s in ten doublings, then six waits of 120 s.
    const { ends } = tale([cut(50, 1_500_000)], [[0, FILE]]);
    expect(ends).toEqual(['924660 ms: connect timeout (no answer to what was sent 16 times) to the click at 0 ms']);
  });

  it('two that overlap end with the later', () => {
    expect(tale([cut(0, 500), cut(400, 800)], [[10, FILE]]).ends).toEqual(['3090 ms: 200 to the click at 10 ms']);
  });
});

describe('loss', () => {
  it('a request goes through at once if four packets do: SYN, its answer, the request, and the answer to that', () => {
    // 0.7⁴ = 0.2401; of 4,000 within three standard deviations of 0.0068.
    const { tookMs } = tale([lose(0, 0.3, 1e6)], [[0, FILE, 4000]]);
    const atOnce = tookMs.filter((ms) => ms === 80).length / 4000;
    expect(atOnce).toBeGreaterThan(0.2198);
    expect(atOnce).toBeLessThan(0.2604);
  });

  it('a lost SYN costs a second, a lost request 200 ms, a lost answer 200 ms; lost again, twice as much', () => {
    const { tookMs } = tale([lose(0, 0.3, 1e6)], [[0, FILE, 4000]]);
    const share = (ms: number) => tookMs.filter((took) => took === ms).length / 4000;
    // 280 ms: the request once (0.49 · 0.3 · 0.7 · 0.7), or the answer once (0.49 · 0.7 · 0.3 · 0.7). Deviation 0.0055.
    expect(Math.abs(share(280) - 0.14406)).toBeLessThan(0.0166);
    // 480 ms: both once: 0.49 · 0.3 · 0.7 · 0.3 · 0.7, or the answer twice: 0.49 · 0.7 · 0.3 · 0.3 · 0.7, the second after 200 ms.
    expect(Math.abs(share(480) - 0.043218)).toBeLessThan(0.0097);
    // 1080 ms: the SYN once: 0.51 · 0.49 · 0.49, and twice 0.51 · 0.49 · 0.3 · … adds at other times.
    expect(Math.abs(share(1080) - 0.122451)).toBeLessThan(0.0156);
  });

  it('comes on top of what is lost anyway, and goes again', () => {
    const { tookMs } = tale(
      [lose(1000, 0.5, 1000)],
      [
        [0, FILE, 100],
        [1500, FILE, 100],
        [3000, FILE, 100],
      ],
    );
    const late = (from: number, to: number) => tookMs.filter((ms) => ms > 80 && ms >= from && ms < to).length;
    expect(late(0, 1e6)).toBeGreaterThan(50);
    expect(late(0, 1e6)).toBeLessThan(100);
  });

  it('all of it is a partition', () => {
    expect(tale([lose(50, 1, 450)], [[0, FILE]]).ends).toEqual(['680 ms: 200 to the click at 0 ms']);
  });
});

describe('latency', () => {
  it('is added to every round trip: two of 140 ms for a file', () => {
    expect(
      tale(
        [delay(0, 100, 1000)],
        [
          [10, FILE],
          [2000, FILE],
        ],
      ).tookMs,
    ).toEqual([280, 80]);
  });

  it('two add up', () => {
    expect(tale([delay(0, 100, 1000), delay(0, 60, 1000)], [[10, FILE]]).tookMs).toEqual([400]);
  });
});

describe('the accept queue is full', () => {
  const short: Bare = { nginx: { listenBacklog: 0 } };

  it('tcp_abort_on_overflow=0: a SYN is dropped and sent again', () => {
    // The one place is taken at 160; the SYN of 120 is there at 140 and waits for its turn, that of 150 at 170 is dropped.
    const { ends } = tale(
      [hangNginx(90, 500)],
      [
        [100, FILE],
        [150, FILE],
      ],
      short,
    );
    expect(ends).toEqual(['610 ms: 200 to the click at 100 ms', '1230 ms: 200 to the click at 150 ms']);
  });

  it('tcp_abort_on_overflow=0: the last ACK of a handshake is ignored, its data sent again', () => {
    // At the server at 170, 370 and 770.
    const { ends } = tale(
      [hangNginx(90, 500)],
      [
        [100, FILE],
        [110, FILE],
      ],
      short,
    );
    expect(ends).toEqual(['610 ms: 200 to the click at 100 ms', '790 ms: 200 to the click at 110 ms']);
  });

  it('tcp_abort_on_overflow=1: it is reset', () => {
    const { ends } = tale(
      [hangNginx(90, 500)],
      [
        [100, FILE],
        [110, FILE],
      ],
      { ...short, tcp: { abortOnOverflow: true } },
    );
    expect(ends[0]).toBe('190 ms: reset (the accept queue stayed full after the handshake) to the click at 110 ms');
  });

  it('what has waited for longer than the SYN-ACKs are sent meets a reset', () => {
    // 63 s after the first SYN-ACK; the data that comes next: 0.2 · (2⁹ − 1) = 102.2 s.
    const { ends } = tale(
      [hangNginx(90, 500_000)],
      [
        [100, FILE],
        [110, FILE],
      ],
      short,
    );
    expect(ends[0]).toBe('102390 ms: reset (the accept queue stayed full after the handshake) to the click at 110 ms');
  });
});

describe('power-off: silence, then a kernel that knows nothing', () => {
  it('who waits for an answer waits until the browser asks whether the connection is alive: 45 s, then a reset', () => {
    const { ends, logs } = tale([powerOff(100, 1000)], [[0, PHP]]);
    expect(ends).toEqual(['45140 ms: reset (the host came back and knows nothing of the connection) to the click at 0 ms']);
    expect(logs).toEqual(['delivery: browser: ERR_CONNECTION_RESET']);
  });

  it('or until patience ends', () => {
    const { ends } = tale([powerOff(100, 1000)], [[0, PHP]], { visitors: { patienceMs: always(10_000) } });
    expect(ends[0]).toContain('10000 ms: abandoned');
  });

  it('or, if the host stays away, until nine more probes were in vain', () => {
    const { ends } = tale([powerOff(100, 1_500_000)], [[0, PHP]]);
    expect(ends).toEqual(['450100 ms: reset (the connection was given up after long silence) to the click at 0 ms']);
  });

  it('SYNs go on by the schedule; once the host is up they are refused until nginx listens', () => {
    // Power at 1100, network at 1650, nginx at 1700.
    const { ends } = tale(
      [powerOff(100, 1000)],
      [
        [200, FILE], // Again at 1200 and 3200.
        [640, FILE], // Again at 1640: there at 1660.
        [670, FILE], // Again at 1670: there at 1690.
        [690, FILE], // Again at 1690: there at 1710.
      ],
    );
    expect(ends).toEqual([
      '1680 ms: refused (nginx does not listen: the port is closed) to the click at 640 ms',
      '1710 ms: refused (nginx does not listen: the port is closed) to the click at 670 ms',
      '1770 ms: 200 to the click at 690 ms',
      '3280 ms: 200 to the click at 200 ms',
    ]);
  });

  it('a handshake that had begun is forgotten: the data sent again meets a reset', () => {
    // SYN there at 20; data at 60, 260, 660, 1460 in vain, at 3060 reset.
    const { ends, logs } = tale([powerOff(50, 1000)], [[0, FILE]]);
    expect(ends).toEqual(['3080 ms: reset (the server knows nothing of the connection) to the click at 0 ms']);
    expect(logs).toEqual(['tcp: browser: ERR_CONNECTION_RESET']);
  });

  it('a kept connection is found dead when it is used: the browser opens another by itself', () => {
    // Data at 200, 400, 800, 1600 in vain; at 3200 reset, at 3220 a new SYN.
    const { ends } = tale([powerOff(100, 1000)], [0], twoPages(100));
    expect(ends[1]).toBe('3300 ms: 200 to the click at 180 ms');
  });

  it('what has left the host arrives; what has not does not', () => {
    const pages = [filePage({ bytes: always(43_800) })];
    expect(tale([powerOff(110, 1000)], [0], { pages }).ends).toEqual(['120 ms: 200 to the click at 0 ms']);
    expect(tale([powerOff(90, 1000)], [0], { pages }).ends).toEqual([
      '45130 ms: reset (the host came back and knows nothing of the connection) to the click at 0 ms',
    ]);
  });

  it('what happens to a daemon meanwhile starts nothing', () => {
    const kill = happens(50, { verb: 'kill', on: 'nginx' }, 500);
    const { ends } = tale(
      [kill, powerOff(100, 1000)],
      [
        [1640, FILE],
        [1690, FILE],
      ],
    );
    expect(ends).toEqual([
      '1680 ms: refused (nginx does not listen: the port is closed) to the click at 1640 ms',
      '1770 ms: 200 to the click at 1690 ms',
    ]);
  });

  it('power that goes again while it boots starts the boot anew', () => {
    // Off at 100 until 1100, again from 1400 to 1500: up at 2050, nginx at 2100.
    const { ends } = tale(
      [powerOff(100, 1000), powerOff(1400, 100)],
      [
        [1640, FILE],
        [2090, FILE],
      ],
    );
    expect(ends).toEqual(['2170 ms: 200 to the click at 2090 ms', '2720 ms: 200 to the click at 1640 ms']);
  });
});

describe('reboot: daemons are stopped, then silence, then closed ports', () => {
  it('nginx finishes its files, PHP-FPM is ended, nothing answers until the host is up', () => {
    // All is down at 100; network at 650, nginx at 700.
    const { ends } = tale(
      [reboot(100)],
      [
        [0, PHP],
        [90, FILE],
        [640, FILE],
        [690, FILE],
      ],
    );
    expect(ends[0]).toContain('120 ms: 502');
    expect(ends.slice(1)).toEqual([
      '680 ms: refused (nginx does not listen: the port is closed) to the click at 640 ms',
      '770 ms: 200 to the click at 690 ms',
      '1170 ms: 200 to the click at 90 ms',
    ]);
  });
});
