import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { lastValueFrom, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { runVariants, sideBySide } from '../../src/experiments/variants.js';
import { toJson } from '../../src/report/json.js';
import { toModel } from '../../src/scenario/scenario.js';
import { run } from '../../src/simulate.js';

const model = toModel({
  name: 'x',
  about: 'y',
  duration: '20s',
  seed: 'seven',
  traffic: [{ rate: '20/s' }],
  site: {
    host: { cores: 1, memory: '1 GiB' },
    'php-fpm': { 'pm.max_children': 4, pm: 'static' },
    pages: { '/': { size: '1 kB', php: { cpu: { exponential: '20ms' } } } },
  },
  slo: '99%',
  thresholds: ['errors < 1%'],
  variants: [
    { name: 'as it is' },
    {
      name: 'half is stolen',
      events: [{ at: '5s', steal: '50%', for: '5s' }],
      happens: { mtbf: { exponential: '30d' }, mttr: '1h' },
    },
    { name: 'a short line', 'php-fpm': { 'listen.backlog': 1, 'pm.max_children': 1 }, thresholds: ['errors > 1%'] },
  ],
});

describe('variants', () => {
  it('are each the run of their own model: the same visitors, one thing different', () => {
    const { variants } = runVariants(model);
    expect(variants.map(({ name }) => name)).toEqual(['as it is', 'half is stolen', 'a short line']);
    expect(new Set(variants.map(({ requests }) => requests.offered)).size).toBe(1);
    const { name: _name, because: _because, yearly: _yearly, ...first } = variants[0];
    const { variants: _variants, ...alone } = model;
    expect(first).toEqual(run({ ...alone, variants: [] }));
  });

  it('have the worst of their verdicts', () => {
    const all = runVariants(model);
    expect(all.variants.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass']);
    expect(all.verdict).toBe('pass');
    const strict = { ...model, variants: model.variants.map((each) => ({ ...each, model: { ...each.model, thresholds: [] } })) };
    expect(runVariants(strict).verdict).toBe('none');
    const third = model.variants[2];
    const [threshold] = third.model.thresholds;
    const failing = { ...third, model: { ...third.model, thresholds: [{ ...threshold, value: 1 }] } };
    expect(runVariants({ ...model, variants: [model.variants[0], failing] }).verdict).toBe('fail');
  });

  it('tell what a year brings where it is said how often they happen', () => {
    const [nothing, stolen] = runVariants(model).variants;
    expect(nothing.yearly).toBeNull();
    // Nobody was turned away, so the site is up while it is slow: a repair of an hour less the 5 s in which it was.
    expect(stolen.yearly?.closedFormMs).toBeCloseTo((365 * 86_400_000 * 3_595_000) / (30 * 86_400_000 + 3_595_000), 0);
  });

  it('several runs each give figures with intervals', () => {
    const all = runVariants({ ...model, variants: model.variants.slice(2) }, 3);
    expect(all.runs).toBe(3);
    expect(all.variants[0]).toMatchObject({ name: 'a short line', format: 'lempsim.runs/1', runs: 3 });
    expect(all.variants[0].requests.failed).toMatchObject({
      mean: expect.any(Number),
      ci95: [expect.any(Number), expect.any(Number)],
    });
  });

  it.each([1, 2])('as JSON keep to their schema, and each to that of its kind, with %i runs', (runs) => {
    const read = (name: string) => JSON.parse(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8'));
    const ajv = new Ajv({ strict: false });
    const printed = JSON.parse(toJson(runVariants(model, runs)));
    const whole = ajv.compile(read('variants'));
    whole(printed);
    expect(whole.errors).toBeNull();
    const each = ajv.compile(read(runs === 1 ? 'result' : 'runs'));
    for (const { name: _name, because: _because, yearly: _yearly, ...answer } of printed.variants) {
      each(answer);
      expect(each.errors).toBeNull();
    }
    expect(toJson(runVariants(model, runs))).toBe(toJson(runVariants(model, runs)));
  });

  it('as a stream give the same answer, and stopped early that of the variants that had ended', async () => {
    const last = await lastValueFrom(sideBySide(model));
    expect(last.answer()).toEqual(runVariants(model));
    expect((await lastValueFrom(sideBySide(model, 2))).answer()).toEqual(runVariants(model, 2));
    const early = await lastValueFrom(sideBySide(model).pipe(take(45)));
    expect(early).toMatchObject({ index: 2, of: 3, runsBefore: 2 });
    expect(early.answer()).toMatchObject({ partial: true, variantsAsked: 3 });
    expect(early.answer()?.variants.length).toBe(2);
    expect((await lastValueFrom(sideBySide(model).pipe(take(1)))).answer()).toBeNull();
  });
});
