/**
 * Numbers with a fraction, such as times, of many things of one kind: a row each, side by side in blocks that never move.
 *
 * V8 keeps such a number out of the object whose field it is, in an object of its own: 24 bytes, and a cache line to fetch. Here it
 * takes 8, and its owner's others are in the same line. For things that are used again and never let go; rows are not given back.
 */

const ROWS_PER_BLOCK = 256;

export class Rows {
  /** The block with the row taken last. */
  block = new Float64Array(0);
  private next = 0;

  /** `width` is the numbers in a row. */
  constructor(private readonly width: number) {}

  /** Takes the next row, which holds zeros, and tells where in `block` it begins. */
  take(): number {
    if (this.next === this.block.length) {
      this.block = new Float64Array(ROWS_PER_BLOCK * this.width);
      this.next = 0;
    }
    const at = this.next;
    this.next += this.width;
    return at;
  }
}
