/** O9: which request goes over a kept connection, told from the gaps between requests alone. */
import { describe, expect, test } from 'vitest';
import { always } from '../../src/engine/law.js';
import { bare, exponential, filePage, poisson, users } from '../support/bare.js';
import { stayIn, type Watched, watch } from '../support/watch.js';

/** Requests by visitor, each in order. */
function byVisitor(requests: readonly Watched[]): Watched[][] {
  const visitors = new Map<string, Watched[]>();
  for (const request of requests) {
    const key = `${request.visitor.seedHigh} ${request.visitor.seedLow}`;
    const known = visitors.get(key);
    if (known === undefined) visitors.set(key, [request]);
    else known.push(request);
  }
  return [...visitors.values()];
}

/** Who has no open connection looks up the name first; who thought so and was wrong is told by a reset. */
const opened = (request: Watched) =>
  request.stages[0].stage === 'dns' || stayIn(request, 'tcp').notes.includes('nginx had just closed it: reset, and a new one');

/** A new connection if the last one was idle for too long when the request got there, or had carried as many as it may. */
function expected(requests: readonly Watched[], idleMs: number, most: number, wayMs = 0): boolean[] {
  let carried = 0;
  return requests.map(({ arrivedMs }, at) => {
    const fresh = at === 0 || carried === most || arrivedMs + wayMs - requests[at - 1].endedMs > idleMs;
    carried = fresh ? 1 : carried + 1;
    return fresh;
  });
}

describe('O9 keep-alive, request by request', () => {
  test.each([
    [75_000, 1e9],
    [75_000, 4],
    [30_000, 7],
    [1000, 100],
  ])('connections kept for %i ms and %i requests', (idleMs, most) => {
    const model = bare({
      durationMs: 20_000_000,
      nginx: { keepaliveTimeoutMs: idleMs, keepaliveRequests: most },
      visitors: { keepAlive: true },
      pages: [filePage()],
      traffic: [users(40, exponential(50_000))],
    });
    const visits = byVisitor(watch(model));
    expect(visits.length).toBe(40);
    for (const requests of visits) {
      const ended = requests.filter(({ endedMs }) => endedMs < Infinity);
      expect(ended.map(opened)).toEqual(expected(ended, idleMs, most));
    }
  });

  test('visits of several pages over a network with a round trip', () => {
    const rttMs = 50;
    const model = bare({
      durationMs: 4_000_000,
      nginx: { keepaliveTimeoutMs: 10_000, keepaliveRequests: 5 },
      visitors: {
        keepAlive: true,
        roundTripMs: always(rttMs),
        pagesPerVisit: { law: 'geometric', mean: 8 },
        thinkMs: exponential(8000),
      },
      pages: [filePage()],
      traffic: [poisson(0.5, { curve: [{ fromMs: 0, toMs: 3_000_000, fromRate: 0.5, toRate: 0.5 }] })],
    });
    for (const requests of byVisitor(watch(model))) {
      const ended = requests.filter(({ endedMs }) => endedMs < Infinity);
      expect(ended.map(opened)).toEqual(expected(ended, 10_000, 5, rttMs / 2));
    }
  });

  test('without keep-alive, or with a limit of one, every request opens its own', () => {
    for (const [keepAlive, keepaliveRequests, keepaliveTimeoutMs] of [
      [false, 1000, 75_000],
      [true, 1, 75_000],
      [true, 1000, 0],
    ] as const) {
      const model = bare({
        durationMs: 1_000_000,
        nginx: { keepaliveRequests, keepaliveTimeoutMs },
        visitors: { keepAlive },
        pages: [filePage()],
        traffic: [users(5, exponential(5000))],
      });
      const requests = watch(model);
      expect(requests.length).toBeGreaterThan(500);
      expect(requests.every(opened)).toBe(true);
    }
  });
});
