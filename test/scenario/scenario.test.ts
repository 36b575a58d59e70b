import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { defineScenario, parseScenario, toModel } from '../../src/scenario/scenario.js';
import { modelHash } from '../../src/telemetry/modelHash.js';
import { plainProblems, problems, SHOP, shop } from './samples.js';

const model = shop();

test('the same scenario in other words is the same model', () => {
  const backwards = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(backwards);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, member]) => [key, backwards(member)]),
    );
  };
  const ways: Record<string, string> = {
    'keys in another order': stringify(backwards(parse(SHOP))),
    JSON: JSON.stringify(parse(SHOP)),
    'JSON over many lines': JSON.stringify(parse(SHOP), null, 2),
    comments: `# a shop\n${SHOP.replace('cores: 2', 'cores: 2 # two\n   ')}# end`,
    'Windows line ends': SHOP.replaceAll('\n', '\r\n'),
    'a byte order mark': `\ufeff${SHOP}`,
    'other units': SHOP.replace('10m', '600s')
      .replace('1m\n', '0.5m 30s\n')
      .replace('4 GiB', '4096 MiB')
      .replace('10/s', '600/min')
      .replace('20 kB', '0.02 MB')
      .replace('cpu: 5ms', 'cpu: 5000us')
      .replace('patience: 10s', 'patience: { uniform: [1s, 2s] }')
      .replace('{ uniform: [1s, 2s] }', '10000ms'),
    'quotes around texts': SHOP.replace('name: shop', "name: 'shop'").replace('10m', '"10m"'),
    'an anchor and its alias': SHOP.replace('cpu: 5ms', 'cpu: &five 5ms')
      .replace('patience: 10s', 'patience: 10s, think: *five')
      .replace(', think: *five', ''),
    'defaults written out': SHOP.replace(
      'traffic:',
      'tcp: { mss: 1460 B, loss: 0 }\nnginx: { keepalive_timeout: 75s, fastcgi_buffering: on }\ntraffic:',
    ),
  };
  for (const [way, text] of Object.entries(ways)) expect(parseScenario(text, 'shop.yaml'), way).toEqual(model);
});

test('1.1 seconds are 1100 milliseconds, to the last digit', () => {
  expect(shop(['cpu: 5ms', 'cpu: 1.1s'])).toEqual(shop(['cpu: 5ms', 'cpu: 1100ms']));
});

test('plain data gives the same model as its text', () => {
  expect(toModel(parse(SHOP))).toEqual(model);
});

test('defineScenario changes nothing', () => {
  const scenario = defineScenario({
    name: 'static',
    about: 'Two files.',
    duration: '1m',
    site: { host: { cores: 1, memory: '1 GiB' }, pages: { '/': { size: '1 kB' } } },
    traffic: [{ rate: '1/s' }, { users: 3, think: { exponential: '1s', plus: '1s' } }],
  });
  expect(toModel(scenario).traffic.map((source) => source.kind)).toEqual(['open', 'closed']);
  expect(toModel(scenario)).toMatchObject({ siteName: 'static', phpFpm: null, mysql: null });
});

test('a model is frozen through and through', () => {
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    expect(Object.isFrozen(value)).toBe(true);
    Object.values(value).forEach(visit);
  };
  visit(model);
});

test('directives become the numbers of the model', () => {
  const tuned = shop(
    ['cores: 2', 'cores: 4, disk: { iops: unlimited, fsync: 2ms }, network: { send: 80 Mbit/s }'],
    [
      '{ pm: static, pm.max_children: 10 }',
      '{ pm: dynamic, pm.max_children: 9, pm.min_spare_servers: 2, pm.max_spare_servers: 5, request_terminate_timeout: 0 }',
    ],
    ['max_connections: 50', 'innodb_buffer_pool_size: 256M, connections: persistent'],
    [
      'traffic:',
      'nginx: { worker_processes: auto, fastcgi_read_timeout: 1m }\ntcp: { clients: linux-6.5, net.ipv4.tcp_synack_retries: 8, tls: {} }\ntraffic:',
    ],
  );
  expect(tuned.host).toMatchObject({
    cores: 4,
    memoryBytes: 4 * 2 ** 30,
    disk: { iops: Infinity, fsyncMs: { law: 'constant', value: 2 } },
  });
  expect(tuned.host.network.sendBytesPerMs).toBe(10_000);
  expect(tuned.phpFpm).toMatchObject({
    pm: 'dynamic',
    maxChildren: 9,
    minSpareServers: 2,
    maxSpareServers: 5,
    startServers: 3,
    maxRequests: 0,
  });
  expect(tuned.mysql).toMatchObject({ bufferPoolBytes: 256 * 2 ** 20, persistent: true, flushLogAtTrxCommit: 1 });
  expect(tuned.nginx).toMatchObject({ workerProcesses: 4, fastcgiReadTimeoutMs: 60_000 });
  expect(tuned.tcp.synRetryMs.slice(0, 7)).toEqual([0, 1000, 2000, 3000, 4000, 5000, 7000]);
  expect(tuned.tcp.synAckRetryMs).toEqual([1000, 3000, 7000, 15_000, 31_000, 63_000, 127_000, 247_000]);
  expect(tuned.tcp.tls).toEqual({ version: '1.3', handshakeMs: { law: 'constant', value: 0.4 } });
});

test('what pm does not look at has the value that it amounts to', () => {
  expect(model.phpFpm).toMatchObject({ pm: 'static', startServers: 10, minSpareServers: 0 });
  expect(shop(['pm: static', 'pm: ondemand']).phpFpm).toMatchObject({ startServers: 0, maxSpareServers: 0 });
  expect(shop(['pm: static', 'pm: static, pm.min_spare_servers: 3'])).toEqual(model);
});

test('what PHP and PHP-FPM do by default leaves the model as it is; other values stand in it', () => {
  const given = (directives: string) => shop(['pm: static', `pm: static, ${directives}`]);
  const usual = 'process_control_timeout: 0, max_execution_time: 30s, realpath_cache_ttl: 120s';
  expect(given(usual)).toEqual(model);
  expect(given('process_control_timeout: 10s, max_execution_time: 0, realpath_cache_ttl: 0').phpFpm).toMatchObject({
    processControlTimeoutMs: 10_000,
    maxExecutionMs: 0,
    realpathCacheTtlMs: 0,
  });
  expect(shop(['cores: 2', 'cores: 2, swap: 0 B'])).toEqual(model);
  expect(shop(['cores: 2', 'cores: 2, swap: 1 GiB']).host.swapBytes).toBe(2 ** 30);
  const compiled = shop(['traffic:', 'pages: { /: { php: { compile: 240ms } } }\ntraffic:']).pages[0].script;
  expect([model.pages[0].script?.compileMs, compiled?.compileMs]).toEqual([null, { law: 'constant', value: 240 }]);
});

test('a query that locks a row commits, another does not', () => {
  const [page] = shop([
    '[{ cpu: 1ms }]',
    '[{ cpu: 1ms }, { cpu: 1ms, row: stock, hold: 5ms }, { cpu: 1ms, commit: on, hold: 1ms }]',
  ]).pages;
  expect(page.script?.queries.map((query) => [query.row, query.commit, query.holdMs])).toEqual([
    [null, false, { law: 'constant', value: 0 }],
    ['stock', true, { law: 'constant', value: 5 }],
    [null, true, { law: 'constant', value: 1 }],
  ]);
});

test('pages stand in the order of the alphabet, and assets and mixes point into it', () => {
  const mixed = shop(
    ['/: { size', '/zoo: { size: 1 kB, assets: [/style.css] }\n    /: { size'],
    ['rate: 10/s', 'rate: 10/s, pages: { /zoo: 1, /: 3 }'],
  );
  expect(mixed.pages.map((page) => page.path)).toEqual(['/', '/style.css', '/zoo']);
  expect(mixed.pages[2].assets).toEqual([1]);
  expect(mixed.traffic[0].mix).toEqual([
    { page: 0, weight: 3 },
    { page: 2, weight: 1 },
  ]);
});

test('a scenario says something over its site: settings are put in, a law is replaced', () => {
  const over = shop(
    ['cpu: 5ms', 'cpu: { lognormal: { mean: 5ms, cv: 1 } }'],
    ['traffic:', 'host: { cores: 8 }\npages: { /: { php: { cpu: { exponential: 4ms } } }, /new: { size: 1 kB } }\ntraffic:'],
  );
  expect(over.host).toMatchObject({ cores: 8, memoryBytes: 4 * 2 ** 30 });
  expect(over.pages.map((page) => page.path)).toEqual(['/', '/new', '/style.css']);
  expect(over.pages[0].script).toMatchObject({ cpuMs: { law: 'exponential', mean: 4 }, queries: [{}] });
  expect(shop(['traffic:', 'mysql: none\npages: { /: { queries: [] } }\ntraffic:']).mysql).toBeNull();
});

test('a site comes from a file beside the scenario, with its own name', () => {
  const text = SHOP.replace(/site:[\s\S]*traffic:/, 'site: ./corner.site.yaml\ntraffic:');
  const read: string[] = [];
  const readSite = (path: string) => {
    read.push(path);
    return 'host: { cores: 1, memory: 1 GiB }\npages: { /: { size: 1 kB } }\n';
  };
  expect(parseScenario(text, 'my/shop.yaml', { readSite }).siteName).toBe('corner');
  expect(read).toEqual(['./corner.site.yaml']);
  const wrong = problems(text, { readSite: () => 'host: { cores: 1, memory: 1 }\npages: { /: { size: 1 kB } }\n' });
  expect(wrong).toEqual(['corner.site.yaml:1:27: host.memory: expected a size with a unit, such as 1 kB or 1 MiB, got 1']);
});

test('texts are texts, whatever YAML would make of them', () => {
  const names = ['on', 'NO', '2024-01-01', '017', '9007199254740993', '12-30', '0x10', '.inf', 'null and void'];
  for (const name of names) expect(shop(['name: shop', `name: ${name}`]).name).toBe(name);
  expect(shop(['duration: 10m', 'duration: 10m\nseed: 42']).seed).toBe('42');
});

test('the hash is of what is asked: not of the seed or the story', () => {
  expect(modelHash(model)).toMatch(/^[0-9a-f]{16}$/);
  expect(modelHash(shop(['duration: 10m', 'duration: 10m\nseed: other'], ['A small shop.', 'Told otherwise.']))).toBe(
    modelHash(model),
  );
  expect(modelHash(shop(['cpu: 5ms', 'cpu: 5.1ms']))).not.toBe(modelHash(model));
  expect(modelHash(shop(['cores: 2', 'cores: 2, disk: { iops: unlimited }']))).not.toBe(
    modelHash(shop(['cores: 2', 'cores: 2, disk: { iops: 1 }'])),
  );
});

test('a scenario of a TypeScript user has no lines, and its problems show none', () => {
  expect(plainProblems({ ...parse(SHOP), duration: 600 })).toEqual([
    'scenario: duration: expected a duration with a unit, such as 600s or 600ms, got 600',
  ]);
});

test('a script may ask the database nothing', () => {
  expect(shop([', queries: [{ cpu: 1ms }]', '']).pages[0].script).toMatchObject({ queries: [] });
});

test('a SYN schedule of one’s own is taken as it stands, and begins after its first', () => {
  const own = 'tcp: { clients: { retries: [1s, 3s], give_up: 7s } }\ntraffic:';
  expect(shop(['traffic:', own]).tcp).toMatchObject({ synRetryMs: [0, 1000, 3000], synGiveUpMs: 7000 });
  expect(shop(['traffic:', own]).tcp.loopbackSynGiveUpMs).not.toBe(7000);
});

test('pages without a weight are no news where there is no traffic that asks for them', () => {
  const unread = SHOP.replace('{ size: 20 kB', '{ weight: 0, size: 20 kB');
  expect(problems(unread)).toEqual([expect.stringContaining('pages: expected at least one page with a weight above 0')]);
  expect(problems(unread.replace(/traffic:\n.*\n/, ''))).toEqual([expect.stringContaining('traffic: missing')]);
});
