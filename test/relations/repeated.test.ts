/** The same scenario gives the same bytes: run again, run longer, run after others, in another process, zone, locale and compiler. */
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Model } from '../../src/model.js';
import { toModel } from '../../src/scenario/scenario.js';
import { run } from '../../src/simulate.js';
import { someScenarios } from '../support/anyScenario.js';
import { fingerprints } from '../support/fingerprint.js';
import { type Watched, watch } from '../support/watch.js';

/** Hundreds of runs each, on a machine that may be busy. */
vi.setConfig({ testTimeout: 300_000 });

const SCENARIOS = 200;
const scenarios = someScenarios(SCENARIOS, { events: 2 });
const models = scenarios.map((scenario) => toModel(scenario));

/** The run as it is to a certain moment: what happens later is not in it. */
function shortened(model: Model, durationMs: number): Model {
  return {
    ...model,
    durationMs,
    windows: [{ name: 'all', fromMs: 0, toMs: durationMs }],
    warmupMs: 0,
    events: model.events.filter(({ atMs }) => atMs < durationMs),
  };
}

test('R11 a longer run begins as the shorter one does: every request, stage by stage, up to its end', () => {
  for (const [index, model] of models.entries()) {
    const endMs = [700, 2000, 3333.3][index % 3];
    const short = soFar(watch(shortened(model, endMs)), endMs);
    expect(soFar(watch(model), endMs), `scenario ${index}`).toEqual(short);
  }
});

/** What is known of the requests before a moment. */
function soFar(requests: readonly Watched[], untilMs: number) {
  return requests
    .filter(({ arrivedMs }) => arrivedMs < untilMs)
    .map(({ number, page, arrivedMs, endedMs, outcome, stages }) => ({
      number,
      page,
      arrivedMs,
      ...(endedMs < untilMs && { endedMs, outcome }),
      stages: stages
        .filter(({ fromMs }) => fromMs < untilMs)
        .map(({ stage, fromMs, toMs }) => [stage, fromMs, toMs < untilMs && toMs]),
    }));
}

test('R16 run twice in one process, and in another order among the others', () => {
  const forwards = models.map((model) => JSON.stringify(run(model)));
  const backwards = [...models].reverse().map((model) => JSON.stringify(run(model)));
  expect(backwards.reverse()).toEqual(forwards);
});

describe('in a process of its own', () => {
  const some = scenarios.slice(0, 40);
  const expected = fingerprints(some);

  test('R16 fresh, with another time zone, locale, folder, terminal and environment', () => {
    const strange = {
      TZ: 'Asia/Kathmandu',
      LANG: 'tr_TR.UTF-8',
      LC_ALL: 'tr_TR.UTF-8',
      COLUMNS: '20',
      FORCE_COLOR: '1',
      HOME: '/',
    };
    expect(elsewhere(some, [], { PATH: process.env.PATH, ...strange })).toEqual(expected);
  });

  test('R17 without the optimising compiler, and with it at once', { timeout: 300_000 }, () => {
    const few = some.slice(0, 6);
    const right = fingerprints(few);
    expect(elsewhere(few, ['--jitless'])).toEqual(right);
    expect(elsewhere(few, ['--always-turbofan'])).toEqual(right);
  });

  /** `OTHER_NODE=$(npx -y -p node@22 which node)` tries another version. */
  test.skipIf(process.env.OTHER_NODE === undefined)('R17 another version of Node', () => {
    expect(elsewhere(some, [], process.env, process.env.OTHER_NODE)).toEqual(expected);
  });

  function elsewhere(
    given: readonly unknown[],
    flags: readonly string[],
    env: NodeJS.ProcessEnv = process.env,
    node = process.execPath,
  ): string[] {
    const script = resolve('dist/test/support/fingerprint.js');
    const child = spawnSync(node, [...flags, script], { input: JSON.stringify(given), cwd: tmpdir(), env, encoding: 'utf8' });
    expect(child.status, child.stderr).toBe(0);
    return JSON.parse(child.stdout) as string[];
  }
});
