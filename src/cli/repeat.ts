/** The command that brings the same bytes again. */
import { type Model, quoted } from '../index.js';

export function repeatCommand(source: string, model: Model, set: readonly string[]): string {
  const settings = set.flatMap((setting) => ['--set', quoted(setting)]);
  const words = ['npm run -s sim --', quoted(source), '--seed', quoted(model.seed), ...settings];
  return source === '-' ? `${words.join(' ')} < the same scenario` : words.join(' ');
}
