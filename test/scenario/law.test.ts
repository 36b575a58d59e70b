import { expect, test } from 'vitest';
import type { Law } from '../../src/engine/law.js';
import { shop } from './samples.js';

/** The law that the page's CPU is given by. */
function cpu(text: string): Law {
  const script = shop(['cpu: 5ms', `cpu: ${text}`]).pages[0].script;
  if (!script) throw new Error('a page without a script');
  return script.cpuMs;
}

test.each<[string, Law]>([
  ['5ms', { law: 'constant', value: 5 }],
  ['{ exponential: 10ms }', { law: 'exponential', mean: 10 }],
  ['{ exponential: 10ms, plus: 2s }', { law: 'exponential', mean: 10, plus: 2000 }],
  ['{ exponential: 10ms, plus: 0 }', { law: 'exponential', mean: 10 }],
  ['{ lognormal: { mean: 10ms, cv: 1 } }', { law: 'lognormal', mean: 10, cv: 1 }],
  ['{ gamma: { mean: 10ms, cv: 0.5 } }', { law: 'gamma', mean: 10, cv: 0.5 }],
  ['{ erlang: { mean: 10ms, stages: 4 } }', { law: 'gamma', mean: 10, cv: 0.5 }],
  ['{ weibull: { shape: 1.3, scale: 9s } }', { law: 'weibull', shape: 1.3, scale: 9000 }],
  ['{ pareto: { shape: 1.5, minimum: 1ms } }', { law: 'pareto', shape: 1.5, minimum: 1 }],
  ['{ pareto: { shape: 0.9, minimum: 1ms, maximum: 1s } }', { law: 'pareto', shape: 0.9, minimum: 1, maximum: 1000 }],
  ['{ hyperexponential: { mean: 10ms, cv: 2 } }', { law: 'hyperexponential', mean: 10, cv: 2 }],
  ['{ uniform: [5ms, 15ms] }', { law: 'uniform', low: 5, high: 15 }],
  ['{ triangular: [1ms, 2ms, 9ms] }', { law: 'triangular', low: 1, mode: 2, high: 9 }],
  ['{ empirical: [1ms, 1ms, 3ms] }', { law: 'empirical', values: [1, 1, 3] }],
  ['{ geometric: 5 }', { law: 'geometric', mean: 5 }],
])('%s', (text, law) => {
  expect(cpu(text)).toEqual(law);
});

test('a lognormal law by its 95th percentile has that percentile', () => {
  for (const p95 of [11, 20, 30, 38.6]) {
    const law = cpu(`{ lognormal: { mean: 10ms, p95: ${p95}ms } }`) as { mean: number; cv: number };
    const variance = Math.log(1 + law.cv * law.cv);
    expect(Math.exp(Math.log(law.mean) - variance / 2 + 1.6448536269514722 * Math.sqrt(variance))).toBeCloseTo(p95, 6);
  }
});
