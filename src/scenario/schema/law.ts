/**
 * Laws of chance, as a scenario writes them: a quantity by itself is a constant; a mapping names a law.
 *
 * `{ lognormal: { mean: 10ms, cv: 1 } }`, `{ exponential: 10ms, plus: 2s }`. What the letters cannot carry is checked here:
 * that bounds are in order, that a mean exists.
 */
import * as z from 'zod';
import { always, type Law } from '../../engine/law.js';
import { exp, ln } from '../../engine/math.js';
import { expectationOf, hinted, hintOf } from './hint.js';
import { decimal, type Quantity, whole } from './quantity.js';
import { listOf } from './word.js';

const VALUES_MAX = 2000;
/** The standard normal quantile of 0.95. */
const Z95 = 1.6448536269514722;
/** e to the Z95²/2: a lognormal law's 95th percentile is never further above its mean. */
const P95_PER_MEAN_MAX = 3.868;

/** `quantity` is the scalar, `positive` the same without 0, for means and scales. */
export function law<I extends string | number>(quantity: Quantity<I>, positive: Quantity<I>) {
  const plus = { plus: quantity.optional().describe('Moves the whole law up.') };
  const cv = decimal(0.01, 100);
  const shape = decimal(0.05, 100);

  const exponential = z
    .strictObject({ exponential: positive, ...plus })
    .transform((given): Law => moved(given.plus, { law: 'exponential', mean: given.exponential }));

  const lognormal = z
    .strictObject({
      lognormal: z
        .strictObject({ mean: positive, cv: cv.optional(), p95: positive.optional() })
        .superRefine(({ mean, cv, p95 }, context) => {
          if ((cv === undefined) === (p95 === undefined)) context.addIssue('expected either cv or p95 beside the mean');
          else if (p95 !== undefined && (p95 <= mean || p95 > mean * P95_PER_MEAN_MAX)) {
            context.addIssue({
              code: 'custom',
              path: ['p95'],
              message: `expected a p95 above the mean and at most ${P95_PER_MEAN_MAX} times it`,
            });
          }
        }),
      ...plus,
    })
    .transform(
      ({ lognormal: { mean, cv, p95 }, plus }): Law => moved(plus, { law: 'lognormal', mean, cv: cv ?? cvOf(mean, p95 ?? mean) }),
    );

  const gamma = z
    .strictObject({ gamma: z.strictObject({ mean: positive, cv }), ...plus })
    .transform((given): Law => moved(given.plus, { law: 'gamma', ...given.gamma }));

  const erlang = z
    .strictObject({ erlang: z.strictObject({ mean: positive, stages: whole(1, 1000) }), ...plus })
    .transform(({ erlang: { mean, stages }, plus }): Law => moved(plus, { law: 'gamma', mean, cv: 1 / Math.sqrt(stages) }));

  const weibull = z
    .strictObject({ weibull: z.strictObject({ shape, scale: positive }), ...plus })
    .transform((given): Law => moved(given.plus, { law: 'weibull', ...given.weibull }));

  const pareto = z
    .strictObject({
      pareto: z
        .strictObject({ shape, minimum: positive, maximum: positive.optional() })
        .superRefine(({ shape, minimum, maximum }, context) => {
          if (maximum === undefined && shape <= 1) {
            context.addIssue({
              code: 'custom',
              path: ['shape'],
              message: 'expected a shape above 1, as the mean is infinite otherwise, or a maximum',
            });
          } else if (maximum !== undefined && maximum <= minimum) {
            context.addIssue({ code: 'custom', path: ['maximum'], message: 'expected a maximum above the minimum' });
          }
        }),
      ...plus,
    })
    .transform((given): Law => moved(given.plus, { law: 'pareto', ...given.pareto }));

  const hyperexponential = z
    .strictObject({ hyperexponential: z.strictObject({ mean: positive, cv: decimal(1, 100) }), ...plus })
    .transform((given): Law => moved(given.plus, { law: 'hyperexponential', ...given.hyperexponential }));

  const uniform = z
    .strictObject({ uniform: inOrder(z.tuple([quantity, quantity]), 'two values, the lower one first'), ...plus })
    .transform(({ uniform: [low, high], plus }): Law => moved(plus, { law: 'uniform', low, high }));

  const triangular = z
    .strictObject({
      triangular: inOrder(
        z.tuple([quantity, quantity, quantity]),
        'the least, the most likely and the largest value, in this order',
      ),
      ...plus,
    })
    .transform(({ triangular: [low, mode, high], plus }): Law => moved(plus, { law: 'triangular', low, mode, high }));

  const empirical = z
    .strictObject({ empirical: listOf(quantity, VALUES_MAX, 'values', 1), ...plus })
    .transform((given): Law => moved(given.plus, { law: 'empirical', values: given.empirical }));

  const geometric = z
    .strictObject({ geometric: decimal(1, 1_000_000), ...plus })
    .transform((given): Law => moved(given.plus, { law: 'geometric', mean: given.geometric }));

  const forms = {
    exponential,
    lognormal,
    gamma,
    erlang,
    weibull,
    pareto,
    hyperexponential,
    uniform,
    triangular,
    empirical,
    geometric,
  };
  const constant = quantity.transform((value): Law => always(value));
  const schema = z.union([
    constant,
    exponential,
    lognormal,
    gamma,
    erlang,
    weibull,
    pareto,
    hyperexponential,
    uniform,
    triangular,
    empirical,
    geometric,
  ]);
  return hinted(schema, { kind: `law of a ${hintOf(quantity)?.kind}`, expected: orALaw(quantity), forms, scalar: constant });
}

function orALaw(quantity: z.ZodType): (value: unknown) => string {
  return (value) => `${expectationOf(quantity, value)}, or a law such as { exponential: … }`;
}

function moved(plus: number | undefined, law: Law): Law {
  return plus === undefined || plus === 0 ? law : { ...law, plus };
}

/** mean = exp(m + s²/2) and p95 = exp(m + z·s), so ln(p95/mean) = z·s − s²/2; the smaller root is the law with the thinner tail. */
function cvOf(mean: number, p95: number): number {
  const sigma = Z95 - Math.sqrt(Math.max(0, Z95 * Z95 - 2 * ln(p95 / mean)));
  return Math.sqrt(exp(sigma * sigma) - 1);
}

function inOrder<T extends z.ZodTuple>(tuple: T, expected: string): T {
  return hinted(
    tuple.refine((values) => isInOrder(values as number[])),
    { kind: 'list', expected },
  );
}

function isInOrder(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value >= values[index - 1]) && values[0] < values[values.length - 1];
}
