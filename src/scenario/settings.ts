/** What a site's section can say, as data: for who writes site files rather than reads them. */
import * as z from 'zod';
import { hintOf, sourceOf } from './schema/hint.js';
import { site } from './schema/scenario.js';
import { mappingsOf, memberOf, unwrapped } from './shape.js';

export interface SettingOf {
  readonly name: string;
  /** As the tables of the documentation name it: `duration of at least 1ms`; `mapping` for a section of its own. */
  readonly kind: string;
  /** Whether it may be left out although nothing stands for it. */
  readonly optional: boolean;
  /** Where it is not given; `undefined` if nothing stands for it. */
  readonly fallback: unknown;
  /** Where that comes from; empty without one. */
  readonly source: string;
}

/** A schema never changes, and looking into it takes longer than looking it up. */
const known = new Map<string, readonly SettingOf[]>();

/** The settings of a section, in the order of the documentation: `settingsOf('nginx', 'cpu')`. */
export function settingsOf(...path: readonly string[]): readonly SettingOf[] {
  const key = path.join('.');
  const settings = known.get(key) ?? lookedUp(path);
  known.set(key, settings);
  return settings;
}

function lookedUp(path: readonly string[]): readonly SettingOf[] {
  const section = path.reduce((schema: z.ZodType, key) => memberOf(schema, key) as z.ZodType, site);
  return Object.entries(mappingsOf(section)[0].shape).map(([name, schema]) => {
    const source = sourceOf(schema as z.ZodType) ?? '';
    const fallback = source === '' ? undefined : (schema as z.ZodPrefault<z.ZodType>).def.defaultValue;
    const optional = schema instanceof z.ZodOptional;
    return { name, optional, kind: hintOf(unwrapped(schema as z.ZodType))?.kind ?? 'mapping', fallback, source };
  });
}
