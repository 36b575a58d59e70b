/** What a file says of one setting, in the words of a site file, and where it says so. */
import { anyOf } from '../scenario/nearest.js';
import type { Place } from '../scenario/place.js';
import { show } from '../scenario/problems.js';
import type { SettingOf } from '../scenario/settings.js';
import type { Dialect } from './dialects.js';
import type { Trouble } from './trouble.js';

export type Scalar = string | number;
export type Value = Scalar | readonly string[] | object;

export interface Fact {
  readonly value: Value;
  /** `null` where no file says it. */
  readonly place: Place | null;
  /** What a reader must know besides the place, or in place of it: that a value was cut, or follows from another. */
  readonly note?: string;
}

/** By the setting's path in a site file, `php-fpm.pm.max_children`. */
export type Facts = Map<string, Fact>;

/** Kinds of setting that no server's file could give in one word. */
export function isPlain(setting: SettingOf): boolean {
  return !/^law|^list|mapping|by status/.test(setting.kind);
}

/** Reads a server's word for a setting; a word that the server would refuse is a problem. */
export function factOf(setting: SettingOf, text: string, place: Place, dialect: Dialect, trouble: Trouble): Fact | null {
  const value = read(setting, text, dialect);
  if (value !== null) return { value, place };
  trouble.wrong(place, `${setting.name}: expected ${expectation(setting, dialect)}, got ${show(text)}`);
  return null;
}

function read({ kind }: SettingOf, text: string, dialect: Dialect): Scalar | null {
  if (kind.includes(`\`${text}\``)) return text;
  if (kind.startsWith('duration')) return written(dialect.durationMs(text), durationText);
  if (kind.startsWith('size')) return written(dialect.bytes(text), sizeText);
  if (kind.startsWith('whole number') || /^\d, \d/.test(kind)) return dialect.whole(text);
  if (kind.startsWith('`on`')) return written(dialect.onOff(text), (on) => (on ? 'on' : 'off'));
  // One of the words that the kind lists, or a text of its own form, which the site's schema checks.
  return kind.startsWith('`') ? null : text;
}

function written<V>(value: V | null, text: (value: V) => string): string | null {
  return value === null ? null : text(value);
}

function expectation({ kind }: SettingOf, { examples }: Dialect): string {
  if (kind.startsWith('duration')) return `a duration such as ${examples.duration}`;
  if (kind.startsWith('size')) return `a size such as ${examples.size}`;
  const words = kind.split(', ').map((word) => word.replaceAll('`', ''));
  if (words.length > 1 && kind.startsWith('`')) return words.length > 2 ? `one of ${anyOf(words)}` : anyOf(words);
  return `a ${words.join(', ')}`;
}

/** `durationText(90000) // => '90s'` */
export function durationText(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

const UNITS = [
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
] as const;

/** `sizeText(134217728) // => '128 MiB'` */
export function sizeText(bytes: number): string {
  const [name, unit] = UNITS.find(([, each]) => bytes > 0 && bytes % each === 0) ?? ['B', 1];
  return `${bytes / unit} ${name}`;
}
