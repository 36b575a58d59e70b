/** A line of the report: one figure against its bar. */
import type { Spread } from './measure.js';

export interface Row {
  /** What is measured, as a reader would say it. */
  readonly what: string;
  /** The median of the turns, and its ends where there were several. */
  readonly value: Spread | null;
  readonly unit: Unit;
  readonly bar: Bar;
  /** What a careful engine can reach beyond the bar; for orientation. */
  readonly goal?: number;
  /** Absolute numbers, or why there is no value: for orientation, since they differ from machine to machine. */
  readonly beside: string;
}

/** `×`: times as much as the anchor. */
export type Unit = '×' | '%' | 'bytes' | 'MiB' | 'ms';

/** Rows without a bar are for orientation. */
export type Bar = { readonly atLeast: number } | { readonly atMost: number } | null;

export type Verdict = 'pass' | 'miss' | 'not measured' | '';

export function verdict({ value, bar }: Row): Verdict {
  if (bar === null) return '';
  if (value === null) return 'not measured';
  const held = 'atLeast' in bar ? value.median >= bar.atLeast : value.median <= bar.atMost;
  return held ? 'pass' : 'miss';
}

/** What the bench is asked for: `quick` is smaller, for a look while working. */
export interface Effort {
  readonly quick: boolean;
  readonly turns: number;
}

/** A group of rows that are measured together. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  measure(effort: Effort): Row[];
}

/** `886k`, `1.36M`: how many a second. */
export function perSecond({ median }: Spread): string {
  if (median >= 1e6) return `${(median / 1e6).toPrecision(3)}M/s`;
  if (median >= 1e3) return `${(median / 1e3).toPrecision(3)}k/s`;
  return `${median.toPrecision(2)}/s`;
}
