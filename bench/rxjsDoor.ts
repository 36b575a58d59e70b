/** The clock as an RxJS scheduler, `schedule` on either side, against the one that comes with RxJS. */
import { each, node, ratio, takeTurns } from './measure.js';
import { perSecond, type Row, type Workload } from './row.js';

const cases = [
  { pending: 100, ours: 2_000_000, theirs: 200_000, floor: 10, goal: 20 },
  { pending: 10_000, ours: 2_000_000, theirs: 5_000, floor: 300, goal: 600 },
  { pending: 1_000_000, ours: 1_000_000, theirs: 60, floor: 10_000, goal: 25_000 },
];

export const rxjsDoor: Workload = {
  name: 'rxjsDoor',
  title: 'The clock by its RxJS door: a piece of work schedules the next',
  measure({ quick, turns }) {
    return cases.map(({ pending, ours, theirs, floor, goal }): Row => {
      const share = quick ? 0.5 : 1;
      const programs = {
        clock: node('programs/door', { pending, operations: ours * share }),
        virtualTime: node('anchors/rxjsDoor', { pending, operations: theirs * share }),
      };
      const { clock, virtualTime } = takeTurns(programs, turns);
      return {
        what: `events a second with ${pending.toLocaleString('en')} pending, against VirtualTimeScheduler`,
        value: ratio(clock, virtualTime),
        unit: '×',
        bar: { atLeast: floor },
        goal,
        beside: `${perSecond(each(clock))} against ${perSecond(each(virtualTime))}`,
      };
    });
  },
};
