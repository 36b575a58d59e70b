/** Each rule as nginx itself applies it: the words are those that nginx 1.22 makes of the same text. */
import { describe, expect, test } from 'vitest';
import { NginxWords, SyntaxTrouble } from '../../src/import/nginxWords.js';

/** The statements of a text, words joined by `|`, the mark behind them. */
function read(text: string): string[] {
  const words = new NginxWords({ name: 'n.conf', text });
  const found: string[] = [];
  for (;;) {
    const statement = words.statement();
    if (statement.mark === 'end') return found;
    found.push(statement.words.map((word) => word.text).join('|') + statement.mark);
  }
}

function wrong(text: string): string {
  try {
    return read(text).join(' ');
  } catch (error) {
    if (!(error instanceof SyntaxTrouble)) throw error;
    const { line, column, file } = error.place;
    return `${file}:${line}:${column}: ${error.message}`;
  }
}

describe('words', () => {
  test.each([
    ['a b c;', ['a|b|c;']],
    ['a { b 1; c 2; }', ['a{', 'b|1;', 'c|2;', '}']],
    ['events{worker_connections 768;}', ['events{', 'worker_connections|768;', '}']],
    ['a b#c; # d; e\nf;', ['a|b#c;', 'f;']],
    ['a "b c" \'d;{}\' "e#f";', ['a|b c|d;{}|e#f;']],
    ['a "say \\"hi\\"" \'it\\\'s\';', ['a|say "hi"|it\'s;']],
    ['a "t\\tn\\n" \\\\ \\d\\.php\\;x;', ['a|t\tn\n|\\|\\d\\.php\\;x;']],
    ['set $x $' + '{host}y;', ['set|$x|$' + '{host}y;']],
    ['location ~ "^/a{2}$" { }', ['location|~|^/a{2}${', '}']],
    ['location ~ ^/a{ }', ['location|~|^/a{', '}']],
    ['if ($a = "b") { c; }', ['if|($a|=|b|){', 'c;', '}']],
    ['map $a $b { default 0; "" 1; ~*^x 2; }', ['map|$a|$b{', 'default|0;', '|1;', '~*^x|2;', '}']],
    ["log_format m '$a'\n  '\"$b\"';", ['log_format|m|$a|"$b";']],
    ['a b}c;', ['a|b}c;']],
    ['a\r\n  b;\r\n', ['a|b;']],
  ])('%j', (text, expected) => expect(read(text)).toEqual(expected));
});

describe('Lua', () => {
  test.each([
    ['content_by_lua_block { local t = { 1 } } a;'],
    ['content_by_lua_block { -- a } in a comment\n } a;'],
    ["content_by_lua_block { local s = \"}\" .. '}\\'}' } a;"],
    ['content_by_lua_block { local s = [==[ } ]] } ]==] } a;'],
    ['content_by_lua_block { --[[ } \n } ]] x() } a;'],
  ])('is passed over: %j', (text) => expect(read(text)).toEqual(['content_by_lua_block;', 'a;']));

  test('keeps what stands before its brace', () => {
    expect(read('set_by_lua_block $res { return 1 } a;')).toEqual(['set_by_lua_block|$res;', 'a;']);
  });

  test('that does not end is told where it begins', () => {
    expect(wrong('a;\n  content_by_lua_block { x = "}"')).toBe(
      'n.conf:2:3: expected "}" for this content_by_lua_block, got the end of the file',
    );
  });
});

describe('what nginx refuses', () => {
  test.each([
    ['a;\n ;', 'n.conf:2:2: expected a directive, got ";"'],
    ['{ }', 'n.conf:1:1: expected a directive, got "{"'],
    ['events { worker_connections 10 }', 'n.conf:1:32: expected ";" or "{" after "worker_connections", got "}"'],
    ['a b', 'n.conf:1:4: expected ";" or "{" after "a", got the end of the file'],
    ['a "b"c;', 'n.conf:1:6: expected a space, ";" or "{" after the closing quote, got "c"'],
    ['a;\nb "c;\nd;', 'n.conf:2:3: expected a closing ", got the end of the file'],
    [`a ${'x'.repeat(4097)};`, 'n.conf:1:3: expected a word of at most 4096 characters; is a quote left open?'],
    ['é é "', 'n.conf:1:5: expected a closing ", got the end of the file'],
    ['a 😀 "', 'n.conf:1:5: expected a closing ", got the end of the file'],
  ])('%j', (text, expected) => expect(wrong(text)).toBe(expected));
});
