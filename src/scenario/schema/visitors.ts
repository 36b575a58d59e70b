/** `visitors`: the people behind the browsers, their lines and their patience. */
import * as z from 'zod';
import { defaults } from '../defaults.js';
import { anyOf } from '../nearest.js';
import { expectationOf, hinted, hintOf, setting } from './hint.js';
import { bandwidthLaw, countFromOneLaw, durationLaw } from './laws.js';
import { decimal, duration, orWord, share, whole } from './quantity.js';
import { choice, listOf, onOff } from './word.js';

const given = defaults.visitors;

/** A law, or the word for its absence. */
function orNone<S extends z.ZodType, const W extends string>(law: S, word: W) {
  const hint = hintOf(law);
  const expected = (value: unknown) => `${expectationOf(law, value)}, or ${word}`;
  const schema = z.union([z.literal(word).transform(() => null), law]);
  return hinted(schema, { ...hint, kind: `${hint?.kind} or \`${word}\``, expected, words: [word], scalar: schema });
}

const TROUBLE = ['timeout', 'network', '5xx', '429', '500', '502', '503', '504'] as const;
type Trouble = (typeof TROUBLE)[number];

/** What went wrong, in words for several outcomes or as a status code, which YAML takes for a number. */
const trouble = hinted(z.union([z.literal([429, 500, 502, 503, 504]).transform(String), z.enum(TROUBLE)]), {
  kind: 'outcome',
  expected: `one of ${anyOf(TROUBLE)}`,
  words: TROUBLE,
}) as unknown as z.ZodType<Trouble, Trouble | number>;

/** A client that tries again by a rule. */
export const retry = z.strictObject({
  attempts: setting(whole(1, 100), 'Attempts at one page, the first included.', given.attempts),
  backoff: setting(duration(), 'Wait before the second attempt, before jitter.', given.backoff),
  multiplier: setting(decimal(1, 100), 'Each wait is so many times the one before.', given.multiplier),
  cap: setting(duration(), 'No wait is longer.', given.cap),
  jitter: setting(
    choice('none', 'equal', 'full', 'decorrelated'),
    'How the wait is drawn: as it is; from half of it to all; from nothing to all; from the first wait to three times the last one.',
    given.jitter,
  ),
  budget: setting(
    orWord(share(), 'none', null),
    'Retries that the visitors of one source allow themselves, as a share of their first requests; what is saved up are ten at the most.',
    given.budget,
  ),
  on: setting(
    listOf(trouble, 8, 'outcomes', 1),
    'After what: `timeout` is its own patience; `network` DNS failures, refused and reset connections, connect timeouts and empty replies.',
    given.on,
  ),
});

/** People before an error page. */
export const reload = z.strictObject({
  chance: setting(share(), 'That somebody presses reload at an error page, rather than leave.', given.chance),
  after: setting(durationLaw(), 'How long they look at it.', given.reload_after),
  times: setting(whole(1, 100), 'Reloads of one page at the most.', given.times),
});

/** People before a page that does not come. */
export const refresh = z.strictObject({
  after: setting(durationLaw(), 'How long they wait before they press reload.', given.refresh_after),
  times: setting(whole(1, 100), 'Reloads of one page at the most.', given.times),
});

/** A mapping, or the word for its absence. */
function orNever<T extends z.ZodObject>(section: T) {
  const schema = z.union([z.literal('none').transform(() => null), section]);
  return hinted(schema, {
    kind: '`none` or a mapping',
    expected: 'a mapping, or none',
    words: ['none'],
    mapping: section,
  });
}

export const visitors = z.strictObject({
  round_trip: setting(durationLaw(), 'Between visitor and server.', given.round_trip),
  bandwidth: setting(orNone(bandwidthLaw(), 'unlimited'), "The visitor's own line.", given.bandwidth),
  patience: setting(orNone(durationLaw(), 'unlimited'), 'How long a visitor waits for an answer before leaving.', given.patience),
  connections: setting(whole(1, 256), 'Connections that a browser opens at the most.', given.connections),
  keep_alive: setting(onOff(), 'Whether a browser keeps its connections for the next request.', given.keep_alive),
  pages_per_visit: setting(countFromOneLaw(), 'Pages of a visit.', given.pages_per_visit),
  think: setting(durationLaw(), "Between a page's last byte and the next click.", given.think),
  retry: setting(orNever(retry), 'What a program does after a failure: try again, by a rule.', given.retry),
  reload: setting(orNever(reload), 'What people do at an error page.', given.reload),
  refresh: setting(
    orNever(refresh),
    'What people do while a page does not come: the old request is left to itself, a new one is sent.',
    given.refresh,
  ),
  auto_reload: setting(
    onOff().optional(),
    'Whether browsers load the page of a network error again by themselves, 1, 5 and 30 s and 1, 5, 10 and 30 min after each failure, and never that of an HTTP error. Without it `on` in a scenario with events or failures, `off` in others.',
  ),
  error_page_open: setting(durationLaw(), 'How long such a page stays open before it is closed.', given.error_page_open),
});

export interface Visitors extends z.output<typeof visitors> {}
export interface VisitorsInput extends z.input<typeof visitors> {}

/** The same for one source; an interface, since the types of all kinds of source with it in full are more than the compiler writes out. */
export const ownVisitors: z.ZodType<Visitors, VisitorsInput> = visitors.meta({ id: 'visitors-of-a-source' });
