/**
 * The tables of exact causes: a row for each case of a test file, printed once when the file is done.
 *
 *   causeTable('MySQL: what happens, and what the visitor and the log are told');
 *
 * A row says what happens, in which case, how the requests of its stories ended, and the log lines of those that failed. Whether
 * that is right is the tests' business; the table shows what they looked at.
 */
import Table from 'cli-table3';
import { afterAll, afterEach, type RunnerTestCase } from 'vitest';
import type { Result } from '../../src/telemetry/result.js';

interface Row {
  readonly task: Readonly<RunnerTestCase>;
  readonly results: readonly Result[];
}

/** What the stories of the test that runs came to. */
let told: Result[] = [];

export function tellCauses(result: Result): void {
  told.push(result);
}

export function causeTable(title: string): void {
  const rows: Row[] = [];
  afterEach(({ task }) => {
    rows.push({ task: task as RunnerTestCase, results: told });
    told = [];
  });
  afterAll(() => console.log(`${title}\n${drawn(rows)}`));
}

function drawn(rows: readonly Row[]): string {
  const table = new Table({
    head: ['what happens', 'case', 'outcomes', 'log', ''],
    colWidths: [26, 46, 18, 62, 7],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  let before: string | undefined;
  for (const { task, results } of rows) {
    const what = task.suite?.name ?? '';
    const outcomes = once(
      results.flatMap(({ outcomes: counted }) => Object.keys(counted).filter((outcome) => counted[outcome] > 0)),
    ).join(', ');
    const logs = once(results.flatMap(({ causes }) => causes.map(({ log }) => log))).join('\n');
    table.push([what === before ? '' : what, task.name, outcomes || '–', logs || '–', verdictOf(task)]);
    before = what;
  }
  return table.toString();
}

function verdictOf({ result }: Readonly<RunnerTestCase>): string {
  return result?.state === 'fail' ? 'FAILS' : 'holds';
}

function once(words: readonly string[]): string[] {
  return [...new Set(words)];
}
