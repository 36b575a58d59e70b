/**
 * What a machine makes of some scenarios, and of the portable logarithm and its relatives: a hash each. Called as a program it reads
 * the scenarios from stdin, so that another process or another Node can be asked.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exp, exponentialOfWord, ln, normalQuantile, power } from '../../src/engine/math.js';
import { toModel } from '../../src/scenario/scenario.js';
import { run } from '../../src/simulate.js';

export function fingerprints(scenarios: readonly unknown[]): string[] {
  return [hash(mathematics()), ...scenarios.map((scenario) => hash(JSON.stringify(run(toModel(scenario)))))];
}

function hash(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/** Every bit of some thousands of results. */
function mathematics(): Uint8Array {
  const results: number[] = [];
  let word = 1;
  for (let i = 0; i < 3000; i += 1) {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    const share = (word + 0.5) / 2 ** 32;
    results.push(
      ln(share),
      ln(word + 1),
      exp(40 * share - 20),
      power(share + 0.1, 3.7 * share),
      normalQuantile(share),
      exponentialOfWord(word),
    );
  }
  return new Uint8Array(Float64Array.from(results).buffer);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(JSON.stringify(fingerprints(JSON.parse(readFileSync(0, 'utf8')) as unknown[])));
}
