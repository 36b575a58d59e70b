/** Nothing that stands in a file crashes the import or holds it up: it ends in a site or in an error that says where. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { importSite } from '../../src/import/importSite.js';
import { ScenarioError, UnreadableError } from '../../src/scenario/problems.js';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lempsim-hostile-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const RUNS = 150;

const SITE = 'events { }\nhttp { server { location / { fastcgi_pass 127.0.0.1:9000; } } }\n';
const POOL = '[www]\nlisten = 9000\npm = static\npm.max_children = 9\n';

/** What the import ends in: `a site`, or the error's message without the folder. */
function ending(files: Readonly<Record<string, string | Uint8Array>>): string {
  const all: Record<string, string | Uint8Array> = { 'nginx.conf': SITE, 'www.conf': POOL, 'my.cnf': '', ...files };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  const at = (name: string) => join(home, name);
  const host = { cores: 1, memoryBytes: 2 ** 30, coresFrom: '--cores', memoryFrom: '--memory' };
  try {
    importSite({
      nginx: at('nginx.conf'),
      fpm: [at('www.conf')],
      mysql: [at('my.cnf')],
      php: files['php.ini'] === undefined ? [] : [at('php.ini')],
      sysctl: files['sysctl.conf'] === undefined ? [] : [at('sysctl.conf')],
      root: null,
      server: null,
      host,
    });
    return 'a site';
  } catch (error) {
    if (!(error instanceof ScenarioError || error instanceof UnreadableError)) throw error;
    return error.message.replaceAll(`${home}/`, '');
  }
}

describe('includes', () => {
  test('of a file by itself', () => {
    expect(ending({ 'nginx.conf': 'include nginx.conf;' })).toBe('nginx.conf:1:9: nginx.conf includes itself');
    expect(ending({ 'my.cnf': '!include my.cnf' })).toBe('my.cnf:1:1: my.cnf includes itself');
    expect(ending({ 'www.conf': `include = *.conf\n${POOL}` })).toContain('www.conf:1:11: www.conf includes itself');
  });

  test('in a circle, told where it closes', () => {
    const files = { 'nginx.conf': 'include a;', a: '\ninclude b;', b: 'include c;', c: 'x;\n\ninclude a;' };
    expect(ending(files)).toBe('c:3:9: a includes itself');
  });

  test('in a circle by links', () => {
    symlinkSync(join(home, 'nginx.conf'), join(home, 'other.conf'));
    expect(ending({ 'nginx.conf': 'include other.conf;' })).toBe('nginx.conf:1:9: other.conf includes itself');
  });

  test('of a link to itself, which is no file', () => {
    symlinkSync(join(home, 'loop'), join(home, 'loop'));
    expect(ending({ 'nginx.conf': `${SITE}include loop*;` })).toBe('nginx.conf:3:9: loop is a link to itself');
  });

  test('from outside the folder are read as the servers would', () => {
    const files = { 'nginx.conf': '', 'in/nginx.conf': '' };
    expect(ending({ ...files, 'nginx.conf': 'include deep/../other/site;', 'other/site': SITE, 'deep/x': '' })).toBe('a site');
  });

  test('of more than 1,000 files', () => {
    // The first is nginx.conf; of 0 to 1099, in the order of their bytes, the thousandth is 908.
    const many = Object.fromEntries(Array.from({ length: 1100 }, (_, index) => [`many/${index}`, 'x;']));
    expect(ending({ ...many, 'nginx.conf': `${SITE}include many/*;` })).toBe(
      'nginx.conf:3:9: many/908 is one more than 1000 files',
    );
  });

  test('that double at each level', () => {
    const bomb = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`b${index}`, `include b${index + 1};include b${index + 1};`]),
    );
    expect(ending({ ...bomb, b40: 'x;', 'nginx.conf': `${SITE}include b0;` })).toMatch(/ is one more than 1000 files$/);
  });

  test('of more than 16 MiB', () => {
    const large = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`large/${index}`, `# ${'x'.repeat(1_000_000)}`]));
    expect(ending({ ...large, 'nginx.conf': `${SITE}include large/*;` })).toMatch(/ makes it more than 16 MiB in all$/);
  });

  test('by patterns over every folder', () => {
    expect(ending({ 'nginx.conf': `${SITE}include /*/*/*/*/*/*/*/nothing;` })).toMatch(/a site|2000 folders/);
  });

  test('of a folder, of a file that is too large, of one that may not be read', () => {
    mkdirSync(join(home, 'folder'));
    expect(ending({ 'nginx.conf': `${SITE}include folder;` })).toBe('nginx.conf:3:9: folder is not a file');
    expect(ending({ 'nginx.conf': `${SITE}include big;`, big: '#'.repeat(1_048_577) })).toBe(
      'nginx.conf:3:9: big is larger than 1 MiB',
    );
    expect(ending({ 'nginx.conf': `${SITE}include /dev/zero;` })).toBe('nginx.conf:3:9: /dev/zero is not a file');
  });

  test('of what is not there, are noted', () => {
    expect(
      ending({ 'nginx.conf': `${SITE}include nowhere.conf;include nowhere/*;`, 'my.cnf': '!include no.cnf\n!includedir no' }),
    ).toBe('a site');
  });
});

describe('bombs', () => {
  test('of nesting', () => {
    expect(ending({ 'nginx.conf': 'a{'.repeat(500_000) })).toBe('nginx.conf:1:201: expected a nesting of at most 100 levels');
    const nested = `${'location / {'.repeat(90)}${'}'.repeat(90)}`;
    expect(ending({ 'nginx.conf': `http { server { ${nested} } }` })).toBe('a site');
  });

  test('of directives', () => {
    expect(ending({ 'nginx.conf': 'a;'.repeat(500_000) })).toBe('nginx.conf:1:100004: expected at most 50000 directives');
    expect(ending({ 'my.cnf': `[mysqld]\n${'a\n'.repeat(500_000)}` })).toBe('my.cnf:20002:1: expected at most 20000 settings');
    expect(ending({ 'www.conf': `${POOL}${'a\n'.repeat(500_000)}` })).toMatch(
      /^www\.conf:\d+:1: expected at most 20000 settings$/,
    );
    expect(ending({ 'www.conf': '[a]\n'.repeat(250_000) })).toMatch(/^www\.conf:2001:1: expected at most 2000 groups/);
    expect(ending({ 'sysctl.conf': 'a=1\n'.repeat(250_000) })).toBe('sysctl.conf:20001:1: expected at most 20000 settings');
  });

  test('of words, quotes and one long line', () => {
    expect(ending({ 'nginx.conf': 'x'.repeat(1_000_000) })).toMatch(/^nginx\.conf:1:1: expected a word of at most 4096/);
    expect(ending({ 'nginx.conf': `"${'x'.repeat(1_000_000)}` })).toMatch(/^nginx\.conf:1:1: expected a word of at most 4096/);
    expect(ending({ 'nginx.conf': `a ${'b '.repeat(500_000)}` })).toMatch(/got the end of the file$/);
    expect(ending({ 'my.cnf': `[mysqld]\n${' '.repeat(500_000)}a${' '.repeat(500_000)}b` })).toBe('a site');
    expect(ending({ 'my.cnf': `[mysqld]\na = ${'" '.repeat(500_000)}` })).toBe('a site');
    expect(ending({ 'sysctl.conf': ' '.repeat(500_000) + 'a '.repeat(250_000) })).toMatch(
      /^sysctl\.conf:1:500001: expected name = value/,
    );
    expect(ending({ 'php.ini': `a = "${'\\'.repeat(1_000_000)}` })).toMatch(/^php\.ini:1:5: expected a closing "/);
  });

  test('of patterns and of regular expressions', () => {
    const stars = '*a'.repeat(2000);
    expect(ending({ 'nginx.conf': `${SITE}include ${stars};`, [`${'a'.repeat(200)}b`]: '' })).toBe('a site');
    const path = `/${'a'.repeat(150)}`;
    const evil = Array.from({ length: 50 }, (_, index) => `location ~ ^/(a+)+${index}$ { return 200; }`).join('\n');
    const server = `location ${path} { return 200; } location / { fastcgi_pass 127.0.0.1:9000; }`;
    expect(ending({ 'nginx.conf': `http { server { ${evil} ${server} } }` })).toBe('a site');
  }, 20_000);

  test('of locations that lead to each other', () => {
    const circle = 'location / { try_files $uri @a; } location @a { try_files $uri @b; } location @b { try_files $uri @a; }';
    expect(ending({ 'nginx.conf': `http { server { ${circle} } }` })).toBe('a site');
    const fan = Array.from({ length: 1000 }, (_, index) => `rewrite ^ /${index} last;`).join(' ');
    expect(ending({ 'nginx.conf': `http { server { location / { ${fan} } } }` })).toBe('a site');
  });

  test('of thousands of servers, and of locations', () => {
    expect(ending({ 'nginx.conf': `http { ${'server { listen 80; location / { } }'.repeat(9000)} }` })).toBe('a site');
    const locations = Array.from({ length: 20_000 }, (_, index) => `location ~ ^/${index}(/|$) { }`).join('\n');
    expect(ending({ 'nginx.conf': `http { server { ${locations} location / { fastcgi_pass 127.0.0.1:9000; } } }` })).toBe(
      'a site',
    );
  }, 20_000);

  test('of variables that mean each other', () => {
    const server = 'set $a $b; set $b $a; location / { fastcgi_pass $a; }';
    expect(ending({ 'nginx.conf': `http { server { ${server} } }` })).toBe('a site');
  });
});

describe('what is no text', () => {
  test('is told where it begins', () => {
    expect(ending({ 'nginx.conf': 'events { }\nhé\0' })).toBe('nginx.conf:2:3: expected text, got the control character \\u0000');
    expect(ending({ 'www.conf': '\0' })).toBe('www.conf:1:1: expected text, got the control character \\u0000');
    expect(ending({ 'my.cnf': Uint8Array.from({ length: 1_000_000 }, (_, index) => (index * 7919) % 256) })).toMatch(
      /^my\.cnf:\d+:\d+: /,
    );
  });

  test('is passed over in comments', () => {
    expect(ending({ 'nginx.conf': Buffer.concat([Buffer.from('# caf'), Buffer.from([0xe9]), Buffer.from(`\n${SITE}`)]) })).toBe(
      'a site',
    );
    expect(ending({ 'my.cnf': '\ufeff# with a mark\n[mysqld]\n' })).toBe('a site');
  });
});

describe('anything at all', () => {
  const words = [
    'server',
    'location',
    'http',
    '{',
    '}',
    ';',
    '"',
    "'",
    '\\',
    '$',
    '${',
    '#',
    '\n',
    ' ',
    '=',
    '[',
    ']',
    '!include',
    'fastcgi_pass',
    '127.0.0.1:9000',
    'listen',
    '~',
    '^(a+)+$',
    '/',
    '\0',
    '\r',
    '{#',
    '*',
    'content_by_lua_block',
    '[[',
    '--',
    'proto',
    '__proto__',
    'constructor',
    '-1',
    '1e999',
  ];
  const text = fc.oneof(
    fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((list) => list.join('')),
    fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((list) => list.join(' ')),
    fc.string({ unit: 'binary', maxLength: 200 }),
  );

  test.each(['nginx.conf', 'www.conf', 'my.cnf', 'php.ini', 'sysctl.conf'])('in %s ends in a site or in an error', (name) => {
    fc.assert(
      fc.property(text, (given) => {
        expect(ending({ [name]: given })).not.toBe('');
      }),
      { numRuns: 100 },
    );
  });

  test('within a server ends in a site or in an error', () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(ending({ 'nginx.conf': `http { server { location / { fastcgi_pass 127.0.0.1:9000; } ${given} } }` })).not.toBe('');
      }),
      { numRuns: 100 },
    );
  });

  const chosen = (lines: string, most: number) => fc.array(fc.constantFrom(...lines.trim().split('\n')), { maxLength: most });
  const directives = `
fastcgi_pass 127.0.0.1:9000;
fastcgi_pass $x;
fastcgi_pass unix:/run/none.sock;
try_files $uri /index.php?$args;
try_files $uri @n;
try_files =404;
return 404;
return 301 https://$host$request_uri;
proxy_pass http://127.0.0.1;
index index.php;
index;
limit_req zone=z burst=5 nodelay;
limit_conn c 10;
fastcgi_cache f;
fastcgi_cache off;
fastcgi_cache_valid 200 301 1s;
fastcgi_cache_valid any 10m;
fastcgi_cache_valid 0;
fastcgi_cache_use_stale off;
fastcgi_cache_use_stale error updating;
set $x 127.0.0.1:9000;
set $x;
listen 80 backlog=1;
listen 443 ssl http2;
listen;
ssl_protocols TLSv1.2;
ssl_protocols;
keepalive_timeout 0;
keepalive_timeout 1d 5;
fastcgi_read_timeout 1ms;
fastcgi_read_timeout 999d;
fastcgi_buffering off;
server_name _;
server_name a:b;
server_name "a b" null;
server_name true;
server_name;
error_page 404 /index.php;
rewrite ^ /index.php last;
rewrite ^/a(.*) /b$1;
rewrite;
deny all;
internal;
fastcgi_param SCRIPT_FILENAME $realpath_root$x;
location = /nested { fastcgi_pass 127.0.0.1:9000; }
if ($x) { fastcgi_pass 127.0.0.1:9000; }
worker_shutdown_timeout 1s;`;
  const patterns = [
    '/',
    '= /',
    '^~ /a',
    '~ \\.php$',
    '~* \\.(css|js)$',
    '@n',
    '/a',
    '= /b.txt',
    '"/a b"',
    '/é',
    '~ (',
    '/null',
    '/true',
    '/1',
    '/#',
  ];
  const location = fc
    .tuple(fc.constantFrom(...patterns), chosen(directives, 3))
    .map(([pattern, body]) => `location ${pattern} { ${body.join(' ')} }`);
  const pool = chosen(
    `
pm = dynamic
pm = ondemand
pm.max_children = 1
pm.max_children = 100000
pm.start_servers = 0
pm.start_servers = 3
pm.min_spare_servers = 1
pm.max_spare_servers = 4
pm.max_requests = 5
pm.process_idle_timeout = 1d
listen = /run/$pool.sock
listen = [::]:9000
listen = localhost:9000
listen.backlog = -1
listen.backlog = 65536
request_terminate_timeout = 0
request_terminate_timeout = 90d
php_admin_value[memory_limit] = -1
php_admin_value[memory_limit] = lots
php_value[max_execution_time] = 0
process.max = 1`,
    5,
  );
  const mysql = chosen(
    `
max_connections = 1
max-connections = 100000
max_connections
innodb_buffer_pool_size = 1
innodb_buffer_pool_size = 5G
innodb_lock_wait_timeout = 1073741824
innodb_lock_wait_timeout = 1
innodb_flush_log_at_trx_commit = 3
innodb_flush_log_at_trx_commit = 2
innodb_log_file_size = 1G
skip-networking`,
    4,
  );
  const kernel = chosen('net.core.somaxconn = 1\nnet.core.somaxconn = 2147483647\nnet.ipv4.tcp_abort_on_overflow = 1\na = b', 2);

  test('that servers might take ends in a site or in an error, and often in a site', () => {
    const zones =
      'limit_req_zone $host zone=z:1m rate=1r/s; limit_conn_zone $x zone=c:1m; fastcgi_cache_path /c keys_zone=f:1m inactive=2h;';
    const parts = fc.tuple(chosen(directives, 2), fc.array(location, { maxLength: 4 }), pool, mysql, kernel);
    let sites = 0;
    fc.assert(
      fc.property(parts, ([own, locations, fpm, my, sysctl]) => {
        const end = ending({
          'nginx.conf': `events { } http { ${zones} server { ${own.join('\n')} ${locations.join('\n')} } }`,
          'www.conf': POOL + fpm.join('\n'),
          'my.cnf': ['[mysqld]', ...my].join('\n'),
          'sysctl.conf': sysctl.join('\n'),
        });
        if (end === 'a site') sites += 1;
        else expect(end).toMatch(/^(?:(?:nginx|www|sysctl)\.conf|my\.cnf):\d+:\d+: /);
      }),
      { numRuns: RUNS },
    );
    expect(sites).toBeGreaterThan(RUNS / 10);
  });

  test('in a value ends in a site or in an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (given) => {
        const quoted = given.replace(/["\\\0]/g, '');
        expect(
          ending({ 'nginx.conf': `http { server { server_name "${quoted}"; listen "${quoted}"; location "/${quoted}" { } } }` }),
        ).not.toBe('');
      }),
      { numRuns: 100 },
    );
  });
});
