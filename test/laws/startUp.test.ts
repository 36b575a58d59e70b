/** A worker that is started on demand: M/M/1 with a start-up time after every idle period. */
import { describe, test } from 'vitest';
import { bare, exponential, poisson, scriptPage } from '../support/bare.js';
import { LawTable } from '../support/lawTable.js';
import { column, fpmFigures, replicateSite } from '../support/replicate.js';

const table = new LawTable('A worker started on demand');
const WARMUP_MS = 5000;

describe('a child that ends as soon as it has nothing to do', () => {
  test('V36 start-up exponential 50 ms, 40 requests a second, service exponential 10 ms', { timeout: 300_000 }, () => {
    // W = 1 / (100 - 40) + 50 ms: the wait of M/M/1 and a start-up time, whatever the load.
    const rows = replicateSite(
      bare({
        durationMs: WARMUP_MS + 1_500_000,
        warmupMs: WARMUP_MS,
        php: { pm: 'ondemand', maxChildren: 1, processIdleTimeoutMs: 0, forkMs: exponential(50) },
        pages: [scriptPage({ waitMs: exponential(10) })],
        traffic: [poisson(40)],
      }),
    ).map(fpmFigures);
    const controls = [
      { values: column(rows, 'offered'), mean: 40 },
      { values: column(rows, 'utilisation'), mean: 0.4 },
    ];
    table
      .judge('V36 M/M/1, started', 'W, ms', 66.66666667, column(rows, 'sojourn'), { controls })
      .judge('V36 M/M/1, started', 'L', 2.666666667, column(rows, 'inside'), { controls })
      .judge('V36 M/M/1, started', 'load', 0.4, column(rows, 'utilisation'))
      .holds();
  });
});
