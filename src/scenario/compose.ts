/** One tree from the scenario's and its site's: the lesson, the site's sections with the scenario's changes over them. */
import { besides, siteFile } from './besides.js';
import { merged } from './merge.js';
import { didYouMean } from './nearest.js';
import { emptyMapping, isMapping, type Mapping, type Place, placeOf, type Spot, type Tree } from './place.js';
import { type Problem, show } from './problems.js';
import { expectationOf } from './schema/hint.js';
import { complete, scenario, site } from './schema/scenario.js';
import { readText } from './text.js';

/**
 * The text of a site file, by the path or the name that a scenario's `site` says, or that `--set site=` says in its place;
 * throws if there is none.
 */
export type ReadSite = (path: string, fromOption: boolean) => string;

export interface Composed {
  readonly tree: Tree;
  /** Whether there is a site to check; if not, a problem says why. */
  readonly siteKnown: boolean;
}

export function compose(tree: Tree, readSite: ReadSite | undefined, problems: Problem[]): Composed {
  const lesson = tree.data as Mapping;
  const wrong = (message: string) =>
    problems.push({ ...placeOf(tree, ['site'], 'value'), path: 'site', value: show(lesson.site), message });
  const siteTree = typeof lesson.site === 'string' ? siteFrom(lesson.site, tree, readSite, wrong, problems) : inline(tree, wrong);
  if (siteTree === null) return { tree: { ...tree, data: without(lesson, 'site', tree) }, siteKnown: false };
  const { data, place } = siteTree;
  namedAsSettings(problems);
  if (!isMapping(data)) {
    if (data !== undefined)
      problems.push({
        ...place,
        path: '',
        value: show(data),
        message: `expected a mapping with the sections of a site, got ${show(data)}`,
      });
    return { tree: { ...tree, data: without(lesson, 'site', tree) }, siteKnown: false };
  }
  return { tree: { ...tree, data: joined(lesson, tree, siteTree, problems) }, siteKnown: true };
}

/** What stands in a site within a scenario is named as `--set` does, `host.cores`, wherever the site stands. */
function namedAsSettings(problems: Problem[]): void {
  for (const [index, problem] of problems.entries()) {
    if (problem.path.startsWith('site.')) problems[index] = { ...problem, path: problem.path.slice('site.'.length) };
  }
}

function siteFrom(
  path: string,
  tree: Tree,
  readSite: ReadSite | undefined,
  wrong: (message: string) => void,
  problems: Problem[],
): Tree | null {
  if (!readSite) {
    wrong(`expected a mapping, as no file can be read from here, got ${show(path)}`);
    return null;
  }
  const found: Problem[] = [];
  try {
    const fromOption = placeOf(tree, ['site'], 'value').option !== undefined;
    const read = readText(readSite(path, fromOption), fromOption ? siteFile(path) : besides(tree.place.file, path), found);
    problems.push(
      ...found.map((problem) => ({ ...problem, message: problem.message.replace('expected a scenario', 'expected a site') })),
    );
    return { ...read, spots: tree.spots, data: adopt(read, tree) };
  } catch (error) {
    wrong(error instanceof Error ? error.message : String(error));
    return null;
  }
}

function inline(tree: Tree, wrong: (message: string) => void): Tree | null {
  const value = (tree.data as Mapping).site;
  if (isMapping(value)) return { ...tree, data: value, place: placeOf(tree, ['site'], 'key') };
  const expected = expectationOf(scenario.shape.site, value);
  wrong(value === undefined ? `missing; expected ${expected}` : `expected ${expected}, got ${show(value)}`);
  return null;
}

/** Notes the places of another tree in this one. */
function adopt(from: Tree, into: Tree): unknown {
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || into.spots.has(value)) return;
    const spots = from.spots.get(value);
    if (spots) into.spots.set(value, spots);
    for (const member of Object.values(value)) visit(member);
  };
  visit(from.data);
  return from.data;
}

function joined(lesson: Mapping, tree: Tree, siteTree: Tree, problems: Problem[]): Mapping {
  const data = emptyMapping();
  const spots = new Map<string | number, Spot>();
  const put = (key: string, value: unknown, spot: Spot | undefined) => {
    data[key] = value;
    if (spot) spots.set(key, spot);
  };
  const sections = siteTree.data as Mapping;
  const names = Object.keys(site.shape);
  for (const [key, value] of Object.entries(lesson)) if (key !== 'site') put(key, value, tree.spots.get(lesson)?.get(key));
  for (const [key, value] of Object.entries(sections)) {
    const spot = tree.spots.get(sections)?.get(key);
    if (!names.includes(key)) problems.push(unknownSection(key, value, names, spot?.key ?? siteTree.place));
    else if (key === 'name') put('site', value, spot);
    else if (Object.hasOwn(lesson, key))
      put(key, merged(complete.shape[key as keyof typeof complete.shape], value, lesson[key], tree.spots), spots.get(key));
    else put(key, value, spot);
  }
  if (!Object.hasOwn(sections, 'name'))
    put('site', stemOf(siteTree.place.file, tree.place.file, lesson.name), tree.spots.get(lesson)?.get('site'));
  tree.spots.set(data, spots);
  return data;
}

function unknownSection(key: string, value: unknown, names: readonly string[], place: Place): Problem {
  const meant = didYouMean(key, names);
  return {
    ...place,
    path: key,
    value: show(value),
    message: `unknown key${meant === '' ? `; a site has ${names.join(', ')}` : meant}`,
  };
}

/** `shop` for `sites/shop.site.yaml`; the scenario's own name for a site inside it. */
function stemOf(siteFile: string, scenarioFile: string, name: unknown): unknown {
  if (siteFile === scenarioFile) return typeof name === 'string' || typeof name === 'number' ? name : 'site';
  return siteFile.slice(siteFile.lastIndexOf('/') + 1).replace(/(\.site)?\.ya?ml$/, '') || 'site';
}

function without(mapping: Mapping, key: string, tree: Tree): Mapping {
  const copy = Object.assign(emptyMapping(), mapping);
  delete copy[key];
  const spots = tree.spots.get(mapping);
  if (spots) tree.spots.set(copy, spots);
  return copy;
}
