/**
 * Thresholds: `during surge: p95 < 200ms`, read into the model's form.
 *
 *     [before NAME: | during NAME: | after NAME:] metric operator value
 */
import type { Metric, ThresholdModel } from '../model.js';
import { anyOf, didYouMean } from './nearest.js';
import { show } from './problems.js';
import { readDuration, readPercent, readRate } from './units.js';

export type Reading = { readonly threshold: ThresholdModel } | { readonly problem: string };

/** What a site has of what a threshold may speak of. */
export interface Known {
  /** `null` where the surge or the event that makes them could not be read: then any will do. */
  readonly windows: readonly string[] | null;
  readonly stages: readonly string[];
}

interface Unit {
  readonly expected: string;
  read(text: string): number | null;
}

const DURATION: Unit = { expected: 'a duration with a unit, such as 200ms', read: readDuration };
const RATE: Unit = { expected: 'a rate, such as 40/s', read: readRate };
const SHARE: Unit = { expected: 'a share from 0% to 100%, such as 5%', read: readShare };
const COUNT: Unit = { expected: 'a number of at least 0', read: readCount };

const UNITS: Readonly<Record<string, Unit>> = {
  mean: DURATION,
  p50: DURATION,
  p90: DURATION,
  p95: DURATION,
  p99: DURATION,
  p999: DURATION,
  max: DURATION,
  errors: SHARE,
  availability: SHARE,
  goodput: RATE,
  throughput: RATE,
  recovery: DURATION,
  downtime: DURATION,
  views: SHARE,
  attempts: COUNT,
};

/** What a visitor may see in place of a status code. */
const OUTCOMES = ['refused', 'reset', 'empty reply', 'truncated', 'connect timeout', 'dns failure', 'abandoned'];
export const STAGES = ['dns', 'tcp', 'nginx', 'php-fpm', 'mysql'];
const OPERATORS = ['<', '<=', '>', '>=', '=='] as const;

export function readThreshold(text: string, known: Known): Reading {
  const colon = text.indexOf(':');
  const statement = colon < 0 ? text : text.slice(colon + 1);
  const window = colon < 0 || known.windows === null ? null : known.windows.indexOf(text.slice(0, colon).trim());
  if (window === -1) return unknownWindow(text.slice(0, colon).trim(), known.windows ?? []);
  const operator = /[<>=!]+/.exec(statement);
  if (!operator) return { problem: `expected a metric, an operator and a value, such as p95 < 200ms, got ${show(text)}` };
  const name = statement.slice(0, operator.index).trim();
  const value = statement.slice(operator.index + operator[0].length).trim();
  if (!isOperator(operator[0])) return { problem: `expected one of ${anyOf(OPERATORS)}, got ${show(operator[0])}` };
  const metric = readMetric(name, known.stages);
  if (typeof metric === 'string') return { problem: metric };
  if (metric.kind === 'recovery' && known.windows?.join() === 'all') {
    return { problem: 'expected a scenario with a surge or an event, as recovery is counted from the end of one' };
  }
  if (colon >= 0 && (metric.kind === 'recovery' || metric.kind === 'downtime')) {
    return { problem: `expected ${metric.kind} without a window, as it is of the whole run, got ${show(text)}` };
  }
  const unit = unitOf(metric);
  const number = unit.read(value);
  if (number === null) return { problem: `expected ${name} to be compared with ${unit.expected}, got ${show(value)}` };
  return { threshold: { text, window, metric, operator: operator[0], value: number } };
}

function unknownWindow(name: string, windows: readonly string[]): Reading {
  const hint =
    windows.length > 1
      ? `expected one of ${anyOf(windows)}`
      : 'expected no window, as the scenario has neither a surge nor an event';
  return { problem: `${hint}, got ${show(name)}${windows.length > 1 ? didYouMean(name, windows) : ''}` };
}

function isOperator(text: string): text is ThresholdModel['operator'] {
  return (OPERATORS as readonly string[]).includes(text);
}

/** The metric, or why there is none. */
function readMetric(name: string, stages: readonly string[]): Metric | string {
  if (Object.hasOwn(UNITS, name)) return { kind: name } as Metric;
  const outcome = /^outcomes\[([^\]]*)\]$/.exec(name);
  if (outcome) return readOutcome(outcome[1].trim());
  const stage = /^stages\.([^.]*)\.(?:(utilisation)|queue\.(mean|max))$/.exec(name);
  if (stage) return readStage(stage[1], stage[2] ? 'utilisation' : 'queue', stage[3] === 'max' ? 'max' : 'mean', stages);
  const names = [
    ...Object.keys(UNITS),
    'outcomes[502]',
    ...stages.flatMap((of) => [`stages.${of}.utilisation`, `stages.${of}.queue.mean`, `stages.${of}.queue.max`]),
  ];
  const meant = didYouMean(name, names);
  return `expected a metric such as p95, errors, outcomes[502] or stages.nginx.utilisation, got ${show(name)}${meant}`;
}

function readOutcome(outcome: string): Metric | string {
  if (/^[1-5]\d\d$/.test(outcome) || OUTCOMES.includes(outcome)) return { kind: 'outcome', outcome };
  return `expected a status code or one of ${anyOf(OUTCOMES)}, got ${show(outcome)}${didYouMean(outcome, OUTCOMES)}`;
}

function readStage(stage: string, kind: 'utilisation' | 'queue', of: 'mean' | 'max', stages: readonly string[]): Metric | string {
  if (stages.includes(stage)) return { kind, stage, of };
  if (STAGES.includes(stage)) return `expected a stage that the site has, got ${show(stage)}`;
  return `expected one of the stages ${anyOf(stages)}, got ${show(stage)}${didYouMean(stage, stages)}`;
}

function unitOf(metric: Metric): Unit {
  if (metric.kind === 'outcome' || metric.kind === 'queue') return COUNT;
  return metric.kind === 'utilisation' ? SHARE : UNITS[metric.kind];
}

function readShare(text: string): number | null {
  const share = readPercent(text) ?? readCount(text);
  return share !== null && share <= 1 ? share : null;
}

function readCount(text: string): number | null {
  return text.length <= 20 && /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : null;
}
