/** Text that came from outside, made harmless for a terminal; its line breaks stay. */
import { escaped } from '../index.js';

export function escapedLines(text: string): string {
  return text.split('\n').map(escaped).join('\n');
}
