/** Where random numbers come from, as those who draw see it: `Stream` in `random.ts` and the draws of `need.ts` are such. */

/** A source of uniform numbers. */
export interface Chance {
  /** The next 32 random bits, as a whole number from 0. */
  word(): number;
}

/** A uniform number strictly between 0 and 1. */
export function share(chance: Chance): number {
  return (chance.word() + 0.5) * 2.3283064365386963e-10;
}
