/** What the heads of the lessons about PHP-FPM and memory say of the settings that would have helped, or made it worse. */
import { expect, test } from 'vitest';
import { loadScenario, run } from '../../src/index.js';

const failed = (name: string, set: readonly string[]) => {
  const model = loadScenario(name, { set });
  const { requests, outcomes, latencyMs } = run(model);
  return { failed: requests.failed, outcomes, maxMs: latencyMs.max! };
};

test('memory-leak: pm.max_requests lets the day pass', () => {
  expect(failed('memory-leak', ['php-fpm.pm.max_requests=500']).failed).toBe(0);
});

test('backlog-128: with 511 nobody is lost, and the last wait some 4 s', () => {
  const { failed: lost, maxMs } = failed('backlog-128', ['php-fpm.listen.backlog=511']);
  expect(lost).toBe(0);
  expect(maxMs).toBeGreaterThan(3500);
  expect(maxMs).toBeLessThan(4500);
});

test('cold-opcache: twice the children compile twice as long, half of them half as long', () => {
  const stallMs = (children: number) => failed('cold-opcache', [`php-fpm.pm.max_children=${children}`]).maxMs;
  // 240 ms times the children, and what is in front of and behind it.
  for (const children of [10, 20, 40]) {
    expect(stallMs(children)).toBeGreaterThan(240 * children);
    expect(stallMs(children)).toBeLessThan(240 * children + 500);
  }
});

test('oom: with no more children than memory has room for, MySQL lives', () => {
  expect(failed('oom', ['php-fpm.pm.max_children=35']).outcomes['500']).toBeUndefined();
});
