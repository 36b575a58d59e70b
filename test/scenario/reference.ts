/** The tables of docs/scenario-format.md, made from the schema: key, kind and range, default, its source, meaning. */
import * as z from 'zod';
import { events, job } from '../../src/scenario/schema/events.js';
import { hintOf, sourceOf } from '../../src/scenario/schema/hint.js';
import { page } from '../../src/scenario/schema/pages.js';
import { complete, site } from '../../src/scenario/schema/scenario.js';
import { sources } from '../../src/scenario/schema/traffic.js';
import { happens, variantHead } from '../../src/scenario/schema/variants.js';
import { refresh, reload, retry } from '../../src/scenario/schema/visitors.js';
import { elementOf, isOptional, mappingsOf, memberOf, unwrapped } from '../../src/scenario/shape.js';

const root = complete as z.ZodType;
const below = (...path: string[]) => path.reduce((schema, key) => memberOf(schema, key) as z.ZodType, root);
const only = (schema: z.ZodType) => mappingsOf(schema)[0];

/** Each table by its name in the document. */
export const tables: Readonly<Record<string, () => string>> = {
  scenario: () =>
    table(
      complete.omit({ host: true, dns: true, tcp: true, nginx: true, 'php-fpm': true, mysql: true, pages: true, site: true }),
    ),
  site: () => table(site),
  host: () => table(only(below('host'))),
  'host.disk': () => table(only(below('host', 'disk'))),
  'host.network': () => table(only(below('host', 'network'))),
  dns: () => table(only(below('dns'))),
  tcp: () => table(only(below('tcp'))),
  'tcp.tls': () => table(only(below('tcp', 'tls'))),
  nginx: () => table(only(below('nginx'))),
  'nginx.cpu': () => table(only(below('nginx', 'cpu'))),
  'nginx.limit_req': () => table(only(below('nginx', 'limit_req'))),
  'nginx.limit_conn': () => table(only(below('nginx', 'limit_conn'))),
  'nginx.fastcgi_cache_valid': () => table(only(below('nginx', 'fastcgi_cache_valid'))),
  'php-fpm': () => table(only(below('php-fpm'))),
  mysql: () => table(only(below('mysql'))),
  page: () => table(page),
  'page.php': () => table(only(memberOf(page, 'php') as z.ZodType)),
  'page.queries': () => table(only(elementOf(memberOf(page, 'queries') as z.ZodType) as z.ZodType)),
  visitors: () => table(only(below('visitors'))),
  retry: () => table(retry),
  reload: () => table(reload),
  refresh: () => table(refresh),
  rate: () => table(sources.rate),
  ramp: () => table(only(memberOf(sources.ramp, 'ramp') as z.ZodType)),
  peak: () => table(sources.peak, shared),
  flash: () => table(sources.flash, shared),
  day: () => table(only(memberOf(sources.day, 'day') as z.ZodType)),
  bursty: () => table(only(memberOf(only(memberOf(sources.bursty, 'bursty') as z.ZodType), 'high') as z.ZodType)),
  events: verbs,
  cron: () => table(job),
  variants: () => table(z.strictObject(variantHead)),
  'variants.happens': () => table(happens),
  users: () => table(sources.users, [...shared, 'at', 'for']),
};

/** What can happen, one row a verb. */
function verbs(): string {
  const rows = Object.entries(events).map(([verb, form]) => {
    const lasts = memberOf(form, 'for');
    const given = lasts === undefined ? '–' : isOptional(lasts) ? 'may' : 'must';
    const schema = memberOf(form, verb) as z.ZodType;
    return `| \`${verb}\` | ${kindOf(schema)} | ${given} | ${schema.description ?? ''} |`;
  });
  return ['| verb | object | `for` | what happens |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Keys that the table of `rate` has explained. */
const shared = ['spacing', 'batch', 'name', 'because', 'pages', 'visitors'];

function table(mapping: z.ZodObject, without: readonly string[] = []): string {
  const rows = Object.entries(mapping.shape)
    .filter(([key]) => !without.includes(key))
    .map(([key, schema]) => row(key, schema as z.ZodType));
  return ['| key | value | default | meaning | source of the default |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}

function row(key: string, schema: z.ZodType): string {
  const cells = [`\`${key}\``, kindOf(schema), defaultOf(schema), schema.description ?? '', sourceOf(schema) ?? ''];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function kindOf(schema: z.ZodType): string {
  return hintOf(unwrapped(schema))?.kind ?? 'mapping';
}

function defaultOf(schema: z.ZodType): string {
  if (sourceOf(schema) === undefined) return isOptional(schema) ? '–' : '**required**';
  const { defaultValue } = (schema as z.ZodPrefault<z.ZodType>).def;
  return `\`${inYaml(defaultValue)}\``;
}

function inYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inYaml).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, member]) => `${key}: ${inYaml(member)}`)
    .join(', ')} }`;
}
