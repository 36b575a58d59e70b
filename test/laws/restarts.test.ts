/** V24: a hard restart with nothing queued loses what arrives in the gap, which is Poisson if the arrivals are. */
import { expect, test } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { OpenSourceModel } from '../../src/model.js';
import { run } from '../../src/simulate.js';
import { bare, filePage, poisson } from '../support/bare.js';
import { fails } from '../support/happens.js';
import { LawTable } from '../support/lawTable.js';
import { column, replicate } from '../support/replicate.js';

const table = new LawTable('Restarts');
const laws = { timeout: 600_000 };

const GAP_MS = 750;
/** From one restart to the next. */
const PERIOD_MS = 2000;

/** Requests lost in each of so many restarts. */
function lost(source: OpenSourceModel, restarts: number, replication: number): number[] {
  const model = bare({
    durationMs: (restarts + 1) * PERIOD_MS - 1,
    pages: [filePage()],
    nginx: { workerProcesses: 1, unit: { restart: 'no', restartMs: 0, startMs: always(GAP_MS) } },
    traffic: [source],
    failures: [fails({ verb: 'restart', on: 'nginx', signal: 'TERM' }, always(PERIOD_MS))],
  });
  const counts = Array<number>(restarts).fill(0);
  run(model, {
    run: replication,
    ended: ({ arrivedMs, outcome }) => {
      if (outcome === 'refused' && arrivedMs % PERIOD_MS < GAP_MS) counts[Math.floor(arrivedMs / PERIOD_MS) - 1] += 1;
    },
  });
  return counts;
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test('120 a second: 90 on average, with the deviation of a Poisson count', laws, () => {
  const rows = replicate((replication) => {
    const counts = lost(poisson(120), 120, replication);
    const mean = meanOf(counts);
    return { mean, deviation: Math.sqrt(meanOf(counts.map((count) => (count - 90) ** 2))) };
  });
  table
    .judge('V24 λ 120', 'lost in a restart', 90, column(rows, 'mean'))
    .judge('V24 λ 120', 'their deviation', 9.486832981, column(rows, 'deviation'), { tolerance: 0.08 })
    .holds();
});

test('2 a second: with chance exp(-1.5) nobody is lost', laws, () => {
  const rows = replicate((replication) => {
    const counts = lost(poisson(2), 5000, replication);
    return { none: counts.filter((count) => count === 0).length / counts.length };
  });
  table.judge('V24 λ 2', 'P(none lost)', 0.2231301601, column(rows, 'none'), { tolerance: 0.04 }).holds();
});

test('120 a second, evenly spaced: 90 each time', () => {
  const even = poisson(0, { spacing: 'even', curve: [{ fromMs: 0, toMs: 1e12, fromRate: 120, toRate: 120 }] });
  expect(new Set(lost(even, 50, 0))).toEqual(new Set([90]));
});
