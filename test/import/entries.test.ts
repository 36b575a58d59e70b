/** The files of settings, line by line: what is read, in which group, and where it stands. */
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/import/entry.js';
import { readPhpIni, readPoolFile } from '../../src/import/phpIni.js';
import { readSysctl } from '../../src/import/sysctl.js';
import { Trouble } from '../../src/import/trouble.js';

const shown = ({ group, name, value, place, valuePlace }: Entry) =>
  `${place.line}:${place.column} [${group}] ${name} = ${value ?? 'nothing'} @${valuePlace.column}`;

function told(trouble: Trouble): string {
  try {
    trouble.end();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

test('a pool: groups, quotes, comments, brackets in names', () => {
  const text = `[global]
daemonize = no
  [www.example.com] ; the shop
pm=static;comment
  pm.max_children   =   "7"  ; seven
env[A] = 'x;y' z
php_admin_value[error_log] = "C:\\\\a\\"b"
catch_workers_output
`;
  const trouble = new Trouble();
  const { entries, groups } = readPoolFile({ name: 'p', text }, trouble);
  expect(entries.map(shown)).toEqual([
    '2:1 [global] daemonize = no @13',
    '4:1 [www.example.com] pm = static @4',
    '5:3 [www.example.com] pm.max_children = 7 @25',
    '6:1 [www.example.com] env[A] = x;y z @10',
    '7:1 [www.example.com] php_admin_value[error_log] = C:\\a"b @30',
    '8:1 [www.example.com] catch_workers_output = nothing @1',
  ]);
  expect(groups.map(({ name, place }) => `${name} ${place.line}:${place.column}`)).toEqual(['global 1:1', 'www.example.com 3:3']);
  expect(told(trouble)).toBe('');
});

test('php.ini: a quoted value goes on over lines, in a pool it does not', () => {
  const text = 'a = "one\ntwo" ; x\nb = 1\n';
  const trouble = new Trouble();
  expect(readPhpIni({ name: 'p', text }, trouble).entries.map(shown)).toEqual(['1:1 [] a = one\ntwo @5', '3:1 [] b = 1 @5']);
  expect(told(trouble)).toBe('');
  readPoolFile({ name: 'p', text }, trouble);
  expect(told(trouble)).toBe('p:1:5: expected a closing ", got the end of the line');
});

describe('sysctl.conf', () => {
  test('has a name and a value a line', () => {
    const text =
      '# comment\n; another\nnet.core.somaxconn = 4096\n  -net/ipv4/tcp_tw_reuse=2\nnet.ipv4.ip_local_port_range = 1024 65000\n';
    const trouble = new Trouble();
    expect(readSysctl({ name: 's', text }, trouble).map(shown)).toEqual([
      '3:1 [] net.core.somaxconn = 4096 @22',
      '4:3 [] net.ipv4.tcp_tw_reuse = 2 @26',
      '5:1 [] net.ipv4.ip_local_port_range = 1024 65000 @32',
    ]);
    expect(told(trouble)).toBe('');
  });

  test('keeps an interface’s dots behind slashes', () => {
    const [entry] = readSysctl({ name: 's', text: 'net.ipv4.conf.eth0/100.rp_filter = 1' }, new Trouble());
    expect(entry.name).toBe('net.ipv4.conf.eth0/100.rp_filter');
  });
});
