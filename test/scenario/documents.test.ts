/**
 * What is made from the schema and committed: the JSON Schemas and the tables of the documentation. After a change of the
 * schema `LEMPSIM_WRITE=1 npx vitest run test/scenario/documents.test.ts` writes them anew.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { defaults } from '../../src/scenario/defaults.js';
import { scenarioJsonSchema, siteJsonSchema } from '../../src/scenario/jsonSchema.js';
import { parseScenario } from '../../src/scenario/scenario.js';
import { tables } from './reference.js';

const write = process.env.LEMPSIM_WRITE === '1';
const FORMAT = 'docs/scenario-format.md';

function committed(path: string, text: string): string {
  if (write) writeFileSync(path, text);
  return readFileSync(path, 'utf8');
}

describe.each([
  ['schema/scenario.schema.json', scenarioJsonSchema],
  ['schema/site.schema.json', siteJsonSchema],
] as const)('%s', (path, schema) => {
  test('is what the schema says', () => {
    const text = `${JSON.stringify(schema(), null, 2)}\n`;
    expect(committed(path, text)).toBe(text);
  });
});

test('an editor accepts the built-in scenarios and sites by their JSON Schema', () => {
  const ajv = new Ajv({ strict: false });
  const scenario = ajv.compile(scenarioJsonSchema());
  const site = ajv.compile(siteJsonSchema());
  for (const file of readdirSync('scenarios').filter((name) => name.endsWith('.yaml'))) {
    const validate = file.endsWith('.site.yaml') ? site : scenario;
    validate(parse(readFileSync(`scenarios/${file}`, 'utf8')));
    expect(validate.errors, file).toBeNull();
  }
  expect(scenario({ name: 'x', about: 'y', site: 'foobar', duration: 5, traffic: [] })).toBe(false);
  expect(site({ host: { cores: 1, memory: '1 GiB' }, pages: {}, nginx: { worker_conections: 5 } })).toBe(false);
});

test('the tables of the documentation are those of the schema', () => {
  const text = readFileSync(FORMAT, 'utf8');
  const made = Object.entries(tables).reduce((document, [name, table]) => withTable(document, name, table()), text);
  expect(committed(FORMAT, made)).toBe(made);
  expect(text).toBe(made);
});

function withTable(document: string, name: string, table: string): string {
  const from = document.indexOf(`<!-- settings of ${name} -->`);
  const to = document.indexOf('<!-- end -->', from);
  expect(from, `a table for ${name}`).toBeGreaterThan(0);
  return `${document.slice(0, document.indexOf('\n', from))}\n\n${table}\n\n${document.slice(to)}`;
}

test('every default has a source and stands in the documentation', () => {
  const text = readFileSync(FORMAT, 'utf8');
  for (const [section, settings] of Object.entries(defaults)) {
    for (const [name, { source }] of Object.entries(settings)) {
      expect(source.length, `${section}.${name}`).toBeGreaterThanOrEqual(5);
      expect(text, `${section}.${name}`).toContain(source);
    }
  }
});

test('the examples of the documentation are scenarios', () => {
  const text = readFileSync(FORMAT, 'utf8');
  const examples = [...text.matchAll(/```yaml\n(name: [\s\S]*?)```/g)].map((match) => match[1]);
  expect(examples.length).toBeGreaterThan(0);
  const readSite = () => readFileSync('scenarios/foobar.site.yaml', 'utf8');
  for (const example of examples) expect(parseScenario(example, 'example.yaml', { readSite }).durationMs).toBeGreaterThan(0);
});
