/** Texts that somebody wrote to do harm. Each is answered with a located problem, soon, and changes nothing else. */
import { describe, expect, test } from 'vitest';
import { plainProblems, problems, SHOP } from './samples.js';

const PATIENCE_MS = 250;
const many = (count: number, each: (index: number) => string, between = '\n') =>
  Array.from({ length: count }, (_, index) => each(index)).join(between);
const letters = [...'bcdefghi'];

const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${letters.map((letter, index) => `${letter}: &${letter} [${many(9, () => `*${'abcdefgh'[index]}`, ', ')}]`).join('\n')}\n`;

const texts: Record<string, readonly [string, RegExp]> = {
  'nine to the ninth nodes by aliases': [bomb, /^f\.yaml:\d+:\d+: .*expected at most 20000 values, aliases written out$/m],
  'an anchor within itself': ['a: &a [*a]', /^f\.yaml:1:8: a\.0: expected an alias of something else/m],
  '10,000 brackets': [`a: ${'['.repeat(10_000)}`, /^f\.yaml:1:67: expected a nesting of at most 64 levels$/m],
  '10,000 mappings': [`a: ${'{a: '.repeat(10_000)}`, /nesting of at most 64/],
  '10,000 dashes': ['- '.repeat(10_000), /nesting of at most 64/],
  '500 indentations': [many(500, (index) => `${' '.repeat(index)}a:`), /nesting of at most 64/],
  '20,000 keys': [many(20_000, (index) => `k${index}: ${index}`), /^f\.yaml:10001:1: expected at most 10000 lines$/],
  '9,000 keys': [many(9000, (index) => `k${index}: ${index}`), /expected fewer keys and values/],
  '1,500 unknown keys': [many(1500, (index) => `k${index}: ${index}`), /^f\.yaml:400:1: k399: unknown key/m],
  '20,000 keys in a line': [`{${many(20_000, (index) => `k${index}: ${index}`, ', ')}}`, /expected fewer keys and values/],
  '800 wrong pages': [`pages: {${many(800, (index) => `/${index}: {size: 5}`, ', ')}}`, /pages\.\/0\.size: expected a size/],
  '1,000 wrong sources': [`traffic: [${many(1000, () => '{rate: 5}', ', ')}]`, /traffic\.0\.rate: expected a rate/],
  '1 MiB of one word': [`name: "${'x'.repeat(1024 * 1024 - 8)}"`, /f\.yaml:1:7: name: expected a name of 1 to 200 characters/],
  'more than 1 MiB': ['#'.repeat(1024 * 1024 + 1), /expected at most 1 MiB of text/],
  '1 MiB of empty lines': ['\n'.repeat(1024 * 1024), /expected at most 10000 lines/],
  '10,000 commas': [`[${','.repeat(10_000)}]`, /^f\.yaml:1:3: not valid YAML/],
  '5,000 anchors': ['&a '.repeat(5000), /^f\.yaml:1:4: not valid YAML/],
  '100,000 digits': [`duration: "${'1'.repeat(100_000)}x"`, /f\.yaml:1:11: duration: expected a duration with a unit/],
  '100,000 seconds': [`duration: "${'1s'.repeat(100_000)}x"`, /f\.yaml:1:11: duration: expected a duration with a unit/],
  '100,000 blanks in a threshold': [
    `thresholds: ["p95${' '.repeat(100_000)}<"]`,
    /thresholds\.0: expected a threshold of 1 to 500/,
  ],
  'keys of Object.prototype': [
    '__proto__: { x: 1 }\nconstructor: { prototype: { x: 1 } }\ntoString: 1\nhasOwnProperty: 2',
    /hasOwnProperty: unknown key/,
  ],
  'a tag that would run code': [
    'name: !!js/function "function () {}"',
    /f\.yaml:1:7: name: expected plain data, got the tag "!!js\/function"/,
  ],
  'a hundred documents': ['--- {}\n'.repeat(100), /^f\.yaml:2:1: expected a single YAML document/],
};

describe('a hostile text', () => {
  test.each(Object.keys(texts))('%s', (name) => {
    const [text, message] = texts[name];
    const before = Object.getOwnPropertyNames(Object.prototype);
    const found = problems(text).join('\n');
    // Time on the processor, since the machine may be busy; the best of three.
    const took = Math.min(...[1, 2, 3].map(() => timed(() => problems(text))));
    expect(found).toMatch(message);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect(({} as { x?: unknown }).x).toBeUndefined();
    expect(took).toBeLessThan(PATIENCE_MS);
  });
});

/** In ms of this process's own CPU. */
function timed(act: () => unknown): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

test('a message holds nothing that a terminal would obey', () => {
  const [found] = problems(SHOP.replace('pm: static', 'pm: "\\e[31m\\u202e\\u200b\\n\\ud83d"'));
  expect(found).toContain('got "\\u001b[31m\\u202e\\u200b\\n\\ud83d"');
  expect(problems(SHOP.replace('warmup: 1m', '"war\\e[31mup": 1m'))[0]).toContain('war\\u001b[31mup: unknown key');
});

test('plain data without end is refused', () => {
  const endless: Record<string, unknown> = {};
  endless.self = endless;
  expect(plainProblems(endless)[0]).toBe('scenario: self.self.self: expected a nesting of at most 64 levels');
  expect(plainProblems({ watch: Array.from({ length: 30_000 }, () => [1]) }).join()).toContain('expected at most 20000 values');
  expect(plainProblems(undefined)).toEqual(['scenario: expected a mapping, got nothing']);
  expect(plainProblems([])).toEqual(['scenario: expected a mapping, got a list']);
});
