/** What it costs to look on: the RxJS source, the frames, all telemetry. Against the same stages with none of that. */
import { each, node, ratio, spread, takeTurns } from './measure.js';
import { perSecond, type Workload } from './row.js';

export const edges: Workload = {
  name: 'edges',
  title: 'Telemetry and the RxJS edges',
  measure({ quick, turns }) {
    const requests = quick ? 400_000 : 1_000_000;
    const { on, off } = takeTurns(
      { on: node('programs/edges', { requests, on: true }), off: node('programs/edges', { requests, on: false }) },
      turns,
    );
    const kept = ratio(on, off);
    const cost = spread([kept.low, kept.median, kept.high].map((share) => 100 * (1 - share)));
    const beside = `${perSecond(each(on))} with, ${perSecond(each(off))} without`;
    return [{ what: 'share of the rate that they cost', value: cost, unit: '%', bar: { atMost: 15 }, goal: 5, beside }];
  },
};
