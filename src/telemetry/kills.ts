/** Whom the kernel killed as memory ran out, in the order of time, from the journal: `['mysqld', 'php-fpm', 'mysqld']`. */
import type { EventNote } from './result.js';

export function killsOf(events: readonly EventNote[]): string[] {
  return events.flatMap(({ kind, text }) => (kind === 'kernel' ? (/Killed process … \((.*?)\)/.exec(text)?.[1] ?? []) : []));
}
