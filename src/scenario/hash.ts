/** A short name for what a model says, so that two results can be told to answer the same question. */
import { createHash } from 'node:crypto';
import type { Model } from '../model.js';

/**
 * 16 hexadecimal digits. Seed, story and hints are left out: they do not change what is asked. The order of keys does not
 * matter, that of lists does.
 */
export function modelHash(model: Model): string {
  const { seed: _seed, about: _about, watch: _watch, ...asked } = model;
  return createHash('sha256').update(canonical(asked)).digest('hex').slice(0, 16);
}

/** JSON with sorted keys, and with infinities, which JSON does not know. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    const sorted = members.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${sorted.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
  }
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
