/**
 * Two scenarios, the same visitors: what is better, what is worse, and of what that cannot be said.
 *
 * Run k of one meets the visitors of run k of the other, so that their difference has far less chance in it than either. Each
 * figure's differences give one interval (Student's t). A figure whose interval holds 0 is either known to differ by no more than a
 * margin that would matter, or the runs are too few to tell.
 */
import type { Model } from '../model.js';
import { run } from '../simulate.js';
import type { Result } from '../telemetry/result.js';
import { type Figure, figure } from './interval.js';

export type Judgement = 'better' | 'worse' | 'different' | 'same' | 'negligible' | 'inconclusive';

export interface Difference {
  /** `p95`, `during surge: errors`, `cpu`, … */
  readonly name: string;
  readonly unit: 'ms' | 'share' | 'per second' | 'count' | 'bytes';
  /** Whether less of it is better; `null` for what is neither good nor bad. */
  readonly lessIsBetter: boolean | null;
  readonly before: Figure;
  readonly after: Figure;
  /** After less before, run by run. */
  readonly difference: Figure;
  readonly judgement: Judgement;
}

export interface Comparison {
  readonly before: string;
  readonly after: string;
  readonly seed: string;
  readonly runs: number;
  readonly differences: readonly Difference[];
  /** Figures that only one side has: a window, a stage. */
  readonly onlyOne: readonly string[];
  readonly verdict: 'better' | 'worse' | 'mixed' | 'same' | 'inconclusive';
}

/** A difference of less than this share of the figure before does not matter. */
const MATTERS = 0.02;
/** Nor does one of shares by less than this. */
const SHARE_MATTERS = 0.002;

export function compareModels(
  before: Model,
  after: Model,
  names: { readonly before: string; readonly after: string },
  runs: number,
  onRun: (done: number) => void = () => {},
): Comparison {
  const seen = { before: [] as Seen[], after: [] as Seen[] };
  for (let k = 0; k < runs; k += 1) {
    seen.before.push(figuresOf(run(before, { run: k })));
    seen.after.push(figuresOf(run(after, { run: k })));
    onRun(k + 1);
  }
  const all = [...new Set([...seen.before, ...seen.after].flatMap((each) => [...each.keys()]))];
  const both = all.filter((name) => [...seen.before, ...seen.after].every((each) => each.has(name)));
  const differences = both.map((name) => differenceOf(name, seen.before, seen.after));
  return {
    ...names,
    seed: before.seed,
    runs,
    differences,
    onlyOne: all.filter((name) => !both.includes(name)),
    verdict: verdictOf(differences),
  };
}

interface Value {
  readonly value: number;
  readonly unit: Difference['unit'];
  readonly lessIsBetter: boolean | null;
}

type Seen = ReadonlyMap<string, Value>;

/** What of a run is compared: the whole, each window's latency and errors, and what was used. */
function figuresOf(result: Result): Seen {
  const seen = new Map<string, Value>();
  const put = (name: string, value: number | null | undefined, unit: Difference['unit'], lessIsBetter: boolean | null) => {
    if (value !== null && value !== undefined) seen.set(name, { value, unit, lessIsBetter });
  };
  const scopes = [
    { prefix: '', of: result },
    ...(result.windows.length > 1 ? result.windows : []).map((of) => ({ prefix: `${of.name}: `, of })),
  ];
  for (const { prefix, of } of scopes) {
    const ended = of.requests.good + of.requests.failed;
    put(`${prefix}errors`, ended === 0 ? null : of.requests.failed / ended, 'share', true);
    put(`${prefix}goodput`, of.perSecond.goodput, 'per second', false);
    for (const name of ['mean', 'p50', 'p95', 'p99'] as const) put(`${prefix}${name}`, of.latencyMs[name], 'ms', true);
  }
  put('downtime', result.availability.downtimeMs, 'ms', true);
  put('cpu', result.host.cpu.utilisation, 'share', null);
  put('memory', result.host.memory.usedMax, 'bytes', null);
  for (const [stage, { queue }] of Object.entries(result.stages)) put(`${stage} queue`, queue.mean, 'count', null);
  return seen;
}

function differenceOf(name: string, before: readonly Seen[], after: readonly Seen[]): Difference {
  const { unit, lessIsBetter } = before[0].get(name)!;
  const values = (side: readonly Seen[]) => side.map((each) => each.get(name)!.value);
  const [one, other] = [values(before), values(after)];
  const difference = figure(other.map((value, k) => value - one[k]));
  const was = figure(one);
  return {
    name,
    unit,
    lessIsBetter,
    before: was,
    after: figure(other),
    difference,
    judgement: judge(difference, was, unit, lessIsBetter),
  };
}

function judge({ ci95: [low, high] }: Figure, was: Figure, unit: Difference['unit'], lessIsBetter: boolean | null): Judgement {
  if (low === 0 && high === 0) return 'same';
  const matters = unit === 'share' ? SHARE_MATTERS : MATTERS * Math.abs(was.mean);
  if (low > 0 || high < 0) {
    if (Math.max(Math.abs(low), Math.abs(high)) < matters) return 'negligible';
    if (lessIsBetter === null) return 'different';
    return high < 0 === lessIsBetter ? 'better' : 'worse';
  }
  return Math.max(-low, high) <= matters ? 'negligible' : 'inconclusive';
}

function verdictOf(differences: readonly Difference[]): Comparison['verdict'] {
  const any = (judgement: Judgement) => differences.some((each) => each.lessIsBetter !== null && each.judgement === judgement);
  if (any('better') && any('worse')) return 'mixed';
  if (any('worse')) return 'worse';
  if (any('better')) return 'better';
  return any('inconclusive') ? 'inconclusive' : 'same';
}
