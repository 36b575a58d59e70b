/** `visitors`: the people behind the browsers, their lines and their patience. */
import * as z from 'zod';
import { defaults } from '../defaults.js';
import { expectationOf, hinted, hintOf, setting } from './hint.js';
import { bandwidthLaw, countFromOneLaw, durationLaw } from './laws.js';
import { whole } from './quantity.js';
import { onOff } from './word.js';

const given = defaults.visitors;

/** A law, or the word for its absence. */
function orNone<S extends z.ZodType, const W extends string>(law: S, word: W) {
  const hint = hintOf(law);
  const expected = (value: unknown) => `${expectationOf(law, value)}, or ${word}`;
  const schema = z.union([z.literal(word).transform(() => null), law]);
  return hinted(schema, { ...hint, kind: `${hint?.kind} or \`${word}\``, expected, words: [word], scalar: schema });
}

export const visitors = z.strictObject({
  round_trip: setting(durationLaw(), 'Between visitor and server.', given.round_trip),
  bandwidth: setting(orNone(bandwidthLaw(), 'unlimited'), "The visitor's own line.", given.bandwidth),
  patience: setting(orNone(durationLaw(), 'unlimited'), 'How long a visitor waits for an answer before leaving.', given.patience),
  connections: setting(whole(1, 256), 'Connections that a browser opens at the most.', given.connections),
  keep_alive: setting(onOff(), 'Whether a browser keeps its connections for the next request.', given.keep_alive),
  pages_per_visit: setting(countFromOneLaw(), 'Pages of a visit.', given.pages_per_visit),
  think: setting(durationLaw(), "Between a page's last byte and the next click.", given.think),
});
