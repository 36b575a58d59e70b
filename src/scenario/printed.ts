/**
 * A scenario as a file that leaves nothing open: the site within it, every default beside what was written.
 *
 * What somebody wrote stays as they wrote it, `2400/min` and not `40/s`; a default stands in the words of `defaults.ts`. Keys come in the
 * order of the schema, so that printing what was printed gives the same bytes. Variants and `config` are changes, and stay as they are.
 */
import { stringify } from 'yaml';
import * as z from 'zod';
import { emptyMapping, isMapping, type Mapping } from './place.js';
import { hintOf } from './schema/hint.js';
import { complete, scenario, site } from './schema/scenario.js';
import { unwrapped } from './shape.js';

const WIDTH = 130;

/** `data` is a checked scenario with its site put in, as `compose` makes it. */
export function printed(data: Mapping): string {
  const whole = filled(complete, data) as Mapping;
  const within: Mapping = Object.assign(emptyMapping(), { name: whole.site });
  const outside: Mapping = emptyMapping();
  const sections = Object.keys(site.shape);
  for (const key of Object.keys(scenario.shape)) {
    if (key === 'site') outside.site = within;
    else if (key === 'variants') put(outside, key, data.variants);
    else if (!sections.includes(key) || key === 'name') put(outside, key, whole[key]);
  }
  for (const key of sections) if (key !== 'name') put(within, key, whole[key]);
  return stringify(outside, { lineWidth: WIDTH, aliasDuplicateObjects: false });
}

/** The value with the defaults of its schema, down to the leaves. */
function filled(schema: z.ZodType, given: unknown): unknown {
  const value = given === undefined && schema instanceof z.ZodPrefault ? schema.def.defaultValue : given;
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray && Array.isArray(value)) return value.map((item) => filled(inner.element as z.ZodType, item));
  if (!isMapping(value)) return value;
  const hint = hintOf(inner);
  if (hint?.forms) {
    const form = Object.keys(hint.forms).find((key) => Object.hasOwn(value, key));
    if (form === 'config') return value;
    return form === undefined ? value : filled(hint.forms[form], value);
  }
  if (hint?.mapping) return filled(hint.mapping, value);
  if (inner instanceof z.ZodObject) return withMembers(inner, value);
  if (inner instanceof z.ZodRecord) return mapped(value, (item) => filled(inner.valueType as z.ZodType, item));
  return value;
}

function withMembers({ shape }: z.ZodObject, value: Mapping): Mapping {
  const result = emptyMapping();
  for (const [key, member] of Object.entries(shape)) put(result, key, filled(member as z.ZodType, value[key]));
  return result;
}

function mapped(value: Mapping, change: (item: unknown) => unknown): Mapping {
  const result = emptyMapping();
  for (const [key, item] of Object.entries(value)) result[key] = change(item);
  return result;
}

function put(mapping: Mapping, key: string, value: unknown): void {
  if (value !== undefined) mapping[key] = value;
}
