/**
 * A run told as a list of what happened when: who was answered, who was not and why, and when each had clicked.
 *
 *   story(bare({ pages: [scriptPage({ cpuMs: always(20) })] }), [0, 5]).ends
 *   // => ['20 ms: 200 to the click at 0 ms', '40 ms: 200 to the click at 5 ms']
 */
import { map, merge, timer } from 'rxjs';
import { vi } from 'vitest';
import type { Model } from '../../src/model.js';
import { run } from '../../src/simulate.js';
import type { CauseCount, Result } from '../../src/telemetry/result.js';
import { Telemetry } from '../../src/telemetry/telemetry.js';
import { poisson } from '../support/bare.js';

/** When somebody new comes, and to which page; the first one if it does not say. */
export type Click = number | readonly [atMs: number, page: number];

export interface Story {
  readonly ends: string[];
  readonly result: Result;
  /** A figure that a stage keeps. */
  figure(stage: string, name: string): number;
  /** Why requests failed: `stage: log line`, each once, in order of their number. */
  readonly logs: string[];
}

/** Its traffic is `clicks`, each by a visitor of their own, in place of the model's. */
export function story(model: Model, clicks: readonly Click[]): Story {
  return told({ ...model, traffic: [silent] }, clicks);
}

/** The model's own traffic. */
export function storyOf(model: Model): Story {
  return told(model, null);
}

/** A source that sends nobody of itself. */
export const silent = poisson(0, { curve: [] });

function told(model: Model, clicks: readonly Click[] | null): Story {
  const ends: string[] = [];
  const original = Telemetry.prototype.requestEnded;
  const spy = vi.spyOn(Telemetry.prototype, 'requestEnded').mockImplementation(function (this: Telemetry, window, cause, ms) {
    const now = this.clock.now();
    const why = cause.outcome === '200' ? '200' : `${cause.outcome} (${cause.text})`;
    ends.push(`${neat(now)} ms: ${why} to the click at ${neat(now - ms)} ms`);
    original.call(this, window, cause, ms);
  });
  try {
    const result = run(
      model,
      clicks === null
        ? {}
        : {
            arrivals: (clock) =>
              merge(
                ...clicks.map((click) => {
                  const [atMs, page] = typeof click === 'number' ? [click, 0] : click;
                  return timer(atMs, clock).pipe(map(() => ({ source: 0, page })));
                }),
              ),
          },
    );
    return {
      ends,
      result,
      figure: (stage, name) => result.stages[stage].details[name],
      logs: result.causes.map(logOf),
    };
  } finally {
    spy.mockRestore();
  }
}

function logOf({ stage, log }: CauseCount): string {
  return `${stage}: ${log}`;
}

/** Without the rounding of sums. */
export function neat(ms: number): number {
  return Math.round(ms * 1e6) / 1e6;
}
