/** A number that changes in steps, such as the length of a line, with its greatest value and its integral over time. */
export class Level {
  value = 0;
  /** Since the start or the last `markMax`. */
  max = 0;
  private area = 0;
  private sinceMs = 0;

  add(change: number, nowMs: number): void {
    this.set(this.value + change, nowMs);
  }

  set(value: number, nowMs: number): void {
    this.area += this.value * (nowMs - this.sinceMs);
    this.sinceMs = nowMs;
    this.value = value;
    if (value > this.max) this.max = value;
  }

  /** ∫ value dt from the start, in value times ms; a mean over a window is a difference of two of these. */
  integral(nowMs: number): number {
    return this.area + this.value * (nowMs - this.sinceMs);
  }

  /** Lets the greatest value be looked for anew, from now. */
  markMax(): void {
    this.max = this.value;
  }
}
