/** Scenarios that tests begin from, and the problems that a changed one gives. */

import type { Model } from '../../src/model.js';
import { ScenarioError } from '../../src/scenario/problems.js';
import { parseScenario, type ScenarioOptions, toModel } from '../../src/scenario/scenario.js';

export const SHOP = `name: shop
about: A small shop.
duration: 10m
warmup: 1m
site:
  name: shop
  host: { cores: 2, memory: 4 GiB }
  php-fpm: { pm: static, pm.max_children: 10 }
  mysql: { max_connections: 50 }
  pages:
    /: { size: 20 kB, php: { cpu: 5ms }, queries: [{ cpu: 1ms }] }
    /style.css: { weight: 0, size: 5 kB }
traffic:
  - { rate: 10/s }
visitors: { patience: 10s }
`;

/** The shop with the first text replaced by the second, and so on. */
export function shop(...changes: readonly (readonly [string, string])[]): Model {
  return parseScenario(changed(changes), 'shop.yaml');
}

export function changed(changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the sample does not contain ${from}`);
    return text.replace(from, to);
  }, SHOP);
}

export function problems(text: string, options: ScenarioOptions = {}): string[] {
  return caught(() => parseScenario(text, 'f.yaml', options));
}

export function plainProblems(scenario: unknown, options: ScenarioOptions = {}): string[] {
  return caught(() => toModel(scenario, options));
}

function caught(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split('\n');
    throw error;
  }
  return [];
}
