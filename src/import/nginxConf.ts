/** nginx.conf as a tree of directives, its includes put in where they stand. */
import { dirname } from 'node:path';
import type { Place } from '../scenario/place.js';
import type { File, Files, Found } from './files.js';
import { isPattern } from './glob.js';
import { NginxDump } from './nginxDump.js';
import { NginxWords, SyntaxTrouble, type Word } from './nginxWords.js';
import { spotOf, type Trouble } from './trouble.js';

/** nginx itself knows no more than a handful of levels. */
const DEPTH_MAX = 100;
/** In one file; the largest real ones are tables of redirects. */
const DIRECTIVES_MAX = 50_000;

export interface Directive {
  readonly name: string;
  readonly words: readonly Word[];
  /** The values after the name. */
  readonly values: readonly string[];
  readonly place: Place;
  /** What stands between its braces; `null` for a simple directive. */
  readonly children: readonly Directive[] | null;
}

export function readNginx(path: string, files: Files, trouble: Trouble): readonly Directive[] {
  const directives: Directive[] = [];
  files.with(path, (file) => {
    const parts = NginxDump.partsOf(file);
    if (parts.length === 0) return new NginxReader(file, dirname(path), files, trouble).into(directives, 0);
    const dump = new NginxDump(parts, trouble);
    const [main] = parts[0];
    dump.with(main, (part) => new NginxReader(part, dirname(main), dump, trouble).into(directives, 0));
  });
  return directives;
}

class NginxReader {
  constructor(
    private readonly file: File,
    /** Of the main file: what a relative include counts from. */
    private readonly folder: string,
    private readonly files: Found,
    private readonly trouble: Trouble,
  ) {}

  /** Adds the file's directives to those before. What cannot be read ends the file: nothing after it is sure. */
  into(directives: Directive[], depth: number): void {
    try {
      this.block(new NginxWords(this.file), directives, depth);
    } catch (error) {
      if (!(error instanceof SyntaxTrouble)) throw error;
      this.trouble.wrong(error.place, error.message);
    }
  }

  /** Blocks are kept on a list, so that no nesting of them can exhaust the stack. */
  private block(words: NginxWords, outermost: Directive[], depth: number): void {
    const open: { readonly children: Directive[]; readonly place: Place; readonly name: string }[] = [];
    for (let count = 0; ; count += 1) {
      const statement = words.statement();
      if (count > DIRECTIVES_MAX) throw new SyntaxTrouble(statement.place, `expected at most ${DIRECTIVES_MAX} directives`);
      const children = open.at(-1)?.children ?? outermost;
      if (statement.mark === 'end') {
        const unclosed = open.at(-1);
        if (unclosed === undefined) return;
        throw new SyntaxTrouble(
          statement.place,
          `expected "}" for ${unclosed.name} of line ${unclosed.place.line}, got the end of the file`,
        );
      }
      if (statement.mark === '}') {
        if (open.pop() === undefined) throw new SyntaxTrouble(statement.place, 'expected a directive, got "}"');
        continue;
      }
      const [name, ...values] = statement.words;
      const inner: Directive[] | null = statement.mark === '{' ? [] : null;
      if (inner === null && name.text === 'include' && values.length === 1) {
        this.include(values[0], children, depth + open.length);
        continue;
      }
      children.push({
        name: name.text,
        words: values,
        values: values.map(({ text }) => text),
        place: name.place,
        children: inner,
      });
      if (inner === null) continue;
      open.push({ children: inner, place: name.place, name: name.text });
      if (depth + open.length > DEPTH_MAX)
        throw new SyntaxTrouble(name.place, `expected a nesting of at most ${DEPTH_MAX} levels`);
    }
  }

  private include(word: Word, directives: Directive[], depth: number): void {
    const pattern = this.files.locate(word.text, this.folder);
    const found = this.files.list(pattern);
    if (found.length === 0 && !isPattern(word.text))
      this.trouble.note(`${spotOf(word.place)}: includes ${word.text}, which does not exist; what it says is not known`);
    for (const path of found) {
      if (this.files.exhausted) return;
      const read = (file: File) => new NginxReader(file, this.folder, this.files, this.trouble).into(directives, depth);
      this.files.with(path, read, word.place);
    }
  }
}
