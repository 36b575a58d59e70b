/**
 * From YAML text to a tree of plain data with places.
 *
 * Types belong to the schema, not to YAML: a plain scalar becomes a number only if the number says exactly what was
 * written, so `017`, `1_000`, `1e400` and `9007199254740993` stay text and the schema says what it expects there. JSON is
 * YAML. Tags and merge keys are not known; aliases are, up to a number of nodes. The lexer's and the parser's steps are
 * counted as they go, for what comes after them recurses.
 */
import type { CST, Pair, ParsedNode, Scalar, YAMLParseError } from 'yaml';
import { Composer, type Document, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser } from 'yaml';
import { dotted, emptyMapping, type Path, type Place, type Spot, type Spots, type Tree } from './place.js';
import { type Problem, printable, show } from './problems.js';

const CHARACTERS_MAX = 1024 * 1024;
const LINES_MAX = 10_000;
const MARKS_MAX = 12_000;
const DEPTH_MAX = 64;
const NODES_MAX = 20_000;
const SYNTAX_PROBLEMS_MAX = 20;
/** After these the parser is not confused about what follows. */
const LOCAL_MISTAKES: readonly string[] = ['BAD_DQ_ESCAPE', 'BAD_SCALAR_START', 'MULTIPLE_ANCHORS', 'MULTIPLE_TAGS', 'BAD_ALIAS'];

export function readText(text: string, file: string, problems: Problem[]): Tree {
  return new TextReader(text.startsWith('\ufeff') ? text.slice(1) : text, file, problems).read();
}

class TextReader {
  private readonly lines = new LineCounter();
  private readonly spots: Spots = new WeakMap();
  private readonly anchors = new Map<string, ParsedNode>();
  private readonly open = new Set<ParsedNode>();
  private nodes = 0;

  constructor(
    private readonly text: string,
    private readonly file: string,
    private readonly problems: Problem[],
  ) {
    this.lines.addNewLine(0);
    for (let at = text.indexOf('\n'); at >= 0 && this.lines.lineStarts.length <= LINES_MAX; at = text.indexOf('\n', at + 1)) {
      this.lines.addNewLine(at + 1);
    }
  }

  read(): Tree {
    const root = this.tooLarge() || this.forbiddenCharacter() ? null : this.document();
    const data = root ? this.value(root, []) : undefined;
    return { data, place: this.at(root?.range?.[0] ?? 0), spots: this.spots };
  }

  private tooLarge(): boolean {
    if (this.text.length > CHARACTERS_MAX) return this.wrong(0, 'expected at most 1 MiB of text');
    if (this.lines.lineStarts.length > LINES_MAX) {
      return this.wrong(this.lines.lineStarts[LINES_MAX], `expected at most ${LINES_MAX} lines`);
    }
    return false;
  }

  private forbiddenCharacter(): boolean {
    const at = this.text.search(/(?![\t\n\r\u0085])\p{Cc}/u);
    return at >= 0 && this.wrong(at, `expected text, got the control character ${unicode(this.text.charCodeAt(at))}`);
  }

  /** The one document's root, if the text holds no mistake of syntax. */
  private document(): ParsedNode | null {
    const tokens = this.tokens();
    if (tokens === null) return null;
    const [document, second] = new Composer<ParsedNode>({ uniqueKeys: false, prettyErrors: false }).compose(
      tokens,
      true,
      this.text.length,
    );
    if (second) {
      this.wrong(second.range[0], 'expected a single YAML document, got a second one');
      return null;
    }
    this.syntax(document.errors);
    if (document.errors.length > 0) return null;
    return this.rootOf(document);
  }

  /** Mistakes of syntax up to the first that makes all after it doubtful. */
  private syntax(errors: readonly YAMLParseError[]): void {
    const inOrder = [...errors].sort((a, b) => a.pos[0] - b.pos[0]);
    const doubtful = inOrder.findIndex((error) => !LOCAL_MISTAKES.includes(error.code));
    const shown = doubtful < 0 ? inOrder : inOrder.slice(0, doubtful + 1);
    for (const error of shown.slice(0, SYNTAX_PROBLEMS_MAX))
      this.wrong(error.pos[0], `not valid YAML: ${sentence(error.message)}`);
  }

  private tokens(): CST.Token[] | null {
    const parser = new Parser();
    const tokens: CST.Token[] = [];
    let marks = 0;
    for (const lexeme of new Lexer().lex(this.text)) {
      for (const token of parser.next(lexeme)) tokens.push(token);
      marks += 1;
      if (marks > MARKS_MAX) {
        this.wrong(parser.offset, 'expected fewer keys and values, got more than a scenario can need');
        return null;
      }
      if (parser.stack.length > DEPTH_MAX + 1) {
        this.wrong(parser.offset - lexeme.length, `expected a nesting of at most ${DEPTH_MAX} levels`);
        return null;
      }
    }
    for (const token of parser.end()) tokens.push(token);
    return tokens;
  }

  private rootOf(document: Document.Parsed<ParsedNode>): ParsedNode | null {
    const root = document.contents;
    if (root === null || (isScalar(root) && root.source === '' && root.tag === undefined)) {
      this.wrong(0, 'expected a scenario, got an empty text');
      return null;
    }
    return root;
  }

  private value(node: ParsedNode | null, path: Path): unknown {
    if (node === null) return null;
    const at = node.range?.[0] ?? 0;
    this.nodes += 1;
    if (this.nodes > NODES_MAX) {
      if (this.nodes === NODES_MAX + 1) this.wrong(at, `expected at most ${NODES_MAX} values, aliases written out`, path);
      return undefined;
    }
    if (isAlias(node)) return this.aliased(node.source, at, path);
    if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
    if (node.tag !== undefined) {
      const tagAt = this.wordBefore(at);
      this.wrong(tagAt, `expected plain data, got the tag ${show(this.text.slice(tagAt, at).trim())}`, path);
    }
    if (isScalar(node)) return scalar(node);
    this.open.add(node);
    const value = isMap(node)
      ? this.mapping(node.items, path)
      : isSeq(node)
        ? this.list(node.items as ParsedNode[], path)
        : undefined;
    this.open.delete(node);
    return value;
  }

  private aliased(name: string, at: number, path: Path): unknown {
    const node = this.anchors.get(name);
    if (!node) this.wrong(at, `expected an alias of an anchor above, got ${show(`*${name}`)}`, path);
    else if (this.open.has(node))
      this.wrong(at, `expected an alias of something else, got ${show(`*${name}`)}, which contains itself`, path);
    else return this.value(node, path);
    return null;
  }

  private mapping(items: readonly Pair<ParsedNode, ParsedNode | null>[], path: Path): unknown {
    const mapping = emptyMapping();
    const spots = new Map<string | number, Spot>();
    for (const pair of items) {
      const name = this.key(pair.key, path);
      if (name === null) continue;
      const key = this.at(pair.key.range[0]);
      const first = spots.get(name);
      if (first) {
        this.problems.push({
          ...key,
          path: dotted([...path, name]),
          value: '',
          message: `given twice, first in line ${first.key.line}`,
        });
        continue;
      }
      const value = pair.value ? this.at(pair.value.range[0]) : key;
      spots.set(name, { key, value: isEmpty(pair.value) ? key : value });
      mapping[name] = this.value(pair.value, [...path, name]);
    }
    this.spots.set(mapping, spots);
    return mapping;
  }

  private key(node: ParsedNode, path: Path): string | null {
    if (isScalar(node) && node.tag === undefined) return node.source;
    this.wrong(node.range[0], 'expected a plain name as a key', path);
    return null;
  }

  private list(items: readonly (ParsedNode | null)[], path: Path): unknown {
    const spots = new Map<string | number, Spot>();
    const list = items.map((item, index) => {
      const place = this.at(item?.range?.[0] ?? 0);
      spots.set(index, { key: place, value: place });
      return this.value(item, [...path, index]);
    });
    this.spots.set(list, spots);
    return list;
  }

  /** Where the tag before a value stands. */
  private wordBefore(offset: number): number {
    const before = /!\S*\s*$/.exec(this.text.slice(Math.max(0, offset - 200), offset));
    return before ? offset - before[0].length : offset;
  }

  private at(offset: number): Place {
    const { line, col } = this.lines.linePos(offset);
    return { file: this.file, line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** Always true: there is something wrong. */
  private wrong(offset: number, message: string, path: Path = []): true {
    this.problems.push({ ...this.at(offset), path: dotted(path), value: '', message });
    return true;
  }
}

const NUMBER = /^[-+]?(0|[1-9]\d{0,20})(\.\d{1,20})?([eE][-+]?\d{1,3})?$/;

function scalar({ source, type, value }: Scalar.Parsed): unknown {
  if (type !== 'PLAIN') return source;
  if (typeof value === 'boolean' || value === null) return value;
  return NUMBER.test(source) && isExact(source) ? Number(source) : source;
}

/** Whether the number is finite and, if whole, one that a double holds to the last digit. */
function isExact(source: string): boolean {
  const value = Number(source);
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function isEmpty(node: ParsedNode | null): boolean {
  return node === null || (isScalar(node) && node.source === '' && node.type === 'PLAIN');
}

/** The parser's words, without what it repeats from the text. */
function sentence(message: string): string {
  return printable(message.length > 160 ? `${message.slice(0, 160)}…` : message);
}

function unicode(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
