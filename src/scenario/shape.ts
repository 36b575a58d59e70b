/** Looking into a schema: through its wrappers, at the names it knows, at what it says of one of them. */
import * as z from 'zod';
import { hintOf } from './schema/hint.js';

/** Without `.optional()`, `.prefault()` and the transforms that come after a mapping. */
export function unwrapped(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault) {
    return unwrapped(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodPipe && hintOf(schema) === undefined) return unwrapped(schema.in as z.ZodType);
  return schema;
}

/** Whether what is behind the wrappers may be left out. */
export function isOptional(schema: z.ZodType): boolean {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault;
}

/** The mappings that a schema may be: one, several forms, or none. */
export function mappingsOf(schema: z.ZodType): readonly z.ZodObject[] {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodObject) return [inner];
  const hint = hintOf(inner);
  if (hint?.forms) return Object.values(hint.forms).flatMap(mappingsOf);
  if (hint?.mapping) return mappingsOf(hint.mapping);
  return [];
}

export function namesOf(schema: z.ZodType): string[] {
  return [...new Set(mappingsOf(schema).flatMap((mapping) => Object.keys(mapping.shape)))];
}

/** What the schema says of a key; of the first of its forms that knows it. */
export function memberOf(schema: z.ZodType, key: string): z.ZodType | undefined {
  for (const mapping of mappingsOf(schema)) {
    if (Object.hasOwn(mapping.shape, key)) return mapping.shape[key] as z.ZodType;
  }
  return undefined;
}

/** Of a list's elements, or of a record's values. */
export function elementOf(schema: z.ZodType): z.ZodType | undefined {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray) return inner.element as z.ZodType;
  return inner instanceof z.ZodRecord ? (inner.valueType as z.ZodType) : undefined;
}
