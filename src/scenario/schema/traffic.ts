/**
 * `traffic`: where visits come from, a list of sources that add up.
 *
 * The key that only one kind of source has says which it is: `rate`, `ramp`, `peak` (a surge), `flash`, `day`, `bursty`, `users`.
 */
import * as z from 'zod';
import { defaults } from '../defaults.js';
import { hinted, setting } from './hint.js';
import { durationLaw } from './laws.js';
import { pagePath, WEIGHT_MAX } from './pages.js';
import { ABOVE_ZERO, decimal, duration, rate, share, whole } from './quantity.js';
import { ownVisitors } from './visitors.js';
import { choice, listOf, plainName, text } from './word.js';

const given = defaults.traffic;
const some = duration({ min: 1, range: 'of at least 1ms' });

const mix = hinted(z.record(pagePath(), decimal(0, WEIGHT_MAX)), {
  kind: 'mapping',
  expected: 'a mapping of paths to weights',
});

const any = {
  name: setting(plainName().optional(), 'Names the source in reports and the windows of a surge; without it the kind of source.'),
  because: setting(text(500).optional(), 'Why it happens; for the reader.'),
  pages: setting(mix.optional(), "Pages by weight, in place of the pages' own weights."),
  visitors: setting(ownVisitors.optional(), 'What its visitors are like, where they differ from all others.'),
};

const whenever = {
  at: setting(duration().optional(), 'When it begins; without it at the start, as base load.'),
  for: setting(some.optional(), 'How long it lasts, rise and fall included; without it to the end.'),
};

const open = {
  spacing: setting(choice('poisson', 'even'), '`poisson`: at random; `even`: at equal distances.', given.spacing),
  batch: setting(whole(1, 100_000), 'Visits that arrive together; the rate counts visits.', given.batch),
};

const steady = z.strictObject({
  rate: setting(rate(), 'Visits per time.'),
  ...whenever,
  rise: setting(duration(), 'Straight from 0 to the rate.', given.rise),
  fall: setting(duration(), 'Straight from the rate to 0.', given.fall),
  ...open,
  ...any,
});

const ramp = z.strictObject({
  ramp: setting(
    z.strictObject({ from: setting(rate(), 'Rate at the beginning.'), to: setting(rate(), 'Rate at the end.') }),
    'Straight from one rate to another.',
  ),
  ...whenever,
  ...open,
  ...any,
});

const surge = z.strictObject({
  peak: setting(rate(ABOVE_ZERO), 'What the base load and the surge together reach; the surge itself brings the difference.'),
  at: setting(duration(), 'When it begins.'),
  rise: setting(duration(), 'Straight up to the peak.', given.rise),
  hold: setting(some, 'At the peak.'),
  fall: setting(duration(), 'Straight down again.', given.fall),
  ...open,
  ...any,
});

const flash = z.strictObject({
  flash: setting(rate(ABOVE_ZERO), 'What the flash crowd brings on top of everything else.'),
  at: setting(duration(), 'When it begins.'),
  rise: setting(some, 'Time constant of its rise: 63 % after one, 95 % after three, taken as risen after five.'),
  hold: setting(duration(), 'Between rise and decay.', given.hold),
  decay: setting(some, 'Time constant of its decay: 37 % are left after one, 5 % after three, when it counts as over.'),
  ...open,
  ...any,
});

const day = z.strictObject({
  day: setting(
    z
      .strictObject({
        mean: setting(rate(), 'Mean of a period.'),
        swing: setting(share().optional(), 'How far it swings about the mean: 50% is from half to one and a half of it.'),
        peak_to_mean: setting(decimal(1, 2).optional(), 'The same as 1 + swing.'),
        period: setting(some, 'From peak to peak.', given.period),
        peak_at: setting(duration(), 'When it peaks, counted from the start of the run.', given.peak_at),
      })
      .superRefine(({ swing, peak_to_mean }, context) => {
        if ((swing === undefined) === (peak_to_mean === undefined))
          context.addIssue('expected either swing or peak_to_mean beside the mean');
      }),
    'Day and night: mean · (1 + swing · cos).',
  ),
  ...whenever,
  ...open,
  ...any,
});

const phase = z.strictObject({
  rate: setting(rate(), 'Visits per time.'),
  for: setting(some, 'How long it is kept, on average; exponential.'),
});

const bursty = z.strictObject({
  bursty: setting(
    z.strictObject({ high: setting(phase, 'The busy phase.'), low: setting(phase, 'The quiet phase.') }),
    'Poisson arrivals at one of two rates, by turns.',
  ),
  ...whenever,
  ...any,
});

const closed = z.strictObject({
  users: setting(whole(1, 1_000_000), 'Users, each of whom thinks, asks, waits and thinks again.'),
  think: setting(durationLaw(), 'Between an answer and the next question.', given.users_think),
  ...whenever,
  ...any,
});

export const sources = { rate: steady, ramp, peak: surge, flash, day, bursty, users: closed };

const source = hinted(z.union([steady, ramp, surge, flash, day, bursty, closed]), {
  kind: 'mapping',
  expected: 'a source of visits with one of rate, ramp, peak, flash, day, bursty or users',
  forms: sources,
});

export const traffic = listOf(source, 100, 'sources of visits', 1);
