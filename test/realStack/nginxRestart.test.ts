/**
 * A reload and two kinds of restart of nginx under load, against the measured stack, group E: 84 /app.php, 200 /static.html and 3
 * /slow.php of a second each, 287 a second in all, on one core with 8 static children; the action at 5 s, new connections only.
 *
 * The same arrivals, to the microsecond. What the client of the measured stack called `eof_wait` and `reset_wait` is a reset here:
 * a FIN without a byte where nginx had read the request, a reset of the kernel where it had not.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isRequestRun, readMeasured } from '../../src/validate/measured.js';
import { replay } from '../../src/validate/replay.js';

const FOLDER = 'bench/real-stack/';
const site = { text: readFileSync(`${FOLDER}stack.site.yaml`, 'utf8'), file: 'stack.site.yaml' };
const runs = readMeasured(`${FOLDER}E_nginx_reload_restart.json`).filter((run) => !isRequestRun(run));

/** Measured stack, group E: requests that failed in each of three runs, by class, and the last of them that was refused. */
const MEASURED: Readonly<Record<string, readonly Lost[]>> = {
  nginx_reload: [
    { refused: 0, cut: 0, lastMs: null },
    { refused: 0, cut: 0, lastMs: null },
    { refused: 0, cut: 0, lastMs: null },
  ],
  nginx_restart_stop: [
    { refused: 5, cut: 3, lastMs: 5021 },
    { refused: 5, cut: 4, lastMs: 5017 },
    { refused: 5, cut: 5, lastMs: 5021 },
  ],
  nginx_restart_quit: [
    { refused: 151, cut: 0, lastMs: 5559 },
    { refused: 171, cut: 0, lastMs: 5639 },
    { refused: 195, cut: 0, lastMs: 5685 },
  ],
};

interface Lost {
  readonly refused: number;
  readonly cut: number;
  readonly lastMs: number | null;
}

/** Within a quarter of what was measured, or three. */
const near = (predicted: number, measured: number) => Math.abs(predicted - measured) <= Math.max(3, 0.25 * measured);

describe.each(Object.entries(MEASURED))('%s', (label, measured) => {
  const predicted = runs.filter(({ name }) => name.includes(label)).map((run) => replay(run, site));

  it('three runs, each request ended', () => {
    expect(predicted.map(({ runs: [{ ended }] }) => ended.length)).toEqual([3162, 3134, 3146]);
  });

  it('as many are refused as were, and as many cut, in each run', () => {
    for (const [at, { runs: each }] of predicted.entries()) {
      const { refused, cut } = measured[at];
      for (const { ended } of each) {
        const count = (outcome: string) => ended.filter((one) => one.outcome === outcome).length;
        expect([count('refused'), refused], `refused in run ${at}`).toSatisfy(([a, b]) => near(a, b));
        expect([count('reset'), cut], `cut in run ${at}`).toSatisfy(([a, b]) => near(a, b));
        expect(ended.filter(({ outcome }) => !['200', 'refused', 'reset'].includes(outcome))).toEqual([]);
      }
    }
  });

  it('the port is open again when it was', () => {
    for (const [at, { runs: each }] of predicted.entries()) {
      const { lastMs } = measured[at];
      if (lastMs === null) continue;
      for (const { ended } of each) {
        const refused = ended.filter(({ outcome }) => outcome === 'refused').map(({ arrivedMs }) => arrivedMs);
        expect(Math.min(...refused)).toBeGreaterThanOrEqual(5000);
        expect(Math.abs(Math.max(...refused) - lastMs)).toBeLessThan(50);
      }
    }
  });
});

it('what a restart by TERM cuts was read by nginx and waits for PHP: a FIN without a byte', () => {
  const [run] = runs.filter(({ name }) => name.includes('nginx_restart_stop'));
  const [{ result }] = replay(run, site).runs;
  const cut = result.causes.filter(({ outcome }) => outcome === 'reset');
  expect(cut.map(({ log }) => log)).toContain('browser: ERR_EMPTY_RESPONSE');
});
