/**
 * The way from what a person writes to what is simulated.
 *
 *     text ─► tree ─► + site, + --set ─► schema ─► checks ─► Model
 *             yaml      places kept       units     sense     frozen
 *
 * Nothing stops at the first mistake: each step goes on with what it has, and one `ScenarioError` tells them all.
 */
import type { Model } from '../model.js';
import { modelOf } from './build/model.js';
import { checkEvents } from './checks/events.js';
import { checkSite } from './checks/site.js';
import { checkThresholds } from './checks/thresholds.js';
import { checkTraffic } from './checks/traffic.js';
import { compose, type ReadSite } from './compose.js';
import { configsOf } from './configs.js';
import { type Draft, read } from './explain.js';
import { frozen } from './freeze.js';
import { merged } from './merge.js';
import { isMapping, type Mapping, type Place, type Tree } from './place.js';
import { readPlain } from './plain.js';
import { printed } from './printed.js';
import { type Problem, ScenarioError, show } from './problems.js';
import { Report } from './report.js';
import {
  type Complete,
  complete,
  type ScenarioInput,
  type SiteInput,
  scenario as scenarioSchema,
  siteless,
} from './schema/scenario.js';
import { applySet } from './set.js';
import { readText } from './text.js';
import { ownProblems, withoutVariants, writtenVariants } from './variants.js';

export type { ScenarioInput, SiteInput };

export interface ScenarioOptions {
  /** `host.cores=4`, as often as needed; applied in order. */
  readonly set?: readonly string[];
  /** In place of the scenario's own. */
  readonly seed?: string;
  /** Gives a site file's text; without it a site must stand in the scenario itself. */
  readonly readSite?: ReadSite;
}

/** Helps an editor to complete a scenario that is written in TypeScript; changes nothing. */
export function defineScenario(scenario: ScenarioInput): ScenarioInput {
  return scenario;
}

/** The same for a site. */
export function defineSite(site: SiteInput): SiteInput {
  return site;
}

/** The model of a scenario given as plain data. Throws a `ScenarioError` with all its problems. */
export function toModel(scenario: unknown, options: ScenarioOptions = {}): Model {
  const problems: Problem[] = [];
  return resolve(readPlain(scenario, problems), problems, options).model;
}

/**
 * A scenario with its site put in and every default written out, in the units in which they were written: what is simulated, as a
 * file. Read again it gives the same model, and the same text. Throws a `ScenarioError` as the others do.
 */
export function printScenario(text: string, file: string, options: ScenarioOptions = {}): string {
  const problems: Problem[] = [];
  return printed(resolve(readText(text, file, problems), problems, options).data);
}

/** The model of a scenario given as YAML or JSON; `file` is what problems call it. Throws a `ScenarioError` with all of them. */
export function parseScenario(text: string, file: string, options: ScenarioOptions = {}): Model {
  const problems: Problem[] = [];
  return resolve(readText(text, file, problems), problems, options).model;
}

/** The model, and the data that it was made from. */
function resolve(
  written: Tree,
  problems: Problem[],
  options: ScenarioOptions,
): { readonly model: Model; readonly data: Mapping } {
  if (!isMapping(written.data)) {
    if (problems.length === 0)
      problems.push({ ...written.place, path: '', value: '', message: `expected a mapping, got ${show(written.data)}` });
    throw new ScenarioError(problems);
  }
  const { tree: whole, siteKnown } = composed(written, problems, options);
  const tree = withoutVariants(whole);
  const report = new Report(tree, problems);
  const build = checked(tree, siteKnown, report);
  const ofBase = [...report.problems];
  const all = new Report(whole, ofBase);
  const variants = writtenVariants(whole, tree, all).map(({ index, head, tree }) => {
    const report = new Report(tree, problems);
    const build = checked(tree, siteKnown, report);
    all.take(ownProblems(report.problems, ofBase, index, whole));
    return { head, build };
  });
  if (all.count > 0) throw new ScenarioError(all.sorted());
  const model = frozen({ ...build(), variants: variants.map(({ head, build }) => ({ ...head!, model: build() })) });
  return { model, data: whole.data as Mapping };
}

/** Tells `report` what is wrong with a tree; what it returns builds the model if nothing is. */
function checked(tree: Tree, siteKnown: boolean, report: Report): () => Model {
  const draft = read(siteKnown ? complete : siteless, tree.data, [], report) as Draft<Complete>;
  const readable = !['traffic', 'duration', 'warmup'].some((key) => report.failedWithin([key]));
  checkTraffic(draft, report);
  if (siteKnown) checkSite(draft, report);
  checkEvents(draft, siteKnown, report);
  const thresholds = checkThresholds(draft, readable, siteKnown, report);
  const configs = report.count > 0 || !siteKnown ? undefined : configsOf(tree, draft as Complete, report);
  return () => modelOf(draft as Complete, thresholds, configs);
}

/** Scenario, site and options in one tree. */
function composed(written: Tree, problems: Problem[], { set = [], seed, readSite }: ScenarioOptions) {
  const choosesSite = (option: string) => /^\s*site\s*=/.test(option);
  const chosen = set.filter(choosesSite).reduce((tree, option) => applySet(tree, scenarioSchema, option, problems), written);
  const { tree, siteKnown } = compose(chosen, readSite, problems);
  const changed = set
    .filter((option) => !choosesSite(option))
    .reduce((before, option) => applySet(before, complete, option, problems), tree);
  if (seed !== undefined) setSeed(changed, seed);
  ownVisitors(changed);
  return { tree: changed, siteKnown };
}

/** What a source says of its visitors stands over what the scenario says of all. */
function ownVisitors({ data, spots }: Tree): void {
  const { visitors, traffic } = data as Mapping;
  if (!isMapping(visitors) || !Array.isArray(traffic)) return;
  for (const source of traffic) {
    if (isMapping(source) && isMapping(source.visitors))
      source.visitors = merged(complete.shape.visitors, visitors, source.visitors, spots);
  }
}

function setSeed(tree: Tree, seed: string): void {
  const place: Place = { file: '--seed', line: 0, column: 0 };
  (tree.data as Mapping).seed = seed;
  tree.spots.get(tree.data as Mapping)?.set('seed', { key: place, value: place });
}
