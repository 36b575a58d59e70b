/**
 * Logarithm, exponential, cosine and normal quantile that give the same bits on every processor and Node version.
 *
 * `Math.log`, `Math.exp` and `Math.cos` differ in the last bit between x64 and arm64, and one bit is enough to swap two
 * events and change everything after them. These use plain arithmetic only, by the public algorithms of
 * fdlibm (Sun Microsystems, 1993) and of Wichura's AS 241 (Applied Statistics 37, 1988).
 */

const bits = new DataView(new ArrayBuffer(8));
const double = new Float64Array(bits.buffer);
const words = new Uint32Array(bits.buffer);
/** Which of the two words holds sign and exponent: the second one on every processor that Node runs on today. */
const HIGH = new Uint32Array(Float64Array.of(1).buffer)[1] === 0x3ff00000 ? 1 : 0;

const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const TWO_54 = 18014398509481984;

/** The natural logarithm of `x`; `-Infinity` at 0 and NaN below. Within one unit in the last place. */
export function ln(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN;
  if (x === Infinity) return x;
  let exponent = 0;
  if (x < 2.2250738585072014e-308) {
    exponent = -54;
    x *= TWO_54;
  }
  double[0] = x;
  const high = words[HIGH];
  const fraction = high & 0xfffff;
  const carry = (fraction + 0x95f64) & 0x100000;
  exponent += (high >>> 20) - 1023 + (carry >>> 20);
  words[HIGH] = fraction | (carry ^ 0x3ff00000);
  // x = 2^exponent · (1 + f), with 1 + f between √½ and √2.
  const f = double[0] - 1;
  if (f === 0) return exponent * LN2_HIGH + exponent * LN2_LOW;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd =
    z * (6.66666666666673513e-1 + w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const rest = even + odd;
  const half = 0.5 * f * f;
  return exponent * LN2_HIGH - (half - (s * (half + rest) + exponent * LN2_LOW) - f);
}

/** e to the `x`. Within one unit in the last place. */
export function exp(x: number): number {
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019411) return 0;
  if (Number.isNaN(x)) return x;
  const k = Math.round(x * 1.442695040888963387);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 +
            t * (6.61375632143793436117e-5 + t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))));
  return scale(1 - (low - (r * c) / (2 - c) - high), k);
}

/** `y` times two to the `k`, in two steps where one would leave the range of a double. */
function scale(y: number, k: number): number {
  if (k > 1000) return y * powerOfTwo(1000) * powerOfTwo(k - 1000);
  if (k < -1000) return y * powerOfTwo(-1000) * powerOfTwo(k + 1000);
  return y * powerOfTwo(k);
}

function powerOfTwo(k: number): number {
  words[HIGH] = (k + 1023) << 20;
  words[1 - HIGH] = 0;
  return double[0];
}

/** `x` to the power `y`, for `x` above 0. */
export function power(x: number, y: number): number {
  return exp(y * ln(x));
}

/** The cosine of an angle given in turns: 1 at 0, -1 at half a turn, 1 again at one. */
export function cosineOfTurns(turns: number): number {
  const part = turns - Math.floor(turns);
  const eighths = Math.floor(part * 8);
  const quarter = Math.floor((eighths + 1) / 2);
  const angle = (part - quarter / 4) * 6.283185307179586;
  if (quarter === 1) return -sineNearZero(angle);
  if (quarter === 2) return -cosineNearZero(angle);
  if (quarter === 3) return sineNearZero(angle);
  return cosineNearZero(angle);
}

/** Taylor's series up to the term below a double's precision at π/4. */
function sineNearZero(x: number): number {
  const z = x * x;
  let sum = 0;
  for (let k = 17; k >= 3; k -= 2) sum = (1 - sum) * (z / (k * (k - 1)));
  return x * (1 - sum);
}

function cosineNearZero(x: number): number {
  const z = x * x;
  let sum = 0;
  for (let k = 18; k >= 2; k -= 2) sum = (1 - sum) * (z / (k * (k - 1)));
  return 1 - sum;
}

/** The standard normal quantile of `p`, between 0 and 1 exclusive: `normalQuantile(0.975) // => 1.959963984540054` */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTRE_TOP, r)) / polynomial(CENTRE_BOTTOM, r);
  }
  const r = Math.sqrt(-ln(q < 0 ? p : 1 - p));
  const z =
    r <= 5
      ? polynomial(TAIL_TOP, r - 1.6) / polynomial(TAIL_BOTTOM, r - 1.6)
      : polynomial(FAR_TOP, r - 5) / polynomial(FAR_BOTTOM, r - 5);
  return q < 0 ? -z : z;
}

function polynomial(coefficients: Float64Array, x: number): number {
  let sum = coefficients[7];
  for (let i = 6; i >= 0; i -= 1) sum = sum * x + coefficients[i];
  return sum;
}

const CENTRE_TOP = Float64Array.of(
  3.387132872796366608,
  1.3314166789178437745e2,
  1.9715909503065514427e3,
  1.3731693765509461125e4,
  4.5921953931549871457e4,
  6.7265770927008700853e4,
  3.3430575583588128105e4,
  2.5090809287301226727e3,
);
const CENTRE_BOTTOM = Float64Array.of(
  1,
  4.2313330701600911252e1,
  6.871870074920579083e2,
  5.3941960214247511077e3,
  2.1213794301586595867e4,
  3.930789580009271061e4,
  2.8729085735721942674e4,
  5.226495278852854561e3,
);
const TAIL_TOP = Float64Array.of(
  1.42343711074968357734,
  4.6303378461565452959,
  5.7694972214606914055,
  3.64784832476320460504,
  1.27045825245236838258,
  2.4178072517745061177e-1,
  2.27238449892691845833e-2,
  7.7454501427834140764e-4,
);
const TAIL_BOTTOM = Float64Array.of(
  1,
  2.05319162663775882187,
  1.6763848301838038494,
  6.8976733498510000455e-1,
  1.4810397642748007459e-1,
  1.51986665636164571966e-2,
  5.475938084995344946e-4,
  1.05075007164441684324e-9,
);
const FAR_TOP = Float64Array.of(
  6.6579046435011037772,
  5.4637849111641143699,
  1.7848265399172913358,
  2.9656057182850489123e-1,
  2.6532189526576123093e-2,
  1.2426609473880784386e-3,
  2.71155556874348757815e-5,
  2.01033439929228813265e-7,
);
const FAR_BOTTOM = Float64Array.of(
  1,
  5.9983220655588793769e-1,
  1.3692988092273580531e-1,
  1.48753612908506148525e-2,
  7.868691311456132591e-4,
  1.8463183175100546818e-5,
  1.4215117583164458887e-7,
  2.04426310338993978564e-15,
);

/**
 * The standard exponential variate of a 32-bit word: `-ln((word + ½) / 2³²)`, five times as fast as by `ln`.
 *
 * The word's leading nine bits choose a reciprocal near 1/x and its logarithm from a table; what is left is within 1/512
 * of 1, where five terms of the series reach a double's precision. Between 1.2e-10 and 22.9, never 0.
 */
export function exponentialOfWord(word: number): number {
  if (word < 65536) return 22.18070977791825 - ln(word + 0.5); // Here the ½ weighs too much for the table.
  const zeros = Math.clz32(word);
  const index = ((word << zeros) >>> 23) - 256;
  const r = (word + 0.5) * TO_UNIT[zeros] * RECIPROCAL[index] - 1;
  const square = r * r;
  const series = r - square * (0.5 - r * (1 / 3) + square * (0.25 - r * 0.2));
  return MINUS_LN[zeros] + LN_RECIPROCAL[index] - series;
}

/** Scales a word with so many leading zeros to between 1 and 2. */
const TO_UNIT = Float64Array.from({ length: 16 }, (_, zeros) => powerOfTwo(zeros - 31));
const MINUS_LN = Float64Array.from({ length: 16 }, (_, zeros) => -ln(powerOfTwo(-32) / TO_UNIT[zeros]));
/** One over the middle of the numbers between 1 and 2 that share their leading bits. */
const RECIPROCAL = Float64Array.from({ length: 256 }, (_, index) => 1 / (1 + (index + 0.5) / 256));
const LN_RECIPROCAL = RECIPROCAL.map((reciprocal) => ln(reciprocal));
