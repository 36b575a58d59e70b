/**
 * The arrivals of a measured run, to the microsecond: what its load generator sent is a function of seed, profile and page weights.
 *
 * Poisson arrivals at a rate that is constant piece by piece: arrival k is where the integral of the rate reaches the sum of k
 * exponentials, drawn by SplitMix64; a second stream chooses the page. The algorithm is that of the measured stack's generator.
 */
import { ln } from '../engine/math.js';

export interface Piece {
  /** Per second. */
  readonly rate: number;
  readonly seconds: number;
}

/** `40.154:18` or `80:10,400:10,80:30`: rate per second and seconds, piece by piece. */
export function piecesOf(profile: string): Piece[] {
  return profile.split(',').map((piece) => {
    const [rate, seconds] = piece.split(':').map(Number);
    return { rate, seconds };
  });
}

export interface Sent {
  readonly atMs: number;
  /** Index in the pages, in the order in which the run lists them. */
  readonly page: number;
}

const PAGE_STREAM = 0xd1b54a32d192ed03n;

export function schedule(seed: number, profile: string, weights: readonly number[]): Sent[] {
  const units = splitMix64(BigInt(seed));
  const choices = splitMix64(BigInt(seed) ^ PAGE_STREAM);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sent: Sent[] = [];
  const gap = () => -ln(1 - units());
  let target = gap();
  let before = 0;
  let fromS = 0;
  for (const { rate, seconds } of piecesOf(profile)) {
    for (; target < before + rate * seconds; target += gap()) {
      sent.push({ atMs: 1000 * (fromS + (target - before) / rate), page: chosen(choices() * total, weights) });
    }
    before += rate * seconds;
    fromS += seconds;
  }
  return sent;
}

function chosen(value: number, weights: readonly number[]): number {
  let sum = 0;
  for (const [index, weight] of weights.entries()) {
    sum += weight;
    if (value < sum) return index;
  }
  return weights.length - 1;
}

/** Shares from 0 to 1, of 53 bits. */
function splitMix64(seed: bigint): () => number {
  let state = BigInt.asUintN(64, seed);
  return () => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let z = state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    z ^= z >> 31n;
    return Number(z >> 11n) / 9007199254740992;
  };
}
