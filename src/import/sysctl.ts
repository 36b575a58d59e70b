/** sysctl.conf, and what `sysctl -a` prints: `net.core.somaxconn = 4096`, one a line (sysctl.conf(5)). */
import { show } from '../scenario/problems.js';
import { Cursor } from './cursor.js';
import { ENTRIES_MAX, type Entry } from './entry.js';
import type { File } from './files.js';
import type { Trouble } from './trouble.js';

export function readSysctl(file: File, trouble: Trouble): readonly Entry[] {
  const cursor = new Cursor(file);
  const entries: Entry[] = [];
  while (!cursor.ended && entries.length < ENTRIES_MAX) {
    while (/[ \t\r\ufeff]/.test(cursor.here)) cursor.step();
    const { place } = cursor;
    const line = cursor.restOfLine().trimEnd();
    cursor.step();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const [, name, value] = /^-?([^=\s]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name === undefined) trouble.wrong(place, `expected name = value, got ${show(line)}`);
    else {
      const valuePlace = { ...place, column: place.column + line.length - value.length };
      entries.push({ group: '', name: dotted(name), value, place, valuePlace });
    }
  }
  if (!cursor.ended) trouble.wrong(cursor.place, `expected at most ${ENTRIES_MAX} settings`);
  return entries;
}

/** Slashes may stand for the dots, as in /proc/sys. */
function dotted(name: string): string {
  return /^[^./]*\//.test(name) ? name.replaceAll('/', '.') : name;
}
