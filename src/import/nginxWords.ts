/**
 * nginx.conf as words, `;`, `{` and `}`: the rules of ngx_conf_read_token (nginx source, ngx_conf_file.c), one by one.
 *
 * Our own, since the parsers to be had keep no line numbers, and the best of them (nginx-conf 2.1) ends a Lua block at the
 * first brace in a comment. The rules that surprise: `#` begins a comment only where a word may begin; `}` within a word is part
 * of it; a backslash stays unless a quote, another backslash, t, r or n follows; `{` after `$` belongs to the word, `${host}`; and
 * after a closing quote there must be a space, `;`, `{` or `)`.
 */
import type { Place } from '../scenario/place.js';
import { show } from '../scenario/problems.js';
import { Cursor } from './cursor.js';
import type { File } from './files.js';
import { passLua } from './lua.js';

/** NGX_CONF_BUFFER: nginx takes no longer word, which finds a quote that is not closed. */
const WORD_LONGEST = 4096;
const SPACE = /[ \t\r\n]/;

export interface Word {
  readonly text: string;
  readonly place: Place;
}

export type Mark = ';' | '{' | '}' | 'end';

export interface Statement {
  readonly words: readonly Word[];
  /** What ends it. A Lua block has been passed over, and ends as if by `;`. */
  readonly mark: Mark;
  readonly place: Place;
}

/** What keeps a file from being read on. */
export class SyntaxTrouble extends Error {
  constructor(
    readonly place: Place,
    message: string,
  ) {
    super(message);
  }
}

export class NginxWords {
  private readonly cursor: Cursor;

  constructor(file: File) {
    this.cursor = new Cursor(file);
  }

  /** The words up to the next mark, which is passed. Throws `SyntaxTrouble`. */
  statement(): Statement {
    const words: Word[] = [];
    for (;;) {
      this.space();
      const place = this.cursor.place;
      const { here } = this.cursor;
      if (here === '' || here === ';' || here === '{' || here === '}') {
        this.cursor.step();
        return this.ended((here || 'end') as Mark, words, place);
      }
      words.push(this.word());
    }
  }

  private ended(mark: Mark, words: readonly Word[], place: Place): Statement {
    const expected = { ';': 'expected a directive, got ";"', '{': 'expected a directive, got "{"', '}': '', end: '' };
    if (words.length === 0 && expected[mark] !== '') throw new SyntaxTrouble(place, expected[mark]);
    if (words.length > 0 && (mark === '}' || mark === 'end')) {
      const got = mark === 'end' ? 'the end of the file' : '"}"';
      throw new SyntaxTrouble(place, `expected ";" or "{" after ${show(words[0].text)}, got ${got}`);
    }
    if (mark !== '{' || !words[0].text.endsWith('_by_lua_block')) return { words, mark, place };
    if (!passLua(this.cursor))
      throw new SyntaxTrouble(words[0].place, `expected "}" for this ${words[0].text}, got the end of the file`);
    return { words, mark: ';', place };
  }

  private space(): void {
    for (;;) {
      while (!this.cursor.ended && SPACE.test(this.cursor.here)) this.cursor.step();
      if (this.cursor.here !== '#') return;
      this.cursor.restOfLine();
    }
  }

  private word(): Word {
    const { place, here } = this.cursor;
    return here === '"' || here === "'" ? this.quoted(place) : this.plain(place);
  }

  private plain(place: Place): Word {
    let text = '';
    let afterDollar = false;
    while (!this.cursor.ended) {
      const { here } = this.cursor;
      if (here === ';' || SPACE.test(here) || (here === '{' && !afterDollar)) break;
      afterDollar = here === '$';
      text += here === '\\' ? this.escape() : this.cursor.step();
      if (text.length > WORD_LONGEST) throw tooLong(place);
    }
    return { text, place };
  }

  private quoted(place: Place): Word {
    const quote = this.cursor.step();
    let text = '';
    while (this.cursor.here !== quote) {
      if (this.cursor.ended) throw new SyntaxTrouble(place, `expected a closing ${quote}, got the end of the file`);
      text += this.cursor.here === '\\' ? this.escape() : this.cursor.step();
      if (text.length > WORD_LONGEST) throw tooLong(place);
    }
    this.cursor.step();
    const { here } = this.cursor;
    // After a `)` the next word may follow at once, as in `if ($a = "b") {`; it is a word of its own, as nginx has it.
    if (!SPACE.test(here) && !['', ';', '{', ')'].includes(here))
      throw new SyntaxTrouble(this.cursor.place, `expected a space, ";" or "{" after the closing quote, got ${show(here)}`);
    return { text, place };
  }

  private escape(): string {
    this.cursor.step();
    const followed = this.cursor.step();
    const meant = ESCAPES[followed];
    return meant ?? `\\${followed}`;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', "'": "'", '\\': '\\', t: '\t', r: '\r', n: '\n' };

function tooLong(place: Place): SyntaxTrouble {
  return new SyntaxTrouble(place, `expected a word of at most ${WORD_LONGEST} characters; is a quote left open?`);
}
