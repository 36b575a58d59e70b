/** Thresholds, which can be read only when windows and stages are known. */
import type { ThresholdModel } from '../../model.js';
import { isSurge, type Source } from '../build/sourceKinds.js';
import { surgeName, windowsOf } from '../build/windows.js';
import type { Draft } from '../explain.js';
import type { Report } from '../report.js';
import type { WrittenEvent } from '../schema/events.js';
import type { Complete } from '../schema/scenario.js';
import { readThreshold, STAGES } from '../threshold.js';

/** `readable` says whether traffic, duration and warm-up could be read at all; they may contradict each other even so. */
export function checkThresholds(
  scenario: Draft<Complete>,
  readable: boolean,
  siteKnown: boolean,
  report: Report,
): ThresholdModel[] {
  const known = {
    windows: readable ? windowNames(scenario, report) : null,
    stages: siteKnown ? stagesOf(scenario, report) : STAGES,
  };
  const thresholds: ThresholdModel[] = [];
  for (const [index, text] of (scenario.thresholds ?? []).entries()) {
    if (text === undefined) continue;
    const reading = readThreshold(text, known);
    if ('threshold' in reading) thresholds.push(reading.threshold);
    else report.wrong(['thresholds', index], reading.problem);
  }
  return thresholds;
}

/** `null` where they hang on something that is wrong. */
function windowNames(scenario: Draft<Complete>, report: Report): readonly string[] | null {
  const { duration = 0, warmup = 0 } = scenario;
  const traffic = scenario.traffic as readonly Source[];
  const surge = traffic.find(isSurge);
  if (surge === undefined && report.failedWithin(['events'])) return null;
  if (surge !== undefined && report.failedWithin(['traffic']))
    return ['before', 'during', 'after'].map((part) => `${part} ${surgeName(surge)}`);
  const events = surge === undefined ? (scenario.events as WrittenEvent[] | undefined) : undefined;
  return windowsOf({ traffic: [...traffic], events, duration, warmup }).map((window) => window.name);
}

function stagesOf(scenario: Draft<Complete>, report: Report): string[] {
  const stages = ['dns', 'tcp', 'nginx'];
  for (const daemon of ['php-fpm', 'mysql'] as const) {
    if (scenario[daemon] || report.failedWithin([daemon])) stages.push(daemon);
  }
  return stages;
}
