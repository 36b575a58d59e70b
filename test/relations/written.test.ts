/** How a scenario is written down does not matter: 200 of them, each in other words, are the same model (R04 to R06). */
import { expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { parseScenario, printScenario, toModel } from '../../src/scenario/scenario.js';
import { modelHash } from '../../src/telemetry/modelHash.js';
import { someScenarios } from '../support/anyScenario.js';

/** Hundreds of runs each, on a machine that may be busy. */
vi.setConfig({ testTimeout: 300_000 });

const scenarios = someScenarios(200, { events: 3 });
const models = scenarios.map((scenario) => toModel(scenario));

test('R04 YAML, JSON, keys in another order, comments, anchors, CRLF, a byte order mark', () => {
  const ways: ((scenario: unknown) => string)[] = [
    (scenario) => stringify(scenario),
    (scenario) => JSON.stringify(scenario),
    (scenario) => `# In another order.\n${stringify(reversed(scenario))}`,
    (scenario) =>
      stringify(scenario)
        .replaceAll('\n', ' # why\n')
        .replaceAll(/^( *[^ #].*: [|>].*) # why$/gm, '$1'),
    (scenario) => `\uFEFF${stringify(scenario).replaceAll('\n', '\r\n')}`,
    (scenario) =>
      stringify(JSON.parse(JSON.stringify(scenario)), { aliasDuplicateObjects: true, defaultStringType: 'QUOTE_DOUBLE' }),
  ];
  for (const [index, scenario] of scenarios.entries()) {
    const model = parseScenario(ways[index % ways.length](scenario), 'any.yaml');
    expect(model, `scenario ${index}`).toEqual(models[index]);
    expect(modelHash(model)).toBe(modelHash(models[index]));
  }
});

test('R05 quantities in other units', () => {
  for (const [index, scenario] of scenarios.entries()) {
    expect(toModel(inOtherUnits(scenario)), `scenario ${index}`).toEqual(models[index]);
  }
  expect(JSON.stringify(inOtherUnits({ a: ['250ms', '2s'], b: '40/s', c: '20 kB', d: '512 MiB', e: '2r/s', f: '10%' }))).toBe(
    '{"a":["250000us","2000ms"],"b":"2400/min","c":"20000 B","d":"524288 KiB","e":"120r/m","f":0.1}',
  );
});

test('R06 printed with all its defaults and read again it is the same, and prints the same bytes', () => {
  for (const [index, scenario] of scenarios.entries()) {
    const text = printScenario(JSON.stringify(scenario), 'any.json');
    expect(parseScenario(text, 'printed.yaml'), `scenario ${index}`).toEqual(models[index]);
    expect(printScenario(text, 'printed.yaml')).toBe(text);
  }
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, part]) => [key, reversed(part)]),
  );
}

function inOtherUnits(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOtherUnits);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, key === 'seed' ? part : inOtherUnits(part)]));
  if (typeof value !== 'string') return value;
  const [, amount, unit] = /^(\d+)( ?[a-zA-Z%/]+)$/.exec(value) ?? [];
  const factors: Record<string, readonly [number, string]> = {
    ms: [1000, 'us'],
    s: [1000, 'ms'],
    m: [60, 's'],
    '/s': [60, '/min'],
    'r/s': [60, 'r/m'],
    ' kB': [1000, ' B'],
    ' MB': [1000, ' kB'],
    ' MiB': [1024, ' KiB'],
    ' GiB': [1024, ' MiB'],
  };
  if (unit === '%') return Number(amount) / 100;
  const [factor, other] = factors[unit] ?? [];
  return factor === undefined ? value : `${Number(amount) * factor}${other}`;
}
