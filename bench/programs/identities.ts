/**
 * W5 in steps of one second, the shortest that a run has, with the time spent in the checks taken by the clock.
 *
 * Not by a run without them: the difference of two runs is noise ten times as large as what is looked for.
 */
import { run } from '../../src/simulate.js';
import { Telemetry } from '../../src/telemetry/telemetry.js';
import type { Figures } from '../measure.js';
import { RATE, site, warmUps } from '../site.js';

/** Almost as many seconds as there may be steps of one second. */
const SECONDS = 1198;

export function measure({ turn }: { turn: number }): Figures {
  let checks = 0;
  let insideMs = 0;
  const { check } = Telemetry.prototype;
  Telemetry.prototype.check = function timed(this: Telemetry) {
    const before = performance.now();
    check.call(this);
    insideMs += performance.now() - before;
    checks += 1;
  };
  for (const model of warmUps()) run(model);
  checks = 0;
  insideMs = 0;
  const before = performance.now();
  run(site(RATE * SECONDS, 1, String(turn)));
  const wholeMs = performance.now() - before;
  return { percent: (100 * insideMs) / wholeMs, checks, eachMs: insideMs / checks };
}
