/**
 * Where things stand. A tree is plain data, as a reader of YAML or a TypeScript user gives it, with the place of every
 * key and value beside it; trees from several files can be merged and each value still knows its own file.
 */
export interface Place {
  readonly file: string;
  /** From 1; 0 where there is no text to point into. */
  readonly line: number;
  readonly column: number;
  /** For what a `--set` option gave: the option's text. */
  readonly option?: string;
}

/** Mappings have no prototype, so that no key of theirs means anything but itself. */
export type Mapping = Record<string, unknown>;
export type Path = readonly (string | number)[];

export interface Spot {
  readonly key: Place;
  readonly value: Place;
}

export interface Tree {
  readonly data: unknown;
  /** Of the whole. */
  readonly place: Place;
  /** For each mapping and list in `data`: the spots of what it holds. */
  readonly spots: Spots;
}

export type Spots = WeakMap<object, Map<string | number, Spot>>;

export function emptyMapping(): Mapping {
  return Object.create(null) as Mapping;
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stands at a path; `undefined` where nothing does. */
export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Mapping)[key];
  }
  return value;
}

/** The place of the key or of the value at a path; of the nearest thing around it where there is neither. */
export function placeOf(tree: Tree, path: Path, part: 'key' | 'value'): Place {
  let place = tree.place;
  let value = tree.data;
  for (const [index, key] of path.entries()) {
    const spot = typeof value === 'object' && value !== null ? tree.spots.get(value)?.get(key) : undefined;
    if (!spot) return place;
    value = (value as Mapping)[key];
    const last = index === path.length - 1;
    place = last && part === 'value' ? spot.value : spot.key;
  }
  return place;
}

/** As `--set` and error messages write it: `php-fpm.pm.max_children`, `traffic.0.rate`. */
export function dotted(path: Path): string {
  return path.join('.');
}
