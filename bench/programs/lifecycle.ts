/** The engine simulates W5 as it is: a configured site, arrivals from RxJS, all telemetry on. */
import { run } from '../../src/simulate.js';
import { cpuSeconds, type Figures } from '../measure.js';
import { site, warmUps } from '../site.js';

export interface LifecycleOptions {
  readonly turn: number;
  readonly requests: number;
  readonly scale?: number;
}

export function measure({ turn, requests, scale = 1 }: LifecycleOptions): Figures {
  for (const model of warmUps(scale)) run(model);
  const model = site(requests, scale, String(turn));
  let result = null as ReturnType<typeof run> | null;
  const seconds = cpuSeconds(() => {
    result = run(model);
  });
  const { entered } = result!.stages.dns;
  return { rate: entered / seconds, requests: entered, meanMs: result!.latencyMs.mean! };
}
