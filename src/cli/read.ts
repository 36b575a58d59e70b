/** Option values, read or refused. */
import { InvalidArgumentError } from 'commander';

export function collect(value: string, earlier: readonly string[] = []): string[] {
  if (!/^[^=\s]+=/.test(value)) throw new InvalidArgumentError('It reads path=value, as in host.cores=4.');
  return [...earlier, value];
}

/** An option that may be given several times. */
export function gather(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

export function ordinal(value: string): number {
  if (!/^[1-9]\d{0,14}$/.test(value)) throw new InvalidArgumentError('It is a whole number from 1 on.');
  return Number(value);
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** `3m10s`, `190s`, or as a report writes it, `3:10` and `1:03:10`. */
export function moment(value: string): number {
  const clock = /^(?:(\d{1,4}):)?(\d{1,4}):(\d{2}(?:\.\d{1,3})?)$/.exec(value);
  if (clock !== null) return Math.round((Number(clock[1] ?? 0) * 3600 + Number(clock[2]) * 60 + Number(clock[3])) * 1000);
  if (!/^(?:\d{1,9}(?:\.\d{1,3})?(?:ms|s|min|m|h))+$/.test(value))
    throw new InvalidArgumentError('It is a time such as 3m10s or 3:10.');
  const parts = value.matchAll(/([\d.]+)(ms|s|min|m|h)/g);
  return [...parts].reduce((sum, [, number, unit]) => sum + Number(number) * unitMs[unit], 0);
}
