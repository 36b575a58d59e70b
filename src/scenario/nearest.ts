/** The valid name that somebody most likely meant. */
import { distance } from 'fastest-levenshtein';

/** `nearest('worker_conections', names) // => 'worker_connections'`; `undefined` where none is near. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  if (name.length > 64) return undefined;
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let least = farthest(name.length) + 1;
  for (const candidate of names) {
    const far = farness(wanted, candidate.toLowerCase());
    if (far < least) {
      least = far;
      best = candidate;
    }
  }
  return best;
}

/** How many letters may be wrong: of two none, of four one, of a long name a third. */
function farthest(length: number): number {
  if (length < 3) return 0;
  return length < 5 ? 1 : Math.max(2, Math.floor(length / 3));
}

/** A directive without its prefix (`max_children`), or with other marks between its words, is as good as right. */
function farness(wanted: string, candidate: string): number {
  if (candidate === wanted || candidate.endsWith(`.${wanted}`)) return 0;
  if (candidate.replace(/[-_. ]/g, '') === wanted.replace(/[-_. ]/g, '')) return 0.5;
  if (wanted.length > 4 && candidate.endsWith(wanted)) return 0.8;
  if (isSwap(wanted, candidate)) return 0.9;
  return distance(wanted, candidate);
}

/** Two neighbours changed places, the commonest slip of all. */
function isSwap(a: string, b: string): boolean {
  if (a.length !== b.length || a.length < 3) return false;
  const at = [...a].findIndex((letter, index) => letter !== b[index]);
  return at >= 0 && a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}

/** `; did you mean nginx?`, or nothing. */
export function didYouMean(name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

/** `a, b or c` */
export function anyOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;
}
