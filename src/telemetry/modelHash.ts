/** A fingerprint of a model: equal for equal models, however they were written down. FNV-1a of its JSON, twice 32 bits. */
import type { IncidentModel, Model } from '../model.js';

/** Sixteen hexadecimal digits; the seed and the texts do not count, what is simulated does. */
export function modelHash(model: Model): string {
  const { name: _name, about: _about, watch: _watch, seed: _seed, incident, variants, ...simulated } = model;
  const others = variants.map((variant) => ({ ...variant, because: '', model: modelHash(variant.model) }));
  const text = JSON.stringify(sorted({ ...simulated, surge: momentsOf(incident), variants: others }));
  return fnv(text, 0x811c9dc5) + fnv(text, 0x01234567);
}

/** An incident's kind is told by the traffic and the events. Surges came first, and gave the name. */
function momentsOf(incident: IncidentModel | null): Omit<IncidentModel, 'kind'> | null {
  if (incident === null) return null;
  const { name, fromMs, peakToMs, toMs } = incident;
  return { name, fromMs, peakToMs, toMs };
}

/**
 * Keys in order, and no limit written as a word, since JSON has no infinity. What is not there (`null`, an empty list) does not count, so
 * that a further part of the model leaves the fingerprints of those without it as they were.
 */
function sorted(value: unknown): unknown {
  if (value === Infinity) return 'unlimited';
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== null && !(Array.isArray(part) && part.length === 0))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}

function fnv(text: string, start: number): string {
  let hash = start;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
