/** What the terminal can show. The only place that reads the environment and the streams for it. */
import { styleText } from 'node:util';
import { coloured, type Look, plain } from '../index.js';

const widthMin = 80;
/** Wider lines are harder to read, not easier. */
const widthMax = 140;

export function lookOf(options: { readonly color: boolean; readonly ascii?: boolean }): Look {
  const { stdout, env } = process;
  return {
    paint: options.color && coloursWanted() ? coloured : plain,
    width: Math.min(widthMax, Math.max(widthMin, stdout.columns ?? widthMin)),
    unicode: !options.ascii && !(stdout.isTTY && env.TERM === 'dumb'),
  };
}

/** https://no-color.org: any value but the empty one. The rest (pipes, FORCE_COLOR, dumb terminals) Node knows. */
function coloursWanted(): boolean {
  if (process.env.NO_COLOR) return false;
  return styleText('bold', 'x', { stream: process.stdout }) !== 'x';
}
