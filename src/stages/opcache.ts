/**
 * OPcache: which scripts lie compiled in the memory that all children share.
 *
 * It is the master's: it outlives its children, and is lost when the master goes or replaces itself (reload). There is no lock: while
 * nobody has finished, each request compiles the script for itself, side by side (php-src ext/opcache). Another release of the
 * code, behind a symlink, is other files: they must be compiled, too, while those of the old one stay. A child looks at the symlink
 * again only when the path in its own realpath cache has expired. Not modelled: a cache that is full, class files that pages share.
 */
import type { Child } from './fpmChild.js';

export class Opcache {
  /** Scripts that were compiled, as often as they were. */
  compiled = 0;
  private release = 0;
  /** By release and page; all pages of the release that is there when the run begins. */
  private readonly stored = new Set<number>();

  constructor(
    private readonly pages: number,
    /** `realpath_cache_ttl`. */
    private readonly pathTtlMs: number,
  ) {
    for (let page = 0; page < pages; page += 1) this.stored.add(page);
  }

  /** Whether that page's script, as the child sees it, must be compiled. */
  lacks(child: Child, page: number, nowMs: number): boolean {
    if (nowMs >= child.resolvedUntilMs) {
      child.release = this.release;
      child.resolvedUntilMs = nowMs + this.pathTtlMs;
    }
    return !this.stored.has(child.release * this.pages + page);
  }

  store(child: Child, page: number): void {
    this.compiled += 1;
    this.stored.add(child.release * this.pages + page);
  }

  /** The symlink points to another release. */
  switch(): void {
    this.release += 1;
  }

  clear(): void {
    this.stored.clear();
  }
}
