/**
 * Reads data by the schema and tells every reason why that fails, each at the place it belongs to.
 *
 * It goes down with the schema, from the mapping to the key, from the list to the element, and zod decides of each leaf
 * whether it is right and what it means; then of each mapping whose parts are all right whether they go together. What is
 * right comes back even if something else is wrong, so that contradictions among the right parts are found in the same go.
 */
import * as z from 'zod';
import { didYouMean } from './nearest.js';
import { isMapping, type Path } from './place.js';
import { show } from './problems.js';
import type { Report } from './report.js';
import { expectationOf, hintOf } from './schema/hint.js';
import { suggestion } from './schema/word.js';
import { isOptional, unwrapped } from './shape.js';

/** What could be read; `undefined` for what could not. */
export type Draft<T> = T extends readonly (infer E)[]
  ? readonly (Draft<E> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Draft<T[K]> }
    : T;

const SUGGESTIONS_MAX = 50;
const NAMES_SHOWN = 12;

export function read<T extends z.ZodType>(schema: T, data: unknown, path: Path, report: Report): Draft<z.output<T>> | undefined {
  return explain(schema, data, path, report) as Draft<z.output<T>> | undefined;
}

function explain(schema: z.ZodType, value: unknown, path: Path, report: Report): unknown {
  if (value === undefined && !isOptional(schema)) {
    report.missing(path, `missing; expected ${expectationOf(unwrapped(schema), undefined)}`);
    return undefined;
  }
  const before = report.count;
  const partial = value === undefined ? undefined : inside(unwrapped(schema), value, path, report);
  if (report.count > before || report.failedWithin(path)) return partial;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) report.contradiction([...path, ...(issue.path as Path)], together(issue.message));
  return partial;
}

/** Reports what is wrong within a value, and gives back what is right of it. */
function inside(schema: z.ZodType, value: unknown, path: Path, report: Report): unknown {
  const hint = hintOf(schema);
  if (hint?.forms && isMapping(value)) return oneForm(hint.forms, value, path, report);
  if (hint?.mapping && isMapping(value)) return explain(hint.mapping, value, path, report);
  if (schema instanceof z.ZodObject && isMapping(value)) return members(schema, value, path, report);
  if (schema instanceof z.ZodRecord && isMapping(value)) return entries(schema, value, path, report);
  if (schema instanceof z.ZodArray && Array.isArray(value)) return elements(schema, value, path, report);
  if (schema instanceof z.ZodTuple && Array.isArray(value) && value.length === schema.def.items.length) {
    for (const [index, item] of schema.def.items.entries()) explain(item as z.ZodType, value[index], [...path, index], report);
    if (report.failedWithin(path)) return undefined;
  }
  if (!(hint?.scalar ?? schema).safeParse(value).success) {
    report.wrong(path, `expected ${expectationOf(schema, value)}, got ${show(value)}${suggestion(value, hint?.words)}`);
  }
  return undefined;
}

function members(
  schema: z.ZodObject,
  value: Readonly<Record<string, unknown>>,
  path: Path,
  report: Report,
): Record<string, unknown> {
  unknownKeys(Object.keys(value), Object.keys(schema.shape), path, report);
  const partial: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(schema.shape)) {
    const given = Object.hasOwn(value, key) ? value[key] : undefined;
    partial[key] = explain(member as z.ZodType, given, [...path, key], report);
  }
  return partial;
}

function unknownKeys(keys: readonly string[], known: readonly string[], path: Path, report: Report): void {
  const strangers = keys.filter((key) => !known.includes(key));
  for (const [index, key] of strangers.entries()) {
    const meant = index < SUGGESTIONS_MAX ? didYouMean(key, known) : '';
    report.unknown([...path, key], `unknown key${meant === '' ? knownHere(known) : meant}`);
  }
}

function knownHere(known: readonly string[]): string {
  const more = known.length > NAMES_SHOWN ? ', …' : '';
  return `; known here: ${known.slice(0, NAMES_SHOWN).join(', ')}${more}`;
}

function entries(
  schema: z.ZodRecord,
  value: Readonly<Record<string, unknown>>,
  path: Path,
  report: Report,
): Record<string, unknown> {
  const partial: Record<string, unknown> = Object.create(null);
  for (const [key, entry] of Object.entries(value)) {
    if (report.full) break;
    if (!(schema.keyType as unknown as z.ZodType).safeParse(key).success) {
      report.unknown([...path, key], `expected ${expectationOf(schema.keyType as unknown as z.ZodType, key)}, got ${show(key)}`);
    } else {
      partial[key] = explain(schema.valueType as z.ZodType, entry, [...path, key], report);
    }
  }
  return partial;
}

function elements(schema: z.ZodArray, value: readonly unknown[], path: Path, report: Report): unknown[] {
  const list: unknown[] = [];
  for (const [index, item] of value.entries()) {
    if (report.full) break;
    list.push(explain(schema.element as z.ZodType, item ?? null, [...path, index], report));
  }
  if (!report.failedWithin(path) && !schema.safeParse(value).success) {
    report.wrong(path, `expected ${expectationOf(schema, value)}, got ${value.length} of them`);
  }
  return list;
}

/** A mapping that must be one of several forms, told apart by a key that only one of them has. */
function oneForm(
  forms: Readonly<Record<string, z.ZodType>>,
  value: Readonly<Record<string, unknown>>,
  path: Path,
  report: Report,
): unknown {
  const named = Object.keys(value).filter((key) => Object.hasOwn(forms, key));
  if (named.length === 1) return explain(forms[named[0]], value, path, report);
  for (const key of named.slice(1))
    report.unknown([...path, key], `expected only one of ${Object.keys(forms).join(', ')}, got ${named[0]} and ${key}`);
  if (named.length > 0) return undefined;
  const all = [
    ...Object.keys(forms),
    ...Object.values(forms).flatMap((form) => Object.keys((unwrapped(form) as z.ZodObject).shape)),
  ];
  const strangers = Object.keys(value).filter((key) => !all.includes(key));
  if (strangers.length > 0) unknownKeys(strangers, Object.keys(forms), path, report);
  else report.wrong(path, `expected one of ${Object.keys(forms).join(', ')}, got a mapping without any of them`);
  return undefined;
}

/** Messages of refinements say what they expect; zod's own have a sentence like "Too small: expected array to have >=1 items". */
function together(message: string): string {
  return message.startsWith('expected') ? message : message.replace(/^.*?: /, '');
}
