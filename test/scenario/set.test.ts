import { expect, test } from 'vitest';
import type { ScenarioError } from '../../src/scenario/problems.js';
import { parseScenario } from '../../src/scenario/scenario.js';
import { problems, SHOP } from './samples.js';

const set = (...options: string[]) => parseScenario(SHOP, 'shop.yaml', { set: options });

test('--set changes a setting of the site, dots and all', () => {
  expect(set('host.cores=4').host.cores).toBe(4);
  expect(set('php-fpm.pm.max_children=20').phpFpm?.maxChildren).toBe(20);
  expect(set('tcp.net.core.somaxconn=128').tcp.somaxconn).toBe(128);
  expect(set('nginx.listen.backlog=64').nginx.listenBacklog).toBe(64);
  expect(set('pages./style.css.size=9 kB').pages[1].bytes).toEqual({ law: 'constant', value: 9000 });
});

test('--set changes an entry of a list by its number, and puts one at the end', () => {
  expect(set('traffic.0.rate=50/s').traffic[0]).toMatchObject({ curve: [{ fromRate: 50 }] });
  expect(set('traffic.1={ rate: 5/s, at: 2m }').traffic.map((source) => source.name)).toEqual(['base', 'step']);
  expect(set('thresholds.0="p95 < 1s"').thresholds.map((threshold) => threshold.text)).toEqual(['p95 < 1s']);
});

test('--set takes laws and single members of them', () => {
  expect(set('pages./.php.cpu={ exponential: 3ms }').pages[0].script?.cpuMs).toEqual({ law: 'exponential', mean: 3 });
  expect(set('pages./.php.cpu.exponential=3ms').pages[0].script?.cpuMs).toEqual({ law: 'exponential', mean: 3 });
});

test('options are applied in order, and leave nothing behind', () => {
  expect(set('host.cores=4', 'host.cores=8').host.cores).toBe(8);
  expect(set()).toEqual(parseScenario(SHOP, 'shop.yaml'));
});

test('seed stands in for the scenario’s own', () => {
  expect(parseScenario(SHOP, 'shop.yaml', { seed: '7' }).seed).toBe('7');
});

test.each([
  ['host.coers=4', 'host.coers: unknown setting; did you mean host.cores?'],
  ['host.cores=two', 'host.cores: expected a whole number from 1 to 1024, got "two"'],
  ['php-fpm.max_children=5', 'php-fpm.max_children: unknown setting; did you mean php-fpm.pm.max_children?'],
  ['php-fpm.pm.max_childern=5', 'php-fpm.pm.max_childern: unknown setting; did you mean php-fpm.pm.max_children?'],
  ['pages./stile.css.size=1 kB', 'pages./stile.css.size: unknown setting; did you mean pages./style.css?'],
  ['duration.x=1', 'duration.x: unknown setting; nothing can be set below duration'],
  ['traffic.2.rate=1/s', 'traffic.2.rate: expected the number of an entry from 0 to 1, got "2"'],
  ['traffic.999999999.rate=1/s', 'traffic.999999999.rate: expected the number of an entry from 0 to 1, got "999999999"'],
  ['host.cores=', 'host.cores: expected a value after ='],
  ['host.cores=[', 'host.cores: not valid YAML: Flow sequence must end with a ]'],
  ['host.cores', 'expected a setting and its value, such as host.cores=4'],
  ['=4', 'expected a setting and its value, such as host.cores=4'],
  [' =-', 'expected a setting and its value, such as host.cores=4'],
])('--set %s is refused', (option, message) => {
  expect(problems(SHOP, { set: [option] })).toEqual([`--set ${option}: ${message}`]);
});

test.each([
  '__proto__.x=1',
  'constructor.prototype.x=1',
  'prototype.x=1',
  'host.__proto__.x=1',
  'traffic[999999999]=1',
  'pages.__proto__.x=1',
  'toString=1',
])('--set %s touches nothing', (option) => {
  expect(problems(SHOP, { set: [option] })[0]).toContain('unknown setting');
  expect(({} as { x?: unknown }).x).toBeUndefined();
});

test('problems of an option carry its text and no file', () => {
  try {
    set('host.coers=4');
    expect.unreachable();
  } catch (error) {
    expect((error as ScenarioError).problems).toEqual([
      {
        file: '--set',
        line: 0,
        column: 0,
        option: 'host.coers=4',
        path: 'host.coers',
        value: '',
        message: 'unknown setting; did you mean host.cores?',
      },
    ]);
  }
});

test('a list that an option gives is checked as a file is, and its problems stand in the option', () => {
  expect(set('traffic=[{ rate: 5/s }, { users: 3 }]').traffic.map(({ kind }) => kind)).toEqual(['open', 'closed']);
  expect(problems(SHOP, { set: ['traffic=[{ rate: 5 }]'] })).toEqual([
    '--set traffic=[{ rate: 5 }]: traffic.0.rate: expected a rate with a unit, such as 5/s or 5/min, got 5',
  ]);
});
