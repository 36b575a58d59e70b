/** From the words of a scenario to what its visitors see: things that neither room can get wrong alone. */
import { expect, it } from 'vitest';
import { parseScenario, run } from '../src/index.js';

function outcome(...lines: readonly string[]) {
  const text = [
    'name: t',
    'about: t',
    'site: { host: { cores: 4, memory: 4 GiB }, dns: { known: 100% }, pages: { /: { size: 1 kB } } }',
    ...lines,
  ].join('\n');
  return run(parseScenario(text, 't.yaml'));
}

const oneVisit = ['traffic: [{ rate: 1/s, spacing: even, for: 1s }]', 'visitors: { patience: unlimited, keep_alive: off }'];

it.each([
  ['linux-6.4', 127_000],
  ['linux-6.5', 131_000],
])('a %s visitor whose SYNs are all lost gives up after %i ms', (clients, ms) => {
  const result = outcome('duration: 5m', `tcp: { loss: 100%, clients: ${clients} }`, ...oneVisit);
  expect(result.outcomes).toEqual({ 'connect timeout': 1 });
  expect(result.allLatencyMs.max).toBe(ms);
});

it('a schedule without a second try ends when it says', () => {
  const result = outcome('duration: 1m', 'tcp: { loss: 100%, clients: { retries: [], give_up: 5s } }', ...oneVisit);
  expect(result.allLatencyMs.max).toBe(5000);
});

it('users for whom it is over before they have thought do not come', () => {
  const result = outcome('duration: 5m', 'traffic: [{ users: 100, think: 60s, for: 10s }]');
  expect(result.requests.offered).toBe(0);
});

it("the visitor's line is one, however many connections share it", () => {
  const files = [1, 2, 3, 4, 5, 6].map((k) => `/${k}.jpg`);
  const result = outcome(
    'duration: 1m',
    `pages: { /: { assets: [${files.join(', ')}] }, ${files.map((file) => `${file}: { weight: 0, size: 1 MB }`).join(', ')} }`,
    'traffic: [{ rate: 1/s, spacing: even, for: 1s }]',
    'visitors: { patience: unlimited, bandwidth: 8 Mbit/s }',
  );
  expect(result.requests.good).toBe(7);
  expect(result.latencyMs.max).toBeGreaterThan(6000); // Six megabytes are 48 Mbit.
  expect(result.latencyMs.max).toBeLessThan(6600);
});

it('who has lost patience asks for nothing more', () => {
  const files = Array.from({ length: 9 }, (_, k) => `/${k}.jpg`);
  const result = outcome(
    'duration: 1m',
    `pages: { /: { assets: [${files.join(', ')}] }, ${files.map((file) => `${file}: { weight: 0, size: 10 MB }`).join(', ')} }`,
    'traffic: [{ rate: 1/s, spacing: even, for: 1s }]',
    'visitors: { patience: 1s, bandwidth: 8 Mbit/s }',
  );
  expect(result.outcomes).toEqual({ '200': 1, abandoned: 6 });
});

it('a site that answers nobody for ten seconds and more is down, and has not recovered', () => {
  const result = outcome(
    'duration: 2m',
    'php-fpm: { pm: static, pm.max_children: 1 }',
    'pages: { /: { php: { cpu: 1ms, wait: 55s } } }',
    'traffic: [{ rate: 1/s, spacing: even }]',
    'visitors: { patience: unlimited }',
  );
  expect(result.availability.downtimeMs).toBeGreaterThan(100_000);
});

it('a law that draws no whole number of queries is rounded', () => {
  const result = outcome(
    'php-fpm: { pm: static, pm.max_children: 4 }',
    'mysql: {}',
    'pages: { /: { php: { cpu: 1ms }, queries: [{ cpu: 1ms, times: 1.6 }, { cpu: 1ms, times: { exponential: 2 } }] } }',
    'duration: 1m',
    'traffic: [{ rate: 10/s }]',
  );
  expect(result.requests.failed).toBe(0);
  expect(result.stages.mysql.entered / result.requests.offered).toBeCloseTo(4, 0); // 2 of the first, 2 on average of the second.
});

it('forks and flushes are as much left to chance as all else', () => {
  const flushes = (seed: string) =>
    run(
      parseScenario(
        [
          'name: t',
          'about: t',
          'site:',
          '  host: { cores: 4, memory: 4 GiB, disk: { fsync: { exponential: 50ms } } }',
          '  php-fpm: { pm: static, pm.max_children: 4 }',
          '  mysql: {}',
          '  pages: { /: { size: 1 kB, php: { cpu: 1ms }, queries: [{ cpu: 1ms, commit: on }] } }',
          'duration: 1m',
          'traffic: [{ rate: 1/s, spacing: even }]',
        ].join('\n'),
        't.yaml',
        { seed },
      ),
    ).latencyMs.mean;
  expect(flushes('1')).not.toBe(flushes('2'));
});

it.each([
  ['thresholds: ["before surge: downtime < 1s"]', /expected downtime without a window/],
  ['php-fpm: { pm: static, pm.max_children: 1, request_terminate_timeout: 500ms }', /expected whole seconds/],
])('%s is refused', (line, words) => {
  const surge = 'traffic: [{ rate: 1/s }, { at: 10s, peak: 5/s, hold: 5s }]';
  expect(() => outcome('duration: 1m', 'warmup: 1s', surge, line)).toThrow(words);
});
