import { describe, expect, it } from 'vitest';
import { share } from '../../src/engine/chance.js';
import { cosineOfTurns, exp, exponentialOfWord, ln, normalQuantile, power } from '../../src/engine/math.js';
import { Random } from '../../src/engine/random.js';

/** Units in the last place between two numbers of the same sign. */
function ulps(a: number, b: number): number {
  const view = new BigInt64Array(Float64Array.of(a, b).buffer);
  const apart = Number(view[0] - view[1]);
  return Math.abs(apart);
}

describe('math', () => {
  it('ln is within one unit in the last place, over all the range', () => {
    const stream = new Random('ln').stream('x');
    for (let i = 0; i < 20_000; i += 1) {
      const x = 2 ** (share(stream) * 2000 - 1000) * (1 + share(stream));
      if (ulps(ln(x), Math.log(x)) > 1) expect.fail(`ln(${x}) is ${ln(x)}, not ${Math.log(x)}`);
      const near = 1 + (share(stream) - 0.5) / 1000;
      if (ulps(ln(near), Math.log(near)) > 1) expect.fail(`ln(${near}) is ${ln(near)}, not ${Math.log(near)}`);
    }
  });

  it('ln at the edges', () => {
    expect([0, 1, Infinity, -1, Number.NaN].map(ln)).toEqual([-Infinity, 0, Infinity, Number.NaN, Number.NaN]);
    expect(ln(2)).toBe(Math.LN2);
    expect(ln(5e-324)).toBeCloseTo(-744.4400719213812, 12);
    expect(ln(Number.MAX_VALUE)).toBeCloseTo(709.782712893384, 12);
  });

  it('exp is within one unit in the last place, over all the range', () => {
    const stream = new Random('exp').stream('x');
    for (let i = 0; i < 20_000; i += 1) {
      const x = share(stream) * 1400 - 700;
      if (ulps(exp(x), Math.exp(x)) > 1) expect.fail(`exp(${x}) is ${exp(x)}, not ${Math.exp(x)}`);
      const small = share(stream) - 0.5;
      if (ulps(exp(small), Math.exp(small)) > 1) expect.fail(`exp(${small}) is ${exp(small)}, not ${Math.exp(small)}`);
    }
  });

  it('exp at the edges', () => {
    expect([0, 710, -746, Number.NaN, -Infinity, Infinity].map(exp)).toEqual([1, Infinity, 0, Number.NaN, 0, Infinity]);
    expect(exp(709.7) / Math.exp(709.7)).toBeCloseTo(1, 14);
    expect(exp(-745)).toBeGreaterThan(0);
    expect(exp(-720) / Math.exp(-720)).toBeCloseTo(1, 9);
  });

  it('power is a root as well', () => {
    expect(power(2, 10)).toBeCloseTo(1024, 10);
    expect(power(2, 0.5)).toBeCloseTo(Math.SQRT2, 15);
    expect(power(10, -3)).toBeCloseTo(0.001, 16);
  });

  it('the cosine of turns: exact at the quarters, close to sixteen digits between', () => {
    expect([0, 0.25, 0.5, 0.75, 1, -0.25, 2].map(cosineOfTurns).map(Math.abs)).toEqual([1, 0, 1, 0, 1, 0, 1]);
    expect(cosineOfTurns(0.5)).toBe(-1);
    for (let i = -300; i < 300; i += 1) {
      const turns = i / 97;
      expect(Math.abs(cosineOfTurns(turns) - Math.cos(2 * Math.PI * turns))).toBeLessThan(1e-14);
    }
  });

  it('the normal quantile has the digits of the tables, in the middle and in both tails', () => {
    expect(normalQuantile(0.5)).toBe(0);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14);
    expect(normalQuantile(0.995)).toBeCloseTo(2.5758293035489004, 14);
    expect(normalQuantile(0.01)).toBeCloseTo(-2.3263478740408408, 14);
    expect(normalQuantile(1e-9)).toBeCloseTo(-5.997807015007687, 12);
    expect(normalQuantile(1e-20)).toBeCloseTo(-9.26234008979841, 12);
    expect(normalQuantile(1 - 1e-12)).toBeCloseTo(7.0344869100478356, 5);
  });

  it('the exponential of a word is minus the logarithm of its share of the range', () => {
    const stream = new Random('words').stream('x');
    const words = [0, 1, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
    for (let i = 0; i < 20_000; i += 1) words.push(stream.word(), stream.word() >>> (stream.word() % 20));
    for (const word of words) {
      const wanted = -Math.log((word + 0.5) / 2 ** 32);
      if (Math.abs(exponentialOfWord(word) - wanted) > 2e-15 * Math.max(1, wanted)) {
        expect.fail(`of ${word} it is ${exponentialOfWord(word)}, not ${wanted}`);
      }
    }
    expect(exponentialOfWord(0)).toBeCloseTo(32 * Math.LN2 + Math.LN2, 12);
    expect(exponentialOfWord(2 ** 32 - 1)).toBeGreaterThan(0);
  });
});
