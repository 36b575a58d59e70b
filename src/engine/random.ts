/**
 * The run's chance: streams by name. Every use of chance has a name of its own, so that a new one does not shift the others.
 *
 * What belongs to the run (arrivals, the visitors' seeds) comes from a stream. What belongs to one request or visitor is a
 * `Need`; see `need.ts`.
 */
import seedrandom from 'seedrandom';
import type { Chance } from './chance.js';

/** The seed of a run, from which its streams and bearers take theirs. */
export class Random {
  private readonly key: string;

  /** `run` counts replications from 0. */
  constructor(seed: string, run = 0) {
    this.key = `${seed}/${run}`;
  }

  stream(name: string): Stream {
    return new Stream(`${this.key}/${name}`);
  }
}

/** An unending sequence, the same for the same key on every machine. Alea, by seedrandom: 32 bits a draw. */
export class Stream implements Chance {
  private readonly alea;

  constructor(key: string) {
    this.alea = seedrandom.alea(key);
  }

  word(): number {
    return this.alea.int32() >>> 0;
  }
}
