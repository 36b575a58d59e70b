/** Words and texts as leaves of the schema. */
import * as z from 'zod';
import { anyOf, didYouMean } from '../nearest.js';
import { hinted } from './hint.js';

/** One of some words, a switch among them: `choice('static', 'dynamic')`. */
export function choice<const W extends readonly [string, ...string[]]>(...words: W): z.ZodType<W[number], W[number]> {
  return hinted(z.enum(words) as unknown as z.ZodType<W[number], W[number]>, {
    kind: words.map((word) => `\`${word}\``).join(', '),
    expected: words.length === 1 ? words[0] : `one of ${anyOf(words)}`,
    words,
  });
}

/** nginx's `on` and `off`, which YAML's `true` and `false` may stand for. */
export function onOff(): z.ZodType<boolean, 'on' | 'off' | boolean> {
  const schema = z.union([z.boolean(), z.enum(['on', 'off']).transform((word) => word === 'on')]);
  return hinted(schema, { kind: '`on`, `off`', expected: 'on or off', words: ['on', 'off'] });
}

/** A sysctl that is 0 or 1. */
export function zeroOne(): z.ZodType<boolean, 0 | 1> {
  const schema = z.union([z.literal(0), z.literal(1)]).transform((value) => value === 1);
  return hinted(schema as unknown as z.ZodType<boolean, 0 | 1>, { kind: '0, 1', expected: '0 or 1' });
}

/** A text in one's own words; what YAML takes for a number or a truth is text, too. */
export function text(longest: number, noun = 'a text'): z.ZodType<string, string | number | boolean> {
  const schema = z.union([z.string().min(1).max(longest), z.number().transform(String), z.boolean().transform(String)]);
  return hinted(schema, { kind: 'text', expected: `${noun} of 1 to ${longest} characters` });
}

export const NAME_LONGEST = 200;

/** A name, which threshold texts must be able to quote: on one line, and no colon. */
export function plainName(): z.ZodType<string, string | number> {
  const schema = z.union([
    z
      .string()
      .max(NAME_LONGEST)
      .regex(/^[^:\s](?:[^:\n\r\t\v\f]*[^:\s])?$/),
    z.number().transform(String),
  ]);
  return hinted(schema, { kind: 'name', expected: `a name of 1 to ${NAME_LONGEST} characters on one line, without a colon` });
}

/** A text of a form that a pattern gives. */
export function formed(pattern: RegExp, longest: number, kind: string, expected: string): z.ZodType<string, string> {
  return hinted(z.string().max(longest).regex(pattern), { kind, expected });
}

/** A list of so many things: `listOf(text(500), 50, 'texts')`. */
export function listOf<E extends z.ZodType>(element: E, longest: number, things: string, shortest = 0) {
  const expected = shortest > 0 ? `a list of ${shortest} to ${longest} ${things}` : `a list of at most ${longest} ${things}`;
  return hinted(z.array(element).min(shortest).max(longest), { kind: `list of ${things}`, expected });
}

/** `; did you mean static?` for a leaf with words. */
export function suggestion(value: unknown, words: readonly string[] | undefined): string {
  return typeof value === 'string' && words ? didYouMean(value, words) : '';
}
