/** Whatever is cut, doubled or swapped in a good scenario: a model or located problems, never anything else. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ScenarioError } from '../../src/scenario/problems.js';
import { parseScenario, toModel } from '../../src/scenario/scenario.js';
import { SHOP } from './samples.js';

const texts = [SHOP, readFileSync('scenarios/surge.yaml', 'utf8'), readFileSync('scenarios/static-site.yaml', 'utf8')];
const site = readFileSync('scenarios/foobar.site.yaml', 'utf8');
const pieces = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ': ',
  '- ',
  ',',
  '\n',
  '\n  ',
  '&a ',
  '*a',
  '!t ',
  '"',
  "'",
  '|',
  '>',
  '?',
  '#',
  '%',
  '0',
  '-1',
  '1e9',
  '.inf',
  '~',
  'none',
  '\t',
  '\0',
  '💥',
];

const cut = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(12),
  insert: fc.constantFrom('', ...pieces),
});

test('a damaged text gives a model or located problems', () => {
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(cut, { minLength: 1, maxLength: 4 }), fc.boolean(), (text, cuts, inSite) => {
      const damaged = (whole: string) =>
        cuts.reduce((before, { at, length, insert }) => {
          const from = Math.floor(at * before.length);
          return before.slice(0, from) + insert + before.slice(from + length);
        }, whole);
      try {
        parseScenario(inSite ? text : damaged(text), 'f.yaml', { readSite: () => (inSite ? damaged(site) : site) });
      } catch (error) {
        expect(error).toBeInstanceOf(ScenarioError);
        for (const problem of (error as ScenarioError).problems) {
          expect(problem.line).toBeGreaterThan(0);
          expect(problem.column).toBeGreaterThan(0);
          expect(problem.message).toMatch(/^(expected|missing|unknown key|given twice|not valid YAML)/);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('any plain data gives problems', () => {
  fc.assert(
    fc.property(fc.object({ maxDepth: 4 }), fc.array(fc.string()), (data, set) => {
      expect(() => toModel(data, { set })).toThrow(ScenarioError);
    }),
    { numRuns: 200 },
  );
});
