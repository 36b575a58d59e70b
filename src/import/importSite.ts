/**
 * From the files that a LEMP box really has to a site file.
 *
 *     nginx.conf ─┐
 *     www.conf    ├─► facts, each with its place ─► checks of the scenario ─► site.yaml
 *     my.cnf     ─┘                                                          └► warnings, what is not modelled
 *
 * What the files say must pass the same checks as a scenario; a value that does not is told by its own file, line and column.
 * Not read: what the daemons were told on their command lines, and in systemd's units.
 */
import type { Place } from '../scenario/place.js';
import { ScenarioError } from '../scenario/problems.js';
import { parseScenario } from '../scenario/scenario.js';
import { type Box, type BoxFiles, readBox } from './box.js';
import { sectionPlaces } from './daemons.js';
import { dangersOf } from './dangers.js';
import { Known } from './known.js';
import { type LeftOver, leftOvers } from './leftOver.js';
import { siteFileOf } from './siteFile.js';
import { timeoutsOf } from './timeouts.js';
import { Trouble } from './trouble.js';

export type { BoxFiles, HostFacts } from './box.js';

export interface Imported {
  /** The site file. */
  readonly text: string;
  /** What is likely to hurt, and what the reader should know, each as a sentence. */
  readonly warnings: readonly string[];
  /** What was read and is not modelled, by server. */
  readonly left: readonly LeftOver[];
  /** What was chosen: `server shop.example.com, pool www`. */
  readonly chosen: string;
  /** Whether any page comes by PHP; most lessons ask for that. */
  readonly byPhp: boolean;
}

/** Throws a `ScenarioError` with all that is wrong, or an `UnreadableError`. */
export function importSite(files: BoxFiles): Imported {
  const trouble = new Trouble();
  const box = readBox(files, trouble);
  trouble.end();
  if (box === null) throw new Error('nothing was wrong, and nothing was read');
  const known = new Known(box);
  const left = leftOvers(box);
  const sources = [files.nginx, ...files.fpm, ...files.mysql, ...files.php, ...files.sysctl];
  const draft = siteFileOf({ known, dangers: [], timeouts: [], left: [], notes: [] }, sources);
  check(draft, box, trouble);
  trouble.end();
  const dangers = dangersOf(known);
  const text = siteFileOf({ known, dangers, timeouts: timeoutsOf(known), left, notes: trouble.notes }, sources);
  return {
    text,
    warnings: [...dangers.map((danger) => `${danger.path}: ${danger.text}`), ...trouble.notes],
    left,
    byPhp: box.pool !== null,
    chosen: `server ${box.nginx.server.name}${box.pool ? `, pool ${box.pool.name}` : ''}`,
  };
}

const TRIAL = 'name: trial\nabout: Tries the site.\nsite: ./trial.site.yaml\nduration: 1s\ntraffic: [{ rate: 1/s }]\n';

/** Reads the site as a scenario would, and tells each problem by the place that the value came from. */
function check(text: string, box: Box, trouble: Trouble): void {
  try {
    parseScenario(TRIAL, 'trial.yaml', { readSite: () => text });
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    for (const problem of error.problems) {
      const place = placeOf(problem.path, box);
      if (place === null)
        throw new Error(`a site file of our own is wrong: ${problem.path}: ${problem.message}`, { cause: error });
      trouble.wrong(place, problem.message, problem.path);
    }
  }
}

function placeOf(path: string, box: Box): Place | null {
  const [section] = path.split('.', 1);
  return box.facts.get(path)?.place ?? sectionPlaces(box.nginx, box.pool)[section] ?? null;
}
