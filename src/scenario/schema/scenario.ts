/**
 * The whole format: what a site file and a scenario file may say. Types, defaults, error texts, the JSON Schema and the
 * tables of the documentation all come from here.
 */
import * as z from 'zod';
import { defaults } from '../defaults.js';
import { dns } from './dns.js';
import { eventList, failureList } from './events.js';
import { hinted, setting } from './hint.js';
import { host } from './host.js';
import { mysql } from './mysql.js';
import { nginx } from './nginx.js';
import { pageChanges, pagePath, pages } from './pages.js';
import { phpFpm } from './phpFpm.js';
import { duration } from './quantity.js';
import { tcp } from './tcp.js';
import { traffic } from './traffic.js';
import { slo, VARIANTS_MAX, variantHead } from './variants.js';
import { visitors } from './visitors.js';
import { listOf, plainName, text } from './word.js';

function orNone<T extends z.ZodObject>(section: T) {
  const schema = z.union([z.literal('none').transform(() => null), section]);
  return hinted(schema, { kind: '`none` or a mapping', expected: 'a mapping, or none', mapping: section });
}

/** What a site is made of. A daemon that is not there is `none`, or not mentioned. */
const sections = {
  host: setting(host, 'The machine.'),
  dns: setting(dns.prefault({}), 'The A record and the resolvers.'),
  tcp: setting(tcp.prefault({}), 'The kernels, and TLS.'),
  nginx: setting(nginx.prefault({}), 'The web server.'),
  'php-fpm': setting(orNone(phpFpm).optional(), 'The PHP pool; without it there is none.'),
  mysql: setting(orNone(mysql).optional(), 'The database; without it there is none.'),
  pages: setting(pages, 'What the site serves, by path.'),
};

const name = setting(plainName(), 'As in the command that repeats the run.');

/** A file of its own, `NAME.site.yaml`, or the value of a scenario's `site`. */
export const site = z.strictObject({
  name: setting(plainName().optional(), "The site's name; without it the name of its file, or of the scenario it stands in."),
  ...sections,
});

const lesson = {
  name,
  about: setting(text(1000), 'What it shows, in a sentence.'),
  watch: setting(listOf(text(500), 50, 'texts').optional(), 'What to look at in the report, line by line.'),
  seed: setting(text(200), 'Chooses the chances; the same seed gives the same run.', defaults.scenario.seed),
  duration: setting(duration({ min: 1, range: 'from 1ms to 104 days' }), 'Simulated time, from an empty site to the end.'),
  warmup: setting(duration(), 'Simulated first, but not counted.', defaults.scenario.warmup),
  traffic: setting(traffic, 'Where visits come from.'),
  visitors: setting(visitors.prefault({}), 'The people behind the browsers.'),
  events: setting(eventList.optional(), 'What happens to the site, and when.'),
  failures: setting(failureList.optional(), 'What happens to it again and again, by chance.'),
  thresholds: setting(
    listOf(text(500, 'a threshold'), 200, 'thresholds').optional(),
    'Statements that the run is checked against.',
  ),
  slo: setting(slo().optional(), 'Share of requests that ought to be good, which gives the error budget.'),
};

/** A scenario with its site put in: what is checked, and what the model is made from. */
export const complete = z.strictObject({ ...lesson, site: setting(plainName(), "The site's name."), ...sections });

/** What a section may say where the site has said the rest. */
function changes(section: z.ZodObject) {
  return section.partial().optional();
}

const siteOrPath = hinted(z.union([z.string().min(1).max(1000), site]), {
  kind: 'path, name or mapping',
  expected: 'the path of a site file beside this one, such as ./my.site.yaml, the name of a built-in site, or a mapping',
  mapping: site,
});

/** Changes to what the site says. */
const changed = {
  host: setting(changes(host), "Changes to the site's host."),
  dns: setting(changes(dns), "Changes to the site's dns."),
  tcp: setting(changes(tcp), "Changes to the site's tcp."),
  nginx: setting(changes(nginx), "Changes to the site's nginx."),
  'php-fpm': setting(
    z.union([z.literal('none'), phpFpm.partial()]).optional(),
    "Changes to the site's php-fpm; `none` takes it away.",
  ),
  mysql: setting(z.union([z.literal('none'), mysql.partial()]).optional(), "Changes to the site's mysql; `none` takes it away."),
  pages: setting(z.record(pagePath(), pageChanges).optional(), "Changes to the site's pages, and further ones."),
};

/** What a variant may say: how it is called, and what is different. */
export const variant = z.strictObject({
  ...variantHead,
  duration: lesson.duration.optional(),
  warmup: duration().optional(),
  traffic: traffic.optional(),
  visitors: setting(changes(visitors), 'Changes to the visitors.'),
  events: lesson.events,
  failures: lesson.failures,
  thresholds: lesson.thresholds,
  ...changed,
});

/** A variant as it is written. */
export interface VariantInput extends z.input<typeof variant> {}

const variants = listOf(variant, VARIANTS_MAX, 'variants', 1) as unknown as z.ZodType<unknown, VariantInput[]>;

/** A scenario file as it is written. */
export const scenario = z.strictObject({
  ...lesson,
  site: setting(siteOrPath, 'The site: a file beside this one, a built-in one by name, or a mapping.'),
  ...changed,
  variants: setting(variants.optional(), 'The same otherwise, side by side.'),
});

/** A scenario whose site could not be read: what can be checked of it. */
export const siteless = scenario.omit({ site: true, variants: true });

export type ScenarioInput = z.input<typeof scenario>;
export type SiteInput = z.input<typeof site>;
export type Complete = z.output<typeof complete>;
