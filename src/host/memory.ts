/**
 * A ledger of the host's memory: who holds how much. It refuses nothing, as Linux refuses nothing while overcommitting. What is
 * beyond RAM lies on swap; what is beyond both is more than there is, and somebody must die (`oom.ts`). Not modelled: page cache.
 */
import { fail } from '../engine/assert.js';

export class Memory {
  /** The most that was held at once, since the start or the last `markMax`. */
  usedMax = 0;
  /** Called each time more is taken while RAM and swap are used up. */
  exhausted: () => void = () => {};
  private held = 0;
  private readonly accounts: Account[] = [];
  /** RAM and swap. */
  readonly limit: number;

  constructor(
    readonly bytes: number,
    swapBytes = 0,
  ) {
    this.limit = bytes + swapBytes;
  }

  /** The account of that owner. */
  account(owner: string): Account {
    let account = this.accounts.find((known) => known.owner === owner);
    if (account === undefined) {
      account = new Account(owner, this);
      this.accounts.push(account);
    }
    return account;
  }

  /** For accounts only. */
  change(bytes: number): void {
    this.held += bytes;
    if (this.held > this.usedMax) this.markMax();
    if (bytes > 0 && this.held > this.limit) this.exhausted();
  }

  /** Lets the greatest sum be looked for anew, from now. */
  markMax(): void {
    this.usedMax = this.held;
    for (const account of this.accounts) account.heldAtMax = account.held;
  }

  get used(): number {
    return this.held;
  }

  /** Whether RAM and swap together do not hold it. */
  get exceeded(): boolean {
    return this.held > this.limit;
  }

  /** The accounts add up; true at every moment. */
  check(): void {
    const sum = this.accounts.reduce((total, { held }) => total + held, 0);
    if (!(Math.abs(sum - this.held) <= 1e-9 * Math.max(1, sum))) fail(`${this.held} bytes are held, by their owners ${sum}`);
  }

  get overcommitted(): boolean {
    return this.held > this.bytes;
  }

  /** Share of what is held that finds no room in RAM: so much of it lies on swap, spread evenly over all. */
  get swapped(): number {
    return this.held > this.bytes && this.limit > this.bytes ? (this.held - this.bytes) / this.held : 0;
  }

  /** What each owner holds, in the order in which they first did. */
  by(): Record<string, number> {
    return Object.fromEntries(this.accounts.map(({ owner, held }) => [owner, held]));
  }

  /** What each held when `usedMax` was. */
  byAtMax(): Record<string, number> {
    return Object.fromEntries(this.accounts.map(({ owner, heldAtMax }) => [owner, heldAtMax]));
  }
}

/** What one owner holds. */
export class Account {
  held = 0;
  /** What it held when most was held in all. */
  heldAtMax = 0;

  constructor(
    readonly owner: string,
    private readonly memory: Memory,
  ) {}

  /** Adds `bytes` to what it holds, or takes them from it where they are negative. */
  hold(bytes: number): void {
    this.held += bytes;
    if (this.held < 0) fail(`${this.owner} gave back more memory than it held`);
    this.memory.change(bytes);
  }
}
