/** `pages`: what the site serves, by path, and what each page costs. */
import * as z from 'zod';
import { defaults } from '../defaults.js';
import { hinted, setting } from './hint.js';
import { countLaw, durationLaw, sizeLaw } from './laws.js';
import { decimal, whole } from './quantity.js';
import { formed, listOf, onOff, text } from './word.js';

const given = defaults.page;

export const WEIGHT_MAX = 1_000_000;

export function pagePath() {
  return formed(/^\/\S*$/, 200, 'path', 'a path that begins with /');
}

const php = z.strictObject({
  cpu: setting(durationLaw(), 'CPU of the script, spread evenly before, between and after its queries.'),
  wait: setting(
    durationLaw(),
    "Time spent waiting for something outside the box, at the script's end: the child is held, the CPU is not.",
    given.wait,
  ),
  compile: setting(
    durationLaw().optional(),
    'CPU to compile it and all files that it loads, whenever OPcache does not have them: after a start, a reload, a switch of the code; without it none.',
  ),
});

const query = z.strictObject({
  times: setting(countLaw(), 'How many of them a request asks, one after the other.', given.times),
  cpu: setting(durationLaw(), "CPU in the database's thread."),
  reads: setting(countLaw(), 'Pages looked up in the buffer pool; one that is not there is read from disk.', given.reads),
  row: setting(text(200, 'the name of a row').optional(), 'The hot row that must be locked first.'),
  table: setting(text(200, 'the name of a table').optional(), 'The table it is about, which a migration may lock.'),
  hold: setting(
    durationLaw(),
    'How long the transaction goes on after the statement and before its commit; the row stays locked.',
    given.hold,
  ),
  commit: setting(
    onOff().optional(),
    'Whether it ends in a commit, which waits for the flush of the log. On if it locks a row, else off.',
  ),
});

export const page = z.strictObject({
  weight: setting(
    decimal(0, WEIGHT_MAX),
    'How often it is asked for, relative to the other pages; 0 for a file that is only an asset.',
    given.weight,
  ),
  size: setting(sizeLaw(), 'The answer on the wire, header and body.'),
  php: setting(php.optional(), 'What PHP does for it; without it nginx serves a file.'),
  queries: setting(listOf(query, 100, 'queries').optional(), 'What it asks MySQL, in order.'),
  cache: setting(onOff(), "`off`: nginx's `fastcgi_cache` does not keep it: a form, a shopping cart, a POST.", given.cache),
  variants: setting(whole(1, 100_000), 'Answers of its own for so many articles or products.', given.variants),
  zipf: setting(
    decimal(0, 10),
    'How unequal these are: the k-th most popular is asked for `1 / k^zipf` times as often.',
    given.zipf,
  ),
  assets: setting(listOf(pagePath(), 200, 'paths').optional(), 'Pages that a browser loads after this one.'),
});

/** What a scenario may say of a page that its site has described. */
export const pageChanges = page.extend({ php: setting(php.partial().optional(), 'What PHP does for it.') }).partial();

export const pages = hinted(z.record(pagePath(), page), { kind: 'mapping of paths', expected: 'a mapping of paths to pages' });
