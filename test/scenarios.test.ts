/**
 * The built-in lessons are true: each one's story holds in its committed report, which is what a run prints today.
 * After a change that is meant, `LEMPSIM_WRITE=1 npx vitest run test/scenarios.test.ts` writes the reports anew; read them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listScenarios, loadScenario, type Model, report, reportOfVariants, run, runVariants, toJson } from '../src/index.js';

describe.each(listScenarios().map(({ name }) => name))('the lesson %s', (name) => {
  const model = loadScenario(name);
  const several = model.variants.length > 0;
  const answer = (model: Model) => (several ? runVariants(model) : run(model));
  const result = answer(model);

  it('holds: every threshold is met', () => {
    const all = 'variants' in result ? result.variants : [result];
    const thresholds = all.flatMap<{ readonly verdict: string }>(({ thresholds }) => [...thresholds]);
    expect(thresholds.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
    expect(thresholds.length).toBeGreaterThan(0);
  });

  it('prints the report that stands beside it', () => {
    const file = new URL(`../scenarios/${name}.report.txt`, import.meta.url);
    const text = 'variants' in result ? reportOfVariants(result, model) : report(result, model);
    if (process.env.LEMPSIM_WRITE === '1') writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  it('gives the same bytes again, and other ones for another seed', () => {
    expect(toJson(answer(loadScenario(name)))).toBe(toJson(result));
    expect(toJson(answer(loadScenario(name, { seed: 'another' })))).not.toBe(toJson(result));
  });
});
