/** What a person would write into the margin of the run: when the surge began and ended, what failed first, when it was over. */
import { recoveryOf } from './recovery.js';
import type { CauseCount, EventNote } from './result.js';
import type { Telemetry } from './telemetry.js';

export function eventsOf(telemetry: Telemetry, causes: readonly CauseCount[]): EventNote[] {
  return [...surge(telemetry), ...firstFailures(causes), ...recovered(telemetry)].sort((a, b) => a.atMs - b.atMs);
}

function surge(telemetry: Telemetry): EventNote[] {
  const { model, clock } = telemetry;
  const during = model.windows.find((window) => window.name.startsWith('during '));
  if (during === undefined) return [];
  const name = during.name.slice('during '.length);
  return [
    { atMs: during.fromMs, kind: name, text: `the ${name} begins` },
    { atMs: during.toMs, kind: `${name} over`, text: `the ${name} is over` },
  ].filter(({ atMs }) => atMs <= clock.now());
}

function firstFailures(causes: readonly CauseCount[]): EventNote[] {
  return causes.flatMap(({ firstMs, outcome, cause, count }) =>
    firstMs === null ? [] : [{ atMs: firstMs, kind: 'first failure', text: `first ${outcome} (${cause}), of ${count}` }],
  );
}

function recovered(telemetry: Telemetry): EventNote[] {
  const recovery = recoveryOf(telemetry);
  if (recovery === null || recovery.atMs === null) return [];
  const seconds = Math.round((recovery.atMs - recovery.fromMs) / 1000);
  return [{ atMs: recovery.atMs, kind: 'recovered', text: `answers are as fast as before, ${seconds} s after the end` }];
}
