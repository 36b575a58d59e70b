/**
 * Boxes as test cases: a text with the files of one box and what is expected of it, parted by lines such as `=== nginx.conf`.
 *
 * `=== expect` holds settings as the site file has them, `php-fpm.pm.max_children: 5  # pool.d/www.conf:4`, and `pages`, `chosen`,
 * `options`; each line of `=== warnings` must be one of the warnings, and there must be no others; `=== error` is the whole error.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BoxFiles, type Imported, importSite } from '../../src/import/importSite.js';

const folder = fileURLToPath(new URL('boxes', import.meta.url));
export const boxes = readdirSync(folder)
  .filter((name) => name.endsWith('.box'))
  .sort();

export interface BoxCase {
  readonly files: ReadonlyMap<string, string>;
  readonly expect: ReadonlyMap<string, string>;
  readonly warnings: readonly string[] | null;
  readonly error: string | null;
}

export function readBox(name: string): BoxCase {
  const parts = readFileSync(join(folder, name), 'utf8').split(/^=== (.*)\n/m);
  const files = new Map<string, string>();
  for (let at = 1; at < parts.length; at += 2) files.set(parts[at], parts[at + 1]);
  const take = (part: string) => {
    const text = files.get(part) ?? null;
    files.delete(part);
    return text;
  };
  const lines = (text: string | null) => text?.split('\n').filter((line) => line !== '') ?? null;
  const expected = (lines(take('expect')) ?? []).map((line): [string, string] => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
  return { expect: new Map(expected), warnings: lines(take('warnings')), error: take('error')?.trimEnd() ?? null, files };
}

export interface Tried {
  readonly imported: Imported | null;
  readonly error: string | null;
  /** The site file's settings by their paths, each with its comment. */
  readonly settings: ReadonlyMap<string, string>;
}

/** Writes the files to a folder of their own and imports them; the folder's name is taken out of what comes back. */
export function importBox({ files, expect }: BoxCase): Tried {
  const home = mkdtempSync(join(tmpdir(), 'lempsim-box-'));
  const local = (text: string) => text.replaceAll(`${home}/`, '');
  try {
    for (const [name, text] of files) {
      mkdirSync(dirname(join(home, name)), { recursive: true });
      writeFileSync(join(home, name), text.replaceAll('<CR>', '\r').replaceAll('<NUL>', '\0'));
    }
    const imported = importSite(given(home, files, expect.get('options') ?? ''));
    const text = local(imported.text);
    return { imported: { ...imported, text, warnings: imported.warnings.map(local) }, error: null, settings: settingsOf(text) };
  } catch (error) {
    return { imported: null, error: local((error as Error).message), settings: new Map() };
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** What a person would say on the command line: each file by the name that it has on any box. */
function given(home: string, files: ReadonlyMap<string, string>, options: string): BoxFiles {
  const [, server = null] = /server=(\S+)/.exec(options) ?? [];
  const [, cores = '2'] = /cores=(\d+)/.exec(options) ?? [];
  const [, gib = '4'] = /memory=([\d.]+)GiB/.exec(options) ?? [];
  const [, nginx = 'nginx.conf'] = /nginx=(\S+)/.exec(options) ?? [];
  const has = (name: string) => (files.has(name) ? [join(home, name)] : []);
  const pools = [...files.keys()].some((name) => name.startsWith('pool.d/')) && !files.has('php-fpm.conf');
  return {
    nginx: join(home, nginx),
    fpm: pools ? [join(home, 'pool.d')] : has('php-fpm.conf'),
    mysql: has('my.cnf'),
    php: has('php.ini'),
    sysctl: has('sysctl.conf'),
    root: /root/.test(options) ? home : null,
    server,
    host: { cores: Number(cores), memoryBytes: Number(gib) * 1024 ** 3, coresFrom: '--cores', memoryFrom: '--memory' },
  };
}

function settingsOf(text: string): Map<string, string> {
  const settings = new Map<string, string>();
  const open: string[] = [];
  for (const line of text.split('\n')) {
    const [, indent, name, value] = /^( *)("[^"]*"|[^\s#"][^\s]*?):(?: (.*))?$/.exec(line) ?? [];
    if (name === undefined) continue;
    open.length = indent.length / 2;
    open.push(name);
    if (value !== undefined) settings.set(open.join('.'), value.trim());
  }
  return settings;
}
