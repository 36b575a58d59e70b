/**
 * `config`: what the site is like from each such event on. Each stands over what was before it, setting by setting, as a scenario
 * stands over its site, and is checked as a whole.
 */
import type { SiteModel } from '../model.js';
import { siteOf } from './build/model.js';
import { checkSite } from './checks/site.js';
import { type Draft, read } from './explain.js';
import { merged } from './merge.js';
import { isMapping, type Mapping, type Tree } from './place.js';
import { placedIn } from './placed.js';
import { Report } from './report.js';
import { type Complete, complete } from './schema/scenario.js';

/** By the index of its event. Tells `report` what is wrong with them; `draft` is the scenario without any, and right. */
export function configsOf(tree: Tree, draft: Complete, report: Report): ReadonlyMap<number, SiteModel> {
  const configs = new Map<number, SiteModel>();
  let data = tree.data as Mapping;
  for (const { index, changes } of inTime(tree, draft)) {
    data = merged(complete, data, changes, tree.spots) as Mapping;
    const found = new Report({ ...tree, data });
    const changed = read(complete, data, [], found) as Draft<Complete>;
    checkSite(changed, found);
    samePlaces(changed as Complete, draft, index, report);
    report.take(placedIn(found.problems, ['events', index, 'config'], tree));
    if (found.count === 0) configs.set(index, siteOf(changed as Complete));
  }
  return configs;
}

function inTime({ data }: Tree, { events = [] }: Complete) {
  const written = (data as { events?: unknown[] }).events ?? [];
  return events
    .map((event, index) => ({ index, at: event.at, changes: (written[index] as { config?: unknown }).config }))
    .filter(({ changes }) => isMapping(changes))
    .sort((one, other) => one.at - other.at);
}

/** Pages and their queries stay the same ones; only what they cost may change. */
function samePlaces(changed: Complete, { pages }: Complete, index: number, report: Report): void {
  for (const [path, page] of Object.entries(changed.pages ?? {})) {
    const at = ['events', index, 'config', 'pages', path];
    if (pages[path] === undefined) report.wrong(at, 'expected a page of the site, as no page can be added while it runs');
    else if ((page?.queries ?? []).length !== (pages[path].queries ?? []).length) {
      report.wrong([...at, 'queries'], `expected ${(pages[path].queries ?? []).length} queries, as there are now`);
    } else if ((page?.php === undefined) !== (pages[path].php === undefined)) {
      report.wrong([...at, 'php'], 'expected a page that PHP answers already');
    }
  }
}
