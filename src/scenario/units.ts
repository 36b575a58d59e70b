/**
 * Quantities with their units, from the operator's text to the model's numbers; `null` for what is none.
 *
 * Every pattern is anchored and every text short, so reading takes a moment whatever it holds. Durations come out in
 * milliseconds, to the nanosecond; sizes in bytes; rates per second; bandwidths in bytes per millisecond; shares from 0 to 1.
 */
import bytes from 'bytes-iec';
import parseDuration from 'parse-duration';

const LONGEST = 40;
const NUMBER = '\\d+(?:\\.\\d+)?';
const TIME = '(?:ns|us|µs|ms|s|m|min|h|d|w)';

export const DURATION = new RegExp(`^${NUMBER} ?${TIME}(?: ?${NUMBER} ?${TIME})*$`);
export const SIZE = new RegExp(`^${NUMBER} ?(?:B|[kKMGT]B|[KMGT]iB)$`);
/** MySQL's and PHP's own shorthand besides: `128M` is 128 MiB. */
export const DIRECTIVE_SIZE = new RegExp(`^${NUMBER} ?(?:B|[kKMGT]B|[KMGT]iB|[KMGT])$`);
export const RATE = new RegExp(`^${NUMBER} ?/ ?(?:ms|s|m|min|h|d)$`);
/** nginx's own way besides: `10r/s`, `30r/m`. */
export const REQUEST_RATE = new RegExp(`^${NUMBER} ?r? ?/ ?(?:ms|s|m|min|h|d)$`);
export const BANDWIDTH = new RegExp(`^${NUMBER} ?(?:[kMG]?bit|[kKMG]?B|[KMG]iB)/s$`);
export const PERCENT = new RegExp(`^${NUMBER} ?%$`);

/** 2⁵³ nanoseconds, which is 104 days: beyond it a double cannot count them. */
export const LONGEST_MS = 9_007_199_254.740992;

/** `readDuration('1h30m') // => 5400000` */
export function readDuration(text: string): number | null {
  if (!matches(text, DURATION)) return null;
  const ms = parseDuration(text.replace(/min/g, 'm')) as number;
  return Math.round(ms * 1e6) / 1e6;
}

/** `readSize('2 GiB') // => 2147483648` */
export function readSize(text: string): number | null {
  if (!matches(text, SIZE)) return null;
  return wholeBytes(text);
}

/** `readDirectiveSize('128M') // => 134217728` */
export function readDirectiveSize(text: string): number | null {
  if (!matches(text, DIRECTIVE_SIZE)) return null;
  return wholeBytes(/[KMGT]$/.test(text) ? `${text}iB` : text);
}

/** `readRate('2400/min') // => 40` */
export function readRate(text: string): number | null {
  if (!matches(text, RATE)) return null;
  const [count, unit] = text.split('/');
  const unitMs = parseDuration(`1${unit.trim().replace('min', 'm')}`) as number;
  return (Number(count) * 1000) / unitMs;
}

/** `readRequestRate('30r/m') // => 0.5` */
export function readRequestRate(text: string): number | null {
  return matches(text, REQUEST_RATE) ? readRate(text.replace('r', '')) : null;
}

/** `readBandwidth('10 Mbit/s') // => 1250` */
export function readBandwidth(text: string): number | null {
  if (!matches(text, BANDWIDTH)) return null;
  const amount = text.slice(0, -2);
  const perSecond = amount.endsWith('bit') ? readBytes(amount.replace('bit', 'B')) / 8 : readBytes(amount);
  return perSecond / 1000;
}

/** `readPercent('10%') // => 0.1` */
export function readPercent(text: string): number | null {
  return matches(text, PERCENT) ? Math.round(Number.parseFloat(text) * 1e10) / 1e12 : null;
}

function matches(text: string, pattern: RegExp): boolean {
  return text.length <= LONGEST && pattern.test(text);
}

function wholeBytes(text: string): number {
  return Math.round(readBytes(text));
}

function readBytes(text: string): number {
  return bytes.parse(text) as number;
}
