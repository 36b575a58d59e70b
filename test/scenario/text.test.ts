/** Corners of YAML that a scenario has no use for. */
import { expect, test } from 'vitest';
import { decoded } from '../../src/scenario/decode.js';
import type { Problem } from '../../src/scenario/problems.js';
import { readText } from '../../src/scenario/text.js';
import { problems } from './samples.js';

function read(text: string): { data: unknown; problems: string[] } {
  const found: Problem[] = [];
  const { data } = readText(text, 'f.yaml', found);
  return { data, problems: found.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`) };
}

test.each([
  ['an ordered map', '!!omap [a: 1]'],
  ['a list of pairs', '!!pairs [a: 1, a: 2]'],
  ['a set', '!!set { a, b }'],
])('%s of YAML 1.1 is no plain data', (_, value) => {
  const tag = value.split(' ')[0];
  expect(read(`%YAML 1.1\n---\nname: ${value}`).problems).toEqual([`3:7 name: expected plain data, got the tag "${tag}"`]);
});

test('a tag before nothing is a tag, not an empty text', () => {
  expect(read('!!str').problems).toEqual(['1:1 : expected plain data, got the tag "!!str"']);
  expect(read('# nothing').problems).toEqual(['1:1 : expected a scenario, got an empty text']);
});

test('a tag longer than any is shown where its value stands', () => {
  expect(read(`name: !${'x'.repeat(300)} a`).problems).toEqual([
    expect.stringMatching(/^1:309 name: expected plain data, got the tag /),
  ]);
});

test('a key is a plain name', () => {
  expect(read('[a, b]: 1\nc: 2')).toEqual({ data: { c: 2 }, problems: ['1:1 : expected a plain name as a key'] });
  expect(read('a: 1\n!!str c: 2').problems).toEqual(['2:7 : expected a plain name as a key']);
});

test('a parser’s sentence that repeats the text is cut', () => {
  const [message] = read(`about: |${'x'.repeat(5000)}\n  y`).problems;
  expect(message).toMatch(/^1:9 : not valid YAML: Block scalar header includes extra characters: \|x+…$/);
  expect(message.length).toBeLessThan(200);
});

test('UTF-16 is named for what it is, whichever byte comes first', () => {
  const bytes = { little: [0xff, 0xfe, 0x6e, 0], big: [0xfe, 0xff, 0, 0x6e] };
  for (const each of Object.values(bytes)) {
    expect(() => decoded(Uint8Array.from(each), 'f.yaml')).toThrow('f.yaml:1:1: expected UTF-8, got UTF-16');
  }
  expect(() => decoded(Uint8Array.of(0xfe, 0x6e), 'f.yaml')).toThrow('f.yaml:1:1: expected UTF-8, got the byte 0xFE');
});

test('a quantity of more than 40 characters is none, however right its end', () => {
  const zeros = '0'.repeat(50);
  expect(problems(`duration: ${zeros}10m`)).toContainEqual(expect.stringMatching(/^f\.yaml:1:11: duration: expected a duration/));
  expect(problems(`tcp: { loss: "${zeros}1%" }`)).toContainEqual(
    expect.stringMatching(/tcp\.loss: expected a share from 0% to 100%/),
  );
});
