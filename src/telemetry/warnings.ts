/** What a reader must know to read the figures rightly. */
import type { Model } from '../model.js';
import type { Measured } from './thresholds.js';

/** A percentile is only as good as the requests beyond it: at least ten. */
const BEYOND = 10;
const TAILS = [
  ['p95', 0.05],
  ['p99', 0.01],
  ['p99.9', 0.001],
] as const;

export function warningsOf(model: Model, result: Measured): string[] {
  const warnings: string[] = [];
  const { count } = result.latencyMs;
  if (result.partial)
    warnings.push(`interrupted at ${Math.round(result.durationMs / 1000)} s of ${Math.round(model.durationMs / 1000)} s`);
  if (result.requests.offered === 0) warnings.push('no request began in the counted time: there is nothing to report');
  else if (count === 0) warnings.push('no request was answered well: there are no latencies to report');
  else if (count < BEYOND / 0.001) {
    const beyond = TAILS.filter(([, tail]) => count * tail < BEYOND).map(([name]) => name);
    if (beyond.length > 0)
      warnings.push(
        `${beyond.join(', ')} ${beyond.length === 1 ? 'rests' : 'rest'} on fewer than ${BEYOND} slower answers of ${count}`,
      );
  }
  if (unstable(result))
    warnings.push('unstable: at the end more requests waited than could be answered; a longer run would show longer waits');
  if (result.host.memory.overcommitted || result.events.some(({ killed }) => killed !== undefined))
    warnings.push(memoryUsedUp(result));
  return warnings;
}

/** What was beyond RAM lay on swap, or the kernel killed for it. */
function memoryUsedUp({ events }: Measured): string {
  const kills = events.flatMap(({ killed }) => killed ?? []);
  if (kills.length === 0) return 'more memory was held than the host has: what was beyond it lay on swap';
  return `memory ran out: the kernel killed ${[...new Set(kills)].join(' and ')}${kills.length === 1 ? '' : `, ${kills.length} times in all`}`;
}

/** Unfinished at the end are more than a twentieth of all, and those still rising. */
function unstable(result: Measured): boolean {
  const { offered, unfinished } = result.requests;
  const last = result.windows.at(-1);
  return (
    unfinished > 50 && last !== undefined && unfinished > 0.05 * offered && last.perSecond.offered > last.perSecond.throughput
  );
}
