/** One line of a file of settings: a name, mostly a value, and the group it stands in. */
import type { Place } from '../scenario/place.js';

export interface Entry {
  /** `www` for what stands below `[www]`; empty before the first group. */
  readonly group: string;
  readonly name: string;
  /** `null` for a name alone. */
  readonly value: string | null;
  readonly place: Place;
  /** Of the value; of the name where there is none. */
  readonly valuePlace: Place;
}

export interface Group {
  readonly name: string;
  readonly place: Place;
}

export const ENTRIES_MAX = 20_000;
