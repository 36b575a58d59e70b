/**
 * Scenario files that are wrong, each beside the problems it must give: `NNN-name.yaml` and `NNN-name.expected`, where every
 * line is `file:line:column: setting: what was expected, what stands there`, exactly.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadScenario } from '../../src/scenario/load.js';
import { ScenarioError } from '../../src/scenario/problems.js';

const FOLDER = 'test/scenario/invalid/';
const names = readdirSync(FOLDER)
  .filter((file) => /^\d{3}-.*\.yaml$/.test(file))
  .map((file) => file.replace('.yaml', ''));

describe('a file that is wrong gives all its problems, each in its place', () => {
  test('at least 200 of them', () => {
    expect(names.length).toBeGreaterThanOrEqual(200);
  });

  test.each(names)('%s', (name) => {
    expect(problemsOf(`${FOLDER}${name}.yaml`).replaceAll(FOLDER, '')).toBe(
      readFileSync(`${FOLDER}${name}.expected`, 'utf8').trimEnd(),
    );
  });
});

function problemsOf(path: string): string {
  try {
    loadScenario(path);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message;
    throw error;
  }
  return 'no problem';
}
