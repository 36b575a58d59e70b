/** A scenario with variants on the command line. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { inside } from './inside.js';
import { folder, scenario } from './lempsim.js';

const variants = `variants:
  - { name: plain, thresholds: ["errors < 1%"] }
  - { name: short of time, events: [{ at: 1s, steal: 50%, for: 1s, name: theft }] }
`;
const files = folder({
  'two.yaml': scenario().concat(variants),
  'one.yaml': scenario(),
  'strict.yaml': scenario().concat('variants: [{ name: a, thresholds: ["p95 < 0.001ms"] }]\n'),
});
afterAll(files.remove);
const two = files.path('two.yaml');

describe('variants on the command line', () => {
  it('are all run, and stand in one table', async () => {
    const { code, stdout, stderr } = await inside([two]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Side by side, best first\n');
    expect(stdout).toMatch(/\n {2}short of time +\d/);
    expect(stdout).toContain(`npm run -s sim -- ${two} --seed 1\n`);
  });

  it('one by itself has its full report, and the command that repeats it', async () => {
    const { code, stdout } = await inside([two, '--variant', 'short of time']);
    expect(code).toBe(0);
    expect(stdout).toContain('Latency of good answers, and rates\n');
    expect(stdout).toMatch(/--seed 1 --variant 'short of\s+time'/);
    expect((await inside(['trace', two, '--variant', 'plain'])).code).toBe(0);
  });

  it('one that is not there is a mistake, answered with those that are', async () => {
    expect(await inside([two, '--variant', 'plane'])).toMatchObject({
      code: 2,
      stderr: 'no variant "plane"; did you mean plain?\nthere are:\n  plain\n  short of time\n',
    });
    expect(await inside([files.path('one.yaml'), '--variant', 'plain'])).toMatchObject({
      code: 2,
      stderr: '--variant "plain": the scenario has no variants\n',
    });
  });

  it('as JSON are those of the table, the same bytes again; --quiet leaves the sentence and the goals', async () => {
    const { stdout } = await inside([two, '--json', '-', '--quiet']);
    const { format, variants } = JSON.parse(stdout);
    expect(format).toBe('lempsim.variants/1');
    expect(variants.map(({ name }: { name: string }) => name)).toEqual(['plain', 'short of time']);
    expect((await inside([two, '--json', '-', '--quiet'])).stdout).toBe(stdout);
    const file = files.path('out.json');
    expect((await inside([two, '--json', file, '--quiet'])).stdout).toMatch(
      /^Short of time costs least: .*[\s\S]*\n\nThresholds\n/,
    );
    expect(readFileSync(file, 'utf8')).toBe(stdout);
  });

  it('of several runs have intervals; a goal that one of them misses ends in 99', async () => {
    expect((await inside([two, '--runs', '2'])).stdout).toContain('p95 during');
    expect((await inside([files.path('strict.yaml')])).code).toBe(99);
  });

  it('--explain says at the end what the words mean', async () => {
    const { stdout } = await inside([two, '--explain']);
    expect(stdout).toMatch(/\n\nWhat the words mean\n {2}/);
    expect((await inside([two, '--explain', '--runs', '2'])).stdout).toContain('What the words mean');
    expect((await inside([files.path('one.yaml'), '--explain'])).stdout).toContain('  p95: ');
  });
});
