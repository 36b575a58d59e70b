/** The command that brings the same bytes again. */
import { type Model, quoted } from '../index.js';

export function repeatCommand(source: string, model: Model, set: readonly string[], runs = 1): string {
  const settings = set.flatMap((setting) => ['--set', quoted(setting)]);
  const several = runs === 1 ? [] : ['--runs', String(runs)];
  const words = ['npm run -s sim --', quoted(source), '--seed', quoted(model.seed), ...several, ...settings];
  return source === '-' ? `${words.join(' ')} < the same scenario` : words.join(' ');
}
