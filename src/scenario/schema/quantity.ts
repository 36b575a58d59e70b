/** Quantities as leaves of the schema: a duration, a size, a rate, a share, a count, each with its unit and its range. */
import * as z from 'zod';
import { assert } from '../../engine/assert.js';
import * as units from '../units.js';
import { expectationOf, hinted, hintOf } from './hint.js';

export type Quantity<I extends string | number = string | 0> = z.ZodType<number, I>;

export interface Range {
  readonly min?: number;
  readonly max?: number;
  /** The range in the reader's words, completing "expected a duration …". */
  readonly range?: string;
}

export const ABOVE_ZERO: Range = { min: Number.MIN_VALUE, range: 'of more than 0' };

/** `250ms`, `1h30m`, `100us`; a bare 0 needs no unit. */
export function duration(range: Range = {}): Quantity {
  const within = { max: units.LONGEST_MS, range: 'of at most 104 days', ...range };
  return quantity('duration', 'a duration', units.DURATION, units.readDuration, within, suggestDuration);
}

/** `12 kB`, `2 GiB`, `512 B`. */
export function size(range: Range = {}): Quantity {
  return quantity('size', 'a size', units.SIZE, units.readSize, { ...BYTES, ...range }, suggestSize);
}

/** A size that may be written as in my.cnf, `128M`, too. */
export function directiveSize(range: Range = {}): Quantity {
  const within = { ...BYTES, ...range };
  return quantity('size', 'a size', units.DIRECTIVE_SIZE, units.readDirectiveSize, within, (value) =>
    suggestUnits(value, '128M', ['M', ' MiB']),
  );
}

/** `40/s`, `2400/min`. */
export function rate(range: Range = {}): Quantity {
  const within = { max: 1_000_000, range: 'of at most 1000000/s', ...range };
  return quantity('rate', 'a rate', units.RATE, units.readRate, within, (value) => suggestUnits(value, '40/s', ['/s', '/min']));
}

/** `10r/s` as in nginx.conf, or `10/s`; nginx counts thousandths of a request a second. */
export function requestRate(): Quantity {
  const range = { min: 0.001, max: 1_000_000, range: 'of at least 0.001/s and at most 1000000/s' };
  return quantity('rate', 'a rate', units.REQUEST_RATE, units.readRequestRate, range, (value) =>
    suggestUnits(value, '10r/s', ['r/s', 'r/m']),
  );
}

/** `10 Mbit/s`, `1 GB/s`. */
export function bandwidth(range: Range = ABOVE_ZERO): Quantity {
  const suggest = (value: unknown) => suggestUnits(value, '10 Mbit/s', [' Mbit/s', ' MB/s']);
  return quantity('bandwidth', 'a bandwidth', units.BANDWIDTH, units.readBandwidth, range, suggest);
}

const BYTES: Range = { max: Number.MAX_SAFE_INTEGER, range: 'of at most 8 PiB' };

/** Ranges that no table needs to repeat. */
const EVIDENT = ['', 'of at most 104 days', 'of at most 1000000/s', 'of at most 8 PiB'];

function quantity(
  kind: string,
  noun: string,
  pattern: RegExp,
  read: (text: string) => number | null,
  range: Range,
  suggest: (value: unknown) => string,
): Quantity {
  const written = z
    .string()
    .regex(pattern)
    .transform((text) => (vanishes(text) ? Number.NaN : (read(text) ?? Number.NaN)));
  const schema = z.union([z.literal(0), written]).refine((value) => inRange(value, range));
  return hinted(schema as unknown as Quantity, {
    kind: EVIDENT.includes(range.range ?? '') ? kind : `${kind} ${range.range}`,
    expected: describe,
  });

  /** Whether something was written and nothing is left of it. */
  function vanishes(text: string): boolean {
    return read(text) === 0 && /[1-9]/.test(text);
  }

  function describe(value: unknown): string {
    if (value === 0) return `${noun} ${range.range}`;
    if (typeof value !== 'string') return `${noun} with a unit, such as ${suggest(value)}`;
    if (vanishes(value)) return `${noun} that is not rounded to 0`;
    if (read(value) !== null) return `${noun} ${range.range}`;
    if (value.startsWith('-') && read(value.slice(1)) !== null) return `${noun} of at least 0`;
    return `${noun} with a unit, such as ${suggest(value)}`;
  }
}

function inRange(value: number, range: Range): boolean {
  return value >= (range.min ?? 0) && value <= (range.max ?? Infinity);
}

function suggestDuration(value: unknown): string {
  const [, number, word] = /^(\d+(?:\.\d+)?) ?(\p{L}*)/u.exec(String(value).slice(0, 40)) ?? [];
  if (number === undefined) return '5s or 5ms';
  const unit = UNIT_WORDS.find(([beginning]) => word !== '' && word.toLowerCase().startsWith(beginning));
  return unit ? `${number}${unit[1]}` : `${number}s or ${number}ms`;
}

/** How the names of units begin, the longer before the shorter. */
const UNIT_WORDS = [
  ['mic', 'us'],
  ['mil', 'ms'],
  ['ms', 'ms'],
  ['m', 'm'],
  ['us', 'us'],
  ['s', 's'],
  ['h', 'h'],
  ['d', 'd'],
  ['w', 'w'],
] as const;

function suggestSize(value: unknown): string {
  const [, number, letter] = /^(\d+(?:\.\d+)?) ?([kKMGT]?)/.exec(String(value).slice(0, 40)) ?? [];
  if (number === undefined) return '12 kB or 2 GiB';
  return letter === '' ? `${number} kB or ${number} MiB` : `${number} ${letter.toUpperCase()}iB or ${number} ${letter}B`;
}

function suggestUnits(value: unknown, example: string, endings: readonly string[]): string {
  const [number] = /^\d+(?:\.\d+)?/.exec(String(value).slice(0, 40)) ?? [];
  return number === undefined ? example : endings.map((ending) => number + ending).join(' or ');
}

/** `10%` or 0.1; from 0 to 1. */
export function share(): Quantity<string | number> {
  const percent = z
    .string()
    .regex(units.PERCENT)
    .transform((text) => units.readPercent(text) ?? Number.NaN);
  const schema = z.union([z.number().min(0).max(1), percent.refine((value) => value <= 1)]);
  return hinted(schema, { kind: 'share', expected: 'a share from 0% to 100%, such as 10% or 0.1' });
}

/** A whole number. */
export function whole(min: number, max: number): z.ZodType<number, number> {
  return hinted(z.int().min(min).max(max), {
    kind: `whole number ${between(min, max)}`,
    expected: (value) => beyond(value, `a whole number ${between(min, max)}`),
  });
}

/** Any number, fractions included. */
export function decimal(min: number, max: number, range: string = between(min, max)): z.ZodType<number, number> {
  return hinted(z.number().min(min).max(max), {
    kind: `number ${range}`,
    expected: (value) => beyond(value, `a number ${range}`),
  });
}

function between(min: number, max: number): string {
  if (max < 1_000_000) return `from ${min} to ${max}`;
  return `of at least ${min} and at most ${max}`;
}

/** A number that YAML did not take for one says why. */
function beyond(value: unknown, expected: string): string {
  if (typeof value !== 'string') return expected;
  if (/^[-+]?0\d+$/.test(value)) return `${expected} without a leading zero`;
  if (/^\d{1,3}(_\d{3})+$/.test(value)) return `${expected} without _ between its digits`;
  if (/^[-+]?\d+$/.test(value) && !Number.isSafeInteger(Number(value))) return `${expected} that can be represented exactly`;
  if (/^[-+]?\d+(\.\d+)?$/.test(value)) return `${expected} without quotes`;
  return expected;
}

/** The quantity, or the word `unlimited`. */
export function orUnlimited(schema: Quantity): z.ZodType<number, string | 0> {
  return orWord(schema, 'unlimited', Infinity) as z.ZodType<number, string | 0>;
}

/** A leaf, or a word that stands for a value of its own. */
export function orWord<O, I, V>(schema: z.ZodType<O, I>, word: string, meaning: V): z.ZodType<O | V, I | string> {
  const hint = hintOf(schema);
  assert(hint !== undefined, 'a leaf without a hint');
  const expected = (value: unknown) => `${expectationOf(schema, value)}, or ${word}`;
  const either = z.union([z.literal(word).transform(() => meaning), schema]);
  return hinted(either as unknown as z.ZodType<O | V, I | string>, {
    ...hint,
    kind: `${hint.kind} or \`${word}\``,
    expected,
    words: [word],
  });
}
