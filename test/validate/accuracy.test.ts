/**
 * How near lempsim comes to the measured stack, run by run; the bounds are what a capacity planner would want, not what comes out.
 * Runs whose requests' own CPU is known show the model's error; the others contain that of one mean for a core that changes its speed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Comparison, compare } from '../../src/validate/compare.js';
import { readMeasured } from '../../src/validate/measured.js';
import { replay } from '../../src/validate/replay.js';

const FOLDER = 'bench/real-stack/';
const site = { text: readFileSync(`${FOLDER}stack.site.yaml`, 'utf8'), file: 'stack.site.yaml' };
const comparisons = (file: string) => readMeasured(FOLDER + file).map((run) => compare(run, replay(run, site)));

const errorOf = ({ figures }: Comparison, name: string) => {
  const { predicted, measured } = figures.find((figure) => figure.name === name)!;
  return predicted! / measured! - 1;
};

const requestRuns = readdirSync(`${FOLDER}per-request`).filter((name) => name.endsWith('.gz'));

describe.each(requestRuns.filter((name) => name.startsWith('php')))('%s, each request with its own CPU', (name) => {
  const [comparison] = comparisons(`per-request/${name}`);

  it.each(['mean', 'p50', 'p95'])('%s within 5 %', (figure) => {
    expect(Math.abs(errorOf(comparison, figure))).toBeLessThan(0.05);
  });

  it('p99 within 10 %', () => {
    expect(Math.abs(errorOf(comparison, 'p99'))).toBeLessThan(0.1);
  });
});

describe.each(requestRuns.filter((name) => name.startsWith('app')))('%s, PHP and MariaDB by turns', (name) => {
  const [comparison] = comparisons(`per-request/${name}`);

  it.each(['mean', 'p95'])('%s within 10 %', (figure) => {
    expect(Math.abs(errorOf(comparison, figure))).toBeLessThan(0.1);
  });
});

describe('held workers, backlogs and timeouts: who is answered and who is not', () => {
  // Over TCP with a short backlog it is luck whose SYN finds a place; the other runs leave nothing to chance.
  const runs = comparisons('C_worker_holding.json').filter(({ run }) => !run.includes('tcp_16'));

  it.each(runs)('$run', ({ figures }) => {
    for (const { name, kind, predicted, measured } of figures) {
      if (kind !== 'count' || name.startsWith('queue')) continue;
      expect(Math.abs(predicted! - measured!), name).toBeLessThanOrEqual(Math.max(3, 0.05 * measured!));
    }
  });

  it('latencies, too, to half a per cent', () => {
    for (const comparison of runs) expect(Math.abs(errorOf(comparison, 'mean')), comparison.run).toBeLessThan(0.005);
  });
});

describe('nginx reloaded and restarted under load: what is lost, and how', () => {
  it.each(comparisons('E_nginx_reload_restart.json'))('$run', ({ run, figures }) => {
    const classes = figures.filter(({ kind, name }) => kind === 'count' && !name.startsWith('queue'));
    for (const { name, predicted, measured } of classes) {
      expect(Math.abs(predicted! - measured!), name).toBeLessThanOrEqual(Math.max(3, 0.25 * measured!));
    }
    if (run.includes('nginx_reload')) expect(classes.map(({ name }) => name)).toEqual(['answered']);
  });
});
