/** The command that brings the same bytes again. */
import { type Model, quoted } from '../index.js';

/** What was asked for besides. */
export interface Asked {
  readonly set?: readonly string[];
  readonly variant?: string;
}

export function repeatCommand(source: string, model: Model, asked: Asked, runs = 1): string {
  const { set = [], variant } = asked;
  const one = variant === undefined ? [] : ['--variant', quoted(variant)];
  const settings = set.flatMap((setting) => ['--set', quoted(setting)]);
  const several = runs === 1 ? [] : ['--runs', String(runs)];
  const words = ['npm run -s sim --', quoted(source), '--seed', quoted(model.seed), ...one, ...several, ...settings];
  return source === '-' ? `${words.join(' ')} < the same scenario` : words.join(' ');
}
