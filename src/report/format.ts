/**
 * Numbers as a person reads them. Units are written here and nowhere else in the report.
 *
 * Rounding never turns something into nothing or nearly all into all: a share of 0.9996 is `99.96 %`,
 * and one of 0.00001 is `<0.01 %`.
 */
import bytesIec from 'bytes-iec';

/** What stands where there is no number. */
export const nothing = '-';

/** Three significant digits, three decimals at the most, thousands set apart: `0.042`, `4.21`, `168`, `1,404`. */
export function figure(value: number): string {
  if (value > 0 && value < 0.001) return '<0.001';
  const rounded = Number(value.toPrecision(3));
  if (Math.abs(rounded) >= 100) return count(Math.round(value));
  return String(Number(rounded.toFixed(3)));
}

/** A whole number, thousands set apart: `24,012`. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A number with its noun: `1 core`, `2 cores`. */
export function several(value: number, one: string, more = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : more}`;
}

/** `168/s` */
export function rate(perSecond: number): string {
  return `${figure(perSecond)}/s`;
}

/** A share of 0 to 1, or more, in percent: `38 %`, `3.2 %`, `99.96 %`. */
export function share(value: number | null): string {
  if (value === null) return nothing;
  const percent = value * 100;
  if (percent === 0) return '0 %';
  if (percent < 0.01) return '<0.01 %';
  if (percent < 1) return `${Number(percent.toPrecision(1))} %`;
  if (percent < 10) return `${Number(percent.toPrecision(2))} %`;
  if (percent < 100 && percent > 99) return `${Math.floor(percent * 100) / 100} %`;
  return `${count(percent)} %`;
}

/** How long: `0.42 ms`, `412 ms`, `2.61 s`, `41 s`, `12 min 5 s`, `2 h 5 min`. */
export function duration(ms: number | null): string {
  if (ms === null) return nothing;
  if (ms === 0) return '0 ms';
  if (ms < 0.01) return '<0.01 ms';
  if (ms < 999.5) return `${figure(ms)} ms`;
  if (ms < 59_950) return `${figure(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${count(large)} ${largeUnit}` : `${count(large)} ${largeUnit} ${small} ${smallUnit}`;
}

/** A moment of the run: `3:14`, `1:02:03`. Rounded down: a thing has not happened before its second. */
export function clock(ms: number | null): string {
  if (ms === null) return nothing;
  const seconds = Math.floor(ms / 1000);
  const tail = String(seconds % 60).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${tail}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${tail}`;
}

/** A moment to the millisecond: `3:14.207`. */
export function exactClock(ms: number): string {
  return `${clock(ms)}.${String(Math.floor(ms % 1000)).padStart(3, '0')}`;
}

/** `512 B`, `30 MiB`, `16 GiB`. */
export function bytes(value: number): string {
  if (value === Infinity) return 'no limit';
  return (
    bytesIec.format(value, { mode: 'binary', unitSeparator: ' ', decimalPlaces: value < 1024 * 1024 * 1024 ? 0 : 1 }) ?? nothing
  );
}
