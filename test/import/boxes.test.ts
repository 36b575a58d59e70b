import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/scenario.js';
import { boxes, importBox, readBox } from './boxes.js';

const TRIAL = 'name: t\nabout: T.\nsite: ./s.yaml\nduration: 1s\ntraffic: [{ rate: 1/s }]\n';
const SPECIAL = ['options', 'pages', 'chosen', 'not modelled'];

describe.each(boxes)('%s', (name) => {
  const box = readBox(name);
  const { imported, error, settings } = importBox(box);

  test('is read, or refused with every mistake', () => {
    expect(error).toBe(box.error);
  });
  if (box.error !== null) return;

  test('says what its files say, and where', () => {
    const told = [...box.expect.keys()].filter((key) => !SPECIAL.includes(key));
    expect(Object.fromEntries(told.map((key) => [key, settings.get(key)]))).toEqual(
      Object.fromEntries(told.map((key) => [key, box.expect.get(key)])),
    );
  });

  test('has the server, the pool and the pages that answer', () => {
    const chosen = box.expect.get('chosen');
    if (chosen !== undefined) expect(imported?.chosen).toBe(chosen);
    const text = imported?.text ?? '';
    const model = parseScenario(TRIAL, 't.yaml', { readSite: () => text });
    const pages = model.pages.map(({ path, script }) => `${path} ${script ? 'php' : 'file'}`).join(', ');
    if (box.expect.has('pages')) expect(pages).toBe(box.expect.get('pages'));
  });

  if (box.warnings !== null)
    test('warns of what is likely to hurt', () => {
      expect(imported?.warnings).toEqual(box.warnings);
    });

  const left = box.expect.get('not modelled');
  if (left !== undefined)
    test('names what is not modelled', () => {
      expect(imported?.left.map(({ daemon, names }) => `${daemon}: ${names.join(', ')}`).join('; ')).toBe(left);
    });
});

test('there are at least thirty', () => {
  expect(boxes.length).toBeGreaterThanOrEqual(30);
});
