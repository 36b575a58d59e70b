/** Events and failures that the run or the site cannot have. */
import type { Draft } from '../explain.js';
import { didYouMean } from '../nearest.js';
import { show } from '../problems.js';
import type { Report } from '../report.js';
import type { Complete } from '../schema/scenario.js';
import { writtenDuration } from '../written.js';

/** Which daemon a verb's object needs, beside the three that are called by their names. */
const NEEDED: Readonly<Record<string, 'php-fpm' | 'mysql'>> = { 'php-fpm': 'php-fpm', mysql: 'mysql', code: 'php-fpm' };

export function checkEvents(scenario: Draft<Complete>, siteKnown: boolean, report: Report): void {
  for (const list of ['events', 'failures'] as const) {
    for (const [index, happening] of (scenario[list] ?? []).entries()) {
      if (happening === undefined || report.failedWithin([list, index])) continue;
      const written = happening as Readonly<Record<string, unknown>>;
      if (list === 'events') withinRun(written, index, scenario.duration, report);
      if (siteKnown) onThisSite(written, [list, index], scenario, report);
    }
  }
}

function withinRun(
  { at }: Readonly<Record<string, unknown>>,
  index: number,
  durationMs: number | undefined,
  report: Report,
): void {
  if (durationMs === undefined || typeof at !== 'number' || at < durationMs) return;
  report.contradiction(['events', index, 'at'], `expected a moment within the duration of ${writtenDuration(durationMs)}`);
}

function onThisSite(
  written: Readonly<Record<string, unknown>>,
  at: readonly (string | number)[],
  scenario: Draft<Complete>,
  report: Report,
): void {
  for (const [verb, object] of Object.entries(written)) {
    const daemon = verb === 'lock-table' ? 'mysql' : typeof object === 'string' ? NEEDED[object] : undefined;
    if (verb === 'name' || verb === 'because' || daemon === undefined) continue;
    if (!scenario[daemon] && !report.failedWithin([daemon]))
      report.wrong([...at, verb], `expected a site with ${daemon}, got one without`);
  }
  if (scenario.mysql) tableThere(written['lock-table'], [...at, 'lock-table'], scenario, report);
}

function tableThere(table: unknown, at: readonly (string | number)[], scenario: Draft<Complete>, report: Report): void {
  const tables = tablesOf(scenario);
  if (typeof table !== 'string' || tables.includes(table) || report.failedWithin(['pages'])) return;
  report.wrong(at, `expected a table that some query names, got ${show(table)}${didYouMean(table, tables)}`);
}

function tablesOf({ pages = {} }: Draft<Complete>): string[] {
  const queries = Object.values(pages).flatMap((page) => page?.queries ?? []);
  return queries.flatMap((query) => query?.table ?? []);
}
