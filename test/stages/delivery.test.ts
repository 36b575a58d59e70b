import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import { type Bare, bare, filePage } from '../support/bare.js';
import { type Click, story } from './story.js';

/** Ten segments of 1460 bytes, 1500 with their headers. */
const TEN = 14_600;

describe('delivery', () => {
  it('slow start: ten segments in the first round trip, and twice as many in each one after', () => {
    const took = (bytes: number) => answers(bytes, { visitors: { roundTripMs: always(100) } }, [0]).tookMs[0];
    // A round trip to connect, another for request and first round.
    expect([1, TEN].map(took)).toEqual([200, 200]);
    expect([TEN + 1, 43_800].map(took)).toEqual([300, 300]);
    expect([43_801, 102_200].map(took)).toEqual([400, 400]);
    expect([102_201, 219_000].map(took)).toEqual([500, 500]);
    expect([219_001, 452_600].map(took)).toEqual([600, 600]);
    expect([452_601, 919_800].map(took)).toEqual([700, 700]);
  });

  it('the window grows no further than the send buffer, 2872 segments', () => {
    const took = (bytes: number) => answers(bytes, { visitors: { roundTripMs: always(100) } }, [0]).tookMs[0];
    // 10 + 20 + … + 2560 = 5110 segments in nine rounds, 2872 in each one after.
    expect(took(5110 * 1460)).toBe(200 + 800);
    expect(took((5110 + 2872) * 1460)).toBe(200 + 900);
    expect(took((5110 + 2872) * 1460 + 1)).toBe(200 + 1000);
  });

  it('a kept connection goes on with the window it has grown, unless it was idle for longer than a time-out', () => {
    const second = (thinkMs: number) =>
      answers(
        43_800,
        { visitors: { roundTripMs: always(100), keepAlive: true, pagesPerVisit: always(2), thinkMs: always(thinkMs) } },
        [0],
      ).tookMs[1];
    expect(second(199)).toBe(100);
    expect(second(201)).toBe(200);
  });

  it("the visitor's own line may be what decides", () => {
    const line = { visitors: { roundTripMs: always(100), bytesPerMs: always(15) } };
    expect(answers(TEN, line, [0]).tookMs).toEqual([150 + 1000 + 50]);
    expect(answers(2 * TEN, line, [0]).tookMs).toEqual([150 + 2000 + 50]);
    // As fast a line as to be free before the first ACK is back: 10 segments in 10 ms; its ACK comes 101 ms after the start.
    const fast = { visitors: { roundTripMs: always(100), bytesPerMs: always(1500) } };
    expect(answers(TEN + 1460, fast, [0]).tookMs).toEqual([150 + 101 + 1 + 50]);
  });

  it("the host's interface is shared by all who are being answered", () => {
    const shared = { host: network(30), visitors: { roundTripMs: always(100) } };
    expect(answers(TEN, shared, [0]).tookMs).toEqual([150 + 500 + 50]);
    expect(answers(TEN, shared, [0, 0]).tookMs).toEqual([150 + 1000 + 50, 150 + 1000 + 50]);
    // The second comes half-way: 250 ms alone, 500 ms shared, the second's last 250 ms alone.
    expect(answers(TEN, shared, [0, 250]).ends).toEqual([
      '950 ms: 200 to the click at 0 ms',
      '1200 ms: 200 to the click at 250 ms',
    ]);
  });

  it('of the two lines the slower one decides', () => {
    const both = (send: number, own: number) =>
      answers(TEN, { host: network(send), visitors: { roundTripMs: always(100), bytesPerMs: always(own) } }, [0]).tookMs[0];
    expect(both(30, 15)).toBe(1200);
    expect(both(15, 30)).toBe(1200);
  });

  it('what it sends is counted with its headers', () => {
    const { result } = answers(TEN, { host: network(30) }, [0, 0]);
    expect(result.host.network.sent).toBe(30_000);
    expect(result.host.network.sendUtilisation).toBeCloseTo(1000 / 100_000, 9);
    expect(answers(TEN, {}, [0]).result.host.network.sent).toBe(15_000);
  });

  it('a lost segment costs a round trip, or with few behind it a tail probe: two, and 200 ms at the least', () => {
    const extra = (bytes: number, rtt: number) => {
      const { tookMs, figure } = answers(bytes, { tcp: { loss: 0.03 }, visitors: { roundTripMs: always(rtt) } }, [[0, 0, 2000]]);
      const quick = tookMs.filter((took) => took < 900); // No SYN was lost.
      const extras = quick.map((took) => Math.round(took - 2 * rtt));
      return {
        extras: new Set(extras),
        share: extras.filter((ms) => ms > 0).length / quick.length,
        lost: figure('delivery', 'segments lost'),
      };
    };
    const ten = extra(TEN, 60);
    expect(ten.extras).toEqual(new Set([0, 60]));
    expect(Math.abs(ten.share - (1 - 0.97 ** 10))).toBeLessThan(0.04);
    const one = extra(1000, 60);
    expect(one.extras).toEqual(new Set([0, 200]));
    expect(Math.abs(one.share - 0.03)).toBeLessThan(0.015);
    expect(one.lost).toBeGreaterThan(20);
    expect(extra(1000, 150).extras).toEqual(new Set([0, 300]));
  });

  it('a loss halves the window, which from then on grows by one', () => {
    // 30 segments: rounds of 10 and 20; after a loss in the first, 10, 5, 6, 7 and 2.
    const { tookMs } = answers(43_800, { tcp: { loss: 0.02 }, visitors: { roundTripMs: always(100) } }, [[0, 0, 3000]]);
    const seen = new Set(tookMs.filter((took) => took < 1000).map((took) => took - 300));
    expect(seen.has(0)).toBe(true);
    expect(seen.has(100)).toBe(true); // Only the second round lost something.
    expect(seen.has(400)).toBe(true); // Only the first did: a round trip for it, and three rounds more.
    expect(seen.has(200)).toBe(false);
  });

  it('an error page has bytes of its own', () => {
    const { tookMs } = story(
      bare({
        nginx: { workerProcesses: 1, workerConnections: 3, errorBytes: 2 * 1460 },
        visitors: { bytesPerMs: always(15) },
      }),
      [0],
    );
    expect(tookMs).toEqual([200]);
  });
});

function answers(bytes: number, parts: Bare, clicks: readonly Click[]) {
  return story(bare({ pages: [filePage({ bytes: always(bytes) })], ...parts }), clicks);
}

function network(sendBytesPerMs: number) {
  return { network: { sendBytesPerMs, receiveBytesPerMs: Infinity } };
}
