/**
 * What the schema knows beyond zod: how to say what it expected, and which of several forms a mapping means.
 *
 * A *leaf* is checked as a whole and has one sentence for all that can be wrong with it. A *choice of forms* is a union
 * whose mappings are told apart by the key that only one of them has.
 */
import * as z from 'zod';

export interface Hint {
  /** Completes "expected …, got 5"; a function where the value says what its writer had in mind. */
  readonly expected: string | ((value: unknown) => string);
  /** The forms of a union, by the key that tells them apart. */
  readonly forms?: Readonly<Record<string, z.ZodType>>;
  /** The form that any mapping takes. */
  readonly mapping?: z.ZodType;
  /** The form of all but mappings, which saves trying the others. */
  readonly scalar?: z.ZodType;
  /** Valid words, for a suggestion. */
  readonly words?: readonly string[];
  /** Names the kind of value in the documentation: `duration`, `law of durations`. */
  readonly kind: string;
}

const hints = z.registry<Hint>();
const sources = z.registry<{ readonly source: string }>();

export function hinted<T extends z.ZodType>(schema: T, hint: Hint): T {
  (hints as { add(schema: z.ZodType, hint: Hint): unknown }).add(schema, hint);
  return schema;
}

export function hintOf(schema: z.ZodType): Hint | undefined {
  return (hints as { get(schema: z.ZodType): Hint | undefined }).get(schema);
}

/** What the schema expected in a value's place, as a sentence goes on after "expected"; what has no hint is a mapping. */
export function expectationOf(schema: z.ZodType, value: unknown): string {
  const expected = hintOf(schema)?.expected ?? 'a mapping';
  return typeof expected === 'string' ? expected : expected(value);
}

/** A default in the operator's own units, and where it comes from. */
export interface Default<V> {
  readonly value: V;
  readonly source: string;
}

/** A setting with its meaning, which editors show, and its default if it has one. */
export function setting<T extends z.ZodType>(schema: T, about: string): T;
export function setting<T extends z.ZodType>(schema: T, about: string, fallback: Default<z.input<T>>): z.ZodPrefault<T>;
export function setting(schema: z.ZodType, about: string, fallback?: Default<unknown>): z.ZodType {
  if (fallback === undefined) return schema.describe(about);
  const withDefault = schema.prefault(fallback.value as never).describe(about);
  (sources as { add(schema: z.ZodType, source: { source: string }): unknown }).add(withDefault, { source: fallback.source });
  return withDefault;
}

export function sourceOf(schema: z.ZodType): string | undefined {
  return (sources as { get(schema: z.ZodType): { source: string } | undefined }).get(schema)?.source;
}
