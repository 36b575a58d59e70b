import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { loadScenario, replicate, toJson } from '../../src/index.js';
import { folder, lempsim, program, scenario } from './lempsim.js';

const files = folder({
  'short.yaml': scenario(),
  'strict.yaml': scenario({ threshold: 'p95 < 0.001ms' }),
  'long.yaml': scenario({ duration: '10h', rate: '200/s', name: 'long' }),
  'endless.yaml': scenario({ duration: '10h', rate: '100000/s' }),
  'bad.yaml': scenario().replace('duration:', 'druation:'),
  'hostile.yaml': scenario().replace('One static page.', '"\\e]0;owned\\a \\u202E"'),
});
afterAll(files.remove);

const shortFile = files.path('short.yaml');
const version = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

describe('help', () => {
  it('--help begins with examples, lists every option, and costs no run', async () => {
    const { code, stdout, stderr } = await lempsim(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.startsWith('Examples\n')).toBe(true);
    for (const option of [
      '--seed',
      '--set',
      '--runs',
      '--json',
      '--quiet',
      '--no-color',
      '--ascii',
      '--version',
      'trace',
      'list',
      'Exit codes',
    ]) {
      expect(stdout).toContain(option);
    }
  });

  it('--version is that of the package', async () => {
    expect(await lempsim(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('list names the built-in scenarios, a line each', async () => {
    const { code, stdout } = await lempsim(['list']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^surge +\S/m);
    const asJson = JSON.parse((await lempsim(['list', '--json'])).stdout);
    expect(asJson.map(({ name }: { name: string }) => name)).toContain('surge');
  });
});

describe('usage', () => {
  it.each([
    [['surje'], 'no scenario "surje"; did you mean surge?'],
    [['lst'], 'did you mean list?'],
    [['trce', 'surge'], 'did you mean trace?'],
    [['surge', '--sed', '3'], '--seed'],
    [[], 'which scenario?'],
    [['--json', 'surge'], 'name the scenario first'],
    [['surge', '--set', 'nonsense'], 'path=value'],
    [['trace', 'surge', '--at', 'soon'], '3m10s'],
    [['trace', 'surge', '--request', '0'], 'from 1 on'],
    [['surge', '--runs', '0'], 'from 1 on'],
    [['surge', '--runs', '2.5'], 'from 1 on'],
    [['trace', 'surge', '--runs', '2'], '--runs'],
    [['__proto__'], 'no scenario "__proto__"'],
  ])('%j ends in 2 and says what was meant', async (words, hint) => {
    const { code, stdout, stderr } = await lempsim(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(hint);
    expect(stderr).not.toContain('    at ');
  });

  it('a misspelt scenario shows which there are', async () => {
    expect((await lempsim(['surje'])).stderr).toMatch(/^built in: .*\bsurge\b/m);
  });

  it('a wrong --set is a mistake of the command line, not of the scenario', async () => {
    const { code, stdout, stderr } = await lempsim([shortFile, '--set', 'host.croes=4']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('--set');
  });
});

describe('run', () => {
  it('prints the answer on stdout, nothing on stderr, and ends in 0 where the thresholds are met', async () => {
    const { code, stdout, stderr } = await lempsim([shortFile]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Holds/);
    expect(stdout).toContain(`npm run -s sim -- ${shortFile} --seed`);
  });

  it('the verb may be said', async () => {
    expect(await lempsim(['run', shortFile])).toEqual(await lempsim([shortFile]));
  });

  it('ends in 99 where a threshold failed', async () => {
    const { code, stdout } = await lempsim([files.path('strict.yaml')]);
    expect(code).toBe(99);
    expect(stdout).toContain('✗  p95 < 0.001ms');
  });

  it('the same seed gives the same bytes, another seed others', async () => {
    const words = [shortFile, '--json', '--seed'];
    const [first, again, other] = await Promise.all(['7', '7', '8'].map((seed) => lempsim([...words, seed])));
    expect(again.stdout).toBe(first.stdout);
    expect(other.stdout).not.toBe(first.stdout);
  });

  it('the command in the report repeats the run', async () => {
    const words = [shortFile, '--seed', "it's", '--set', 'host.cores=2'];
    const { stdout } = await lempsim(words);
    const command = /^ {2}npm run -s sim -- (.*)$/m.exec(stdout)?.[1] ?? '';
    const again = await promisify(execFile)('sh', ['-c', `"${process.execPath}" "${program}" ${command}`]);
    expect(again.stdout).toBe(stdout);
  });

  it('reads a scenario from stdin', async () => {
    const { code, stdout } = await lempsim(['-'], { input: scenario() });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Holds/);
  });

  it('--json prints one document in place of the text', async () => {
    const { code, stdout } = await lempsim([shortFile, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ format: 'lempsim.result/1', scenario: 'short', partial: false, lempsim: version });
  });

  it('--json file writes the same document beside the text, and leaves no draft', async () => {
    const file = files.path('result.json');
    const { code, stdout } = await lempsim([shortFile, '--json', file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Holds/);
    expect(readFileSync(file, 'utf8')).toBe((await lempsim([shortFile, '--json'])).stdout);
    expect(readdirSync(join(file, '..')).filter((name) => name.includes('.part'))).toEqual([]);
  });

  it('--quiet prints the headline and the thresholds', async () => {
    const { stdout, stderr } = await lempsim([shortFile, '--quiet']);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Holds[\s\S]*Thresholds\n {2}✓ {2}errors < 1% [^\n]*\n$/);
  });

  it('--ascii keeps to ASCII', async () => {
    expect((await lempsim([shortFile, '--ascii'])).stdout).toMatch(/^[\n\x20-\x7e]+$/);
  });

  it('lets no text of a scenario act on the terminal', async () => {
    const { stdout, stderr } = await lempsim([files.path('hostile.yaml')]);
    expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe('several runs', () => {
  const several = [shortFile, '--runs', '4'];

  it('print one answer with intervals, nothing on stderr, and end in 0 where the thresholds are met', async () => {
    const { code, stdout, stderr } = await lempsim(several);
    expect([code, stderr]).toEqual([0, '']);
    const sentence = stdout.split('\n\n')[0].replaceAll('\n', ' ');
    expect(sentence).toMatch(
      /^In 4 runs none of 1\d\d ± \d+ requests a run fails, p95 of the good answers [\d.]+ ± [\d.]+ ms; the busiest/,
    );
    expect(stdout).toContain(`npm run -s sim -- ${shortFile} --seed 1 --runs 4\n`);
  });

  it('give the JSON that the API gives, on stdout or in a file', async () => {
    const file = files.path('runs.json');
    const expected = toJson(replicate(await loadScenario(shortFile), 4));
    expect(await lempsim([...several, '--json'])).toMatchObject({ code: 0, stdout: expected });
    expect((await lempsim(['run', ...several, '--json', file])).stdout).toMatch(/^In 4 runs /);
    expect(readFileSync(file, 'utf8')).toBe(expected);
  });

  it('of which there is one are the run itself', async () => {
    expect(await lempsim([shortFile, '--runs', '1'])).toEqual(await lempsim([shortFile]));
  });

  it('end in 99 where a threshold failed, and where they are too few to tell', async () => {
    const failed = await lempsim([files.path('strict.yaml'), '--runs', '2']);
    expect([failed.code, failed.stdout]).toEqual([99, expect.stringMatching(/^Misses its goal "p95 < 0\.001ms"\. In 2 runs /)]);
    const model = await loadScenario(shortFile);
    const [low, high] = replicate(model, 3).latencyMs.p95?.ci95 ?? [0, 0];
    const limit = ((low + high) / 2).toFixed(6);
    const { code, stdout } = await lempsim(['-', '--runs', '3'], { input: scenario({ threshold: `p95 < ${limit}ms` }) });
    expect(code).toBe(99);
    expect(stdout).toMatch(/^Undecided: "p95 < [\d.]+ms"\. In 3 runs /);
  });

  it('are shortened by --quiet to the headline and the thresholds', async () => {
    const { stdout } = await lempsim([...several, '--quiet']);
    expect(stdout).toMatch(/^In 4 runs [\s\S]*Thresholds\n {2}✓ {2}errors < 1% [^\n]*\n$/);
  });

  it('beyond what an answer may rest on end in 79', async () => {
    const { code, stdout, stderr } = await lempsim([shortFile, '--runs', '10001']);
    expect([code, stdout]).toEqual([79, '']);
    expect(stderr).toBe('10001 runs were asked for; an answer may rest on 10000\n');
  });

  it('that are stopped give the answer of those that are complete, marked as such', async () => {
    const file = files.path('stopped.json');
    const stop = (child: { kill(signal: 'SIGINT'): boolean }) => setTimeout(() => child.kill('SIGINT'), 4000);
    const { code, stdout } = await lempsim([shortFile, '--runs', '10000', '--json', file], { meanwhile: stop });
    expect(code).toBe(130);
    const runs = JSON.parse(readFileSync(file, 'utf8'));
    expect(runs.partial).toBe(true);
    expect([runs.runsAsked, runs.runs > 0, runs.runs < 10_000]).toEqual([10_000, true, true]);
    expect(stdout).toMatch(/^Stopped after [\d,]+ runs? of 10,000\. In [\d,]+ runs? /);
    const same = replicate(await loadScenario(shortFile), runs.runs);
    expect(runs).toEqual(JSON.parse(toJson({ ...same, runsAsked: 10_000, partial: true })));
  });

  it('that are stopped before the first is complete have no answer, and leave no file', async () => {
    const file = files.path('none.json');
    const stop = (child: { kill(signal: 'SIGINT'): boolean }) => setTimeout(() => child.kill('SIGINT'), 2500);
    const ended = await lempsim([files.path('long.yaml'), '--runs', '2', '--json', file], { meanwhile: stop });
    expect(ended).toEqual({ code: 130, stdout: '', stderr: 'stopped before the first run had ended\n' });
    expect(existsSync(file)).toBe(false);
  });
});

describe('colours', () => {
  it('never go into a pipe', async () => {
    expect((await lempsim([shortFile])).stdout).not.toContain('\u001b');
  });

  it('go where they are forced to, unless NO_COLOR or --no-color forbids', async () => {
    const forced = { FORCE_COLOR: '1' };
    expect((await lempsim([shortFile], { env: forced })).stdout).toContain('\u001b[1m');
    expect((await lempsim([shortFile], { env: { ...forced, NO_COLOR: '1' } })).stdout).not.toContain('\u001b');
    expect((await lempsim([shortFile, '--no-color'], { env: forced })).stdout).not.toContain('\u001b');
  });
});

describe('trace', () => {
  it('draws one request from the click to its last byte', async () => {
    const { code, stdout } = await lempsim(['trace', shortFile, '--request', '3']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\/index\.html at 0:\d\d\.\d{3} → 200 after /);
    expect(stdout).toContain('request 3 of short');
    for (const step of ['type the name', 'look it up', 'connect', 'Nginx', 'deliver']) expect(stdout).toContain(step);
  });

  it('--json prints the spans', async () => {
    const { stdout } = await lempsim(['trace', shortFile, '--page', '/index.html', '--json']);
    const trace = JSON.parse(stdout);
    expect(trace).toMatchObject({ page: '/index.html', outcome: '200' });
    expect(trace.spans.map((span: { stage: string }) => span.stage)).toEqual(
      expect.arrayContaining(['dns', 'tcp', 'nginx', 'delivery']),
    );
  });

  it('ends in 2 where no request is like that', async () => {
    const { code, stderr } = await lempsim(['trace', shortFile, '--outcome', '418']);
    expect(code).toBe(2);
    expect(stderr).toContain('no request of this run is like that');
  });
});

describe('what cannot be run', () => {
  it('ends in 79 before it begins, and says what it asks for', async () => {
    const { code, stdout, stderr } = await lempsim([files.path('endless.yaml')]);
    expect([code, stdout]).toEqual([79, '']);
    expect(stderr).toContain('a run may have');
  });
});

describe('what cannot be read or written', () => {
  it('a wrong scenario ends in 65, with the place of the mistake', async () => {
    const { code, stdout, stderr } = await lempsim([files.path('bad.yaml')]);
    expect([code, stdout]).toEqual([65, '']);
    expect(stderr).toMatch(/bad\.yaml:3:\d+: .*dur/);
    expect(stderr).not.toContain('    at ');
  });

  it('a missing file and a folder end in 66', async () => {
    expect((await lempsim([files.path('none.yaml')])).code).toBe(66);
    expect((await lempsim([files.path('.')])).code).toBe(66);
  });

  it('a file in a missing folder ends in 73, before anything is simulated', async () => {
    const { code, stdout, stderr } = await lempsim([files.path('long.yaml'), '--json', files.path('none/result.json')]);
    expect([code, stdout]).toEqual([73, '']);
    expect(stderr).toContain('no such directory');
  });

  it('a folder in place of a file ends in 73', async () => {
    expect((await lempsim([shortFile, '--json', files.path('.')])).code).toBe(73);
  });

  it('what is no ordinary file is written to and stays what it is', async () => {
    expect((await lempsim([shortFile, '--json', '/dev/null'])).code).toBe(0);
    expect(readFileSync('/dev/null', 'utf8')).toBe('');
  });

  it('a full disk ends in 74', async () => {
    const command = `"${process.execPath}" "${program}" "${shortFile}" > /dev/full`;
    const failed = await promisify(execFile)('sh', ['-c', command]).catch((error) => error);
    expect(failed.code).toBe(74);
    expect(failed.stderr).toContain('stdout: no space left');
  });

  it('a reader that leaves early ends it quietly, but not in 0', async () => {
    const { code, stderr } = await lempsim([shortFile], { meanwhile: (child) => child.stdout?.destroy() });
    expect([code, stderr]).toEqual([74, '']);
  });
});

describe('signals', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s prints the answer so far, marked as such, and ends in %i', async (signal, expected) => {
    const file = files.path(`${signal}.json`);
    const stop = (child: { kill(signal: 'SIGINT' | 'SIGTERM'): boolean }) => setTimeout(() => child.kill(signal), 2500);
    const { code, stdout } = await lempsim([files.path('long.yaml'), '--json', file], { meanwhile: stop });
    expect(code).toBe(expected);
    expect(stdout).toMatch(/^Stopped at [\d:]+ of 10:00:00\. /);
    const result = JSON.parse(readFileSync(file, 'utf8'));
    expect(result.partial).toBe(true);
    expect(result.durationMs).toBeLessThan(36_000_000);
    const { offered, good, failed, unfinished } = result.requests;
    expect(good + failed + unfinished).toBe(offered);
  });
});
