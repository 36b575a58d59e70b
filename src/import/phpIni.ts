/**
 * php.ini and PHP-FPM's pools, which PHP's own INI scanner reads (php-src, zend_ini_scanner.l): `;` begins a comment, `#` does
 * not. A quoted value may go on over several lines in php.ini; not in a pool, which PHP-FPM hands to
 * the scanner line by line (php-src, fpm_conf.c).
 *
 * Our own, since the parsers to be had (ini 6) keep no line numbers and split a group's name at its dots, `[www.example.com]`.
 * Not read: expressions such as `E_ALL & ~E_NOTICE`, which stay as they are written, and `${NAME}` of the environment.
 */
import type { Place } from '../scenario/place.js';
import { show } from '../scenario/problems.js';
import { Cursor } from './cursor.js';
import { ENTRIES_MAX, type Entry, type Group } from './entry.js';
import type { File } from './files.js';
import type { Trouble } from './trouble.js';

const GROUPS_MAX = 2000;

export interface PhpIni {
  readonly entries: readonly Entry[];
  readonly groups: readonly Group[];
}

export function readPhpIni(file: File, trouble: Trouble): PhpIni {
  return new PhpIniReader(file, trouble, false).read();
}

export function readPoolFile(file: File, trouble: Trouble): PhpIni {
  return new PhpIniReader(file, trouble, true).read();
}

class PhpIniReader {
  private readonly cursor: Cursor;
  private readonly entries: Entry[] = [];
  private readonly groups: Group[] = [];

  constructor(
    file: File,
    private readonly trouble: Trouble,
    /** Whether a value ends where its line does. */
    private readonly byLine: boolean,
  ) {
    this.cursor = new Cursor(file);
  }

  read(): PhpIni {
    while (!this.cursor.ended && this.entries.length < ENTRIES_MAX) this.line();
    if (!this.cursor.ended) this.trouble.wrong(this.cursor.place, `expected at most ${ENTRIES_MAX} settings`);
    return { entries: this.entries, groups: this.groups };
  }

  private line(): void {
    this.blanks();
    if (this.cursor.here === ';') this.cursor.restOfLine();
    else if (this.cursor.here === '[') this.group();
    else if (this.cursor.here !== '\n' && !this.cursor.ended) this.entry();
    this.cursor.step();
  }

  private group(): void {
    const { place } = this.cursor;
    const line = this.cursor.restOfLine();
    const [, name] = /^\[([^\]]*)\]\s*(?:;.*)?$/.exec(line.trimEnd()) ?? [];
    if (name === undefined) this.trouble.wrong(place, `expected a group such as [www], got ${show(line.trimEnd())}`);
    else if (this.groups.length === GROUPS_MAX) this.trouble.wrong(place, `expected at most ${GROUPS_MAX} groups`);
    else this.groups.push({ name: name.trim(), place });
  }

  private entry(): void {
    const { place } = this.cursor;
    let name = '';
    while (!this.cursor.ended && !'=\n;'.includes(this.cursor.here)) name += this.cursor.step();
    if (name.startsWith('#')) this.trouble.wrong(place, 'expected ; before a comment, got #');
    if (name.trim() === '') {
      this.trouble.wrong(place, `expected a setting, got ${show(this.cursor.here)}`);
      this.cursor.restOfLine();
      return;
    }
    let value: string | null = null;
    let valuePlace = place;
    if (this.cursor.here === '=') {
      this.cursor.step();
      this.blanks();
      valuePlace = this.cursor.place;
      value = this.value();
    }
    this.cursor.restOfLine();
    this.entries.push({ group: this.groups.at(-1)?.name ?? '', name: name.trim(), value, place, valuePlace });
  }

  /** Quoted and bare stretches, up to the line's end or a comment. */
  private value(): string {
    let text = '';
    while (!this.cursor.ended && this.cursor.here !== '\n' && this.cursor.here !== ';') {
      const { here, place } = this.cursor;
      text += here === '"' || here === "'" ? this.quoted(place) : this.cursor.step();
    }
    return text.trim();
  }

  private quoted(place: Place): string {
    const quote = this.cursor.step();
    let text = '';
    while (!this.cursor.ended && this.cursor.here !== quote && !(this.byLine && this.cursor.here === '\n')) {
      if (quote === '"' && this.cursor.here === '\\' && '"\\'.includes(this.cursor.next)) this.cursor.step();
      text += this.cursor.step();
    }
    if (this.cursor.here === quote) this.cursor.step();
    else this.trouble.wrong(place, `expected a closing ${quote}, got the end of the ${this.cursor.ended ? 'file' : 'line'}`);
    return text;
  }

  private blanks(): void {
    while (/[ \t\r\ufeff]/.test(this.cursor.here)) this.cursor.step();
  }
}
