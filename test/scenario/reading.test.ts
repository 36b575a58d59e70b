/** Reading from a disk and a pipe that behave as real ones may, and as none does in a test's folder. */
import type * as fs from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { listScenarios, loadScenario } from '../../src/scenario/load.js';
import { UnreadableError } from '../../src/scenario/problems.js';
import { SHOP } from './samples.js';

/** What the next reads of standard input, or of a file, give: a text, or an error that the system answers with. */
let reads: (string | NodeJS.ErrnoException | Error)[] = [];
let isFile = true;

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof fs>();
  return {
    ...real,
    fstatSync: (descriptor: number) => (isFile ? real.fstatSync(descriptor) : { isFile: () => false }),
    readSync: (descriptor: number, bytes: Buffer, from: number, length: number, position: null) => {
      const next = reads.shift();
      if (next instanceof Error) throw next;
      return next === undefined ? real.readSync(descriptor, bytes, from, length, position) : bytes.write(next, from);
    },
  };
});

afterEach(() => {
  reads = [];
  isFile = true;
});

function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: as the system says`), { code });
}

test('standard input comes in pieces, and a pipe that has nothing yet is asked again', () => {
  reads = [SHOP.slice(0, 100), systemError('EAGAIN'), systemError('EAGAIN'), SHOP.slice(100), ''];
  expect(loadScenario('-')).toMatchObject({ name: 'shop', durationMs: 600_000 });
  expect(reads).toEqual([]);
});

test('standard input may end in an error that means its end', () => {
  reads = [SHOP, systemError('EOF')];
  expect(loadScenario('-').name).toBe('shop');
});

test('a scenario from standard input finds its site in the folder that one is in', () => {
  reads = ['name: x\nabout: x\nduration: 1m\ntraffic: [{ rate: 1/s }]\nsite: ./none.site.yaml\n', ''];
  expect(() => loadScenario('-')).toThrow(
    '<stdin>:5:7: site: expected a site file, got "./none.site.yaml", which does not exist',
  );
});

test.each([
  ['EIO', systemError('EIO'), 'cannot be read (EIO)'],
  ['EACCES', systemError('EACCES'), 'may not be read'],
  ['no code at all', new Error('the wire is cut'), 'cannot be read (Error: the wire is cut)'],
])('what cannot be read is told in a line: %s', (_, error, message) => {
  reads = [error];
  expect(() => loadScenario('-')).toThrow(new UnreadableError(`<stdin> ${message}`));
  reads = [error];
  expect(() => loadScenario('surge')).toThrow(new UnreadableError(`surge.yaml ${message}`));
});

test('what is no longer a file when it is opened is not read', () => {
  isFile = false;
  expect(() => loadScenario('surge')).toThrow(new UnreadableError('surge.yaml is not a file'));
});

test('the list survives a lesson that says nothing of itself', () => {
  const { length } = listScenarios();
  reads = ['[]', '', 'about: no full stop', ''];
  const [silent, endless, ...others] = listScenarios();
  expect([silent.title, silent.about]).toEqual(['', '']);
  expect([endless.title, endless.about]).toEqual(['no full stop', 'no full stop']);
  expect(others).toHaveLength(length - 2);
});
