/**
 * The files of a box, as its servers would find them: an absolute path, one relative to a folder, a pattern.
 *
 * The only file of this room that touches the disk. With a root, absolute paths are looked for below it, for a copy of
 * a box's /etc. It reads regular files of at most 1 MiB, at most 1,000 of them, and 16 MiB in all.
 */
import { closeSync, constants, fstatSync, openSync, readdirSync, readlinkSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { Place } from '../scenario/place.js';
import { printable } from '../scenario/problems.js';
import { isPattern, matches } from './glob.js';
import type { Trouble } from './trouble.js';

const BYTES_MAX = 1024 * 1024;
const FILES_MAX = 1000;
const BYTES_IN_ALL_MAX = 16 * BYTES_MAX;
const LINKS_MAX = 10;
const FOLDERS_MAX = 2000;
const ENTRIES_MAX = 10_000;

export interface File {
  /** As messages and comments name it. */
  readonly name: string;
  readonly text: string;
  /** The number of its first line; 1 unless it is a part of another file. */
  readonly line?: number;
}

/** Where included files are found: on a disk, or within one print of them all. */
export interface Found {
  readonly exhausted: boolean;
  locate(path: string, folder: string): string;
  list(pattern: string): string[];
  with(path: string, use: (file: File) => void, at?: Place): void;
}

export class Files implements Found {
  private read = 0;
  private bytes = 0;
  private folders = 0;
  /** The files that are being read, each included by the one before. */
  private readonly open: string[] = [];

  constructor(
    private readonly trouble: Trouble,
    private readonly root: string | null = null,
  ) {}

  /** Where a path that stands in a configuration lies; a relative one counts from `folder`. */
  locate(path: string, folder: string): string {
    if (!isAbsolute(path)) return join(folder, path);
    return this.root === null ? path : join(this.root, path);
  }

  /** Calls `use` with the file, unless it cannot be read, which is noted; while it does, the same file cannot be opened again. */
  with(path: string, use: (file: File) => void, at?: Place): void {
    const refuse = (message: string) => this.trouble.closed(printable(path), message, at);
    const actual = this.actual(path);
    const real = realPath(actual);
    if (this.open.includes(real)) return refuse('includes itself');
    this.read += 1;
    if (this.read === FILES_MAX + 1) refuse(`is one more than ${FILES_MAX} files`);
    const text = this.read > FILES_MAX ? null : textOf(actual, refuse);
    if (text === null || this.tooMuch(text, refuse)) return;
    if (text.includes('\0'))
      return this.trouble.wrong(placeOfNull(path, text), 'expected text, got the control character \\u0000');
    this.open.push(real);
    use({ name: path, text });
    this.open.pop();
  }

  private tooMuch(text: string, refuse: (message: string) => void): boolean {
    const before = this.bytes;
    this.bytes += text.length;
    if (before <= BYTES_IN_ALL_MAX && this.bytes > BYTES_IN_ALL_MAX) refuse('makes it more than 16 MiB in all');
    return this.bytes > BYTES_IN_ALL_MAX;
  }

  /** Whether no more files will be read. */
  get exhausted(): boolean {
    return this.read > FILES_MAX || this.bytes > BYTES_IN_ALL_MAX;
  }

  exists(path: string): boolean {
    return statOf(this.actual(path)) !== null;
  }

  /** The paths as given, a folder standing for its files of such names, `*.conf`. */
  inFolders(paths: readonly string[], names: string): string[] {
    const isFolder = (path: string) => statOf(this.actual(path))?.isDirectory() ?? false;
    return paths.flatMap((path) => (isFolder(path) ? this.list(join(path, names)) : [path]));
  }

  /** The paths that a pattern means, in the order of their names; a path that is no pattern means itself if it exists. */
  list(pattern: string): string[] {
    if (!isPattern(pattern)) return this.exists(pattern) ? [pattern] : [];
    const folders = isPattern(dirname(pattern)) ? this.list(dirname(pattern)) : [dirname(pattern)];
    return folders.flatMap((folder) =>
      this.namesIn(folder)
        .filter((name) => matches(basename(pattern), name))
        .map((name) => join(folder, name)),
    );
  }

  /** Below a root a link to an absolute path leads to below the root, as sites-enabled/default does in a copy of /etc. */
  private actual(path: string): string {
    let actual = path;
    for (let links = 0; this.root !== null && links < LINKS_MAX; links += 1) {
      const target = linkAt(actual);
      if (target === null) return actual;
      actual = this.locate(target, dirname(actual));
    }
    return actual;
  }

  private namesIn(folder: string): string[] {
    this.folders += 1;
    if (this.folders === FOLDERS_MAX) this.trouble.closed(printable(folder), `is one more than ${FOLDERS_MAX} folders`);
    return this.folders < FOLDERS_MAX ? namesIn(folder) : [];
  }
}

function placeOfNull(file: string, text: string): Place {
  const lines = text.slice(0, text.indexOf('\0')).split('\n');
  return { file, line: lines.length, column: [...(lines.at(-1) as string)].length + 1 };
}

function linkAt(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** By bytes, as glob(3) sorts them in the C locale. */
function namesIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).slice(0, ENTRIES_MAX);
    return names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  } catch {
    return [];
  }
}

/** Its kind is looked at before it is opened, so that no pipe is waited for. Bytes that are not UTF-8 stand in comments, mostly, and are let pass. */
function textOf(path: string, refuse: (message: string) => void): string | null {
  let opened = -1;
  const refused = (message: string) => {
    refuse(message);
    return null;
  };
  try {
    if (!statSync(path).isFile()) return refused('is not a file');
    opened = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    if (!fstatSync(opened).isFile()) return refused('is not a file');
    const bytes = allOf(opened);
    return bytes === null ? refused('is larger than 1 MiB') : new TextDecoder('utf-8').decode(bytes);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    return refused(REASONS[code] ?? `cannot be read (${code || String(error)})`);
  } finally {
    if (opened >= 0) closeSync(opened);
  }
}

function allOf(descriptor: number): Buffer | null {
  const bytes = Buffer.alloc(BYTES_MAX + 1);
  let length = 0;
  for (let got = -1; got !== 0 && length <= BYTES_MAX; length += got) {
    got = readSync(descriptor, bytes, length, bytes.length - length, null);
  }
  return length > BYTES_MAX ? null : bytes.subarray(0, length);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  ELOOP: 'is a link to itself',
  ENAMETOOLONG: 'has too long a name',
};
