/** Sources that contradict the run they are in, or each other. */
import { endOfSurge } from '../build/curve.js';
import { isSurge, type Source } from '../build/sourceKinds.js';
import { baseRateAt } from '../build/sources.js';
import type { Draft } from '../explain.js';
import { didYouMean } from '../nearest.js';
import type { Report } from '../report.js';
import type { Complete } from '../schema/scenario.js';
import { writtenDuration } from '../written.js';

const PERIODS_MAX = 250;

export function checkTraffic(scenario: Draft<Complete>, report: Report): void {
  const { duration, warmup } = scenario;
  if (duration !== undefined && warmup !== undefined && warmup >= duration) {
    report.contradiction(['warmup'], `expected a warm-up shorter than the duration of ${writtenDuration(duration)}`);
  }
  const sources = wholeSources(scenario, report);
  uniqueNames(sources, report);
  for (const [index, source] of sources.entries()) {
    if (source === undefined) continue;
    if (scenario.duration !== undefined) {
      endsInTime(source, index, scenario.duration, report);
      if ('peak' in source) aboveBase(source, index, sources, scenario.duration, report);
      if ('day' in source && scenario.duration > source.day.period * PERIODS_MAX) {
        report.contradiction(
          ['traffic', index, 'day', 'period'],
          `expected a period that fits into the duration at most ${PERIODS_MAX} times`,
        );
      }
    }
    risesInTime(source, index, report);
    if (!report.failedWithin(['pages'])) knownPages(source, index, scenario, report);
  }
  const surge = sources.findIndex((source) => source !== undefined && isSurge(source));
  if (surge >= 0) afterWarmup(sources[surge], surge, scenario.warmup, report);
}

/** A source that could only be read in part is left out. */
function wholeSources(scenario: Draft<Complete>, report: Report): readonly (Source | undefined)[] {
  return (scenario.traffic ?? []).map((source, index) =>
    report.failedWithin(['traffic', index]) ? undefined : (source as Source),
  );
}

function uniqueNames(sources: readonly (Source | undefined)[], report: Report): void {
  const first = new Map<string, number>();
  for (const [index, source] of sources.entries()) {
    const name = source?.name;
    if (name === undefined) continue;
    const other = first.get(name);
    if (other === undefined) first.set(name, index);
    else report.contradiction(['traffic', index, 'name'], `expected a name of its own, which traffic.${other} does not have`);
  }
}

function endsInTime(source: Source, index: number, durationMs: number, report: Report): void {
  const at = source.at ?? 0;
  const run = `the duration of ${writtenDuration(durationMs)}`;
  if (at >= durationMs) {
    report.contradiction(['traffic', index, 'at'], `expected a beginning within ${run}`);
  } else if ('peak' in source && endOfSurge(source) > durationMs) {
    const end = writtenDuration(endOfSurge(source));
    report.wrong(['traffic', index, 'hold'], `expected the surge to end within ${run}, got an end at ${end}`);
  } else if ('for' in source && source.for !== undefined && at + source.for > durationMs) {
    report.wrong(['traffic', index, 'for'], `expected an end within ${run}, got an end at ${writtenDuration(at + source.for)}`);
  }
}

function risesInTime(source: Source, index: number, report: Report): void {
  if (!('rate' in source) || source.for === undefined || source.rise + source.fall <= source.for) return;
  const part = source.fall > 0 ? 'fall' : 'rise';
  const need = writtenDuration(source.rise + source.fall);
  report.wrong(
    ['traffic', index, part],
    `expected rise and fall to take at most the ${writtenDuration(source.for)} that it lasts, got ${need}`,
  );
}

function aboveBase(
  source: Extract<Source, { peak: number }>,
  index: number,
  sources: readonly (Source | undefined)[],
  durationMs: number,
  report: Report,
): void {
  const base = baseRateAt(sources, durationMs, source.at);
  if (source.peak <= base && source.at < durationMs)
    report.contradiction(['traffic', index, 'peak'], `expected a peak above the base load of ${base}/s`);
}

function afterWarmup(source: Source | undefined, index: number, warmupMs: number | undefined, report: Report): void {
  const at = source?.at;
  if (at === undefined || warmupMs === undefined || at >= warmupMs || report.failedWithin(['traffic', index, 'at'])) return;
  report.contradiction(['traffic', index, 'at'], `expected a beginning after the warm-up of ${writtenDuration(warmupMs)}`);
}

function knownPages(source: Source, index: number, scenario: Draft<Complete>, report: Report): void {
  if (source.pages === undefined || scenario.pages === undefined) return;
  const paths = Object.keys(scenario.pages);
  for (const path of Object.keys(source.pages)) {
    if (!paths.includes(path))
      report.unknown(['traffic', index, 'pages', path], `expected a page of the site, got "${path}"${didYouMean(path, paths)}`);
  }
  if (Object.values(source.pages).every((weight) => weight === 0)) {
    report.wrong(['traffic', index, 'pages'], 'expected at least one weight above 0');
  }
}
