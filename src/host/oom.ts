/**
 * The kernel's last resort when RAM and swap are used up: it kills the process that holds most (mm/oom_kill.c, oom_badness).
 *
 * One process counts, not a daemon: MySQL's single one, buffer pool and connections together, nearly always outweighs any child of
 * PHP-FPM, although the children together are what filled the memory. What follows is the business of systemd and of the killed.
 * It looks at the end of the moment at which memory has grown. Not modelled: `oom_score_adj`, limits of cgroups, memory shared by
 * several, the slow minutes before it in which the kernel still finds a page here and there.
 */
import { Kind } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import type { Memory } from './memory.js';

/** A process that may be killed, or the largest of a daemon's. */
export interface Candidate {
  /** As the kernel calls it. */
  readonly process: string;
  /** What it holds; 0 if there is none. */
  bytes(): number;
  /** It is gone, and what it held is free. */
  kill(): void;
}

export class OomKiller {
  /** Hears what the kernel writes into its log. */
  note: (text: string, killed?: string) => void = () => {};
  private readonly candidates: Candidate[] = [];
  private ticket = 0;

  constructor(
    private readonly memory: Memory,
    private readonly clock: VirtualClock,
  ) {
    memory.exhausted = () => this.look();
  }

  add(candidate: Candidate): void {
    this.candidates.push(candidate);
    this.look();
  }

  remove(candidate: Candidate): void {
    const at = this.candidates.indexOf(candidate);
    if (at >= 0) this.candidates.splice(at, 1);
  }

  /** Somebody holds more; kills if that is too much by the end of this moment. */
  private look(): void {
    if (this.ticket === 0 && this.memory.exceeded) this.ticket = this.clock.after(0, this.kill, undefined, Kind.change);
  }

  private readonly kill = (): void => {
    this.ticket = 0;
    if (!this.memory.exceeded) return;
    const before = this.memory.used;
    const victim = this.largest();
    if (victim === null) return this.note('Out of memory and no killable processes');
    this.note(
      `Out of memory: Killed process … (${victim.process}) anon-rss:${Math.round(victim.bytes() / 1024)}kB`,
      victim.process,
    );
    victim.kill();
    if (this.memory.used < before) this.look();
  };

  private largest(): Candidate | null {
    return this.candidates.reduce<Candidate | null>(
      (most, candidate) => (candidate.bytes() > (most?.bytes() ?? 0) ? candidate : most),
      null,
    );
  }
}
