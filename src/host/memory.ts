/**
 * A ledger of the host's RAM: who holds how much. It refuses nothing, as Linux refuses nothing while overcommitting; it
 * knows when more is held than there is. Not modelled yet: page cache, swap and the kernel's choice of a victim.
 */
import { assert } from '../engine/assert.js';

export class Memory {
  /** The most that was held at once. */
  usedMax = 0;
  private held = 0;
  private readonly accounts = new Map<string, number>();

  constructor(readonly bytes: number) {}

  /** Adds to what `owner` holds, or takes from it where `bytes` is negative. */
  hold(owner: string, bytes: number): void {
    const now = (this.accounts.get(owner) ?? 0) + bytes;
    assert(now >= 0, `${owner} gave back more memory than it held`);
    this.accounts.set(owner, now);
    this.held += bytes;
    this.usedMax = Math.max(this.usedMax, this.held);
  }

  get used(): number {
    return this.held;
  }

  get overcommitted(): boolean {
    return this.held > this.bytes;
  }

  /** What each owner holds, in the order in which they first did. */
  by(): Record<string, number> {
    return Object.fromEntries(this.accounts);
  }
}
