/** A scenario and its site made one: where the site comes from, what it is called, what stands over it. */
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { defineSite, parseScenario, toModel } from '../../src/scenario/scenario.js';
import { plainProblems, problems, SHOP } from './samples.js';

const LESSON = 'name: lesson\nabout: x\nduration: 1m\ntraffic: [{ rate: 1/s }]\n';
const SITE = 'host: { cores: 1, memory: 1 GiB }\npages: { /: { size: 1 kB } }\n';
const at = (site: string) => `${LESSON}site: ${site}\n`;
const reads = (text: string) => ({ readSite: () => text });

test('a site without a name is called as its file, and "site" where the file has none, either', () => {
  expect(parseScenario(at('sites/corner.site.yaml'), 'a.yaml', reads(SITE)).siteName).toBe('corner');
  expect(parseScenario(at('corner.yml'), 'a.yaml', reads(SITE)).siteName).toBe('corner');
  expect(parseScenario(at('./.site.yaml'), 'a.yaml', reads(SITE)).siteName).toBe('site');
});

test('a site file that holds no mapping is refused in its own place, and an empty one once', () => {
  expect(problems(at('./a.site.yaml'), reads('\n- host'))).toEqual([
    'a.site.yaml:2:1: expected a mapping with the sections of a site, got a list',
  ]);
  expect(problems(at('./a.site.yaml'), reads(''))).toEqual(['a.site.yaml:1:1: expected a site, got an empty text']);
});

test('a text without files beside it cannot name one', () => {
  expect(problems(at('foobar'))).toEqual([
    'f.yaml:5:7: site: expected a mapping, as no file can be read from here, got "foobar"',
  ]);
});

test('why a site cannot be read is told in the words of whoever tried', () => {
  const fails = (thrown: unknown) => ({
    readSite: (): string => {
      throw thrown;
    },
  });
  expect(problems(at('foobar'), fails(new Error('the archive is closed')))).toEqual(['f.yaml:5:7: site: the archive is closed']);
  expect(problems(at('foobar'), fails('no archive'))).toEqual(['f.yaml:5:7: site: no archive']);
});

test('plain data may change its site as a text does, setting by setting', () => {
  const { site, ...lesson } = parse(SHOP);
  const own = { ...site, nginx: { worker_connections: 100, keepalive_timeout: '5s' } };
  const model = toModel({ ...lesson, site: own, nginx: { worker_connections: 200 } });
  expect(model.nginx).toMatchObject({ workerConnections: 200, keepaliveTimeoutMs: 5000 });
});

test('plain data is refused for sections that no site has', () => {
  const { site, ...lesson } = parse(SHOP);
  expect(plainProblems({ ...lesson, site: { ...site, ngnix: {} } })).toEqual([
    'scenario: ngnix: unknown key; did you mean nginx?',
  ]);
});

test('what plain data holds and no text could is named for what it is', () => {
  expect(plainProblems({ ...parse(SHOP), name: () => 'shop', about: 10n, watch: [undefined] })).toEqual([
    'scenario: name: expected a name of 1 to 200 characters on one line, without a colon, got a function',
    'scenario: about: expected a text of 1 to 1000 characters, got a bigint',
    'scenario: watch.0: expected a text of 1 to 500 characters, got nothing',
  ]);
});

test('defineSite changes nothing', () => {
  const site = { host: { cores: 1, memory: '1 GiB' }, pages: { '/': { size: '1 kB' } } };
  expect(defineSite(site)).toBe(site);
});
