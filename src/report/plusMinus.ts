/**
 * A figure from several runs as a person reads it: the mean and half of its 95 % interval, in one unit and to the same decimal.
 *
 *   87.3 ± 1.2 ms     31.2 ± 0.4 %     24,012 ± 140     346.1 ± 0.9/s
 *
 * Decimals end with the first digit of the half, or the second after a 1 or a 2. Where all runs agree there is only the figure.
 */
import type { Figure } from '../experiments/interval.js';
import type { Metric } from '../model.js';
import { count, duration, nothing, figure as number, rate, share } from './format.js';
import type { Look } from './look.js';

export type Unit = 'duration' | 'share' | 'rate' | 'number';

export function plusMinus(figure: Figure | null, unit: Unit, look: Look): string {
  if (figure === null) return nothing;
  const { mean } = figure;
  const half = halfWidth(figure);
  if (half === 0) return exact[unit](mean);
  const sign = look.unicode ? '±' : '+-';
  const scale = scaleOf(unit, Math.max(mean, half));
  if (scale === null) return `${duration(mean)} ${sign} ${duration(half)}`;
  const decimals = decimalsOf(half * scale.factor);
  const [centre, width] = [fixed(mean * scale.factor, decimals), fixed(half * scale.factor, decimals)];
  return centre === tooSmall && width === tooSmall ? centre + scale.suffix : `${centre} ${sign} ${width}${scale.suffix}`;
}

export function halfWidth({ ci95: [low, high] }: Figure): number {
  return (high - low) / 2;
}

/** What a threshold's value is measured in. */
export function unitOf({ kind }: Metric): Unit {
  switch (kind) {
    case 'errors':
    case 'availability':
    case 'utilisation':
    case 'views':
      return 'share';
    case 'goodput':
    case 'throughput':
      return 'rate';
    case 'outcome':
    case 'queue':
    case 'attempts':
      return 'number';
    default:
      return 'duration';
  }
}

const exact: Readonly<Record<Unit, (value: number) => string>> = { duration, share, rate, number };

interface Scale {
  readonly factor: number;
  readonly suffix: string;
}

/** `null` for what takes minutes, which are not written as one number. */
function scaleOf(unit: Unit, value: number): Scale | null {
  if (unit === 'share') return { factor: 100, suffix: ' %' };
  if (unit === 'rate') return { factor: 1, suffix: '/s' };
  if (unit === 'number') return { factor: 1, suffix: '' };
  if (value >= 59_950) return null;
  return value < 999.5 ? { factor: 1, suffix: ' ms' } : { factor: 0.001, suffix: ' s' };
}

const decimalsMax = 3;
const tooSmall = '<0.001';

function decimalsOf(half: number): number {
  const [digits, exponent] = half.toExponential(1).split('e').map(Number);
  return Math.min(decimalsMax, Math.max(0, (digits < 3 ? 1 : 0) - exponent));
}

function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  if (value > 0 && decimals === decimalsMax && Number(text) === 0) return tooSmall;
  const [whole, fraction] = text.split('.');
  return fraction === undefined ? count(value) : `${count(Number(whole))}.${fraction}`;
}
