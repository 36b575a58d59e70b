/** `traffic` as the model's sources: named, with curves in place of shapes and indices in place of paths. */
import type { SourceModel } from '../../model.js';
import type { Complete } from '../schema/scenario.js';
import { curveOf, rateAt } from './curve.js';
import { isOpen, isSurge, kindOf, type OpenSource, type Source } from './sourceKinds.js';
import { visitorsOf } from './visitors.js';

export function sourcesOf(scenario: Pick<Complete, 'traffic' | 'duration' | 'pages' | 'events' | 'failures'>): SourceModel[] {
  const paths = pathsOf(scenario.pages);
  const names = namesOf(scenario.traffic);
  return scenario.traffic.map((source, index) => sourceOf(source, names[index], paths, scenario));
}

function sourceOf(
  source: Source,
  name: string,
  paths: readonly string[],
  scenario: Pick<Complete, 'traffic' | 'duration' | 'events' | 'failures'>,
): SourceModel {
  const { traffic, duration: durationMs } = scenario;
  const mix = source.pages ? mixOf(source.pages, paths) : null;
  const visitors = source.visitors ? { visitors: visitorsOf(source.visitors, scenario) } : {};
  if (isOpen(source)) {
    const curve = curveOf(source, durationMs, (atMs) => baseRateAt(traffic, durationMs, atMs));
    return { kind: 'open', name, mix, ...visitors, curve, spacing: source.spacing, batch: source.batch };
  }
  const fromMs = source.at ?? 0;
  const toMs = source.for === undefined ? durationMs : fromMs + source.for;
  if ('users' in source)
    return { kind: 'closed', name, mix, ...visitors, users: source.users, thinkMs: source.think, fromMs, toMs };
  const { high, low } = source.bursty;
  return {
    kind: 'bursty',
    name,
    mix,
    ...visitors,
    highRate: high.rate,
    highMs: high.for,
    lowRate: low.rate,
    lowMs: low.for,
    fromMs,
    toMs,
  };
}

/** What the open sources without `at` bring together at a moment. */
export function baseRateAt(traffic: readonly (Source | undefined)[], durationMs: number, atMs: number): number {
  const base = traffic.filter(
    (source): source is OpenSource => source !== undefined && isOpen(source) && !isSurge(source) && isBase(source),
  );
  return base.reduce(
    (sum, source) =>
      sum +
      rateAt(
        curveOf(source, durationMs, () => 0),
        atMs,
      ),
    0,
  );
}

function isBase(source: OpenSource): boolean {
  return source.at === undefined;
}

/** Given names, and the kind for those without; the second of a kind is `base 2`. A later source does not rename those before it. */
export function namesOf(traffic: readonly Source[]): string[] {
  const taken = new Set(traffic.map((source) => source.name));
  return traffic.map((source) => source.name ?? free(kindOf(source), taken));
}

function free(kind: string, taken: Set<string | undefined>): string {
  let name = kind;
  for (let number = 2; taken.has(name); number += 1) name = `${kind} ${number}`;
  taken.add(name);
  return name;
}

/** In the order of the alphabet, so that nothing depends on the order in which they were written. */
export function pathsOf(pages: Complete['pages']): string[] {
  return Object.keys(pages).sort();
}

function mixOf(weights: Readonly<Record<string, number>>, paths: readonly string[]) {
  const mix = Object.entries(weights).map(([path, weight]) => ({ page: paths.indexOf(path), weight }));
  return mix.sort((a, b) => a.page - b.page);
}
