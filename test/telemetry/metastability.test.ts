import { describe, expect, it } from 'vitest';
import { metastableFinding } from '../../src/report/views.js';
import { loadScenario } from '../../src/scenario/load.js';
import { run } from '../../src/simulate.js';

const outcome = (set: string[] = []) => {
  const model = loadScenario('retry-storm', { set: ['duration=7m', 'thresholds=[]', ...set] });
  return { model, result: run(model) };
};
const stateOf = (set: string[] = []) => outcome(set).result.metastability;

describe('a site is metastable', () => {
  it('if it stays bad under the load that it served before, and the report says what keeps it so', () => {
    const { model, result } = outcome();
    expect(result.metastability).toMatchObject({ trigger: 'the surge', fromMs: 180_000, toMs: 220_000 });
    const { before, after, perView, forNobody } = result.metastability!;
    expect(before.good / before.offered).toBeGreaterThan(0.99);
    expect(after.good / after.offered).toBeLessThan(0.01);
    expect(perView).toBeCloseTo(4, 1);
    expect(forNobody).toBeGreaterThan(0.99);
    expect(result.events.map(({ kind }) => kind)).toContain('metastable');
    expect(metastableFinding(result, model)).toContain('a retry budget of 10 %, with which 12');
    expect(metastableFinding(result, model)).toContain('a listen.backlog so short that its end is reached');
  });

  it('not if the same visitors let it recover: within a budget, with a shorter line, at the door, or without retries', () => {
    expect(stateOf(['visitors.retry.budget=10%'])).toBeUndefined();
    expect(stateOf(['php-fpm.listen.backlog=128'])).toBeUndefined();
    expect(stateOf(['nginx.limit_req={ rate: 150/s, burst: 50, nodelay: on, key: server }'])).toBeUndefined();
    expect(stateOf(['visitors.retry=none'])).toBeUndefined();
  });

  it('not if the load has not come back: then it is overloaded', () => {
    expect(stateOf(['traffic.1.hold=230s'])).toBeUndefined();
  });

  it('not if it was bad before, or less than a minute is left to see', () => {
    expect(stateOf(['traffic.0.rate=200/s'])).toBeUndefined();
    expect(stateOf(['duration=4m30s'])).toBeUndefined();
  });

  it('after a loss of capacity as after a surge', () => {
    const event = '[{ at: 3m, throttle: 0.5, for: 30s, because: a neighbour }]';
    const scenario = ['traffic=[{ rate: 120/s, pages: { /: 1 } }]', `events=${event}`];
    expect(stateOf(scenario)).toMatchObject({ trigger: 'throttle cpu', toMs: 210_000 });
    expect(stateOf([...scenario, 'visitors.retry.budget=10%'])).toBeUndefined();
  });

  it('not if it is simply down', () => {
    const event = '[{ at: 3m, kill: php-fpm, because: it was never started again }]';
    expect(stateOf(['traffic=[{ rate: 120/s, pages: { /: 1 } }]', `events=${event}`])).toBeUndefined();
  });
});
