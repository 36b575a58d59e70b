/**
 * `--set host.cores=4`: changes one setting before anything is checked.
 *
 * The path is walked along the schema, so a directive's own dots need no quoting: of the names known at a place the
 * longest that fits is taken. Nothing outside the schema can be named, and a list grows by one element at the most.
 */
import * as z from 'zod';
import { didYouMean } from './nearest.js';
import { emptyMapping, isMapping, type Mapping, type Path, type Place, type Spot, type Spots, type Tree } from './place.js';
import type { Problem } from './problems.js';
import { elementOf, memberOf, namesOf, unwrapped } from './shape.js';
import { readText } from './text.js';

const SET_FILE = '--set';
const OPTION_LONGEST = 10_000;

export function applySet(tree: Tree, schema: z.ZodType, option: string, problems: Problem[]): Tree {
  const place: Place = { file: SET_FILE, line: 0, column: 0, option: option.slice(0, 200) };
  const wrong = (path: string, message: string) => problems.push({ ...place, path, value: '', message });
  const split = option.indexOf('=');
  const name = option.slice(0, Math.max(split, 0)).trim();
  if (name === '' || option.length > OPTION_LONGEST) {
    wrong('', 'expected a setting and its value, such as host.cores=4');
    return tree;
  }
  const path = pathOf(name, schema, tree.data, (at, message) => wrong(at, message));
  if (path === null) return tree;
  const found: Problem[] = [];
  const given = readText(option.slice(split + 1), SET_FILE, found);
  if (found.length > 0) {
    for (const problem of found) wrong(name, problem.message.replace('a scenario, got an empty text', 'a value after ='));
    return tree;
  }
  adopt(given.data, tree.spots, place);
  return { ...tree, data: replaced(tree.data, path, given.data, { key: place, value: place }, tree.spots) };
}

/** The path that a dotted name means, or `null` if it means none. */
function pathOf(name: string, schema: z.ZodType, data: unknown, wrong: (at: string, message: string) => void): Path | null {
  const path: (string | number)[] = [];
  let rest = name;
  let here: z.ZodType = schema;
  let value = data;
  let above: Floor = { rest, names: [] };
  while (rest !== '') {
    const element = elementOf(here);
    const names = element && isMapping(value) ? Object.keys(value) : namesOf(here);
    const list = Array.isArray(value) ? value : value === undefined && unwrapped(here) instanceof z.ZodArray ? [] : null;
    const key = list ? indexIn(list, rest) : longest(rest, names);
    const next = key === undefined ? undefined : (element ?? memberOf(here, String(key)));
    if (key === undefined || next === undefined) {
      wrong(name, unknownSetting({ rest, names }, above, name, list));
      return null;
    }
    path.push(key);
    above = { rest, names: names.filter((known) => known !== String(key)) };
    rest = rest.slice(String(key).length + 1);
    here = unwrapped(next);
    value = isMapping(value) || Array.isArray(value) ? (value as Mapping)[key] : undefined;
  }
  return path;
}

function longest(rest: string, names: readonly string[]): string | undefined {
  const fitting = names.filter((name) => rest === name || rest.startsWith(`${name}.`));
  return fitting.sort((a, b) => b.length - a.length)[0];
}

function indexIn(list: readonly unknown[], rest: string): number | undefined {
  const [digits] = /^(?:0|[1-9]\d{0,5})(?=\.|$)/.exec(rest) ?? [];
  return digits !== undefined && Number(digits) <= list.length ? Number(digits) : undefined;
}

/** What of a path is still to be walked, and the names known where that begins. */
interface Floor {
  readonly rest: string;
  readonly names: readonly string[];
}

function unknownSetting(here: Floor, above: Floor, name: string, list: readonly unknown[] | null): string {
  const { rest, names } = here;
  if (list) return `expected the number of an entry from 0 to ${list.length}, got "${rest.split('.')[0]}"`;
  if (names.length === 0) {
    // `pm` is a setting, and so `pm.max_childern` may be one misspelt.
    const before = name.slice(0, name.length - above.rest.length);
    const meant = didYouMean(above.rest, above.names);
    if (meant !== '') return `unknown setting${meant.replace('mean ', `mean ${before}`)}`;
    return `unknown setting; nothing can be set below ${name.slice(0, name.length - rest.length - 1)}`;
  }
  const before = name.slice(0, name.length - rest.length);
  const words = rest.split('.');
  const guesses = words.map((_, index) => words.slice(0, index + 1).join('.'));
  const meant = guesses.map((guess) => didYouMean(guess, names)).find((guess) => guess !== '');
  return `unknown setting${meant === undefined ? `; known here: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}` : meant.replace('mean ', `mean ${before}`)}`;
}

/** Everything that an option gives stands in the option. */
function adopt(value: unknown, spots: Spots, place: Place): void {
  if (typeof value !== 'object' || value === null) return;
  const spot: Spot = { key: place, value: place };
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  spots.set(value, new Map(entries.map(([key]) => [key, spot])));
  for (const [, entry] of entries) adopt(entry, spots, place);
}

/** The data with one value replaced; what contains it is copied, so that a site read once can serve again. */
function replaced(data: unknown, path: Path, value: unknown, spot: Spot, spots: Spots): unknown {
  if (path.length === 0) return value;
  const [key, ...rest] = path;
  const copy = copied(data, typeof key === 'number');
  const old = typeof data === 'object' && data !== null ? spots.get(data) : undefined;
  const places = new Map(old ?? []);
  copy[key] = replaced(copy[key], rest, value, spot, spots);
  if (rest.length === 0 || !places.has(key)) places.set(key, spot);
  spots.set(copy, places);
  return copy;
}

function copied(data: unknown, asList: boolean): Mapping {
  if (asList) return (Array.isArray(data) ? [...data] : []) as unknown as Mapping;
  return Object.assign(emptyMapping(), isMapping(data) ? data : {});
}
