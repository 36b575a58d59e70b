/**
 * Puts what a scenario says over what its site says, mapping into mapping, down to the settings: a law, a list or a
 * source is one value and replaced as a whole.
 */
import type * as z from 'zod';
import { emptyMapping, isMapping, type Spot, type Spots } from './place.js';
import { hintOf } from './schema/hint.js';
import { elementOf, memberOf, unwrapped } from './shape.js';

export function merged(schema: z.ZodType | undefined, base: unknown, over: unknown, spots: Spots): unknown {
  if (!isMapping(base) || !isMapping(over) || schema === undefined || isOneValue(schema)) return over;
  const result = emptyMapping();
  const places = new Map<string | number, Spot>();
  for (const layer of [base, over]) {
    for (const [key, value] of Object.entries(layer)) {
      const member = memberOf(schema, key) ?? elementOf(schema);
      result[key] = Object.hasOwn(result, key) ? merged(member, result[key], value, spots) : value;
      const place = spots.get(layer)?.get(key);
      if (place) places.set(key, place);
    }
  }
  spots.set(result, places);
  return result;
}

/** A law or a source of visits: its forms exclude each other. */
function isOneValue(schema: z.ZodType): boolean {
  return hintOf(unwrapped(schema))?.forms !== undefined;
}
