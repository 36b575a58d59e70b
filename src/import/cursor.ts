/** A place in a text that is read character by character, and knows its line and column. */
import type { Place } from '../scenario/place.js';
import type { File } from './files.js';

export class Cursor {
  private at = 0;
  private line: number;
  private column = 1;

  constructor(private readonly file: File) {
    this.line = file.line ?? 1;
  }

  /** The character here; empty at the end. */
  get here(): string {
    return this.file.text[this.at] ?? '';
  }

  /** What comes after `here`. */
  get next(): string {
    return this.file.text[this.at + 1] ?? '';
  }

  get ended(): boolean {
    return this.at >= this.file.text.length;
  }

  get place(): Place {
    return { file: this.file.name, line: this.line, column: this.column };
  }

  /** Goes one on, and gives the character that was passed. A half of a pair adds no column. */
  step(): string {
    const passed = this.here;
    if (passed === '\n') {
      this.line += 1;
      this.column = 1;
    } else if (!(passed >= '\udc00' && passed <= '\udfff')) this.column += 1;
    this.at += 1;
    return passed;
  }

  /** Whether a text stands here. */
  sees(text: string): boolean {
    return this.file.text.startsWith(text, this.at);
  }

  /** Passes a number of characters. */
  skip(count: number): void {
    for (let passed = 0; passed < count && !this.ended; passed += 1) this.step();
  }

  /** Passes the rest of the line, and gives it without its end. */
  restOfLine(): string {
    const from = this.at;
    while (!this.ended && this.here !== '\n') this.step();
    return this.file.text.slice(from, this.at);
  }
}
