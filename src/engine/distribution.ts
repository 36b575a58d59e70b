/**
 * Drawing from the laws of `law.ts`.
 *
 * By inversion of one uniform number where that is cheap, so that larger numbers give larger values and scenarios
 * that share their chance stay comparable; gamma needs several. All of it in portable arithmetic.
 */
import { fail } from './assert.js';
import { type Chance, share } from './chance.js';
import type { Law } from './law.js';
import { exp, exponentialOfWord, ln, normalQuantile, power } from './math.js';

export interface Distribution {
  /** Expected value; `Infinity` for a Pareto law that has none. */
  readonly mean: number;
  /** Whether it always gives its mean, and draws nothing. */
  readonly constant: boolean;
  draw(chance: Chance): number;
}

/** The expected value of a law. */
export function meanOf(law: Law): number {
  return distribution(law).mean;
}

export function distribution(law: Law): Distribution {
  const plain = sampler(law);
  const plus = law.plus ?? 0;
  if (plus === 0) return plain;
  return { mean: plain.mean + plus, constant: plain.constant, draw: (chance) => plain.draw(chance) + plus };
}

function sampler(law: Law): Distribution {
  switch (law.law) {
    case 'constant':
      return { mean: law.value, constant: true, draw: () => law.value };
    case 'uniform':
      return varying((law.low + law.high) / 2, (chance) => law.low + (law.high - law.low) * share(chance));
    case 'triangular':
      return triangular(law.low, law.mode, law.high);
    case 'exponential':
      return varying(law.mean, (chance) => law.mean * exponentialOfWord(chance.word()));
    case 'lognormal':
      return lognormal(law.mean, law.cv);
    case 'gamma':
      return gamma(law.mean, 1 / (law.cv * law.cv));
    case 'weibull':
      return varying(
        law.scale * gammaFunction(1 + 1 / law.shape),
        (chance) => law.scale * power(exponentialOfWord(chance.word()), 1 / law.shape),
      );
    case 'pareto':
      return pareto(law.shape, law.minimum, law.maximum ?? Infinity);
    case 'hyperexponential':
      return hyperexponential(law.mean, law.cv);
    case 'geometric':
      return geometric(law.mean);
    case 'listed':
      return varying(meanOfValues(law.values), () => fail('a list is read by a need, not drawn from'));
    case 'empirical': {
      const { values } = law;
      return varying(meanOfValues(values), (chance) => values[Math.floor(share(chance) * values.length)]);
    }
  }
}

function meanOfValues(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function varying(mean: number, draw: (chance: Chance) => number): Distribution {
  return { mean, constant: false, draw };
}

function triangular(low: number, mode: number, high: number): Distribution {
  const below = (mode - low) / (high - low);
  return varying((low + mode + high) / 3, (chance) => {
    const u = share(chance);
    if (u < below) return low + Math.sqrt(u * (high - low) * (mode - low));
    return high - Math.sqrt((1 - u) * (high - low) * (high - mode));
  });
}

function lognormal(mean: number, cv: number): Distribution {
  const variance = ln(1 + cv * cv);
  const sigma = Math.sqrt(variance);
  const median = mean * exp(-variance / 2);
  return varying(mean, (chance) => median * exp(sigma * normalQuantile(share(chance))));
}

/** By Marsaglia and Tsang (2000); below shape 1 from shape + 1. */
function gamma(mean: number, shape: number): Distribution {
  const scale = mean / shape;
  if (shape < 1) {
    const larger = gamma(shape + 1, shape + 1);
    return varying(mean, (chance) => {
      const value = larger.draw(chance);
      return scale * value * exp(-exponentialOfWord(chance.word()) / shape);
    });
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  return varying(mean, (chance) => {
    for (;;) {
      const normal = normalQuantile(share(chance));
      const cube = (1 + c * normal) * (1 + c * normal) * (1 + c * normal);
      if (cube <= 0) continue;
      if (ln(share(chance)) < 0.5 * normal * normal + d * (1 - cube + ln(cube))) return scale * d * cube;
    }
  });
}

/** Lanczos' approximation (g = 7, nine terms), good to fourteen digits for arguments of at least 1. */
function gammaFunction(x: number): number {
  const z = x - 1;
  let sum = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i += 1) sum += LANCZOS[i] / (z + i);
  const t = z + 7.5;
  return 2.5066282746310002 * power(t, z + 0.5) * exp(-t) * sum;
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

function pareto(shape: number, minimum: number, maximum: number): Distribution {
  if (maximum === Infinity) {
    const mean = shape > 1 ? (shape * minimum) / (shape - 1) : Infinity;
    return varying(mean, (chance) => minimum * exp(exponentialOfWord(chance.word()) / shape));
  }
  const tail = power(minimum / maximum, shape);
  const mean =
    shape === 1
      ? (minimum / (1 - tail)) * ln(maximum / minimum)
      : ((minimum * shape) / ((1 - tail) * (shape - 1))) * (1 - tail * (maximum / minimum));
  return varying(mean, (chance) => minimum * power(1 - share(chance) * (1 - tail), -1 / shape));
}

/** Two phases whose shares of the mean are equal; one uniform chooses the phase and gives the time. */
function hyperexponential(mean: number, cv: number): Distribution {
  const scv = cv * cv;
  const p = (1 + Math.sqrt((scv - 1) / (scv + 1))) / 2;
  const often = mean / (2 * p);
  const seldom = mean / (2 * (1 - p));
  return varying(mean, (chance) => {
    const phase = share(chance) < p ? often : seldom;
    return phase * exponentialOfWord(chance.word());
  });
}

function geometric(mean: number): Distribution {
  if (mean === 1) return { mean: 1, constant: true, draw: () => 1 };
  const scale = -1 / ln(1 - 1 / mean);
  return varying(mean, (chance) => 1 + Math.floor(scale * exponentialOfWord(chance.word())));
}

/** A choice among `weights.length` things, drawn in proportion to their weights. */
export function choice(weights: readonly number[]): (chance: Chance) => number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const upTo = new Float64Array(weights.length);
  weights.reduce((sum, weight, index) => {
    upTo[index] = (sum + weight) / total;
    return sum + weight;
  }, 0);
  return (chance) => {
    const u = share(chance);
    let low = 0;
    let high = upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (u < upTo[middle]) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** Zipf's weights of `count` things: the k-th most popular weighs `1 / k^exponent`. */
export function zipf(count: number, exponent: number): number[] {
  return Array.from({ length: count }, (_, index) => power(index + 1, -exponent));
}
