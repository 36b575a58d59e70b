/**
 * Regular expressions that somebody else wrote, tried for a moment only: one that takes longer matches nothing.
 *
 * PCRE is near enough to JavaScript's language for the patterns of locations. Whatever repeats more than once is tried within
 * a limit of time, which costs 0.1 ms; only so can a hostile pattern hold nothing up.
 */
import { type Context, createContext, runInContext } from 'node:vm';

const LONGEST = 1000;
const TIMEOUT_MS = 100;
const SLOW_MAX = 3;
const CAREFUL_MAX = 5000;

let room: Context | null = null;

export class Expressions {
  private slow = 0;
  private careful = 0;

  /** What tells whether a path matches. */
  of(pattern: string, anyCase: boolean): (path: string) => boolean {
    const [, flags, rest] = /^\(\?([a-z]+)\)(.*)$/s.exec(pattern.slice(0, LONGEST + 1)) ?? [];
    const source = (rest ?? pattern).replaceAll('(?P<', '(?<');
    const flag = anyCase || flags?.includes('i') ? 'i' : '';
    if (pattern.length > LONGEST || !compiles(source, flag)) return () => false;
    if ((source.match(/[*+{]/g) ?? []).length <= 1) return (path) => new RegExp(source, flag).test(path);
    return (path) => this.carefully(source, flag, path);
  }

  private carefully(source: string, flag: string, path: string): boolean {
    if (this.slow >= SLOW_MAX || this.careful >= CAREFUL_MAX) return false;
    this.careful += 1;
    room ??= createContext(Object.create(null));
    Object.assign(room, { source, flag, path });
    try {
      return runInContext('new RegExp(source, flag).test(path)', room, { timeout: TIMEOUT_MS }) as boolean;
    } catch {
      this.slow += 1;
      return false;
    }
  }
}

function compiles(source: string, flag: string): boolean {
  try {
    return new RegExp(source, flag) !== null;
  } catch {
    return false;
  }
}
