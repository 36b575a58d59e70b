/** A long run: memory does not grow with the number of requests. Not part of the whole bench; `--only flat`. */
import { each, node, takeTurns } from './measure.js';
import type { Workload } from './row.js';

export const flat: Workload = {
  name: 'flat',
  title: 'Ten million requests through all stages: resident memory, sampled a hundred times',
  measure({ quick }) {
    const { long } = takeTurns({ long: node('programs/flat', { requests: quick ? 1_000_000 : 10_000_000 }) }, 1);
    const beside = `${each(long, 'requests').median.toLocaleString('en')} requests`;
    return [
      { what: 'the most', value: each(long, 'maxMiB'), unit: 'MiB', bar: { atMost: 300 }, beside },
      {
        what: 'growth over the last nine tenths',
        value: each(long, 'growthMiB'),
        unit: 'MiB',
        bar: { atMost: 5 },
        beside: 'of the line through the samples',
      },
    ];
  },
};
