/**
 * What the runs warn of, said once. Warnings that differ only in their numbers are one, with the numbers' range:
 *
 *   p99 rests on fewer than 10 slower answers of 812     ┐
 *   p99 rests on fewer than 10 slower answers of 790     ┴ p99 rests on fewer than 10 slower answers of 790 to 812
 */
import type { RunsWarning } from './runs.js';

/** A number; split by it, a text has its numbers at the odd places. */
const number = /(\d+(?:\.\d+)?)/;

/** `warnings` of each run, none of which says a thing twice. */
export function warningsTogether(warnings: readonly (readonly string[])[]): RunsWarning[] {
  const alike = new Map<string, string[]>();
  for (const text of warnings.flat()) {
    const key = text
      .split(number)
      .filter((_, index) => index % 2 === 0)
      .join('#');
    alike.set(key, [...(alike.get(key) ?? []), text]);
  }
  return [...alike.values()].map((texts) => ({ runs: texts.length, text: asOne(texts) }));
}

function asOne(texts: readonly string[]): string {
  const split = texts.map((text) => text.split(number));
  return split[0].map((part, index) => (index % 2 === 0 ? part : range(split.map((parts) => parts[index])))).join('');
}

function range(numbers: readonly string[]): string {
  const [least, ...more] = [...new Set(numbers)].sort((a, b) => Number(a) - Number(b));
  return more.length === 0 ? least : `${least} to ${more[more.length - 1]}`;
}
