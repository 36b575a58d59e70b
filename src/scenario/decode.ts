/** From a file's bytes to text, which is UTF-8 and nothing else. */
import { ScenarioError } from './problems.js';

/** Throws a `ScenarioError` at the first byte that is not UTF-8. A byte order mark stays, for the reader of the text to drop. */
export function decoded(bytes: Uint8Array, file: string): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw notUtf8(file, 1, 1, 'expected UTF-8, got UTF-16');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw locate(bytes, file);
  }
}

/** Goes byte by byte, counting lines and characters, until the decoder refuses. */
function locate(bytes: Uint8Array, file: string): ScenarioError {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let column = 1;
  for (let at = 0; at < bytes.length; at += 1) {
    try {
      for (const unit of decoder.decode(bytes.subarray(at, at + 1), { stream: true })) {
        column = unit === '\n' ? 1 : column + unit.length;
        if (unit === '\n') line += 1;
      }
    } catch {
      return notUtf8(
        file,
        line,
        column,
        `expected UTF-8, got the byte 0x${bytes[at].toString(16).toUpperCase().padStart(2, '0')}`,
      );
    }
  }
  return notUtf8(file, line, column, 'expected UTF-8, got the beginning of a character at the end');
}

function notUtf8(file: string, line: number, column: number, message: string): ScenarioError {
  return new ScenarioError([{ file, line, column, path: '', value: '', message }]);
}
