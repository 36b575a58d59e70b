/** `variants`: the same scenario otherwise, side by side; and the objective that all are held against. */
import * as z from 'zod';
import { PERCENT, readPercent } from '../units.js';
import { hinted, setting } from './hint.js';
import { law } from './law.js';
import { duration, type Quantity } from './quantity.js';
import { plainName, text } from './word.js';

/** More are no table that anyone reads. */
export const VARIANTS_MAX = 50;
const CENTURY_MS = 36_500 * 86_400_000;

/** A service level objective: neither nothing nor everything. */
export function slo(): Quantity<string | number> {
  const percent = z
    .string()
    .regex(PERCENT)
    .transform((text) => readPercent(text) ?? Number.NaN);
  const schema = z.union([z.number(), percent]).refine((value) => value > 0 && value < 1);
  return hinted(schema as unknown as Quantity<string | number>, {
    kind: 'share above 0% and below 100%',
    expected: 'a share above 0% and below 100%, such as 99.9%',
  });
}

/** Failures come years apart, so these laws reach further than those of a run. */
const years = law(
  duration({ max: CENTURY_MS, range: 'of at most 36500 days' }),
  duration({ min: 1, max: CENTURY_MS, range: 'from 1ms to 36500 days' }),
);

export const happens = z.strictObject({
  mtbf: setting(years, 'From the end of one to the next.'),
  mttr: setting(years.optional(), 'Until it is repaired; without it, as long as in the run.'),
});

/** What a variant has besides what it changes. */
export const variantHead = {
  name: setting(plainName(), 'As the table calls it.'),
  because: setting(
    text(500).optional(),
    'Why it fares as it does; completes "… costs least: nothing is lost, since" where it is the best alone.',
  ),
  happens: setting(happens.optional(), 'How often it happens in real life, for the downtime of a year.'),
};
