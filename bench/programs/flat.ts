/** A run of many requests through all five stages, and the process's memory at each hundredth of it. */
import { lastValueFrom, tap } from 'rxjs';
import { simulate } from '../../src/simulate.js';
import type { Figures } from '../measure.js';
import { site } from '../site.js';

const MIB = 2 ** 20;

export async function measure({ turn, requests }: { turn: number; requests: number }): Promise<Figures> {
  const rssMiB: number[] = [];
  const frames = simulate(site(requests, 1, String(turn))).pipe(
    tap(({ timeMs, durationMs }) => {
      if (timeMs >= ((rssMiB.length + 1) * durationMs) / 100) rssMiB.push(process.memoryUsage.rss() / MIB);
    }),
  );
  const { ended } = await lastValueFrom(frames);
  const late = rssMiB.slice(rssMiB.length / 10);
  return { requests: ended, maxMiB: Math.max(...rssMiB), growthMiB: slope(late) * (late.length - 1), samples: rssMiB.length };
}

/** Of the straight line through the values that has the least squares. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let above = 0;
  let below = 0;
  for (const [index, value] of values.entries()) {
    above += (index - middle) * (value - mean);
    below += (index - middle) * (index - middle);
  }
  return above / below;
}
