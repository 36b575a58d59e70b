/** W5 on hosts so large that hundreds and a thousand times as many requests are in flight: how much of the rate is kept. */
import { expectMean } from './lifecycle.js';
import { each, node, ratio, takeTurns } from './measure.js';
import { perSecond, type Row, type Workload } from './row.js';

/** Large hosts hardly queue: what is left of the mean is the work itself. */
const MEAN_OF_MANY_CORES_MS = 42.2;

const cases = [
  { scale: 512, inFlight: '5,800 in flight on 1,024 cores' },
  { scale: 1150, inFlight: '13,000 in flight on 2,300 cores' },
];

export const crowd: Workload = {
  name: 'crowd',
  title: 'Many requests in flight: the rate that is kept, of that with 13 in flight on 2 cores',
  measure({ quick, turns }) {
    const requests = quick ? 300_000 : 800_000;
    return cases.map(({ scale, inFlight }): Row => {
      const { few, many } = takeTurns(
        { few: node('programs/lifecycle', { requests }), many: node('programs/lifecycle', { requests, scale }) },
        turns,
      );
      expectMean(many, 0.01, MEAN_OF_MANY_CORES_MS);
      const kept = ratio(many, few);
      return {
        what: inFlight,
        value: { median: 100 * kept.median, low: 100 * kept.low, high: 100 * kept.high },
        unit: '%',
        bar: { atLeast: 40 },
        goal: 60,
        beside: `${perSecond(each(many))} of ${perSecond(each(few))}`,
      };
    });
  },
};
