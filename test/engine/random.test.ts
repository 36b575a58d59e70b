import { describe, expect, it } from 'vitest';
import { Random } from '../../src/engine/random.js';

const KNOWN_WORDS = [3651652672, 2532281928, 4127016338];

describe('random', () => {
  it('a stream is the same for the same seed, run and name, and another for any other', () => {
    const first = (seed: string, run: number | undefined, name: string) => {
      const stream = new Random(seed, run).stream(name);
      return [stream.word(), stream.word(), stream.word()];
    };
    expect(first('1', 0, 'arrivals')).toEqual(first('1', undefined, 'arrivals'));
    expect(first('1', 0, 'arrivals')).not.toEqual(first('2', 0, 'arrivals'));
    expect(first('1', 0, 'arrivals')).not.toEqual(first('1', 1, 'arrivals'));
    expect(first('1', 0, 'arrivals')).not.toEqual(first('1', 0, 'visitors'));
  });

  it('its words are known, so that no machine may differ', () => {
    const stream = new Random('1').stream('arrivals/visits');
    expect([stream.word(), stream.word(), stream.word()]).toEqual(KNOWN_WORDS);
  });
});
