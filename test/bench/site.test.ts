import { expect, test } from 'vitest';
import { MEAN_MS, RATE, site } from '../../bench/site.js';
import { run } from '../../src/simulate.js';

/** Of a product-form network: M/M/2 with processor sharing is as long as M/M/2 with a line; the disk is M/M/1. */
test('the site of the benchmark has the mean that its head says, by theory and by simulation', () => {
  const perMs = RATE / 1000;
  const cpuMs = 0.2 + 4 + 2 * 0.5;
  const load = (perMs * cpuMs) / 2;
  const diskMs = 0.6 / (1 - perMs * 2 * 0.6);
  const meanMs = 2 + 20 + cpuMs / (1 - load * load) + 2 * diskMs + 15;
  expect(meanMs).toBeCloseTo(MEAN_MS, 2);
  expect(load).toBeCloseTo(0.7, 3);

  const result = run(site(200_000));
  expect(Math.abs(result.latencyMs.mean! / meanMs - 1)).toBeLessThan(0.01);
  expect(result.requests.failed).toBe(0);
  expect(result.requests.unfinished).toBe(0);
  expect(result.host.cpu.utilisation).toBeCloseTo(0.7, 1);
});
