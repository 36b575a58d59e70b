import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { listScenarios, loadScenario } from '../../src/scenario/load.js';
import { ScenarioError, UnreadableError } from '../../src/scenario/problems.js';
import { SHOP } from './samples.js';

const folder = mkdtempSync(join(tmpdir(), 'lempsim-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LINK = 'name: link\nabout: x\nduration: 1m\ntraffic: [{ rate: 1/s }]\n';
const SITE = 'host: { cores: 1, memory: 1 GiB }\npages: { /: { size: 1 kB } }\n';

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('every built-in scenario is listed, and is what its name says', () => {
  const listed = listScenarios();
  expect(listed.map((entry) => entry.name)).toEqual(
    expect.arrayContaining(['closed-users', 'slow-query', 'static-site', 'steady', 'surge']),
  );
  for (const { name, title, about } of listed) {
    const model = loadScenario(name);
    expect(model).toMatchObject({ name, about });
    expect(about.startsWith(title)).toBe(true);
    expect(title).toMatch(/\.$/);
    expect(model.watch.length, `${name} says what to watch`).toBeGreaterThan(0);
    const claims = [model, ...model.variants.map((variant) => variant.model)].flatMap(({ thresholds }) => thresholds);
    expect(claims.length, `${name} states its lesson`).toBeGreaterThan(0);
  }
});

test('surge is ten times forty', () => {
  const [base, surge] = loadScenario('surge', { set: ['host.cores=2'], seed: '9' }).traffic;
  expect(base).toMatchObject({ name: 'base', curve: [{ fromRate: 40 }] });
  expect(surge).toMatchObject({ name: 'surge', curve: [{}, { fromRate: 360, toMs: 320_000 }, {}] });
});

test('a file is read by its path, with a site beside it, below it or built in', () => {
  expect(loadScenario(file('shop.yaml', SHOP)).name).toBe('shop');
  file('corner.site.yaml', SITE);
  mkdirSync(join(folder, 'sites'));
  file('sites/far.site.yaml', SITE);
  expect(loadScenario(file('a.yaml', `${LINK}site: ./corner.site.yaml\n`)).siteName).toBe('corner');
  expect(loadScenario(file('b.yaml', `${LINK}site: sites/far.site.yaml\n`)).siteName).toBe('far');
  expect(loadScenario(file('c.yaml', `${LINK}site: foobar\n`)).dns.address).toBe('8.8.8.8');
  expect(loadScenario(file('d.yaml', `${LINK}site: foobar\n`), { set: ['site=./corner.site.yaml'] }).siteName).toBe('corner');
});

test('a site that --set names may lie anywhere, as the person who says so means their own', () => {
  const outside = mkdtempSync(join(tmpdir(), 'lempsim-'));
  writeFileSync(join(outside, 'away.site.yaml'), SITE);
  const scenario = file('chosen.yaml', `${LINK}site: foobar\n`);
  const site = join(outside, 'away.site.yaml');
  expect(loadScenario(scenario, { set: [`site=${site}`] }).siteName).toBe('away');
  expect(loadScenario(scenario, { set: [`site=${relative(process.cwd(), site)}`] }).siteName).toBe('away');
  writeFileSync(site, 'host: { cores: none }\n');
  expect(() => loadScenario(scenario, { set: [`site=${site}`] })).toThrow(`${site}:1:16: host.cores: expected a whole number`);
  rmSync(outside, { recursive: true });
  expect(() => loadScenario(scenario, { set: [`site=${site}`] })).toThrow(/^--set site=.*: site: expected a path/);
});

test('a site outside the scenario’s folder is not read, by whatever way', () => {
  const outside = mkdtempSync(join(tmpdir(), 'lempsim-'));
  writeFileSync(join(outside, 'x.site.yaml'), SITE);
  symlinkSync(join(outside, 'x.site.yaml'), join(folder, 'link.site.yaml'));
  for (const site of ['./link.site.yaml', '../x.site.yaml', `${outside}/x.site.yaml`, 'file:///etc/passwd', '.']) {
    expect(() => loadScenario(file('e.yaml', `${LINK}site: ${site}\n`)), site).toThrow(ScenarioError);
  }
  rmSync(outside, { recursive: true });
});

test('what is no readable file of at most 1 MiB is refused in a line', () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  symlinkSync('loop', join(folder, 'loop'));
  const large = file('large.yaml', '#'.repeat(1024 * 1024 + 1));
  const unreadable: Record<string, RegExp> = {
    [join(folder, 'none.yaml')]: /none\.yaml does not exist$/,
    [folder]: /is not a file$/,
    [pipe]: /pipe is not a file$/,
    '/dev/zero': /^\/dev\/zero is not a file$/,
    [join(folder, 'loop')]: /is a link to itself$/,
    [join(folder, 'shop.yaml', 'x')]: /does not exist$/,
    [large]: /is larger than 1 MiB$/,
    [join(folder, 'x'.repeat(300))]: /has too long a name$/,
    surje: /^there is no scenario surje; did you mean surge\?$/,
    zzzzzz: /^there is no scenario zzzzzz; there are .*surge/,
  };
  for (const [path, message] of Object.entries(unreadable)) {
    expect(() => loadScenario(path), path).toThrow(UnreadableError);
    expect(() => loadScenario(path), path).toThrow(message);
  }
});

test('- reads standard input, in pieces if need be', () => {
  const script = "import { loadScenario } from './dist/src/scenario/load.js'; process.stdout.write(loadScenario('-').name);";
  const run = (input: string) => spawnSync(process.execPath, ['--input-type=module', '-e', script], { input, encoding: 'utf8' });
  expect(run(`${SHOP}# ${'x'.repeat(200_000)}\n`)).toMatchObject({ status: 0, stdout: 'shop' });
  expect(run(SHOP.replace('cores: 2', 'cores: two')).stderr).toContain('<stdin>:7:18: host.cores: expected a whole number');
  expect(run('#'.repeat(1024 * 1024 + 2)).stderr).toContain('<stdin> is larger than 1 MiB');
});
