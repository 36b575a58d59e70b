/** Events and failures that the run or the site cannot have. */
import type { Draft } from '../explain.js';
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
  const table = written['lock-table'];
  if (typeof table === 'string' && !tablesOf(scenario).includes(table) && !report.failedWithin(['pages'])) {
    report.wrong([...at, 'lock-table'], `expected a table that some query names, got "${table}"`);
  }
}

function tablesOf({ pages = {} }: Draft<Complete>): (string | undefined)[] {
  return Object.values(pages).flatMap((page) => (page?.queries ?? []).map((query) => query?.table));
}
