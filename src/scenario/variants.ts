/**
 * Variants: what a scenario says, and over it what each variant says, setting by setting, as a scenario stands over its site.
 *
 * Each is read and checked as a scenario of its own. What is wrong with all of them is told once, for the scenario itself.
 */
import * as z from 'zod';
import type { Law } from '../engine/law.js';
import type { VariantModel } from '../model.js';
import { type Draft, read } from './explain.js';
import { merged } from './merge.js';
import { didYouMean } from './nearest.js';
import { emptyMapping, isMapping, type Mapping, type Path, type Tree } from './place.js';
import { at, placedIn } from './placed.js';
import { type Problem, show } from './problems.js';
import type { Report } from './report.js';
import { complete, variant } from './schema/scenario.js';
import { VARIANTS_MAX, variantHead } from './schema/variants.js';

const head = z.strictObject(variantHead);
const HEAD = Object.keys(variantHead);

/** Its place in the list, its own words, and the whole tree that it makes. */
export interface WrittenVariant {
  readonly index: number;
  readonly head: Pick<VariantModel, 'name' | 'because' | 'happens'> | null;
  readonly tree: Tree;
}

/** The tree without its variants, which are a list of changes to it. */
export function withoutVariants(tree: Tree): Tree {
  const data = tree.data as Mapping;
  if (!Object.hasOwn(data, 'variants')) return tree;
  const { variants: _variants, ...rest } = data;
  const copy = Object.assign(emptyMapping(), rest);
  const spots = tree.spots.get(data);
  if (spots) tree.spots.set(copy, spots);
  return { ...tree, data: copy };
}

/** `report` is of the whole tree, `base` the tree without variants. */
export function writtenVariants(whole: Tree, base: Tree, report: Report): WrittenVariant[] {
  const { variants } = whole.data as Mapping;
  if (variants === undefined) return [];
  if (!Array.isArray(variants) || variants.length === 0 || variants.length > VARIANTS_MAX) {
    const got = Array.isArray(variants) ? `${variants.length} of them` : show(variants);
    report.wrong(['variants'], `expected a list of 1 to ${VARIANTS_MAX} variants, got ${got}`);
    return [];
  }
  const names = new Map<string, number>();
  return variants.flatMap((written: unknown, index) => {
    const path = ['variants', index];
    if (!isMapping(written)) {
      report.wrong(path, `expected a mapping with a name and what is different, got ${show(written)}`);
      return [];
    }
    const read = headOf(written, path, report);
    if (read !== null) ownName(read.name, index, names, report);
    const data = over(base, changesOf(written, path, whole, report)) as Mapping;
    if (read?.happens && !(Array.isArray(data.events) && data.events.length > 0))
      report.wrong([...path, 'happens'], 'expected an event that it can be learnt from, got none');
    return [{ index, head: read, tree: { ...base, data } }];
  });
}

function headOf(written: Mapping, path: Path, report: Report): WrittenVariant['head'] {
  const given = Object.assign(emptyMapping(), Object.fromEntries(Object.entries(written).filter(([key]) => HEAD.includes(key))));
  const before = report.count;
  const words = read(head, given, path, report) as Draft<z.output<typeof head>>;
  if (report.count > before) return null;
  const { name, because = '', happens } = words as { name: string; because?: string; happens?: { mtbf: Law; mttr?: Law } };
  return { name, because, happens: happens === undefined ? null : { upMs: happens.mtbf, downMs: happens.mttr ?? null } };
}

function ownName(name: string, index: number, names: Map<string, number>, report: Report): void {
  const other = names.get(name);
  if (other === undefined) names.set(name, index);
  else report.contradiction(['variants', index, 'name'], `expected a name of its own, which variants.${other} does not have`);
}

/** The sections that a variant changes. What holds for all of them, such as the seed, is not among them. */
function changesOf(written: Mapping, path: Path, whole: Tree, report: Report): Mapping {
  const known = Object.keys(variant.shape);
  const changes = emptyMapping();
  for (const [key, value] of Object.entries(written)) {
    if (HEAD.includes(key)) continue;
    if (known.includes(key)) changes[key] = value;
    else report.unknown([...path, key], unknown(key, known));
  }
  const spots = whole.spots.get(written);
  if (spots) whole.spots.set(changes, spots);
  return changes;
}

function unknown(key: string, known: readonly string[]): string {
  if (Object.hasOwn(complete.shape, key) || key === 'variants')
    return 'expected what a variant may change; this holds for all of them';
  const meant = didYouMean(key, known);
  return `unknown key${meant === '' ? `; known here: ${known.slice(0, 12).join(', ')}, …` : meant}`;
}

/** Changes over what they change. */
function over(base: Tree, changes: Mapping): unknown {
  return merged(complete, base.data, changes, base.spots);
}

/** Those of a variant's problems that the scenario itself does not have, named and placed in the variant. */
export function ownProblems(found: readonly Problem[], ofBase: readonly Problem[], index: number, whole: Tree): Problem[] {
  const known = new Set(ofBase.map(identity));
  const own = found.filter((problem) => !known.has(identity(problem)));
  return placedIn(own, ['variants', index], whole);
}

function identity(problem: Problem): string {
  return JSON.stringify([problem.path, problem.message, at(problem)]);
}
