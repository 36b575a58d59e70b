/**
 * Scenarios from files: the built-in lessons by name, a person's own by path, standard input as `-`.
 *
 * The only file of this room that touches the disk. It reads regular files of at most 1 MiB, and a site only from the
 * folder of its scenario or from the built-in ones; nothing is ever fetched.
 */
import { closeSync, constants, existsSync, fstatSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Model } from '../model.js';
import { isSiteName, siteFile } from './besides.js';
import type { ReadSite } from './compose.js';
import { decoded } from './decode.js';
import { didYouMean } from './nearest.js';
import { isMapping } from './place.js';
import { printable, UnreadableError } from './problems.js';
import { parseScenario, printScenario } from './scenario.js';
import { readText } from './text.js';

const BYTES_MAX = 1024 * 1024;
const STDIN = '<stdin>';

export interface LoadOptions {
  readonly set?: readonly string[];
  readonly seed?: string;
}

export interface ScenarioEntry {
  readonly name: string;
  /** The lesson's first sentence. */
  readonly title: string;
  readonly about: string;
}

/** Throws `ScenarioError` if the scenario is wrong, `UnreadableError` if it cannot be read. */
export function loadScenario(nameOrPath: string, options: LoadOptions = {}): Model {
  const { text, file, readSite } = sourceOf(nameOrPath);
  return parseScenario(text, file, { ...options, readSite });
}

/** The scenario with its site put in and every default written out, as YAML. Throws as `loadScenario` does. */
export function printLoaded(nameOrPath: string, options: LoadOptions = {}): string {
  const { text, file, readSite } = sourceOf(nameOrPath);
  return printScenario(text, file, { ...options, readSite });
}

function sourceOf(nameOrPath: string): { readonly text: string; readonly file: string; readonly readSite: ReadSite } {
  if (nameOrPath === '-') {
    const text = decoded(readStdin(), STDIN);
    return { text, file: STDIN, readSite: siteReader(process.cwd(), STDIN) };
  }
  const builtIn = isSiteName(nameOrPath);
  const path = builtIn ? join(builtInFolder(), `${nameOrPath}.yaml`) : nameOrPath;
  if (builtIn && !existsSync(path)) throw new UnreadableError(noSuchScenario(nameOrPath));
  const file = builtIn ? `${nameOrPath}.yaml` : nameOrPath;
  return { text: decoded(readFile(path, file), file), file, readSite: siteReader(dirname(path), file) };
}

/** The built-in lessons, by name. */
export function listScenarios(): readonly ScenarioEntry[] {
  const files = readdirSync(builtInFolder()).filter((file) => file.endsWith('.yaml') && !file.endsWith('.site.yaml'));
  return files.sort().map((file) => {
    const { data } = readText(decoded(readFile(join(builtInFolder(), file), file), file), file, []);
    const about = isMapping(data) && typeof data.about === 'string' ? data.about.trim() : '';
    return { name: file.replace(/\.yaml$/, ''), title: /^.*?[.!?](?=\s|$)/s.exec(about)?.[0] ?? about, about };
  });
}

/** Beside package.json, from `src/` and from `dist/src/` alike. */
function builtInFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return join(folder, 'scenarios');
}

function noSuchScenario(name: string): string {
  const names = listScenarios().map((entry) => entry.name);
  const meant = didYouMean(name, names);
  return `there is no scenario ${printable(name)}${meant === '' ? `; there are ${names.join(', ')}, or give a path such as ./my.yaml` : meant}`;
}

/**
 * A scenario may name a site beside it only, for it may come from anybody. A person who says `--set site=` means any file, as
 * seen from where they are, or else one beside the scenario.
 */
function siteReader(folder: string, scenarioFile: string): ReadSite {
  return (site, fromOption) => {
    if (fromOption && !isSiteName(site) && existsSync(site)) return decoded(readFile(site, site), site);
    return readSite(site, folder, scenarioFile);
  };
}

function readSite(site: string, folder: string, scenarioFile: string): string {
  if (isSiteName(site)) return builtInSite(site);
  if (/^[a-z][a-z0-9+.-]*:|^[/\\]|\\/i.test(site) || site.includes('\0'))
    throw new UnreadableError(`expected a path from the scenario's own folder, got "${printable(site)}"`);
  const path = resolve(folder, site);
  if (!existsSync(path)) throw new UnreadableError(`expected a site file, got "${printable(site)}", which does not exist`);
  const inside = relative(realpathSync(folder), realpathSync(path));
  if (inside.startsWith('..'))
    throw new UnreadableError(`expected a file in the scenario's own folder or below it, got "${printable(site)}"`);
  if (scenarioFile !== STDIN && inside === '') throw new UnreadableError(`expected a site file, got "${printable(site)}"`);
  return decoded(readFile(path, site), site);
}

function builtInSite(name: string): string {
  const path = join(builtInFolder(), siteFile(name));
  if (existsSync(path)) return decoded(readFile(path, siteFile(name)), siteFile(name));
  const names = readdirSync(builtInFolder()).flatMap((file) =>
    file.endsWith('.site.yaml') ? [file.replace('.site.yaml', '')] : [],
  );
  throw new UnreadableError(
    `expected one of the built-in sites ${names.join(', ')}, or a path such as ./my.site.yaml, got "${name}"${didYouMean(name, names)}`,
  );
}

/** The bytes of a regular file; its kind is looked at before it is opened, so that no pipe is waited for, and its size while it is read. */
function readFile(path: string, shown: string): Buffer {
  const name = printable(shown);
  let opened = -1;
  try {
    if (!statSync(path).isFile()) throw new UnreadableError(`${name} is not a file`);
    opened = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    if (!fstatSync(opened).isFile()) throw new UnreadableError(`${name} is not a file`);
    return readAll(opened, name);
  } catch (error) {
    throw unreadable(error, name);
  } finally {
    if (opened >= 0) closeSync(opened);
  }
}

function readStdin(): Buffer {
  try {
    return readAll(0, STDIN);
  } catch (error) {
    throw unreadable(error, STDIN);
  }
}

function readAll(descriptor: number, name: string): Buffer {
  const bytes = Buffer.alloc(BYTES_MAX + 1);
  let length = 0;
  for (;;) {
    const got = readSome(descriptor, bytes, length);
    if (got === 0) return bytes.subarray(0, length);
    length += got;
    if (length > BYTES_MAX) throw new UnreadableError(`${name} is larger than 1 MiB`);
  }
}

/** A pipe that has nothing yet says so on some systems; it is asked again a moment later. */
function readSome(descriptor: number, bytes: Buffer, from: number): number {
  for (;;) {
    try {
      return readSync(descriptor, bytes, from, bytes.length - from, null);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function unreadable(error: unknown, name: string): Error {
  if (error instanceof UnreadableError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return new UnreadableError(`${name} ${REASONS[code] ?? `cannot be read (${code || String(error)})`}`);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  EISDIR: 'is not a file',
  ELOOP: 'is a link to itself',
  ENAMETOOLONG: 'has too long a name',
};
