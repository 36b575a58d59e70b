import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../src/report/json.js';
import * as fixtures from './fixtures.js';

const schema = JSON.parse(readFileSync(new URL('../../schema/result.schema.json', import.meta.url), 'utf8'));
const valid = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);

const results = {
  calm: fixtures.result(),
  surge: fixtures.surgeResult(),
  static: fixtures.staticResult(),
  closed: fixtures.closedResult(),
  empty: fixtures.emptyResult(),
  partial: fixtures.partialResult(),
};

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, reversed(each)]),
  );
}

describe('json', () => {
  it.each(Object.entries(results))('of %s is what the schema says', (_, result) => {
    valid(JSON.parse(toJson(result)));
    expect(valid.errors).toBeNull();
  });

  it('is refused by the schema with a key too many, too few, or a share above 1', () => {
    const { verdict: _, ...without } = fixtures.result();
    const { host } = fixtures.result();
    expect(valid({ ...fixtures.result(), more: 1 })).toBe(false);
    expect(valid(without)).toBe(false);
    expect(valid({ ...fixtures.result(), host: { ...host, disk: { ...host.disk, utilisation: 1.1 } } })).toBe(false);
    expect(valid({ ...fixtures.result(), requests: { offered: 1.5, good: 1, failed: 0, unfinished: 0 } })).toBe(false);
  });

  it('has the same bytes whatever the order in which a result was put together', () => {
    const result = fixtures.surgeResult();
    expect(toJson(reversed(result) as typeof result)).toBe(toJson(result));
  });

  it('begins with its format, keeps the order of the interfaces, and ends in a newline', () => {
    const text = toJson(fixtures.surgeResult());
    expect(text.startsWith('{\n  "format": "lempsim.result/1",\n  "lempsim": "0.1.0",\n  "scenario": "surge",\n')).toBe(true);
    expect(text).toMatch(/[^\n]\n$/);
    const written = JSON.parse(text);
    expect(Object.keys(written)).toEqual(Object.keys(fixtures.result()));
    expect(Object.keys(written.stages)).toEqual(['dns', 'tcp', 'nginx', 'php-fpm', 'mysql', 'delivery']);
    expect(Object.keys(written.causes[0])).toEqual(Object.keys(fixtures.fullQueue));
    expect(Object.keys(written.latencyMs)).toEqual(Object.keys(fixtures.latency(1, 1, 1)));
    expect(Object.keys(written.windows[0])).toEqual(Object.keys(fixtures.windowResult('all', 0, 1)));
  });

  it('rounds to ten digits, and leaves whole numbers alone', () => {
    const { host } = fixtures.result();
    const memory = { ...host.memory, bytes: 17_179_869_184 };
    const cpu = { ...host.cpu, utilisation: 1 / 3 };
    const text = toJson(fixtures.result({ host: { ...host, cpu, memory } }));
    expect(text).toContain('"bytes": 17179869184');
    expect(text).toContain('"utilisation": 0.3333333333,');
  });

  it('writes a series on one line', () => {
    expect(toJson(fixtures.series({ p95: [1.5, null, 2] }))).toContain('\n  "p95": [1.5, null, 2],\n');
  });

  it('refuses to write what is not a number', () => {
    const latencyMs = { ...fixtures.latency(1, 1, 1), p99: Number.NaN };
    expect(() => toJson(fixtures.result({ latencyMs }))).toThrow('result.latencyMs.p99 is NaN');
  });

  it('escapes what a terminal would obey, and reads back as it was', () => {
    const about = 'a\u001b[31m\u009b\u202e\n\u{e0041}\ud800';
    const text = toJson(fixtures.result({ about }));
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(JSON.parse(text).about).toBe(about);
  });
});
