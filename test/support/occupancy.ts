/** How long so many were somewhere: the distribution over time of a number that changes by one. */
export class Occupancy {
  private readonly times = new Float64Array(4096);
  private sinceMs = 0;
  private now = 0;

  /** The number becomes `value`. */
  set(value: number, nowMs: number): void {
    this.times[this.now] += nowMs - this.sinceMs;
    this.sinceMs = nowMs;
    this.now = value;
  }

  add(change: number, nowMs: number): void {
    this.set(this.now + change, nowMs);
  }

  get value(): number {
    return this.now;
  }

  /** Starts anew, from now. */
  restart(nowMs: number): void {
    this.times.fill(0);
    this.sinceMs = nowMs;
  }

  /** The share of the time up to the last change in which it was `k` or more. */
  atLeast(k: number): number {
    return this.sum((value) => (value >= k ? 1 : 0)) / this.sum(() => 1);
  }

  get mean(): number {
    return this.sum((value) => value) / this.sum(() => 1);
  }

  /** The mean of what exceeds `k`. */
  meanBeyond(k: number): number {
    return this.sum((value) => Math.max(0, value - k)) / this.sum(() => 1);
  }

  get variance(): number {
    const { mean } = this;
    return this.sum((value) => (value - mean) ** 2) / this.sum(() => 1);
  }

  private sum(weight: (value: number) => number): number {
    return this.times.reduce((sum, ms, value) => (ms === 0 ? sum : sum + ms * weight(value)), 0);
  }
}
