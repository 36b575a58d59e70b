/** The verbs that make many runs of one scenario, or of measured ones: `compare`, `capacity`, `tipping`, `validate`. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { inside } from './inside.js';

const terminal = { stderr: { columns: 80 } };
let folder = '';
let small = '';
let two = '';
let site = '';

/** A site with one child, which a second visitor within the same second waits for. */
const SITE = `host: { cores: 1, memory: 1 GiB }
php-fpm: { pm: static, pm.max_children: 1 }
pages: { /: { size: 1 kB, php: { cpu: 1ms, wait: 99ms } } }
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lempsim-many-'));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  site = write('small.site.yaml', SITE);
  const lesson = 'name: small\nabout: One child.\nsite: ./small.site.yaml\nduration: 1m\ntraffic: [{ rate: 1/s }]\n';
  small = write('small.yaml', lesson);
  two = write(
    'two.yaml',
    `${lesson.replace('small', 'two')}variants: [{ name: a }, { name: b, php-fpm: { pm.max_children: 2 } }]\n`,
  );
});

describe('compare', () => {
  it('takes a second scenario or settings, and says so where there is neither', async () => {
    expect(await inside(['compare', small])).toMatchObject({ code: 2, stderr: expect.stringContaining('compared with what?') });
    const same = await inside(['compare', small, small, '--runs', '2'], terminal);
    expect(same.stdout).toMatch(/^Nothing that visitors see differs/);
    expect(same.stderr).toContain('run 2 of 2');
  });

  it('changes with --set both, with --to the other one, and repeats itself by what it prints', async () => {
    const { code, stdout } = await inside([
      'compare',
      small,
      '--runs',
      '3',
      '--set',
      'traffic.0.rate=5/s',
      '--to',
      'php-fpm.pm.max_children=4',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Better: /);
    expect(stdout).toContain('--runs 3 --set traffic.0.rate=5/s --to php-fpm.pm.max_children=4');
  });

  it('ends with 99 under --strict where something is worse', async () => {
    const worse = ['compare', small, '--runs', '2', '--to', 'pages./.php.wait=300ms', '--strict', '--quiet'];
    const { code, stdout } = await inside(worse);
    expect(code).toBe(99);
    expect(stdout).toMatch(/^Worse: .*\n(.*\n)?$/);
  });

  it('is Markdown, or JSON to stdout or a file', async () => {
    const words = ['compare', small, '--runs', '2', '--to', 'pages./.php.wait=50ms'];
    expect((await inside([...words, '--markdown'])).stdout).toContain('| figure | before | after |');
    const json = JSON.parse((await inside([...words, '--json'])).stdout);
    expect(json.verdict).toBe('better');
    const file = join(folder, 'compared.json');
    expect((await inside([...words, '--json', file])).stdout).toMatch(/^Better/);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(json);
  });

  it('of variants takes one, and says which there are', async () => {
    expect((await inside(['compare', two, small])).stderr).toContain('--variant "a" or "b"');
    const { stdout } = await inside(['compare', two, small, '--variant', 'b', '--runs', '2']);
    expect(stdout).toContain('--variant b --runs 2');
    expect((await inside(['compare', small, small, '--variant', 'b'])).stderr).toContain('no variants');
  });
});

describe('capacity', () => {
  it('says to where the goals hold, in words, in one sentence, or as JSON', async () => {
    const words = ['capacity', small, '--slo', 'p95 < 400ms'];
    const whole = await inside(words, terminal);
    expect(whole.stdout).toMatch(/^Holds to \d/);
    expect(whole.stdout).toContain("--slo 'p95 < 400ms'");
    expect(whole.stderr).toContain('run 8 of 8');
    const brief = await inside([...words, '--quiet'], terminal);
    expect(whole.stdout.startsWith(brief.stdout.trimEnd())).toBe(true);
    expect(brief.stderr).toBe('');
    const file = join(folder, 'capacity.json');
    await inside([...words, '--json', file]);
    const json = JSON.parse(readFileSync(file, 'utf8'));
    expect((await inside([...words, '--json'])).stdout).toBe(readFileSync(file, 'utf8'));
    // One child held 100 ms answers 10 a second; waits grow before that.
    expect(json.value.mean).toBeGreaterThan(3);
    expect(json.value.mean).toBeLessThan(10);
  });

  it('has goals of its own where none is given', async () => {
    expect((await inside(['capacity', small])).stdout).toContain("--slo 'p95 < 500ms' --slo 'errors < 1%'");
  });

  it('tells all goals that it cannot read', async () => {
    const { code, stderr } = await inside([
      'capacity',
      small,
      '--slo',
      'p95 < 5',
      '--slo',
      'during surge: p95 < 1s',
      '--slo',
      'stages.mysql.queue.max < 5',
    ]);
    expect(code).toBe(2);
    expect(stderr.split('\n').filter((line) => line.startsWith('--slo'))).toHaveLength(3);
  });
});

describe('tipping', () => {
  it('says where it tips and where it comes back, in words or as JSON', async () => {
    const whole = await inside(['tipping', small]);
    expect(whole.code).toBe(0);
    expect(whole.stdout).toContain('sim -- tipping');
    const brief = await inside(['tipping', small, '--quiet']);
    expect(whole.stdout.replaceAll('\n', ' ')).toContain(brief.stdout.trim());
    const file = join(folder, 'tipping.json');
    await inside(['tipping', small, '--json', file]);
    expect((await inside(['tipping', small, '--json'])).stdout).toBe(readFileSync(file, 'utf8'));
  });
});

describe('validate', () => {
  const run = 'bench/real-stack/per-request/php_20_101.json.gz';
  const stack = 'bench/real-stack/stack.site.yaml';

  it('shows predicted beside measured, as text or as JSON', async () => {
    const whole = await inside(['validate', run, '--site', stack], terminal);
    expect(whole.stdout).toMatch(/^Good: over one run the prediction misses/);
    expect(whole.stderr).toContain('1 of 1: php_20_101');
    expect((await inside(['validate', run, '--site', stack, '--quiet'], terminal)).stderr).toBe('');
    const file = join(folder, 'validated.json');
    expect((await inside(['validate', run, '--site', stack, '--json', file])).stdout).toBe(whole.stdout);
    const { stdout } = await inside(['validate', run, '--site', stack, '--json']);
    expect(stdout).toBe(readFileSync(file, 'utf8'));
    expect(JSON.parse(stdout).verdict).toBe('good');
  });

  it('tells what it cannot read', async () => {
    expect(await inside(['validate', run, '--site', join(folder, 'none.yaml')])).toMatchObject({
      code: 66,
      stderr: expect.stringContaining('does not exist'),
    });
    expect(await inside(['validate', run, '--site', folder])).toMatchObject({ code: 66 });
    expect(await inside(['validate', site, '--site', stack])).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('small.site.yaml'),
    });
  });
});
