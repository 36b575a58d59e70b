/**
 * Words on a terminal: made harmless, then broken into lines.
 *
 * A scenario may come from anywhere, so none of its names may move the cursor, change colours or turn
 * the direction of writing. `printable` is applied once, to all that a report reads.
 */
import { stripVTControlCharacters } from 'node:util';

/**
 * Control and format characters (bidirectional controls, zero-width ones and tags among them), line separators,
 * broken surrogates, and fillers that are not there to be seen.
 */
const hostile = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u3164]/gu;

/** The text with every such character written as `\u001b`. */
export function escaped(text: string): string {
  return text.replace(hostile, (character) => {
    const code = character.codePointAt(0) as number;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** The same for the inside of a JSON text, which knows no `\u{…}`: two escapes stand for what is beyond U+FFFF. */
export function escapedInJson(json: string): string {
  return json.replace(hostile, (character) => {
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}

/** A copy of plain data in which every text, keys included, is `escaped`. */
export function printable<T>(data: T): T {
  if (typeof data === 'string') return escaped(data) as T;
  if (Array.isArray(data)) return data.map(printable) as T;
  if (data === null || typeof data !== 'object') return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [escaped(key), printable(value)])) as T;
}

/** A number stays with its unit and its interval: no break before `%`, `ms`, `s`, `min`, `h`, or a size, nor about `±`. */
const breaks = /(?<!±|\+-) +(?!±|\+-|(?:%|ms|s|min|h|B|KiB|MiB|GiB)(?:[\s.,;:)]|$))/;

/** Lines of at most `width` columns, the first starting with `first`, the others with `rest`. Long words are cut. */
export function wrap(text: string, width: number, first = '', rest = first): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(breaks).flatMap((word) => pieces(word, width - Math.max(first.length, rest.length)))) {
    if (!empty && length(line) + 1 + length(word) > width) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines;
}

/** Characters that a reader sees, each taken to be one column wide; colours count for nothing. */
export function length(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

function pieces(word: string, width: number): string[] {
  const characters = [...word];
  const parts: string[] = [];
  for (let at = 0; at < characters.length; at += width) parts.push(characters.slice(at, at + width).join(''));
  return parts;
}
