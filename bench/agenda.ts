/** The agenda alone, as it orders events: by time, then as asked for. Against the priority queue of C++'s standard library. */
import { cpp } from './anchors.js';
import { each, node, ratio, takeTurns } from './measure.js';
import { perSecond, type Row, type Workload } from './row.js';

const cases = [
  { pending: 100, goal: 1.3 },
  { pending: 10_000, goal: 1.3 },
  { pending: 1_000_000, goal: 1 },
];

export const agenda: Workload = {
  name: 'agenda',
  title: 'The bare agenda: an event runs and asks for the next',
  measure({ quick, turns }) {
    return cases.map(({ pending, goal }): Row => {
      const operations = quick ? 2_000_000 : 5_000_000;
      const what = `events a second with ${pending.toLocaleString('en')} pending, against C++ priority_queue`;
      const bar = { atLeast: 0.7 };
      const queue = cpp('hold', String(pending), String(operations));
      if (queue === null) return { what, value: null, unit: '×', bar, goal, beside: 'no g++' };
      const { ours, theirs } = takeTurns({ ours: node('programs/hold', { pending, operations }), theirs: queue }, turns);
      return {
        what,
        value: ratio(ours, theirs),
        unit: '×',
        bar,
        goal,
        beside: `${perSecond(each(ours))} against ${perSecond(each(theirs))}`,
      };
    });
  },
};
