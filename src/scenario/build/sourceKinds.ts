/** The kinds of source in `traffic`, as the schema has read them. */
import type { Complete } from '../schema/scenario.js';

export type Source = Complete['traffic'][number];
export type SteadySource = Extract<Source, { rate: number }>;
export type RampSource = Extract<Source, { ramp: unknown }>;
export type SurgeSource = Extract<Source, { peak: number }>;
export type FlashSource = Extract<Source, { flash: number }>;
export type DaySource = Extract<Source, { day: unknown }>;
export type BurstySource = Extract<Source, { bursty: unknown }>;
export type ClosedSource = Extract<Source, { users: number }>;
export type OpenSource = SteadySource | RampSource | SurgeSource | FlashSource | DaySource;

export function isOpen(source: Source): source is OpenSource {
  return !('bursty' in source) && !('users' in source);
}

export function isSurge(source: Source): source is SurgeSource | FlashSource {
  return 'peak' in source || 'flash' in source;
}

/** The key that says which kind it is, in a reader's word. */
export function kindOf(source: Source): string {
  if ('rate' in source) return source.at === undefined ? 'base' : 'step';
  if ('ramp' in source) return 'ramp';
  if ('day' in source) return 'day';
  if ('bursty' in source) return 'bursty';
  return 'users' in source ? 'users' : 'surge';
}
