/**
 * What happened, line by line, as `journalctl` would have it: faults that begin and end, daemons that die and are started.
 *
 * A run with random failures over a simulated year has thousands of lines; beyond `LINES_MAX` they are counted, not kept.
 */
import type { EventNote } from './result.js';

const LINES_MAX = 2000;

export class Journal {
  readonly lines: EventNote[] = [];
  /** Lines that found no room. */
  dropped = 0;

  note(atMs: number, kind: string, text: string, killed?: string): void {
    if (this.lines.length < LINES_MAX)
      this.lines.push(killed === undefined ? { atMs, kind, text } : { atMs, kind, text, killed });
    else this.dropped += 1;
  }
}
