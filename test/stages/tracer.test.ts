import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { always } from '../../src/engine/law.js';
import { followOne } from '../../src/simulate.js';
import { Requests } from '../../src/stages/request.js';
import { Tracer, type Wish } from '../../src/stages/tracer.js';
import { Cause } from '../../src/telemetry/cause.js';
import type { Trace } from '../../src/telemetry/trace.js';
import { type Bare, bare, filePage, poisson, query, scriptPage } from '../support/bare.js';

describe('tracer', () => {
  it('keeps the spans that one request leaves, as a browser would draw them', () => {
    const trace = followed(
      {
        dns: { resolverMs: always(10), authoritativeMs: always(40) },
        nginx: { proxyMs: always(2), answerMs: always(3) },
        visitors: { roundTripMs: always(100) },
        pages: [scriptPage({ cpuMs: always(20), queries: [query({ cpuMs: always(5) })] })],
      },
      [0],
      1,
    );
    expect(trace).toMatchObject({ request: 1, page: '/', arrivedMs: 0, endedMs: 280, outcome: '200', cause: null, log: null });
    expect(drawn(trace)).toEqual([
      "dns 0-50 www.foobar.com is 8.8.8.8, as the zone's own servers say",
      'tcp 50-200',
      'nginx 200-230',
      '  php-fpm 202-227 child 1',
      '    mysql 212-217',
      'delivery 230-280',
    ]);
  });

  it('tells what a request waited for, and where', () => {
    const trace = followed({ pages: [scriptPage({ waitMs: always(100) })] }, [0, 10], 2);
    expect(trace?.spans.find(({ stage }) => stage === 'php-fpm')).toMatchObject({ fromMs: 10, toMs: 200, waitedMs: 90 });
  });

  it('notes what happened on the way', () => {
    const notes = (parts: Bare, arrivals: readonly number[], request: number) =>
      followed(parts, arrivals, request)?.spans.flatMap(({ stage, note }) => (note === '' ? [] : [`${stage}: ${note}`]));
    expect(notes({ dns: { knownShare: 1 } }, [0], 1)).toEqual([
      'dns: www.foobar.com is known to the browser',
      'php-fpm: child 1',
    ]);
    expect(notes({ pages: [filePage()] }, [0, 10], 2)).toEqual(["dns: www.foobar.com is 8.8.8.8, from the resolver's cache"]);
    const twoPages = { keepAlive: true, pagesPerVisit: always(2), thinkMs: always(1000), roundTripMs: always(10) };
    expect(notes({ pages: [filePage()], visitors: twoPages }, [0], 2)).toEqual(['tcp: over the connection kept from before']);
    expect(notes({ pages: [filePage()], visitors: twoPages, nginx: { keepaliveTimeoutMs: 1000 } }, [0], 2)).toEqual([
      'tcp: over the connection kept from before; nginx had just closed it: reset, and a new one',
    ]);
    expect(notes({ pages: [filePage()], tcp: { tls: { version: '1.3', handshakeMs: always(1) } } }, [0], 1)).toContain(
      'tcp: TLS 1.3 handshake',
    );
    expect(
      notes({ pages: [filePage()], nginx: { workerProcesses: 1, listenBacklog: 0, staticMs: always(900) } }, [0, 1, 2], 3),
    ).toContain('tcp: SYN sent again, try 2');
    const cold = { pages: [scriptPage({ queries: [query({ reads: always(3) })] })], mysql: { bufferPoolBytes: 0 } };
    expect(notes(cold, [0], 1)).toContain('mysql: 3 of 3 pages from disk');
  });

  it('follows the visitor, not what goes on without them', () => {
    const trace = followed(
      { visitors: { patienceMs: always(1000) }, pages: [scriptPage({ queries: [query({ holdMs: always(5000) })] })] },
      [0],
      1,
    );
    expect(trace).toMatchObject({ endedMs: 1000, outcome: '499', cause: 'the visitor left before nginx had an answer' });
    expect(drawn(trace)).toEqual([
      "dns 0-0 www.foobar.com is 8.8.8.8, as the zone's own servers say",
      'tcp 0-0',
      'nginx 0-1000',
      '  php-fpm 0-1000 child 1',
      '    mysql 0-1000',
    ]);
  });

  it('a request that failed has its cause and log line', () => {
    const trace = followed({ dns: { answer: 'NXDOMAIN' } }, [0], 1);
    expect(trace).toMatchObject({
      outcome: 'dns failure',
      cause: 'no such name (NXDOMAIN)',
      log: 'browser: DNS_PROBE_FINISHED_NXDOMAIN www.foobar.com',
    });
  });

  it('has nothing to tell of a request that never came, or never ended', () => {
    expect(followed({}, [0], 2)).toBeNull();
    expect(followed({ durationMs: 1000, pages: [scriptPage({ waitMs: always(5000) })] }, [0], 1)).toBeNull();
  });

  it('of those that are wanted finds the first that ends as wished, and follows nobody after that', () => {
    const { requests, tracer, live } = following({ wanted: (request) => request.number !== 2, outcome: '502' });
    const [first, second, third, fourth] = [1, 2, 3, 4].map((number) => live(number));
    third.failure = new Cause('502', 'php-fpm', 'listen queue full', 'log');
    second.failure = third.failure;
    tracer.ended(first);
    tracer.ended(second);
    expect([tracer.done, tracer.trace('bare', '1')]).toEqual([false, null]);
    tracer.ended(third);
    expect(tracer.done).toBe(true);
    fourth.failure = third.failure;
    fourth.note('too late');
    tracer.ended(fourth);
    expect(tracer.trace('bare', '1')).toMatchObject({
      scenario: 'bare',
      seed: '1',
      request: 3,
      outcome: '502',
      log: 'log',
      spans: [],
    });
    requests.clock.runUntil(5);
    tracer.ended(live(5));
    expect(tracer.trace('bare', '1')).toMatchObject({ request: 3, endedMs: 0 });
  });

  it('without a wish follows the first wanted one only', () => {
    const { tracer, live } = following({ wanted: () => true, outcome: null });
    const [first, second] = [live(1), live(2)];
    tracer.ended(second);
    expect(tracer.done).toBe(false);
    tracer.ended(first);
    expect(tracer.trace('bare', '1')?.request).toBe(1);
  });

  it('makes no note outside of a stage', () => {
    const { tracer, live } = following({ wanted: () => true, outcome: null });
    const request = live(1);
    request.note('between two stages');
    request.waited(5);
    tracer.ended(request);
    expect(tracer.trace('bare', '1')?.spans).toEqual([]);
  });
});

function following(wish: Wish) {
  const requests = new Requests(new VirtualClock(), [filePage()]);
  const tracer = new Tracer(requests.clock, wish);
  requests.tracer = tracer;
  const live = (number: number) => {
    const request = requests.take();
    request.number = number;
    tracer.began(request);
    return request;
  };
  return { requests, tracer, live };
}

/** The trace of one request of a run to which visitors come at these times, whole milliseconds. */
function followed(parts: Bare, arrivals: readonly number[], request: number): Trace | null {
  const curve = arrivals.map((atMs) => ({ fromMs: atMs, toMs: atMs + 1, fromRate: 1000, toRate: 1000 }));
  return followOne(bare({ ...parts, traffic: [poisson(0, { curve, spacing: 'even' })] }), { request });
}

function drawn(trace: Trace | null): string[] | undefined {
  return trace?.spans.map(({ stage, depth, fromMs, toMs, note }) =>
    `${'  '.repeat(depth)}${stage} ${fromMs}-${toMs} ${note}`.trimEnd(),
  );
}
