import { expect, test } from 'vitest';
import { isPattern, matches } from '../../src/import/glob.js';

test.each([
  ['*.conf', 'www.conf', true],
  ['*.conf', '.hidden.conf', false],
  ['.*.conf', '.hidden.conf', true],
  ['*', 'anything', true],
  ['?.conf', 'a.conf', true],
  ['?.conf', 'ab.conf', false],
  ['[0-9][0-9]-*', '50-server.cnf', true],
  ['[!0-9]*', '50-server.cnf', false],
  ['[a-c]*', 'b', true],
  ['a*b*c', 'aXbYbZc', true],
  ['a*b*c', 'aXbYbZ', false],
  ['a\\*', 'a*', true],
  ['a\\*', 'ab', false],
  ['[', '[', true],
  ['', '', true],
  ['a.c', 'abc', false],
])('%s and %s: %s', (pattern, name, expected) => expect(matches(pattern, name)).toBe(expected));

test('a pattern has a star, a question mark or a bracket', () => {
  expect(['*.conf', 'a?', 'a[b]', 'plain.conf'].map(isPattern)).toEqual([true, true, true, false]);
});
