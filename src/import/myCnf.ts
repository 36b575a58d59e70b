/**
 * my.cnf with the files that it includes, in the order in which the server reads them (MariaDB source, mysys/my_default.c): the
 * last value of a variable counts.
 *
 * The rules that surprise: `#` begins a comment anywhere outside quotes, `;` only at a line's beginning; `-` and `_` are the same
 * in a variable's name, and `loose-` before it means nothing here; `!includedir` takes what ends in .cnf, by name.
 * Our own, since the parsers to be had (ini 6) keep no line numbers and take `!include` for a variable.
 */
import { dirname, join } from 'node:path';
import type { Place } from '../scenario/place.js';
import { show } from '../scenario/problems.js';
import { Cursor } from './cursor.js';
import { ENTRIES_MAX, type Entry } from './entry.js';
import type { File, Files } from './files.js';
import { spotOf, type Trouble } from './trouble.js';

/** The server's own limit; deeper ones it passes over with a warning. */
const DEPTH_MAX = 10;

export function readMyCnf(path: string, files: Files, trouble: Trouble): readonly Entry[] {
  const entries: Entry[] = [];
  files.with(path, (file) => new MyCnfReader(file, files, trouble, entries, 0).read());
  return entries;
}

class MyCnfReader {
  private readonly cursor: Cursor;
  private group: string | null = null;

  constructor(
    private readonly file: File,
    private readonly files: Files,
    private readonly trouble: Trouble,
    private readonly entries: Entry[],
    private readonly depth: number,
  ) {
    this.cursor = new Cursor(file);
  }

  read(): void {
    while (!this.cursor.ended && this.entries.length < ENTRIES_MAX) this.line();
    if (!this.cursor.ended) this.trouble.wrong(this.cursor.place, `expected at most ${ENTRIES_MAX} settings`);
  }

  private line(): void {
    while (/[ \t\r\ufeff]/.test(this.cursor.here)) this.cursor.step();
    const { place } = this.cursor;
    const line = this.cursor.restOfLine().trimEnd();
    this.cursor.step();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) return;
    if (line.startsWith('!')) this.directive(line, place);
    else if (line.startsWith('[')) this.heading(line, place);
    else if (this.group === null)
      this.trouble.wrong(place, `expected a group such as [mysqld] before the first setting, got ${show(line)}`);
    else this.setting(line, place, this.group);
  }

  private heading(line: string, place: Place): void {
    const [, name] = /^\[([^\]]*)\]/.exec(line) ?? [];
    if (name === undefined) this.trouble.wrong(place, `expected a group such as [mysqld], got ${show(line)}`);
    // A group that cannot be read is a group: what follows it is not told as a second mistake.
    this.group = name?.trim() ?? '';
  }

  private setting(line: string, place: Place, group: string): void {
    const text = withoutComment(line).trimEnd();
    const sign = text.indexOf('=');
    const name = sign < 0 ? text : text.slice(0, sign);
    const value = sign < 0 ? null : text.slice(sign + 1).trimStart();
    this.entries.push({
      group,
      name: name
        .trim()
        .toLowerCase()
        .replaceAll('-', '_')
        .replace(/^loose_/, ''),
      value: value === null ? null : unquoted(value),
      place,
      valuePlace: { ...place, column: place.column + (value === null ? 0 : text.length - value.length) },
    });
  }

  private directive(line: string, place: Place): void {
    const [, word, given] = /^(!include(?:dir)?)\s+(\S.*)$/.exec(line) ?? [];
    if (word === undefined) return this.trouble.wrong(place, `expected !include or !includedir with a path, got ${show(line)}`);
    if (this.depth >= DEPTH_MAX)
      return this.trouble.note(`${spotOf(place)}: not read, as the server reads ${DEPTH_MAX} levels of includes only`);
    const path = this.files.locate(given, dirname(this.file.name));
    const found = word === '!include' ? this.files.list(path) : this.files.list(join(path, '*.cnf'));
    if (found.length === 0 && !this.files.exists(path))
      this.trouble.note(`${spotOf(place)}: includes ${given}, which does not exist; what it says is not known`);
    for (const each of found) {
      if (this.files.exhausted) return;
      const read = (file: File) => new MyCnfReader(file, this.files, this.trouble, this.entries, this.depth + 1).read();
      this.files.with(each, read, place);
    }
  }
}

function withoutComment(line: string): string {
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at];
    if (quote === '' && character === '#') return line.slice(0, at);
    if (character === '\\' && quote !== '') at += 1;
    else if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
  }
  return line;
}

function unquoted(value: string): string {
  const [, inner] = /^(["'])(.*)\1$/s.exec(value)?.slice(1) ?? [];
  return inner ?? value;
}
