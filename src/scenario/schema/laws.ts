/** The laws that the schema's sections speak of: of times, sizes, counts and bandwidths. */
import { law } from './law.js';
import { ABOVE_ZERO, bandwidth, decimal, duration, size } from './quantity.js';

const COUNT_MAX = 1_000_000;
const FROM_1MS = { min: 1, range: 'of at least 1ms' };

const durations = law(duration(), duration({ min: 1e-6, range: 'of more than 0' })).meta({ id: 'law-of-durations' });
/** Of times that must pass, such as those between failures. */
const waits = law(duration(FROM_1MS), duration(FROM_1MS)).meta({ id: 'law-of-waits' });
const sizes = law(size(), size(ABOVE_ZERO)).meta({ id: 'law-of-sizes' });
const bandwidths = law(bandwidth(), bandwidth()).meta({ id: 'law-of-bandwidths' });
const counts = law(decimal(0, COUNT_MAX), decimal(0.001, COUNT_MAX, 'of more than 0')).meta({ id: 'law-of-counts' });
const countsFromOne = law(decimal(1, COUNT_MAX), decimal(1, COUNT_MAX)).meta({ id: 'law-of-counts-from-one' });

export function durationLaw() {
  return durations;
}

export function waitLaw() {
  return waits;
}

export function sizeLaw() {
  return sizes;
}

export function bandwidthLaw() {
  return bandwidths;
}

export function countLaw() {
  return counts;
}

export function countFromOneLaw() {
  return countsFromOne;
}
