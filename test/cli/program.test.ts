/** The program as its words mean it, called within the test's own process. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { VERSION } from '../../src/version.js';
import { inside } from './inside.js';
import { folder, scenario } from './lempsim.js';

const files = folder({
  'short.yaml': scenario(),
  'strict.yaml': scenario({ threshold: 'p95 < 0.001ms' }),
  'endless.yaml': scenario({ duration: '10h', rate: '100000/s' }),
  'unstable.yaml': scenario({ rate: '200/s' }).concat('nginx: { cpu: { static: 9ms } }\n'),
  'bad.yaml': scenario().replace('duration:', 'druation:'),
});
afterAll(files.remove);

const short = files.path('short.yaml');

describe('the words', () => {
  it('--help prints what there is, of a verb what it takes, and ends in 0', async () => {
    const { code, stdout, stderr } = await inside(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Examples\n[\s\S]*\nUsage: lempsim [\s\S]*\n {2}trace [\s\S]*\nExit codes\n/);
    expect((await inside(['trace', '--help'])).stdout).toContain('--outcome <outcome>');
  });

  it('--version is that of the package', async () => {
    expect(await inside(['--version'])).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  });

  it('list prints a line for each built-in scenario, or as JSON what that line says', async () => {
    const { code, stdout } = await inside(['list']);
    const listed = JSON.parse((await inside(['list', '--json'])).stdout);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(listed.length);
    for (const [index, { name, about }] of listed.entries()) {
      expect(lines[index].startsWith(`${name} `)).toBe(true);
      expect(lines[index]).toContain(about.slice(0, 40).trimEnd());
    }
  });

  it.each([
    [['surje'], 'no scenario "surje"; did you mean surge?'],
    [['trce', 'surge'], '"trce surge" is not one scenario; did you mean trace?'],
    [['surge', '--sed', '3'], "unknown option '--sed'"],
    [[], 'which scenario?\n'],
    [['trace'], 'which scenario?\n'],
    [['--json', 'surge'], '("surge" was taken for the file of --json; name the scenario first)'],
    [[short, '--set', 'nonsense'], 'path=value'],
    [[short, '--set', 'host.croes=4'], 'did you mean host.cores?'],
    [['trace', short, '--at', 'soon'], '3m10s'],
    [['trace', short, '--outcome', '418'], 'no request of this run is like that'],
  ])('%j ends in 2 and says what was meant', async (words, hint) => {
    const { code, stdout, stderr } = await inside(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(hint);
    expect(stderr).not.toContain('    at ');
  });

  it.each([
    ['bad.yaml', 65, /^\S*bad\.yaml:3:1: druation: unknown key; did you mean duration\?$/m],
    ['none.yaml', 66, /none\.yaml does not exist\n$/],
    ['endless.yaml', 79, /a run may have/],
  ])('%s ends in %i, and says why', async (name, expected, message) => {
    const { code, stdout, stderr } = await inside([files.path(name)]);
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toMatch(message);
    expect(await inside(['trace', files.path(name)])).toEqual({ code, stdout, stderr });
    expect(await inside([files.path(name), '--runs', '2'])).toEqual({ code, stdout, stderr });
  });
});

describe('run', () => {
  it('prints the answer, with the command that repeats it, and ends in 0 where thresholds are met', async () => {
    const { code, stdout, stderr } = await inside([short, '--set', 'host.cores=2', '--seed', "it's"]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Holds/);
    expect(stdout).toContain(`\n  npm run -s sim -- ${short} --seed 'it'\\''s' --set host.cores=2\n`);
    expect(await inside(['run', short])).toEqual(await inside([short]));
  });

  it('ends in 99 where one failed', async () => {
    const { code, stdout } = await inside([files.path('strict.yaml'), '--quiet']);
    expect(code).toBe(99);
    expect(stdout).toMatch(/^Misses its goal [\s\S]*\n {2}✗ {2}p95 < 0\.001ms +[^\n]+\n$/);
  });

  it('--json gives the figures: to stdout in place of the text, to a file beside it', async () => {
    const { code, stdout, stderr } = await inside([short, '--json']);
    expect([code, JSON.parse(stdout).format]).toEqual([0, 'lempsim.result/1']);
    expect(await inside([short, '--json', '-'])).toEqual({ code, stdout, stderr });
    const file = files.path('result.json');
    const beside = await inside([short, '--json', file]);
    expect(beside).toEqual(await inside([short]));
    expect(readFileSync(file, 'utf8')).toBe(stdout);
    expect(readdirSync(join(file, '..')).filter((name) => name.includes('.part'))).toEqual([]);
  });

  it('--json to stdout leaves the warnings to stderr, unless they are not wanted', async () => {
    const warned = await inside([files.path('unstable.yaml'), '--json']);
    const { warnings } = JSON.parse(warned.stdout);
    expect(warnings.length).toBeGreaterThan(0);
    expect(warned.stderr).toBe(warnings.map((warning: string) => `warning: ${warning}\n`).join(''));
    expect((await inside([files.path('unstable.yaml'), '--json', '--quiet'])).stderr).toBe('');
  });

  it('writes over a file that is there, and to what is no file', async () => {
    const file = files.path('there.json');
    writeFileSync(file, 'old');
    await inside([short, '--json', file, '--quiet']);
    expect(JSON.parse(readFileSync(file, 'utf8')).scenario).toBe('short');
    expect((await inside([short, '--json', '/dev/null'])).code).toBe(0);
    expect(existsSync(`/dev/null.${process.pid}.part`)).toBe(false);
  });

  it.each([
    ['a folder', '.', /: is a directory\n$/],
    ['a file in a folder that is not there', 'none/result.json', /none\/result\.json: no such directory\n$/],
    ['a file below a file', 'short.yaml/result.json', /result\.json: not a directory\n$/],
    ['a name that is too long', 'x'.repeat(300), /: ENAMETOOLONG/],
  ])('--json %s ends in 73 before anything is simulated', async (_, name, message) => {
    const { code, stdout, stderr } = await inside([short, '--json', files.path(name)]);
    expect([code, stdout]).toEqual([73, '']);
    expect(stderr).toMatch(message);
  });

  it('a file that can no longer be written ends in 74, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await inside([short, '--json', '/dev/full']);
    expect([code, stdout]).toEqual([74, '']);
    expect(stderr).toBe('/dev/full: no space left\n');
  });

  it('an answer that cannot be printed ends in 74; a reader that has gone is not complained of', async () => {
    const failing = (code: string) => ({ write: () => Object.assign(new Error(`${code}: write`), { code }) });
    expect(await inside([short], failing('ENOSPC'))).toEqual({ code: 74, stdout: '', stderr: 'stdout: no space left\n' });
    expect(await inside([short], failing('EIO'))).toEqual({ code: 74, stdout: '', stderr: 'stdout: EIO: write\n' });
    expect(await inside([short], failing('EPIPE'))).toEqual({ code: 74, stdout: '', stderr: '' });
  });
});

describe('several runs', () => {
  it('give one answer, as text, shortened, or as JSON, and end as one does', async () => {
    const several = [short, '--runs', '3'];
    expect(await inside(several)).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^In 3 runs none of /) });
    expect((await inside(several)).stdout).toContain('--seed 1 --runs 3\n');
    expect((await inside([...several, '--quiet'])).stdout).not.toContain('The same again');
    const { stdout } = await inside([...several, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ format: 'lempsim.runs/1', runs: 3 });
    const file = files.path('runs.json');
    expect((await inside([...several, '--json', file])).stdout).toMatch(/^In 3 runs /);
    expect(readFileSync(file, 'utf8')).toBe(stdout);
    expect((await inside([files.path('strict.yaml'), '--runs', '2'])).code).toBe(99);
  });

  it('say of a warning in how many of them it was given', async () => {
    const words = [files.path('unstable.yaml'), '--runs', '2', '--json'];
    expect((await inside(words)).stderr).toMatch(/^warning: .* \(in [12] of 2 runs\)$/m);
    expect((await inside([...words, '--quiet'])).stderr).toBe('');
  });
});

describe('trace', () => {
  it('draws one request, or prints its spans, to stdout or to a file', async () => {
    const drawn = await inside(['trace', short, '--request', '3', '--page', '/index.html', '--at', '0s']);
    expect(drawn).toMatchObject({ code: 0, stderr: '' });
    expect(drawn.stdout).toMatch(/^\/index\.html at 0:\d\d\.\d{3} → 200 after /);
    const asked = ['trace', short, '--request', '3', '--json'];
    const { stdout } = await inside(asked);
    expect(JSON.parse(stdout)).toMatchObject({ scenario: 'short', request: 3, outcome: '200' });
    const file = files.path('trace.json');
    expect((await inside([...asked, file])).stdout).toMatch(/^\/index\.html at /);
    expect(readFileSync(file, 'utf8')).toBe(stdout);
  });

  it('follows a request of a built-in scenario by its name', async () => {
    const { code, stdout } = await inside(['trace', 'static-site', '--json']);
    expect([code, JSON.parse(stdout).scenario]).toEqual([0, 'static-site']);
  });

  it('leaves no file where there is no such request', async () => {
    const file = files.path('nobody.json');
    expect((await inside(['trace', short, '--outcome', '418', '--json', file])).code).toBe(2);
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(join(file, '..')).filter((name) => name.includes('.part'))).toEqual([]);
  });
});

describe('the look', () => {
  const lines = (text: string) => text.split('\n').map((line) => [...line].length);
  const terminal = (columns: number) => ({ stdout: { columns } });

  it('is as wide as the terminal, from 80 columns to 140', async () => {
    for (const [columns, width] of [
      [40, 80],
      [100, 100],
      [300, 140],
    ]) {
      const { stdout } = await inside([short, '--no-color'], terminal(columns));
      expect(Math.max(...lines(stdout)), `${columns} columns`).toBe(width);
    }
  });

  it('has colours on a terminal only, and not where they are not wanted', async () => {
    const coloured = { ...terminal(80), env: { FORCE_COLOR: '1' } };
    expect((await inside([short], coloured)).stdout).toContain('\u001b[1m');
    expect((await inside([short, '--no-color'], coloured)).stdout).not.toContain('\u001b');
    expect((await inside([short], { ...coloured, env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain('\u001b');
    expect((await inside([short])).stdout).not.toContain('\u001b');
  });

  it('is ASCII where that is asked for, and on a terminal that knows nothing else', async () => {
    const ascii = /^[\n\x20-\x7e]+$/;
    expect((await inside([short, '--ascii'])).stdout).toMatch(ascii);
    expect((await inside([short], { ...terminal(80), env: { TERM: 'dumb' } })).stdout).toMatch(ascii);
    expect((await inside([short], { env: { TERM: 'dumb' } })).stdout).not.toMatch(ascii);
    expect((await inside([short], terminal(80))).stdout).not.toMatch(ascii);
  });
});
