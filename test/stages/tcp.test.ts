import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { TcpModel } from '../../src/model.js';
import { type Bare, bare, filePage } from '../support/bare.js';
import { type Click, secondBySecond, story } from './story.js';

const RTT = always(100);

describe('tcp', () => {
  it('a new connection costs a round trip, and the request another', () => {
    const { ends, figure } = visits({ visitors: { roundTripMs: RTT } }, [0]);
    expect(ends).toEqual(['200 ms: 200 to the click at 0 ms']);
    expect(figure('tcp', 'connections opened')).toBe(1);
  });

  it('a kept connection costs the request alone', () => {
    const { ends, figure } = visits({ visitors: { roundTripMs: RTT, ...twoPages(1000) } }, [0]);
    expect(ends).toEqual(['200 ms: 200 to the click at 0 ms', '1300 ms: 200 to the click at 1200 ms']);
    expect([figure('tcp', 'connections opened'), figure('tcp', 'connections reused')]).toEqual([1, 1]);
  });

  it('a kept connection that nginx closes while the request is on its way: a reset, and a new one', () => {
    const { ends, figure } = visits(
      { nginx: { keepaliveTimeoutMs: 1000 }, visitors: { roundTripMs: RTT, ...twoPages(1000) } },
      [0],
    );
    // The request reaches a closed door at 1250, the reset the visitor at 1300; from then as new.
    expect(ends).toEqual(['200 ms: 200 to the click at 0 ms', '1500 ms: 200 to the click at 1200 ms']);
    expect([figure('tcp', 'connections opened'), figure('tcp', 'connections reused')]).toEqual([2, 0]);
  });

  it('a visitor who finds the connection closed opens another at once', () => {
    const { ends, figure } = visits(
      { nginx: { keepaliveTimeoutMs: 999 }, visitors: { roundTripMs: RTT, ...twoPages(1000) } },
      [0],
    );
    expect(ends).toEqual(['200 ms: 200 to the click at 0 ms', '1400 ms: 200 to the click at 1200 ms']);
    expect(figure('tcp', 'connections reused')).toBe(0);
  });

  const kernels = {
    'before 6.5': { synRetryMs: [0, 1000, 3000, 7000, 15_000, 31_000, 63_000], synGiveUpMs: 127_000 },
    'from 6.5 on': {
      synRetryMs: [0, 1000, 2000, 3000, 4000, 5000, 7000, 11_000, 19_000, 35_000, 67_000],
      synGiveUpMs: 131_000,
    },
  };
  for (const [name, schedule] of Object.entries(kernels)) {
    it(`a Linux kernel ${name} sends its SYN again by its schedule, and gives up at ${schedule.synGiveUpMs / 1000} s`, async () => {
      const model = bare({
        ...oneSlowWorker(200_000),
        durationMs: 150_000,
        tcp: schedule,
        nginx: { ...oneSlowWorker(200_000).nginx, listenBacklog: 0 },
      });
      // The first is at work, the second fills the queue, the third has its SYN dropped.
      const clicks = [500, 500, 500];
      const dropped = await secondBySecond(
        model,
        clicks,
        (result) => result.stages.tcp.details['SYN dropped by a full accept queue'],
      );
      const at = dropped.flatMap((count, second) => (count > (dropped[second - 1] ?? 0) ? [1000 * second] : []));
      expect(at).toEqual(schedule.synRetryMs);
      expect(dropped.at(-1)).toBe(schedule.synRetryMs.length);
      const { ends, logs } = story(model, clicks);
      expect(ends).toEqual([
        `${schedule.synGiveUpMs + 500} ms: connect timeout (no answer to the last SYN) to the click at 500 ms`,
      ]);
      expect(logs).toEqual(['tcp: browser: ERR_CONNECTION_TIMED_OUT']);
    });
  }

  it('on a line that loses everything nobody ever connects', () => {
    const { ends, result } = visits({ durationMs: 200_000, tcp: { loss: 1 } }, [0]);
    expect(ends).toEqual(['127000 ms: connect timeout (no answer to the last SYN) to the click at 0 ms']);
    expect(result.stages.tcp.timeMs.waiting).toBe(127_000);
  });

  it('a wait counts when it is over, not when the visitor leaves in the middle of it', () => {
    const { result } = visits({ tcp: { loss: 1 }, visitors: { patienceMs: always(4000) } }, [0]);
    expect(result.stages.tcp.timeMs).toMatchObject({ mean: 4000, waiting: 3000 });
  });

  it('a lost SYN, or a lost answer to it, costs one second; two cost three', () => {
    const { tookMs } = visits({ tcp: { loss: 0.1 } }, [[0, 0, 10_000]]);
    const share = (fromMs: number) => tookMs.filter((took) => took >= fromMs && took < fromMs + 500).length / 10_000;
    // Lost are 1 - 0.9² = 19 % of the tries.
    expect(Math.abs(share(0) - 0.81)).toBeLessThan(0.02);
    expect(Math.abs(share(1000) - 0.81 * 0.19)).toBeLessThan(0.02);
    expect(Math.abs(share(3000) - 0.81 * 0.19 * 0.19)).toBeLessThan(0.01);
    expect(Math.max(...tookMs)).toBeGreaterThan(6900);
  });

  it('a full accept queue drops the SYN, which is let in a second later', () => {
    const { ends, figure } = visits(
      { ...oneSlowWorker(500), nginx: { ...oneSlowWorker(500).nginx, listenBacklog: 0 } },
      [0, 10, 20],
    );
    expect(ends).toEqual([
      '500 ms: 200 to the click at 0 ms',
      '1000 ms: 200 to the click at 10 ms',
      '1520 ms: 200 to the click at 20 ms',
    ]);
    expect(figure('tcp', 'SYN dropped by a full accept queue')).toBe(1);
    expect(figure('nginx', 'accept queue max')).toBe(1);
  });

  it('the second counts from the SYN that was dropped, not from when it was', () => {
    const far = { ...oneSlowWorker(500), visitors: { roundTripMs: RTT } };
    const { ends } = visits({ ...far, nginx: { ...far.nginx, listenBacklog: 0 } }, [0, 10, 120]);
    expect(ends).toEqual([
      '700 ms: 200 to the click at 0 ms',
      '1200 ms: 200 to the click at 10 ms',
      '1820 ms: 200 to the click at 120 ms', // Dropped at 170, sent again at 1120, there with its ACK at 1270.
    ]);
  });

  it('the accept queue holds one more than the backlog says, and net.core.somaxconn cuts that', () => {
    const nine = Array.from({ length: 9 }, (_, i) => 10 + i);
    const dropped = (listenBacklog: number, somaxconn: number) =>
      visits({ ...oneSlowWorker(500), tcp: { somaxconn }, nginx: { ...oneSlowWorker(500).nginx, listenBacklog } }, [
        0,
        ...nine,
      ]).figure('tcp', 'SYN dropped by a full accept queue');
    // Nine come while one is served; who was dropped comes again a second later, when two have been served.
    expect(dropped(7, 4096)).toBe(1);
    expect(dropped(8, 4096)).toBe(0);
    expect(dropped(511, 7)).toBe(1);
  });

  /** At 150 ms the first is taken, at 160 the second waits; the third finds room for its SYN at 70, none for its ACK at 170. */
  const crowded: Bare = {
    ...oneSlowWorker(500),
    durationMs: 300_000,
    visitors: { roundTripMs: RTT },
    nginx: { ...oneSlowWorker(500).nginx, listenBacklog: 0 },
  };

  it('a full queue ignores the last ACK of a handshake; the data is sent again after 300 ms, 600 ms, …', () => {
    const { ends, figure, result } = visits(crowded, [0, 10, 20]);
    expect(ends).toEqual([
      '700 ms: 200 to the click at 0 ms',
      '1200 ms: 200 to the click at 10 ms',
      '1700 ms: 200 to the click at 20 ms', // Knocks at 170, 470 and 1070, is let in, and is served from 1150 on.
    ]);
    expect(result.stages.tcp.timeMs.waiting).toBeCloseTo((300 + 600) / 3, 9);
    expect(figure('tcp', 'SYN dropped by a full accept queue')).toBe(0);
  });

  it('with tcp_abort_on_overflow it is reset instead', () => {
    const { ends, logs } = visits({ ...crowded, tcp: { abortOnOverflow: true } }, [0, 10, 20]);
    expect(ends).toEqual([
      '220 ms: reset (the accept queue stayed full after the handshake) to the click at 20 ms',
      '700 ms: 200 to the click at 0 ms',
      '1200 ms: 200 to the click at 10 ms',
    ]);
    expect(logs).toEqual(['tcp: browser: ERR_CONNECTION_RESET']);
  });

  it('once the server has given the handshake up the next data is reset', () => {
    const stuck = { ...crowded, ...oneSlowWorker(200_000), nginx: { ...oneSlowWorker(200_000).nginx, listenBacklog: 0 } };
    const { ends, result } = visits(stuck, [0, 10, 20]);
    // Knocks 300 × (2^k - 1) ms after 170 ms; the first of them beyond 63 s is at 76,670 ms.
    expect(ends[0]).toBe('76720 ms: reset (the accept queue stayed full after the handshake) to the click at 20 ms');
    expect(result.stages.tcp.timeMs.waiting! * 3).toBeCloseTo(76_500, 6);
  });

  describe('tls', () => {
    const tls = (version: '1.2' | '1.3'): Partial<TcpModel> => ({ tls: { version, handshakeMs: always(2) } });

    it('1.3 costs one more round trip and the handshake, 1.2 two', () => {
      expect(visits({ tcp: tls('1.3'), visitors: { roundTripMs: RTT } }, [0]).ends).toEqual(['302 ms: 200 to the click at 0 ms']);
      expect(visits({ tcp: tls('1.2'), visitors: { roundTripMs: RTT } }, [0]).ends).toEqual(['402 ms: 200 to the click at 0 ms']);
    });

    it('a kept connection has it behind itself', () => {
      const { ends } = visits({ tcp: tls('1.2'), visitors: { roundTripMs: RTT, ...twoPages(1000) } }, [0]);
      expect(ends[1]).toBe('1502 ms: 200 to the click at 1402 ms');
    });

    it('handshakes take turns in the one worker, and the request of one waits behind the handshake of the next', () => {
      const { tookMs } = visits({ tcp: tls('1.3'), nginx: { workerProcesses: 1 } }, [0, 0, 0]);
      expect(tookMs).toEqual([4, 6, 6]);
    });

    it('without a slot there is no handshake but an empty reply', () => {
      const { ends } = visits({ tcp: tls('1.3'), nginx: { workerConnections: 2 }, visitors: { roundTripMs: RTT } }, [0]);
      expect(ends).toEqual(['200 ms: empty reply (worker_connections used up: accepted and closed) to the click at 0 ms']);
    });
  });

  it('requests share the way in', () => {
    const slowIn = { host: { network: { sendBytesPerMs: Infinity, receiveBytesPerMs: 6 } } };
    // 600 bytes each: 100 ms alone, 200 ms if two come together.
    expect(visits(slowIn, [0]).ends).toEqual(['100 ms: 200 to the click at 0 ms']);
    expect(visits(slowIn, [0, 0]).ends).toEqual(['200 ms: 200 to the click at 0 ms', '200 ms: 200 to the click at 0 ms']);
  });
});

function visits(parts: Bare, clicks: readonly Click[]) {
  return story(bare({ pages: [filePage()], ...parts }), clicks);
}

function twoPages(thinkMs: number) {
  return { keepAlive: true, pagesPerVisit: always(2), thinkMs: always(thinkMs) };
}

/** Nginx does one thing at a time, and takes so long for each. */
function oneSlowWorker(ms: number) {
  return { pages: [filePage()], nginx: { workerProcesses: 1, staticMs: always(ms) } };
}
