/** What must be known to read the figures rightly, where only figures are printed. */
import { escapedLines } from './escape.js';

export function warn(warnings: readonly string[]): void {
  for (const warning of warnings) process.stderr.write(`warning: ${escapedLines(warning)}\n`);
}
