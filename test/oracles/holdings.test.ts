/**
 * O11: what is held while something else is waited for. The log of a whole site is replayed: at no time are more children,
 * connections or cores in use than there are, and each is given back exactly once.
 */
import { expect, test } from 'vitest';
import { Need } from '../../src/engine/need.js';
import { run } from '../../src/simulate.js';
import { bare, exponential, poisson, query, scriptPage } from '../support/bare.js';
import { stayIn, type Watched, watch } from '../support/watch.js';

const CHILDREN = 12;
const CONNECTIONS = 11;
const CORES = 2;

const model = bare({
  durationMs: 400_000,
  host: { cores: CORES, disk: { iops: 400, queueDepth: 2, latencyMs: exponential(4), fsyncMs: exponential(3) } },
  nginx: { workerProcesses: 2, acceptMs: exponential(0.1), proxyMs: exponential(0.3), answerMs: exponential(0.2) },
  php: { maxChildren: CHILDREN, listenBacklog: 30 },
  mysql: { maxConnections: CONNECTIONS, connectMs: exponential(0.5), roundTripMs: 0.2, bufferPoolBytes: 0.5 },
  pages: [
    scriptPage({
      cpuMs: exponential(12),
      waitMs: exponential(10),
      queries: [
        query({ times: { law: 'geometric', mean: 2 }, cpuMs: exponential(4), reads: { law: 'geometric', mean: 3 } }),
        query({ cpuMs: exponential(1), row: 'counter', commit: true }),
      ],
    }),
  ],
  traffic: [poisson(0, { curve: [{ fromMs: 0, toMs: 300_000, fromRate: 30, toRate: 200 }] })],
});

interface Holding {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The most of them that overlap; one that ends when another begins does not. */
function most(holdings: readonly Holding[]): number {
  const changes = holdings.flatMap(({ fromMs, toMs }) => [
    { atMs: fromMs, change: 1 },
    { atMs: toMs, change: -1 },
  ]);
  changes.sort((a, b) => a.atMs - b.atMs || a.change - b.change);
  let held = 0;
  return changes.reduce((max, { change }) => {
    held += change;
    return Math.max(max, held);
  }, 0);
}

const asked = (request: Watched) => request.stages.some(({ stage }) => stage === 'php-fpm');
const child = (request: Watched) => stayIn(request, 'php-fpm').notes.find((note) => note.startsWith('child '));

/** From the moment at which a child took the request until it had answered. */
function atChild(request: Watched): Holding {
  const { notes, notedMs, toMs } = stayIn(request, 'php-fpm');
  return { fromMs: notedMs[notes.findIndex((note) => note.startsWith('child '))], toMs };
}

test('O11 children, connections and cores are held within their numbers, and given back once', () => {
  const requests = watch(model).filter(asked);
  const outcomes = new Map<string, number>();
  for (const { outcome } of requests) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  // The load climbs until everything is short: all three ways to end must occur, and nothing else.
  expect([...outcomes.keys()].sort()).toEqual(['200', '500', '502']);
  for (const count of outcomes.values()) expect(count).toBeGreaterThan(100);

  const ran = requests.filter((request) => child(request) !== undefined);
  expect(requests.filter((request) => child(request) === undefined).every(({ outcome }) => outcome === '502')).toBe(true);
  expect(most(ran.map(atChild))).toBe(CHILDREN);

  const children = new Map<string, Holding[]>();
  for (const request of ran) children.set(child(request)!, [...(children.get(child(request)!) ?? []), atChild(request)]);
  expect(children.size).toBe(CHILDREN);
  for (const holdings of children.values()) expect(most(holdings)).toBe(1);

  // A connection is open from a script's first query to its end; it is refused if and only if all are in use.
  const queries = (request: Watched) => request.stages.filter(({ stage }) => stage === 'mysql');
  const connected = ran.filter((request) => request.outcome === '200');
  const connections = connected.map((request) => ({ fromMs: queries(request)[0].fromMs, toMs: atChild(request).toMs }));
  expect(most(connections)).toBe(CONNECTIONS);
  const openAt = (timeMs: number) => connections.filter(({ fromMs, toMs }) => fromMs < timeMs && toMs > timeMs).length;
  for (const request of ran) {
    const [first] = queries(request);
    const refused = request.outcome === '500';
    if (refused !== (openAt(first.fromMs) === CONNECTIONS)) throw new Error(`request ${request.number}: ${request.outcome}`);
    expect(queries(request).every(({ fromMs, toMs }) => toMs >= fromMs && toMs <= atChild(request).toMs)).toBe(true);
  }

  // Everybody has gone home: what was taken has been given back.
  for (const request of requests) expect(request.stages.every(({ toMs }) => toMs < Infinity)).toBe(true);
  const { stages } = run(model);
  for (const { inside, entered, left } of Object.values(stages)) expect([inside, entered - left]).toEqual([0, 0]);
  expect(stages.mysql.details['connections refused']).toBe(outcomes.get('500'));
});

test('O11 the cores give out what was asked of them, and no more than there is', () => {
  const requests = watch(model).filter(asked);
  const page = '/';
  const accept = new Need('nginx.accept', model.nginx.acceptMs);
  const proxy = new Need('nginx.proxy', model.nginx.proxyMs);
  const answer = new Need('nginx.answer', model.nginx.answerMs);
  const php = new Need(`php.cpu ${page}`, model.pages[0].script!.cpuMs);
  const connect = new Need('mysql.connect', model.mysql!.connectMs);
  const [many, one] = model.pages[0].script!.queries;
  const times = new Need(`mysql.times ${page} 0`, many.times);
  const first = new Need(`mysql.cpu ${page} 0`, many.cpuMs);
  const last = new Need(`mysql.cpu ${page} 1`, one.cpuMs);
  let nginxMs = 0;
  let phpMs = 0;
  let mysqlMs = 0;
  for (const request of requests) {
    nginxMs += accept.of(request) + proxy.of(request) + (request.outcome === '200' ? answer.of(request) : 0);
    if (child(request) === undefined) continue;
    const count = times.of(request);
    // A script whose connection is refused has run up to its first query.
    phpMs += request.outcome === '200' ? php.of(request) : php.of(request) / (count + 2);
    if (request.outcome !== '200') continue;
    mysqlMs += connect.of(request) + last.of(request, count + 1);
    for (let index = 1; index <= count; index += 1) mysqlMs += first.of(request, index);
  }
  const { host } = run(model);
  const there = CORES * model.durationMs;
  expect(host.cpu.by.nginx * there).toBeCloseTo(nginxMs, 5);
  expect(host.cpu.by['php-fpm'] * there).toBeCloseTo(phpMs, 5);
  expect(host.cpu.by.mysql * there).toBeCloseTo(mysqlMs, 5);
  expect(host.cpu.utilisation * there).toBeCloseTo(nginxMs + phpMs + mysqlMs, 5);
  expect(host.cpu.utilisation).toBeLessThanOrEqual(1);
});
