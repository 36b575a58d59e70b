/**
 * How often which time was seen, in buckets whose width grows with the time: 2^bits to each doubling.
 *
 * A bucket is the leading bits of the number itself, so that recording is a shift and an addition. With eight bits a
 * quantile is off by 0.2 % at the most, and by much less where the times are many, since it is interpolated.
 * From a nanosecond to ten years; what lies outside is put into the first or last bucket. Merging loses nothing.
 */

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** Which word holds sign, exponent and leading bits: the second one on every processor that Node runs on today. */
const HIGH = new Uint32Array(Float64Array.of(1).buffer)[1] === 0x3ff00000 ? 1 : 0;

const LOWEST_EXPONENT = 1023 - 20;
const OCTAVES = 59;

export class Histogram {
  count = 0;
  sum = 0;
  /** Exact; 0 and `Infinity` while nothing was recorded. */
  max = 0;
  min = Infinity;
  private readonly counts: Float64Array;
  private readonly shift: number;
  private readonly offset: number;

  constructor(bits = 8) {
    this.counts = new Float64Array(OCTAVES << bits);
    this.shift = 20 - bits;
    this.offset = LOWEST_EXPONENT << bits;
  }

  record(ms: number): void {
    this.count += 1;
    this.sum += ms;
    if (ms > this.max) this.max = ms;
    if (ms < this.min) this.min = ms;
    double[0] = ms;
    const bucket = (words[HIGH] >>> this.shift) - this.offset;
    this.counts[bucket < 0 ? 0 : bucket < this.counts.length ? bucket : this.counts.length - 1] += 1;
  }

  get mean(): number | null {
    return this.count === 0 ? null : this.sum / this.count;
  }

  /** The time within which a share `p` of what was recorded lies; `null` if nothing was. */
  quantile(p: number): number | null {
    if (this.count === 0) return null;
    const rank = p * this.count;
    let below = 0;
    for (let bucket = 0; bucket < this.counts.length; bucket += 1) {
      const inside = this.counts[bucket];
      if (inside > 0 && below + inside >= rank) {
        const low = this.lowEnd(bucket);
        const value = low + (this.lowEnd(bucket + 1) - low) * ((rank - below) / inside);
        return Math.min(this.max, Math.max(this.min, value));
      }
      below += inside;
    }
    return this.max;
  }

  add(other: Histogram): void {
    for (let bucket = 0; bucket < this.counts.length; bucket += 1) this.counts[bucket] += other.counts[bucket];
    this.count += other.count;
    this.sum += other.sum;
    this.max = Math.max(this.max, other.max);
    this.min = Math.min(this.min, other.min);
  }

  reset(): void {
    this.counts.fill(0);
    this.count = 0;
    this.sum = 0;
    this.max = 0;
    this.min = Infinity;
  }

  private lowEnd(bucket: number): number {
    words[HIGH] = (bucket + this.offset) << this.shift;
    words[1 - HIGH] = 0;
    return double[0];
  }
}
