/** Chance: the laws that are drawn from, the two sources that they are drawn with, and the arithmetic beneath them. */
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { describe, expect, test } from 'vitest';
import { type Chance, share } from '../../src/engine/chance.js';
import { choice, distribution, zipf } from '../../src/engine/distribution.js';
import type { Law } from '../../src/engine/law.js';
import { cosineOfTurns, exp, exponentialOfWord, ln, normalQuantile, power } from '../../src/engine/math.js';
import { type Bearer, Need, Pick } from '../../src/engine/need.js';
import { Random } from '../../src/engine/random.js';
import { LawTable } from '../support/lawTable.js';

const table = new LawTable('Samplers');
const DRAWS = 1_200_000;
const BATCHES = 30;

interface Known {
  readonly name: string;
  readonly law: Law;
  readonly mean: number;
  readonly deviation: number;
  /** Half-width of the deviation as a share of it; wide for laws whose fourth moment is large. */
  readonly deviationWithin: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly low: number;
  readonly high: number;
  readonly below: (x: number) => number;
}

/** The chance that a standard normal variate is below `z`, to 1e-7 (Abramowitz and Stegun 7.1.26). */
function normalBelow(z: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * poly * Math.exp((-z * z) / 2);
  return z > 0 ? 1 - tail : tail;
}

const SIGMA = Math.sqrt(Math.log(5));
const MU = Math.log(10) - Math.log(5) / 2;
const OFTEN = (1 + Math.sqrt(3 / 5)) / 2;
/** A Pareto law cut at 60: the share of the uncut one that is left, and the moments of that. */
const KEPT = 1 - (6 / 60) ** 2.5;
const BOUNDED_MEAN = ((6 * 2.5) / (KEPT * 1.5)) * (1 - (6 / 60) ** 1.5);
const BOUNDED_SQUARE = ((36 * 2.5) / (KEPT * 0.5)) * (1 - (6 / 60) ** 0.5);
const boundedQuantile = (p: number) => 6 * (1 - p * KEPT) ** (-1 / 2.5);

const known: readonly Known[] = [
  {
    name: 'exponential',
    law: { law: 'exponential', mean: 10 },
    mean: 10,
    deviation: 10,
    deviationWithin: 0.02,
    p50: 6.931471806,
    p95: 29.95732274,
    p99: 46.05170186,
    low: 0,
    high: Infinity,
    below: (x) => 1 - Math.exp(-x / 10),
  },
  {
    name: 'lognormal, SCV 4',
    law: { law: 'lognormal', mean: 10, cv: 2 },
    mean: 10,
    deviation: 20,
    deviationWithin: 0.15,
    p50: 4.472135955,
    p95: 36.0384729,
    p99: 85.55465054,
    low: 0,
    high: Infinity,
    below: (x) => normalBelow((Math.log(x) - MU) / SIGMA),
  },
  {
    name: 'Pareto 2.5',
    law: { law: 'pareto', shape: 2.5, minimum: 6 },
    mean: 10,
    deviation: 8.94427191,
    deviationWithin: 0.4,
    p50: 7.917047465,
    p95: 19.8867241,
    p99: 37.85744067,
    low: 6,
    high: Infinity,
    below: (x) => 1 - (6 / x) ** 2.5,
  },
  {
    name: 'Pareto 2.5 up to 60',
    law: { law: 'pareto', shape: 2.5, minimum: 6, maximum: 60 },
    mean: BOUNDED_MEAN,
    deviation: Math.sqrt(BOUNDED_SQUARE - BOUNDED_MEAN ** 2),
    deviationWithin: 0.03,
    p50: boundedQuantile(0.5),
    p95: boundedQuantile(0.95),
    p99: boundedQuantile(0.99),
    low: 6,
    high: 60,
    below: (x) => (1 - (6 / x) ** 2.5) / KEPT,
  },
  {
    name: 'Weibull ½',
    law: { law: 'weibull', shape: 0.5, scale: 5 },
    mean: 10,
    deviation: 22.36067977,
    deviationWithin: 0.05,
    p50: 2.40226507,
    p95: 44.87205927,
    p99: 106.0379622,
    low: 0,
    high: Infinity,
    below: (x) => 1 - Math.exp(-Math.sqrt(x / 5)),
  },
  {
    name: 'Erlang-4',
    law: { law: 'gamma', mean: 10, cv: 0.5 },
    mean: 10,
    deviation: 5,
    deviationWithin: 0.02,
    p50: 9.180151872,
    p95: 19.38414132,
    p99: 25.11279379,
    low: 0,
    high: Infinity,
    below: (x) => {
      const y = x / 2.5;
      return 1 - Math.exp(-y) * (1 + y + y ** 2 / 2 + y ** 3 / 6);
    },
  },
  {
    // The square of a normal variate: half its mean is chi-square with one degree of freedom.
    name: 'gamma, shape ½',
    law: { law: 'gamma', mean: 10, cv: Math.SQRT2 },
    mean: 10,
    deviation: 10 * Math.SQRT2,
    deviationWithin: 0.02,
    p50: 4.549364231,
    p95: 38.41458821,
    p99: 66.34896601,
    low: 0,
    high: Infinity,
    below: (x) => 2 * normalBelow(Math.sqrt(x / 10)) - 1,
  },
  {
    name: 'uniform 5 to 15',
    law: { law: 'uniform', low: 5, high: 15 },
    mean: 10,
    deviation: 2.886751346,
    deviationWithin: 0.02,
    p50: 10,
    p95: 14.5,
    p99: 14.9,
    low: 5,
    high: 15,
    below: (x) => (x - 5) / 10,
  },
  {
    name: 'triangular 0, 5, 25',
    law: { law: 'triangular', low: 0, mode: 5, high: 25 },
    mean: 10,
    deviation: 5.400617249,
    deviationWithin: 0.02,
    p50: 9.188611699,
    p95: 20,
    p99: 22.76393202,
    low: 0,
    high: 25,
    below: (x) => (x < 5 ? (x * x) / 125 : 1 - (25 - x) ** 2 / 500),
  },
  {
    name: 'hyper-exponential, SCV 4',
    law: { law: 'hyperexponential', mean: 10, cv: 2 },
    mean: 10,
    deviation: 20,
    deviationWithin: 0.03,
    p50: 4.514931238,
    p95: 37.14881811,
    p99: 107.4589076,
    low: 0,
    high: Infinity,
    below: (x) => 1 - OFTEN * Math.exp((-x * OFTEN) / 5) - (1 - OFTEN) * Math.exp((-x * (1 - OFTEN)) / 5),
  },
  {
    name: 'two, and exponential',
    law: { law: 'exponential', mean: 8, plus: 2 },
    mean: 10,
    deviation: 8,
    deviationWithin: 0.02,
    p50: 2 + 8 * Math.LN2,
    p95: 2 + 8 * Math.log(20),
    p99: 2 + 8 * Math.log(100),
    low: 2,
    high: Infinity,
    below: (x) => 1 - Math.exp(-(x - 2) / 8),
  },
];

/** A stranger at each call, seeded as the visitors of a run are. */
function strangers(name: string): () => Bearer {
  const seeds = new Random('samplers').stream(name);
  const bearer = { seedHigh: 0, seedLow: 0 };
  return () => {
    bearer.seedHigh = seeds.word() | 0;
    bearer.seedLow = seeds.word() | 0;
    return bearer;
  };
}

function byStream(name: string, law: Law): () => number {
  const { draw } = distribution(law);
  const stream = new Random('samplers').stream(name);
  return () => draw(stream);
}

function byNeed(name: string, law: Law): () => number {
  const need = new Need(name, law);
  const stranger = strangers(name);
  return () => need.of(stranger());
}

function sampleOf(draw: () => number, count = DRAWS): Float64Array {
  return Float64Array.from({ length: count }, draw);
}

/** Mean and standard deviation of each of thirty parts; the deviation about the known mean, so that it is not biased. */
function parts(sample: Float64Array, centre: number) {
  const size = sample.length / BATCHES;
  return Array.from({ length: BATCHES }, (_, part) => {
    let sum = 0;
    let squares = 0;
    for (let i = part * size; i < (part + 1) * size; i += 1) {
      sum += sample[i];
      squares += (sample[i] - centre) ** 2;
    }
    return { mean: sum / size, variance: squares / size };
  });
}

/** The greatest distance between the sample's distribution and the law's; sorts the sample. */
function kolmogorovSmirnov(sample: Float64Array, below: (x: number) => number): number {
  sample.sort();
  const { length } = sample;
  let most = 0;
  sample.forEach((x, i) => {
    const p = below(x);
    most = Math.max(most, p - i / length, (i + 1) / length - p);
  });
  return most;
}

/** A share `p` of `count` draws, give or take 4.9 standard errors: one false alarm in a million. */
function expectShare(seen: number, p: number, count: number): void {
  expect(Math.abs(seen / count - p)).toBeLessThanOrEqual(4.9 * Math.sqrt((p * (1 - p)) / count) + 1e-9);
}

for (const [chance, source] of [
  ['stream', byStream],
  ['needs', byNeed],
] as const)
  describe(`laws, drawn by ${chance}`, () => {
    test.each(known)('$name', { timeout: 120_000 }, (entry) => {
      const { name, law, low, high } = entry;
      const sample = sampleOf(source(`${chance} of ${name}`, law));
      expect(distribution(law).mean).toBeCloseTo(entry.mean, 9);
      const batches = parts(sample, entry.mean);
      table.judge(
        `${name}, ${chance}`,
        'mean',
        entry.mean,
        batches.map((part) => part.mean),
      );
      // The unbounded Pareto law has no fourth moment, so that its variance has no interval; its deviation is looked at below.
      if (name !== 'Pareto 2.5')
        table.judge(
          `${name}, ${chance}`,
          'variance',
          entry.deviation ** 2,
          batches.map((part) => part.variance),
          {
            tolerance: 2 * entry.deviationWithin,
          },
        );
      table.holds();
      const deviation = Math.sqrt(mean(batches.map((part) => part.variance)));
      expect(Math.abs(deviation / entry.deviation - 1)).toBeLessThanOrEqual(entry.deviationWithin);

      const distance = kolmogorovSmirnov(sample, entry.below);
      expect(distance).toBeLessThan(2.69 / Math.sqrt(DRAWS));
      for (const [p, quantile] of [
        [0.5, entry.p50],
        [0.95, entry.p95],
        [0.99, entry.p99],
      ])
        expectShare(
          sample.findIndex((x) => x > quantile),
          p,
          DRAWS,
        );

      const least = sample[0];
      const greatest = sample[DRAWS - 1];
      expect(least).toBeGreaterThanOrEqual(low);
      expect(greatest).toBeLessThanOrEqual(high);
      expect(Number.isFinite(greatest)).toBe(true);
      if (low === 0) expect(least).toBeGreaterThan(0);
    });

    test('geometric: the number of tries up to the first success', () => {
      const sample = sampleOf(source(`${chance} of geometric`, { law: 'geometric', mean: 5 }));
      for (let tries = 1; tries <= 20; tries += 1)
        expectShare(sample.filter((x) => x === tries).length, 0.2 * 0.8 ** (tries - 1), DRAWS);
      expectShare(sample.filter((x) => x > 20).length, 0.8 ** 20, DRAWS);
      expect(sample.every(Number.isInteger)).toBe(true);
      table
        .judge(
          `geometric, ${chance}`,
          'mean',
          5,
          parts(sample, 5).map((part) => part.mean),
        )
        .holds();
      const ones = sampleOf(source('ones', { law: 'geometric', mean: 1 }), 1000);
      expect(ones.every((x) => x === 1)).toBe(true);
    });

    test('empirical: each of the values as likely as the next', () => {
      const values = [1, 4, 4, 9, 16, 25, 100];
      const sample = sampleOf(source(`${chance} of empirical`, { law: 'empirical', values }));
      for (const value of new Set(values))
        expectShare(sample.filter((x) => x === value).length, values.filter((x) => x === value).length / 7, DRAWS);
      expect(distribution({ law: 'empirical', values }).mean).toBeCloseTo(159 / 7, 12);
    });

    test('constant', () => {
      expect([...sampleOf(source('constant', { law: 'constant', value: 7, plus: 1 }), 5)]).toEqual([8, 8, 8, 8, 8]);
    });

    test("a choice by Zipf's weights", () => {
      const weights = zipf(1000, 1);
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const stranger = strangers('zipf');
      const pick = new Pick('page', weights);
      const choose = choice(weights);
      const stream = new Random('samplers').stream('zipf');
      const seen = new Float64Array(1000);
      for (let i = 0; i < DRAWS; i += 1) seen[chance === 'stream' ? choose(stream) : pick.of(stranger())] += 1;
      for (let rank = 0; rank < 30; rank += 1) expectShare(seen[rank], 1 / (rank + 1) / total, DRAWS);
      const tail = (values: ArrayLike<number>) =>
        Array.from(values)
          .slice(500)
          .reduce((sum, value) => sum + value, 0);
      expectShare(tail(seen), tail(weights) / total, DRAWS);
      expect(seen[999]).toBeGreaterThan(0);
    });
  });

describe('the ends of chance', () => {
  const laws: readonly Known[] = known;

  test.each([0, 1, 65535, 65536, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff])('the word %i', (word) => {
    for (const { law, low, high } of laws) {
      // Rejection may ask again, and then gets something else.
      const rest = new Random('ends').stream('rest');
      let drawn = 0;
      const end: Chance = {
        word: () => {
          drawn += 1;
          return drawn === 1 ? word : rest.word();
        },
      };
      const value = distribution(law).draw(end);
      expect(Number.isFinite(value)).toBe(true);
      expect(value).toBeGreaterThanOrEqual(low);
      expect(value).toBeLessThanOrEqual(high);
      if (low === 0) expect(value).toBeGreaterThan(0);
    }
    const end = { word: () => word };
    expect(share(end)).toBeGreaterThan(0);
    expect(share(end)).toBeLessThan(1);
    expect(distribution({ law: 'empirical', values: [3, 5] }).draw(end)).toBe(word < 0x80000000 ? 3 : 5);
    expect(choice([1, 0, 1])(end)).toBe(word < 0x80000000 ? 0 : 2);
    expect(distribution({ law: 'geometric', mean: 3 }).draw(end)).toBeGreaterThanOrEqual(1);
  });
});

describe('independence', () => {
  const PAIRS = 1_000_000;
  /** Of 15 · 15 degrees of freedom; one false alarm in a million. */
  const CHI_SQUARE_MOST = 225 + 4.9 * Math.sqrt(2 * 225) + 16;

  /** Correlation, and a chi-square of 16 by 16 cells that sees any other dependence, too. */
  function expectIndependent(pair: (i: number) => readonly [number, number]): void {
    const cells = new Float64Array(256);
    let product = 0;
    for (let i = 0; i < PAIRS; i += 1) {
      const [a, b] = pair(i);
      product += (a - 0.5) * (b - 0.5);
      cells[Math.floor(a * 16) * 16 + Math.floor(b * 16)] += 1;
    }
    const correlation = (12 * product) / PAIRS;
    expect(Math.abs(correlation)).toBeLessThan(4.9 / Math.sqrt(PAIRS));
    const expected = PAIRS / 256;
    const rows = Array.from({ length: 16 }, (_, row) => cells.slice(16 * row, 16 * row + 16).reduce((sum, n) => sum + n, 0));
    const columns = Array.from({ length: 16 }, (_, column) => rows.reduce((sum, _n, row) => sum + cells[16 * row + column], 0));
    for (const margin of [...rows, ...columns]) expectShare(margin, 1 / 16, PAIRS);
    const chiSquare = cells.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(CHI_SQUARE_MOST + 30);
  }

  const streams = (a: string, b: string, seeds = ['1', '1'], runs = [0, 0]) => {
    const first = new Random(seeds[0], runs[0]).stream(a);
    const second = new Random(seeds[1], runs[1]).stream(b);
    return () => [share(first), share(second)] as const;
  };
  const uniform: Law = { law: 'uniform', low: 0, high: 1 };

  test('streams of different names', () => expectIndependent(streams('arrivals/visits', 'visitors/visits')));
  test('streams of nearly the same name', () => expectIndependent(streams('users/a', 'users/b')));
  test('streams of different seeds', () => expectIndependent(streams('arrivals/visits', 'arrivals/visits', ['1', '2'])));
  test('streams of different runs', () => expectIndependent(streams('arrivals/visits', 'arrivals/visits', ['1', '1'], [0, 1])));

  test.each([1, 2, 7])('a stream and itself, %i later', (lag) => {
    const stream = new Random('1').stream('arrivals/visits');
    const last = Array.from({ length: lag }, () => share(stream));
    expectIndependent((i) => {
      const now = share(stream);
      const before = last[i % lag];
      last[i % lag] = now;
      return [before, now];
    });
  });

  test('needs of one request with different names', () => {
    const stranger = strangers('names');
    const first = new Need('php.cpu /', uniform);
    const second = new Need('php.wait /', uniform);
    expectIndependent(() => {
      const bearer = stranger();
      return [first.of(bearer), second.of(bearer)];
    });
  });

  test('needs of one request and one name, one after the other', () => {
    const stranger = strangers('indices');
    const need = new Need('mysql.cpu / 0', uniform);
    expectIndependent(() => {
      const bearer = stranger();
      return [need.of(bearer, 1), need.of(bearer, 2)];
    });
  });

  test('needs of a long row of indices', () => {
    const bearer = { seedHigh: 12345, seedLow: 67890 };
    const need = new Need('tcp.loss', uniform);
    expectIndependent((i) => [need.of(bearer, i), need.of(bearer, i + 1)]);
  });

  test('needs of neighbours: seeds that differ by one, and by the step between the requests of a visitor', () => {
    const need = new Need('php.cpu /', uniform);
    const stranger = strangers('neighbours');
    for (const step of [1, 0x9e3779b9 | 0]) {
      expectIndependent(() => {
        const { seedHigh, seedLow } = stranger();
        return [need.of({ seedHigh, seedLow }), need.of({ seedHigh, seedLow: (seedLow + step) | 0 })];
      });
    }
    expectIndependent((i) => [need.of({ seedHigh: 1, seedLow: i }), need.of({ seedHigh: 1, seedLow: i + 1 })]);
    expectIndependent((i) => [need.of({ seedHigh: i, seedLow: 1 }), need.of({ seedHigh: i + 1, seedLow: 1 })]);
  });

  test('two draws of one need: those of a law that takes several', () => {
    const stranger = strangers('two draws');
    // The phase and the time of a hyper-exponential variate: shares below ½ of the mean come from both phases as they should.
    const need = new Need('php.cpu /', { law: 'hyperexponential', mean: 10, cv: 2 });
    const sample = sampleOf(() => need.of(stranger()));
    expectShare(sample.filter((x) => x <= 4.514931238).length, 0.5, DRAWS);
  });

  test('a need is the same whoever asked before, and however often', () => {
    const need = new Need('php.cpu /', { law: 'gamma', mean: 10, cv: 0.5 });
    const other = new Need('php.wait /', { law: 'lognormal', mean: 10, cv: 2 });
    const bearer = { seedHigh: -5, seedLow: 77 };
    const first = need.of(bearer, 3);
    other.of({ seedHigh: 1, seedLow: 2 });
    need.of(bearer, 4);
    expect(need.of(bearer, 3)).toBe(first);
    expect(new Need('php.cpu /', { law: 'gamma', mean: 10, cv: 0.5 }).of({ seedHigh: -5, seedLow: 77 }, 3)).toBe(first);
    expect(need.of(bearer, 4)).not.toBe(first);
  });
});

/** The distance from `x` to the next double. */
function ulp(x: number): number {
  const double = new Float64Array([Math.abs(x)]);
  const bits = new BigInt64Array(double.buffer);
  bits[0] += 1n;
  return double[0] - Math.abs(x);
}

/** Doubles spread over the given decades and the fractions between them, by a generator of the test's own. */
function* arguments20000(lowExponent: number, highExponent: number): Generator<number> {
  let state = 42n;
  const next = () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number(state >> 11n) / 2 ** 53;
  };
  for (let i = 0; i < 20_000; i += 1) yield (1 + next()) * 2 ** Math.floor(lowExponent + (highExponent - lowExponent) * next());
}

/** FNV-1a of the bits of some results. */
function fingerprint(values: Iterable<number>): string {
  const double = new Float64Array(1);
  const bytes = new Uint8Array(double.buffer);
  const little = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
  let hash = 0x811c9dc5;
  for (const value of values) {
    double[0] = value;
    for (let i = 0; i < 8; i += 1) hash = Math.imul(hash ^ bytes[little ? i : 7 - i], 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function* map(values: Iterable<number>, f: (x: number) => number): Generator<number> {
  for (const value of values) yield f(value);
}

describe('portable arithmetic', () => {
  test('ln is within one unit in the last place of Math.log', () => {
    for (const x of [...arguments20000(-1070, 1023), ...arguments20000(-2, 2), 1, 2, Math.E, 5e-324, Number.MAX_VALUE])
      expect(Math.abs(ln(x) - Math.log(x))).toBeLessThanOrEqual(ulp(Math.log(x)));
    expect([ln(0), ln(1), ln(Infinity), ln(-1), ln(Number.NaN)]).toEqual([-Infinity, 0, Infinity, Number.NaN, Number.NaN]);
  });

  test('exp is within one unit in the last place of Math.exp', () => {
    const both = [...arguments20000(-60, 9)].flatMap((x) => [x, -x]);
    for (const x of [...both, 0, 1, -1, 709.7, -708.3, -745]) {
      if (Math.exp(x) === Infinity) expect(exp(x)).toBe(Infinity);
      else expect(Math.abs(exp(x) - Math.exp(x))).toBeLessThanOrEqual(ulp(Math.exp(x)));
    }
    expect([exp(0), exp(710), exp(-746), exp(-Infinity), exp(Infinity), exp(Number.NaN)]).toEqual([
      1,
      Infinity,
      0,
      0,
      Infinity,
      Number.NaN,
    ]);
  });

  test('power is near Math.pow', () => {
    for (const x of arguments20000(-20, 20)) {
      expect(Math.abs(power(x, 1.5) / x ** 1.5 - 1)).toBeLessThan(3e-14);
      expect(Math.abs(power(x, -0.4) / x ** -0.4 - 1)).toBeLessThan(3e-14);
    }
  });

  test('cosineOfTurns is within two units in the last place of 1 of Math.cos, and exact at the quarters', () => {
    for (const x of arguments20000(-40, 0))
      expect(Math.abs(cosineOfTurns(x) - Math.cos(2 * Math.PI * x))).toBeLessThanOrEqual(4.45e-16 + 7e-16 * x);
    expect([0, 0.5, 1, -0.5, 1e6, 7.5].map(cosineOfTurns)).toEqual([1, -1, 1, -1, 1, -1]);
    for (const quarter of [0.25, 0.75, 5.25, -0.25]) expect(Math.abs(cosineOfTurns(quarter))).toBe(0);
    for (const x of arguments20000(-10, 10)) expect(Math.abs(cosineOfTurns(x))).toBeLessThanOrEqual(1);
  });

  test('normalQuantile is right to fifteen digits, and odd', () => {
    const quantiles = [
      [0.5, 0],
      [0.25, -0.6744897501960817],
      [0.75, 0.6744897501960817],
      [0.9, 1.2815515655446004],
      [0.975, 1.959963984540054],
      [0.99, 2.3263478740408408],
      [0.999, 3.090232306167813],
      [0.0001, -3.7190164854556804],
      [0.00001, -4.264890793922825],
      [1e-10, -6.361340902404056],
      [1e-20, -9.262340089798409],
      [1e-100, -21.273453560965326],
    ];
    // Above ½ the nearest double to `p` may be 1e-16 off, and the quantile is as much off as the density says.
    const density = (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    for (const [p, z] of quantiles) {
      const ofP = p > 0.5 ? 1.2e-16 / density(z) : 0;
      expect(Math.abs(normalQuantile(p) - z)).toBeLessThanOrEqual(4 * ulp(Math.max(0.5, Math.abs(z))) + ofP);
    }
    for (const p of [0.01, 0.1, 0.2, 0.3, 0.49]) expect(normalQuantile(1 - p)).toBeCloseTo(-normalQuantile(p), 13);
  });

  test('exponentialOfWord is -ln of the middle of a word, and falls with it', () => {
    const words = [0, 1, 2, 65534, 65535, 65536, 65537, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
    const stream = new Random('words').stream('words');
    for (const zeros of [0, 4, 8, 12, 16, 20, 24]) for (let i = 0; i < 3000; i += 1) words.push(stream.word() >>> zeros);
    for (const word of words) {
      const exact = -Math.log((word + 0.5) / 2 ** 32);
      const value = exponentialOfWord(word);
      expect(value).toBeGreaterThan(0);
      expect(Math.abs(value - exact)).toBeLessThanOrEqual(2 * ulp(Math.max(1, exact)));
    }
    // A neighbour is nearer than a double can tell only where words are large; never on the wrong side by more.
    const sorted = [...new Set(words)].sort((a, b) => a - b).map(exponentialOfWord);
    sorted.reduce((last, value) => {
      expect(value).toBeLessThan(last);
      return value;
    }, Infinity);
    expect(exponentialOfWord(0)).toBeLessThan(23);
  });

  test('the bits are the same everywhere: fingerprints of twenty thousand results each', () => {
    const words = new Random('fingerprint').stream('words');
    const twentyThousand = Array.from({ length: 20_000 }, () => words.word());
    const shares = twentyThousand.map((word) => (word + 0.5) / 2 ** 32);
    expect({
      words: fingerprint(twentyThousand),
      ln: fingerprint(map(arguments20000(-1070, 1023), ln)),
      exp: fingerprint(map(arguments20000(-60, 9), exp)),
      expOfNegative: fingerprint(map(arguments20000(-60, 9), (x) => exp(-x))),
      power: fingerprint(map(arguments20000(-20, 20), (x) => power(x, -0.4))),
      cosineOfTurns: fingerprint(map(arguments20000(-20, 10), cosineOfTurns)),
      normalQuantile: fingerprint(map(shares, normalQuantile)),
      exponentialOfWord: fingerprint(map(twentyThousand, exponentialOfWord)),
      laws: fingerprint(known.flatMap(({ name, law }) => [...sampleOf(byStream(`print of ${name}`, law), 2000)])),
      needs: fingerprint(known.flatMap(({ name, law }) => [...sampleOf(byNeed(`print of ${name}`, law), 2000)])),
    }).toEqual({
      words: '4706a8ce',
      ln: 'b85827c8',
      exp: 'd2df1ed1',
      expOfNegative: '11ff7a3e',
      power: '571172aa',
      cosineOfTurns: '7469b8f7',
      normalQuantile: 'ab8ca3ba',
      exponentialOfWord: '1e816e39',
      laws: '02d8a5d0',
      needs: '95a90dbd',
    });
  });

  test('the arithmetic of the test itself', () => {
    expect(ulp(1)).toBe(2 ** -52);
    expect(normalBelow(1.959963984540054)).toBeCloseTo(0.975, 6);
    expect(sampleStandardDeviation([1, 2, 3])).toBe(1);
    expect(fingerprint([0, 1])).not.toBe(fingerprint([1, 0]));
  });
});
