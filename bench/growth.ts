/** How the cost of an event grows: with what is pending, and with how long the simulated time is. */
import { each, node, ratio, spread, takeTurns } from './measure.js';
import { perSecond, type Row, type Workload } from './row.js';

const PENDING = [100, 1_000, 10_000, 100_000, 1_000_000];
const TIMES = [1, 10, 100];

export const growth: Workload = {
  name: 'growth',
  title: 'Cost of an event, as a multiple of that in the smallest case',
  measure({ quick, turns }) {
    return [...byPending(quick, turns), ...byLength(quick, turns)];
  },
};

/** Cost that grew in proportion would come to 10,000 times as much. */
function byPending(quick: boolean, turns: number): Row[] {
  const operations = quick ? 1_000_000 : 3_000_000;
  const programs = Object.fromEntries(PENDING.map((pending) => [pending, node('programs/hold', { pending, operations })]));
  const measured = takeTurns(programs, turns);
  return PENDING.slice(1).map((pending) => ({
    what: `${pending.toLocaleString('en')} pending, against 100`,
    value: spread(measured[100].map(({ rate }, turn) => rate / measured[pending][turn].rate)),
    unit: '×',
    bar: pending === 1_000_000 ? { atMost: 20 } : null,
    beside: perSecond(each(measured[pending])),
  }));
}

function byLength(quick: boolean, turns: number): Row[] {
  const requests = quick ? 10_000 : 30_000;
  const programs = Object.fromEntries(TIMES.map((times) => [times, node('programs/lifecycle', { requests: requests * times })]));
  const measured = takeTurns(programs, turns);
  return TIMES.slice(1).map((times) => ({
    what: `the whole life, ${times} times as long`,
    value: ratio(measured[1], measured[times]),
    unit: '×',
    bar: { atMost: 1.15 },
    beside: `${perSecond(each(measured[times]))}, ${perSecond(each(measured[1]))} in ${requests.toLocaleString('en')} requests`,
  }));
}
