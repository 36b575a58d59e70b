/** The same thing of several runs, number by number, as one thing of figures. */
import { type Figure, figureOfSome } from './interval.js';

/** `T` with a figure for every number. `null` stays for what may have no data: here it means that no run had any. */
export type Figures<T> = {
  readonly [K in keyof T]: null extends T[K] ? Figure | null : T[K] extends number ? Figure : Figures<T[K]>;
};

/**
 * Parts of the same shape, of numbers only. A name that one run has and another has not, such as an outcome, counts 0 there.
 *
 *   figuresOf([{ 200: 8 }, { 200: 6, 502: 2 }]) // => { 200: 7 ± …, 502: 1 ± … }
 */
export function figuresOf<T extends object>(parts: readonly T[]): Figures<T> {
  const names = [...new Set(parts.flatMap((part) => Object.keys(part)))] as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, together(parts.map((part) => part[name]))])) as Figures<T>;
}

function together(values: readonly unknown[]): unknown {
  const isGroup = values.some((value) => typeof value === 'object' && value !== null);
  return isGroup
    ? figuresOf(values as object[])
    : figureOfSome(values.map((value) => (value === undefined ? 0 : (value as number | null))));
}
