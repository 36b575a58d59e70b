/** Goals for the whole of a steady run, `p95 < 500ms`, as thresholds that any site of the model's kind can be held against. */
import type { Model, ThresholdModel } from '../model.js';
import { type Problem, ScenarioError } from './problems.js';
import { readThreshold } from './threshold.js';

/** Throws a `ScenarioError` with all that cannot be read. */
export function goalsOf(texts: readonly string[], model: Model): ThresholdModel[] {
  const stages = [
    'dns',
    'tcp',
    'nginx',
    ...(model.phpFpm === null ? [] : ['php-fpm']),
    ...(model.mysql === null ? [] : ['mysql']),
  ];
  const problems: Problem[] = [];
  const goals = texts.flatMap((text) => {
    const reading = readThreshold(text, { windows: ['all'], stages });
    if ('threshold' in reading) return [{ ...reading.threshold, window: null }];
    problems.push({
      file: '--slo',
      line: 0,
      column: 0,
      option: text.slice(0, 200),
      path: '',
      value: text.slice(0, 200),
      message: reading.problem,
    });
    return [];
  });
  if (problems.length > 0) throw new ScenarioError(problems);
  return goals;
}
