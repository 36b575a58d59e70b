/** What a person would write into the margin of the run: when the surge began and ended, what failed first, when it was over. */
import { metastabilityOf } from './metastability.js';
import { recoveryOf } from './recovery.js';
import type { CauseCount, EventNote } from './result.js';
import type { Telemetry } from './telemetry.js';

export function eventsOf(telemetry: Telemetry, causes: readonly CauseCount[]): EventNote[] {
  return [
    ...surge(telemetry),
    ...telemetry.journal.lines,
    ...firstFailures(causes),
    ...recovered(telemetry),
    ...tipped(telemetry),
  ].sort((a, b) => a.atMs - b.atMs);
}

/** An event writes its own lines, when it happens. */
function surge({ model, clock }: Telemetry): EventNote[] {
  if (model.incident?.kind !== 'surge') return [];
  const { name, fromMs, peakToMs, toMs } = model.incident;
  const notes = [
    { atMs: fromMs, kind: name, text: `the ${name} begins` },
    { atMs: peakToMs, kind: 'peak over', text: 'its peak is over' },
    { atMs: toMs, kind: `${name} over`, text: `the ${name} is over` },
  ];
  return notes.filter(({ atMs }) => atMs <= clock.now());
}

function firstFailures(causes: readonly CauseCount[]): EventNote[] {
  return causes.flatMap(({ firstMs, outcome, cause, count }) =>
    firstMs === null ? [] : [{ atMs: firstMs, kind: 'first failure', text: `first ${outcome} (${cause}), of ${count}` }],
  );
}

function tipped(telemetry: Telemetry): EventNote[] {
  const metastability = metastabilityOf(telemetry);
  if (metastability === null) return [];
  return [{ atMs: metastability.toMs, kind: 'metastable', text: 'the load is as before, and the site does not come back' }];
}

function recovered(telemetry: Telemetry): EventNote[] {
  const recovery = recoveryOf(telemetry);
  const { incident } = telemetry.model;
  if (recovery === null || recovery.atMs === null || incident === null) return [];
  const seconds = Math.round((recovery.atMs - recovery.fromMs) / 1000);
  const since = incident.kind === 'surge' ? 'the peak' : incident.peakToMs > incident.fromMs ? 'its end' : 'its beginning';
  if (seconds <= 0 && since === 'its beginning') return [];
  const when = seconds <= 0 ? `at ${since.replace('the peak', "the peak's end")}` : `${seconds} s after ${since}`;
  const text = incident.kind === 'surge' ? `${seconds} s after the peak` : when;
  return [{ atMs: recovery.atMs, kind: 'recovered', text: `answers are as fast as before, ${text}` }];
}
