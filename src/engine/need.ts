/**
 * What one request or visitor needs: its CPU, its queries, its patience.
 *
 * A need is a function of its bearer's own seed, so that two scenarios that differ in one setting meet the same visitors with
 * the same needs, in whatever order they are asked; and nothing has to be stored.
 */
import { fail } from './assert.js';
import type { Chance } from './chance.js';
import { choice, type Distribution, distribution } from './distribution.js';
import type { Law } from './law.js';
import { exponentialOfWord } from './math.js';

/** Something that has needs: a request, a visitor. Both halves of its seed are 32-bit integers. */
export interface Bearer {
  seedHigh: number;
  seedLow: number;
}

/** The shapes of laws that a need does not ask its distribution for: the two that are met most, and what is a list. */
const CONSTANT = 0;
const EXPONENTIAL = 1;
const LISTED = 2;
const OTHER = 3;

/** One kind of need, such as `php.cpu`: the same bearer always has the same. */
export class Need {
  private readonly role: number;
  private distribution!: Distribution;
  private shape!: number;
  private listed!: readonly number[];
  mean!: number;

  constructor(name: string, law: Law) {
    this.role = hash(name);
    this.become(law);
  }

  /** From now on it follows another law. */
  become(law: Law): void {
    this.distribution = distribution(law);
    this.mean = this.distribution.mean;
    const exponential = law.law === 'exponential' && (law.plus ?? 0) === 0;
    this.shape = this.distribution.constant ? CONSTANT : exponential ? EXPONENTIAL : law.law === 'listed' ? LISTED : OTHER;
    this.listed = law.law === 'listed' ? law.values : [];
  }

  /** Whether it is the same for every bearer. */
  get constant(): boolean {
    return this.shape === CONSTANT;
  }

  /** What `bearer` needs; `index` tells repeated needs of one kind apart, such as the third query's from the fourth's. */
  of(bearer: Bearer, index = 0): number {
    if (this.shape === CONSTANT) return this.mean;
    if (this.shape === EXPONENTIAL) return this.mean * exponentialOfWord(draws.at(bearer, this.role, index).word());
    if (this.shape === LISTED) return this.listed[bearer.seedLow] ?? fail(`the list has no value number ${bearer.seedLow}`);
    return this.distribution.draw(draws.at(bearer, this.role, index));
  }
}

/** One kind of choice among weighted things, such as the page to open: the same bearer always chooses the same. */
export class Pick {
  private readonly choose: (chance: Chance) => number;
  private readonly role: number;
  private readonly single: boolean;

  constructor(name: string, weights: readonly number[]) {
    this.single = weights.length === 1;
    this.choose = choice(weights);
    this.role = hash(name);
  }

  /** The index of the chosen thing. */
  of(bearer: Bearer, index = 0): number {
    if (this.single) return 0;
    return this.choose(draws.at(bearer, this.role, index));
  }
}

/**
 * Draws by counter: a hash of the bearer's seed, the role, the index and how manieth draw it is.
 * The steps are those of MurmurHash3's finalizer, with half of the key let in between.
 */
class Draws implements Chance {
  private first = 0;
  private second = 0;
  private drawn = 0;

  at(bearer: Bearer, role: number, index: number): this {
    this.first = bearer.seedHigh ^ role;
    this.second = bearer.seedLow + Math.imul(index, 0x9e3779b1);
    this.drawn = 0;
    return this;
  }

  word(): number {
    this.drawn += 1;
    let x = this.first + Math.imul(this.drawn, 0x7feb352d);
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x ^= this.second ^ (x >>> 13);
    x = Math.imul(x ^ (x >>> 15), 0xc2b2ae35);
    x = Math.imul(x ^ (x >>> 16), 0x846ca68b);
    return (x ^ (x >>> 16)) >>> 0;
  }
}

const draws = new Draws();

/** FNV-1a of a name, 32 bits. */
function hash(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return h;
}
