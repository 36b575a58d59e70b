/**
 * The body of a `content_by_lua_block { … }` is Lua, not nginx's language: passed over by Lua's own rules for strings, long
 * brackets and comments, in which braces do not count (lua-nginx-module, ngx_http_lua_lex.rl).
 */
import type { Cursor } from './cursor.js';

/** From behind `{` to behind the `}` that closes it; `false` if the text ends before. */
export function passLua(cursor: Cursor): boolean {
  let depth = 1;
  while (!cursor.ended) {
    if (cursor.sees('--')) passComment(cursor);
    else if (cursor.here === '"' || cursor.here === "'") passString(cursor);
    else if (cursor.here === '[' && longBracket(cursor) !== null) passLong(cursor);
    else {
      const character = cursor.step();
      if (character === '{') depth += 1;
      if (character === '}') depth -= 1;
      if (depth === 0) return true;
    }
  }
  return false;
}

function passComment(cursor: Cursor): void {
  cursor.skip(2);
  if (longBracket(cursor) === null) cursor.restOfLine();
  else passLong(cursor);
}

function passString(cursor: Cursor): void {
  const quote = cursor.step();
  while (!cursor.ended && cursor.here !== quote && cursor.here !== '\n') {
    if (cursor.step() === '\\') cursor.step();
  }
  cursor.step();
}

const LEVEL_MAX = 100;

/** `]==]` for the `[==[` that stands here. */
function longBracket(cursor: Cursor): string | null {
  for (let level = 0; level <= LEVEL_MAX; level += 1) {
    const equals = '='.repeat(level);
    if (cursor.sees(`[${equals}[`)) return `]${equals}]`;
    if (!cursor.sees(`[${equals}=`)) return null;
  }
  return null;
}

function passLong(cursor: Cursor): void {
  const end = longBracket(cursor) as string;
  cursor.skip(end.length);
  while (!cursor.ended && !cursor.sees(end)) cursor.step();
  cursor.skip(end.length);
}
