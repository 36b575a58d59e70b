/** The JSON Schemas that editors complete scenario and site files from; committed in `schema/`, checked by a test. */
import * as z from 'zod';
import { scenario, site } from './schema/scenario.js';

export function scenarioJsonSchema(): object {
  return { title: 'A lempsim scenario', ...draft7(scenario) };
}

export function siteJsonSchema(): object {
  return { title: 'A lempsim site', ...draft7(site) };
}

function draft7(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
}
