/** Times as a scenario writes them, for messages. */

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** `writtenDuration(350_000) // => '5m50s'` */
export function writtenDuration(ms: number): string {
  let left = ms;
  let text = '';
  for (const [unit, unitMs] of UNITS) {
    const count = unitMs === 1 ? Math.round(left * 1e6) / 1e6 : Math.floor(left / unitMs);
    if (count > 0) text += `${count}${unit}`;
    left -= count * unitMs;
  }
  return text === '' ? '0s' : text;
}
