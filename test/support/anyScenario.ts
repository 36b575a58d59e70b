/**
 * Scenarios made up at random, in the words of a scenario file: small sites with limits that are too low, timers too short, networks
 * that lose packets, and things that happen to them. Small, so that hundreds of them take seconds.
 */
import fc from 'fast-check';
import type { ScenarioInput } from '../../src/scenario/scenario.js';

/** A scenario with its site in it, as plain data. */
export type AnyScenario = ScenarioInput & { readonly site: Exclude<ScenarioInput['site'], string> };

const among = <const T extends readonly unknown[]>(...values: T): fc.Arbitrary<T[number]> => fc.constantFrom(...values);
const whole = (min: number, max: number) => fc.integer({ min, max });
const ms = (min: number, max: number) => whole(min, max).map((value) => `${value}ms`);
/** So many of the keys, each with its value. */
const some = <T extends object>(record: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(record, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;

const time = (most: number) =>
  fc.oneof(
    ms(0, most),
    ms(1, most).map((mean) => ({ exponential: mean })),
    ms(1, most).map((mean) => ({ lognormal: { mean, cv: 2 } })),
    ms(1, most).map((minimum) => ({ pareto: { shape: 1.5, minimum, maximum: `${20 * most + 1}ms` } })),
  );

const host = fc.record({
  cores: whole(1, 3),
  memory: among('512 MiB', '1 GiB', '2 GiB'),
  swap: among('0 B', '0 B', '256 MiB'),
  scheduler: among('fair-share', 'kernel'),
  disk: some({ iops: whole(50, 5000), queue_depth: whole(1, 8), latency: time(5), fsync: time(5) }),
  network: some({ send: among('2 Mbit/s', '100 Mbit/s', 'unlimited'), receive: among('5 Mbit/s', 'unlimited') }),
  boot: time(800),
});

const dns = some({
  ttl: among('1s', '5m'),
  browser_cache: among('0ms', '2s', '60s'),
  known: among('0%', '50%', '100%'),
  resolvers: whole(1, 5),
  resolver: time(20),
  authoritative: time(100),
  loss: among('0%', '0%', '10%'),
  timeout: among('1s', '5s'),
  nameservers: whole(1, 3),
  at_start: among('auto', 'empty', 'spread'),
  wrong_address: among('silent', 'refused'),
  negative_ttl: among('1s', '1h'),
});

const tcp = some({
  'net.core.somaxconn': among(1, 8, 4096),
  'net.ipv4.tcp_abort_on_overflow': among(0, 1),
  loss: among('0%', '0%', '3%'),
  initcwnd: whole(1, 10),
  tls: among('none', { version: '1.3' }, { version: '1.2', handshake: '2ms' }),
});

const limit = { key: among('address', 'server'), zone: among('one', 'two') };

/** One time in four. */
const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const nginx = some({
  worker_processes: whole(1, 3),
  worker_connections: among(8, 32, 512, 512),
  'listen.backlog': among(1, 4, 511),
  keepalive_timeout: among('0ms', '500ms', '75s'),
  keepalive_requests: among(1, 3, 1000),
  fastcgi_connect_timeout: among('1s', '60s'),
  fastcgi_read_timeout: among('300ms', '2s', '60s'),
  fastcgi_buffering: among('on', 'on', 'off'),
  worker_shutdown_timeout: among('1ms', '1s'),
  limit_req: seldom(fc.record({ rate: among('2r/s', '20r/s', '30r/m'), burst: whole(0, 20), delay: whole(0, 5), ...limit })),
  limit_conn: seldom(fc.record({ connections: whole(1, 10), ...limit })),
  fastcgi_cache: among('on', 'off'),
  fastcgi_cache_valid: among('1s', '10s', { 200: '2s', 500: '1s', 502: '1s', 504: '3s' }),
  'fastcgi_cache_path.inactive': among('1s', '10m'),
  fastcgi_cache_lock: among('on', 'off'),
  fastcgi_cache_lock_timeout: among('0ms', '700ms', '5s'),
  fastcgi_cache_lock_age: among('300ms', '5s'),
  fastcgi_cache_use_stale: fc.subarray(['updating', 'error', 'timeout', 'http_500', 'http_503']).map((words) => [...words]),
  fastcgi_cache_background_update: among('on', 'off'),
  Restart: among('no', 'always', 'on-failure'),
}).map((words) => ({ ...words, ...(words.fastcgi_buffering === 'off' && { fastcgi_cache: 'off' as const }) })); // Only what is buffered can be kept.

const pool = fc
  .record({
    pm: among('static', 'dynamic', 'ondemand'),
    max: whole(1, 6),
    more: some({
      listen: among('/run/php/fpm.sock', '127.0.0.1:9000'),
      'listen.backlog': among(1, 5, 511),
      'pm.max_requests': among(0, 3, 50),
      'pm.process_idle_timeout': among('1s', '10s'),
      request_terminate_timeout: among('0ms', '1s', '2s'),
      process_control_timeout: among('0ms', '1s'),
      max_execution_time: among('1s', '30s'),
      realpath_cache_ttl: among('0ms', '2m'),
      fork: time(5),
      memory_per_child: among('20 MiB', '60 MiB'),
      Restart: among('no', 'always', 'on-failure'),
    }),
  })
  .map(({ pm, max, more }) => ({
    pm,
    'pm.max_children': max,
    ...(pm === 'dynamic' && { 'pm.min_spare_servers': 1, 'pm.max_spare_servers': Math.ceil(max / 2) }),
    ...more,
  }));

const mysql = some({
  max_connections: among(1, 3, 151),
  connections: among('per-request', 'persistent'),
  innodb_buffer_pool_size: among('1M', '16M', '128M'),
  dataset: among('1 MB', '40 MB'),
  innodb_lock_wait_timeout: among('1s', '50s'),
  lock_wait_timeout: among('1s', '1h'),
  innodb_buffer_pool_dump_pct: among(0, 25, 100),
  innodb_flush_log_at_trx_commit: among(0, 1, 2),
  Restart: among('no', 'always', 'on-abnormal'),
  start: among('100ms', '2s'),
});

const query = fc
  .record({
    times: fc.oneof(whole(0, 4), fc.constant({ geometric: 2 })),
    cpu: time(8),
    reads: fc.oneof(whole(0, 5), fc.constant({ geometric: 8 })),
    table: among('orders', 'users'),
    locks: fc.boolean(),
    hold: time(20),
  })
  .map(({ locks, hold, ...asked }) => ({ ...asked, ...(locks && { row: 'counter', hold }) }));

const pages = fc
  .record({
    cpu: time(25),
    wait: time(60),
    compile: fc.option(time(80), { nil: undefined }),
    size: among('500 B', '20 kB', '200 kB'),
    queries: fc.array(query, { minLength: 1, maxLength: 3 }),
    assets: whole(0, 4),
    cache: among('on', 'off'),
    variants: whole(1, 20),
  })
  .map(({ cpu, wait, compile, size, queries, assets, cache, variants }) => ({
    '/': {
      size,
      php: defined({ cpu, wait, compile }),
      queries,
      assets: Array<string>(assets).fill('/logo.png'),
      cache,
      variants,
    },
    '/plain': {
      size: '3 kB',
      php: { cpu: '2ms' },
      queries: [
        { cpu: '1ms', table: 'orders' },
        { cpu: '1ms', table: 'users', commit: 'on' },
      ],
    },
    '/logo.png': { size: { exponential: '15 kB' } },
  }));

export const DURATION_MS = 6000;

const visitors = some({
  round_trip: time(60),
  bandwidth: among('unlimited', '4 Mbit/s', { exponential: '10 Mbit/s' }),
  patience: fc.oneof(among('unlimited'), time(4000)),
  connections: whole(1, 6),
  keep_alive: among('on', 'off'),
  pages_per_visit: fc.oneof(whole(1, 3), fc.constant({ geometric: 2 })),
  think: time(600),
  retry: seldom(
    fc.record({
      attempts: whole(2, 4),
      backoff: ms(1, 500),
      jitter: among('none', 'equal', 'full', 'decorrelated'),
      budget: among('none', '20%'),
    }),
  ),
  reload: seldom(fc.record({ chance: among('30%', '100%'), after: time(900), times: whole(1, 3) })),
  refresh: seldom(fc.record({ after: time(1500), times: whole(1, 3) })),
  auto_reload: among('on', 'off'),
  error_page_open: time(3000),
});

const own = fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: visitors });

const source = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      rate: whole(1, 25).map((rate) => `${rate}/s`),
      spacing: among('poisson', 'even'),
      batch: whole(1, 3),
    }),
  },
  fc.record({ users: whole(1, 12), think: time(800), visitors: own }),
  fc.record({
    at: ms(1000, 3000),
    rise: among('0ms', '500ms'),
    peak: whole(41, 90).map((rate) => `${rate}/s`),
    hold: ms(200, 1500),
  }),
  fc.record({
    bursty: fc.record({
      high: fc.record({ rate: among('60/s', '25/s'), for: ms(50, 600) }),
      low: fc.record({ rate: among('0/s', '5/s'), for: ms(50, 900) }),
    }),
  }),
);

const daemon = among('nginx', 'php-fpm', 'mysql');
const signal = fc.option(among('QUIT', 'TERM'), { nil: undefined });
const lasts = ms(1, 4000);
const mayLast = fc.option(lasts, { nil: undefined });

/** What can happen, by verb, with an instant and a length. */
export const verbs = {
  kill: fc.record({ kill: daemon, for: mayLast }),
  hang: fc.record({ hang: daemon, for: lasts }),
  stop: fc.record({ stop: daemon, for: lasts, signal }),
  restart: fc.record({ restart: daemon, signal }),
  reload: fc.record({ reload: among('nginx', 'php-fpm') }),
  upgrade: fc.record({ upgrade: among('nginx') }),
  switch: fc.record({ switch: among('code') }),
  'power-off': fc.record({ 'power-off': among('host'), for: lasts }),
  reboot: fc.record({ reboot: among('host') }),
  slow: fc.record({
    slow: among('nginx', 'php-fpm', 'mysql', 'disk', 'dns'),
    times: among(0.5, 3, 40),
    for: lasts,
  }),
  steal: fc.record({ steal: among('10%', '70%', '100%'), for: lasts }),
  throttle: fc.record({ throttle: among(0.1, 0.5, 2), for: lasts }),
  fill: fc.record({ fill: among('disk'), for: lasts }),
  loss: fc.record({ loss: among('2%', '30%', '100%'), for: lasts }),
  latency: fc.record({ latency: ms(1, 900), for: lasts }),
  partition: fc.record({ partition: among('network'), for: lasts }),
  dns: fc.record({ dns: among('outage', 'SERVFAIL', 'NXDOMAIN', 'wrong', 'moved'), for: mayLast }),
  leak: fc.record({ leak: among('php-fpm'), bytes: among('10 kB', '8 MB'), for: mayLast }),
  'lock-table': fc.record({ 'lock-table': among('orders', 'users'), for: lasts }),
  cron: fc.record({
    cron: some({ processes: whole(1, 3), cpu: ms(0, 800), reads: whole(0, 200), memory: among('10 MiB', '300 MiB') }),
  }),
  config: fc.record({
    config: some({
      host: some({ cores: whole(1, 4) }),
      nginx: some({ keepalive_requests: whole(1, 5), cpu: some({ proxy: ms(0, 5) }) }),
      'php-fpm': some({ 'pm.max_requests': whole(0, 3), 'pm.max_children': among(6, 7, 9) }),
      mysql: some({
        max_connections: whole(1, 10),
        innodb_buffer_pool_size: among('1M', '64M'),
        innodb_flush_log_at_trx_commit: among(0, 1, 2),
      }),
      visitors: some({ connections: whole(1, 6), keep_alive: among('on', 'off') }),
    }),
  }),
};

export const anyHappening = fc.oneof(...(Object.values(verbs) as fc.Arbitrary<Record<string, unknown>>[]));

/** At any instant, at a round one, or all at the same one as others. */
const instant = fc.oneof(
  whole(0, DURATION_MS - 1),
  among(0, 1000, 2000, 2000, 3000),
  whole(0, 59).map((tenth) => 100 * tenth),
);

export const anyEvent = fc
  .record({ happening: anyHappening, at: instant })
  .map(({ happening, at }) => ({ ...defined(happening), at: at === 0 ? 0 : `${at}ms` }));

/** A scenario; with `events` things happen in it. */
export function anyScenario({ events = 0 }: { readonly events?: number } = {}): fc.Arbitrary<AnyScenario> {
  return fc
    .record({
      seed: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 6 }),
      warmup: among('0ms', '500ms'),
      site: fc.record({ host, dns, tcp, nginx, 'php-fpm': pool, mysql, pages }),
      traffic: fc.array(source, { minLength: 1, maxLength: 2 }),
      visitors,
      happenings: fc.array(anyEvent, { minLength: Math.min(1, events), maxLength: events }),
    })
    .map(
      ({ happenings, ...parts }) =>
        ({
          name: 'any',
          about: 'Made up.',
          duration: `${DURATION_MS}ms`,
          ...parts,
          traffic: [{ rate: '3/s' }, ...parts.traffic],
          ...(happenings.length > 0 && { events: happenings }),
        }) as unknown as AnyScenario,
    );
}

function defined(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

/** The same so-many scenarios in every run of the suite; `FC_SEED=…` gives others. */
export function someScenarios(count: number, options: { readonly events?: number } = {}): AnyScenario[] {
  return fc.sample(anyScenario(options), { numRuns: count, seed: Number(process.env.FC_SEED ?? 20_261_125) });
}
