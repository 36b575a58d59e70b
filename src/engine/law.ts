/**
 * Laws of chance as plain data: what a scenario writes and a model holds. `distribution.ts` draws from them.
 *
 * Values carry whatever unit their owner says (milliseconds, bytes, a count). Every law may be moved
 * up by `plus`, so that "two seconds and then exponential" is one law.
 */
export type Law = { readonly plus?: number } & (
  | { readonly law: 'constant'; readonly value: number }
  | { readonly law: 'uniform'; readonly low: number; readonly high: number }
  | { readonly law: 'triangular'; readonly low: number; readonly mode: number; readonly high: number }
  | { readonly law: 'exponential'; readonly mean: number }
  /** `cv` is the coefficient of variation: standard deviation divided by mean. */
  | { readonly law: 'lognormal'; readonly mean: number; readonly cv: number }
  | { readonly law: 'gamma'; readonly mean: number; readonly cv: number }
  | { readonly law: 'weibull'; readonly shape: number; readonly scale: number }
  /** Unbounded where `maximum` is absent; its mean is infinite for `shape` of at most 1 then. */
  | { readonly law: 'pareto'; readonly shape: number; readonly minimum: number; readonly maximum?: number }
  /** Two exponential phases with balanced means; `cv` is at least 1. */
  | { readonly law: 'hyperexponential'; readonly mean: number; readonly cv: number }
  /** On 1, 2, 3, …: the number of tries up to the first success; `mean` is at least 1. */
  | { readonly law: 'geometric'; readonly mean: number }
  /** One of the given values, each as likely as the next. */
  | { readonly law: 'empirical'; readonly values: readonly number[] }
  /** No chance at all: the value of each bearer by its number (`seedLow`), for a replay of what was measured. */
  | { readonly law: 'listed'; readonly values: readonly number[] }
);

/** The law of a value that is always the same. */
export function always(value: number): Law {
  return { law: 'constant', value };
}

/** The same law of values `times` as large. */
export function scaled(law: Law, times: number): Law {
  const plus = law.plus === undefined ? {} : { plus: law.plus * times };
  switch (law.law) {
    case 'constant':
      return { ...law, ...plus, value: law.value * times };
    case 'uniform':
      return { ...law, ...plus, low: law.low * times, high: law.high * times };
    case 'triangular':
      return { ...law, ...plus, low: law.low * times, mode: law.mode * times, high: law.high * times };
    case 'weibull':
      return { ...law, ...plus, scale: law.scale * times };
    case 'pareto': {
      const maximum = law.maximum === undefined ? {} : { maximum: law.maximum * times };
      return { ...law, ...plus, minimum: law.minimum * times, ...maximum };
    }
    case 'empirical':
    case 'listed':
      return { ...law, ...plus, values: law.values.map((value) => value * times) };
    default:
      return { ...law, ...plus, mean: law.mean * times };
  }
}
