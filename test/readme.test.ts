/**
 * The README shows what runs. Each `console` block holds a command and its output, each `ts` block a program; both are run
 * here, beside the files whose names stand in the first line of their blocks. `LEMPSIM_WRITE=1 npx vitest run test/readme.test.ts` writes the outputs anew, up to a line that is just `…`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const program = resolve('dist/src/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'lempsim-readme-'));
afterAll(() => rmSync(folder, { recursive: true }));

let readme = readFileSync('README.md', 'utf8');
const blocks = [...readme.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([all, language, text]) => ({ all, language, text }));
symlinkSync(resolve('bench'), join(folder, 'bench'));
for (const { language, text } of blocks) {
  const file = language === 'console' ? null : /^[#;] (\S+\.(?:yaml|conf))$/m.exec(text);
  if (file !== null) writeFileSync(join(folder, file[1]), text);
}

describe('the README', () => {
  it.each(blocks.filter(({ language }) => language === 'console'))('shows what is printed: $text', ({ all, text }) => {
    const [first, ...shown] = text.trimEnd().split('\n');
    const words = /^\$ npm run -s sim -- (.*)$/.exec(first);
    if (words === null) throw new Error(`not a command of lempsim's: ${first}`);
    const printed = outputOf(words[1].split(' ')).trimEnd().split('\n');
    const whole = shown.at(-1) !== '…' || shown.length === 1;
    const kept = whole ? printed : [...printed.slice(0, shown.length - 1), '…'];
    if (process.env.LEMPSIM_WRITE === '1') readme = readme.replace(all, `\`\`\`console\n${[first, ...kept].join('\n')}\n\`\`\``);
    else expect(shown).toEqual(kept);
  });

  it.each(blocks.filter(({ language }) => language === 'ts'))('shows a program that runs: $text', ({ text }) => {
    const file = join(folder, 'example.mjs');
    writeFileSync(file, text.replace("from 'lempsim'", `from '${resolve('dist/src/index.js')}'`));
    expect(execFileSync('node', [file], { encoding: 'utf8' })).toMatch(/^Holds: /);
  });

  it('names files that exist', () => {
    for (const [, link] of readme.matchAll(/\]\(([^)#:]+)\)/g)) expect(() => execFileSync('ls', [link]), link).not.toThrow();
  });
});

afterAll(() => {
  if (process.env.LEMPSIM_WRITE === '1') writeFileSync('README.md', readme);
});

/** What a person in that folder would see, complaints included. */
function outputOf(words: readonly string[]): string {
  const { stdout, stderr } = spawnSync('node', [program, ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return stdout + stderr;
}
