import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { Model } from '../../src/model.js';
import { modelHash } from '../../src/telemetry/modelHash.js';
import { bare, filePage, poisson } from '../support/bare.js';

describe('model hash', () => {
  const model = bare({ pages: [filePage(), filePage({ path: '/logo.png' })], traffic: [poisson(5)] });

  it('is sixteen hexadecimal digits, the same for equal models', () => {
    expect(modelHash(model)).toMatch(/^[0-9a-f]{16}$/);
    expect(modelHash(structuredClone(model))).toBe(modelHash(model));
  });

  it('does not ask in which order things were written down', () => {
    expect(modelHash(reversed(model) as Model)).toBe(modelHash(model));
  });

  it('does not ask for the seed nor the texts', () => {
    expect(modelHash({ ...model, seed: '99', name: 'other', about: 'something else', watch: ['this'] })).toBe(modelHash(model));
  });

  it('asks for everything that is simulated', () => {
    const others: Model[] = [
      { ...model, durationMs: model.durationMs + 1 },
      { ...model, host: { ...model.host, cores: 3 } },
      { ...model, dns: { ...model.dns, resolverMs: always(1) } },
      { ...model, mysql: null },
      { ...model, pages: [...model.pages].reverse() },
      { ...model, nginx: { ...model.nginx, workerConnections: Infinity } },
      { ...model, visitors: { ...model.visitors, bytesPerMs: always(5) } },
    ];
    const hashes = [model, ...others].map(modelHash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('takes no limit for no limit, and not for nothing', () => {
    const capacity = (resolverCapacityPerSecond: number) =>
      modelHash({ ...model, dns: { ...model.dns, resolverCapacityPerSecond } });
    expect(capacity(Infinity)).not.toBe(capacity(0));
    expect(capacity(Infinity)).toBe(modelHash(model));
  });
});

/** The same with every object's keys the other way round; lists keep their order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, part]) => [key, reversed(part)]),
  );
}
