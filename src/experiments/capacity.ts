/**
 * How much a site takes before a goal is missed: the largest value of something, most often the rate of visits, at which all
 * goals hold.
 *
 *   bracket: double or halve from where it is now ──► each run halves its own bracket ──► mean of the runs ± Student's t
 *
 * Run k meets the same visitors at every value, so its own capacity is sharp; runs differ by chance, and their spread gives the
 * interval. A goal that is met again beyond the capacity is looked for and told: then more is not always worse.
 */
import type { Model, SourceModel } from '../model.js';
import { run } from '../simulate.js';
import type { Result } from '../telemetry/result.js';
import { type Figure, figure } from './interval.js';

/** What is varied: the model for each value. */
export interface Study {
  /** `visits`, `users`, or the path of a setting. */
  readonly vary: string;
  /** Where it is now; the search begins here. */
  readonly present: number;
  /** Whether only whole numbers make sense. */
  readonly whole: boolean;
  /** With the goals as its thresholds. */
  modelAt(value: number): Model;
}

export interface Capacity {
  readonly vary: string;
  readonly present: number;
  readonly goals: readonly string[];
  /** `null` where no value meets the goals, or all that were tried do. */
  readonly value: Figure | null;
  /** The largest value that was seen to hold, and the least that was seen to miss; `null` if there is none. */
  readonly holdsAt: number | null;
  readonly missesAt: number | null;
  /** The goal that is missed first. */
  readonly missed: string | null;
  /** Goals that are met again beyond the capacity. */
  readonly again: boolean;
  /** What visitors see at some values around it, mean of the runs. */
  readonly curve: readonly CurvePoint[];
  /** One run just beyond the capacity, to see what gave out; `null` where there is no capacity. */
  readonly beyond: Result | null;
  readonly runs: number;
}

export interface CurvePoint {
  readonly value: number;
  readonly offered: number;
  readonly good: number;
  /** Share of the requests that failed; `null` without any. */
  readonly errors: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly cpu: number;
}

const RUNS = 8;
/** A bracket this narrow, as a share of its value, is a capacity. */
const NARROW = 0.004;
/** Doublings or halvings before it is given up: a thousandfold. */
const REACH = 10;
/** What another run's capacity is looked for within at first. */
const NEAR = 0.06;
const CURVE = [0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.25];
/** How far beyond the capacity the site is looked at. */
const BEYOND = 1.1;
const AGAIN = [1.5, 2, 4];

export function capacity(study: Study, onStep: (text: string) => void = () => {}): Capacity {
  const misses = (value: number, k: number) => missedGoal(run(study.modelAt(value), { run: k }));
  const empty = {
    vary: study.vary,
    present: study.present,
    goals: goalsOf(study),
    again: false,
    curve: [],
    beyond: null,
    runs: RUNS,
  };
  onStep('looking for a bracket');
  const bracket = bracketOf(study, (value) => misses(value, 0) !== null);
  if (bracket.low === null || bracket.high === null)
    return {
      ...empty,
      value: null,
      holdsAt: bracket.low,
      missesAt: bracket.high,
      missed: bracket.high === null ? null : misses(bracket.high, 0),
    };
  const found: number[] = [];
  let narrow = narrowed(bracket.low, bracket.high, study.whole, (value) => misses(value, 0) !== null);
  found.push(middle(narrow, study.whole));
  for (let k = 1; k < RUNS; k += 1) {
    onStep(`run ${k + 1} of ${RUNS}`);
    const isMissed = (value: number) => misses(value, k) !== null;
    const wide = around(found[0], study, isMissed);
    narrow = narrowed(wide.low, wide.high, study.whole, isMissed);
    found.push(middle(narrow, study.whole));
  }
  const value = figure(found);
  onStep('the way there');
  const beyond = run(study.modelAt(rounded(value.mean * BEYOND, study.whole)));
  return {
    ...empty,
    value,
    holdsAt: bracket.low,
    missesAt: bracket.high,
    missed: missedGoal(beyond) ?? missedGoal(run(study.modelAt(bracket.high))),
    again: AGAIN.some((times) => misses(rounded(value.mean * times, study.whole), 0) === null),
    curve: CURVE.map((times) => pointAt(rounded(value.mean * times, study.whole), study)),
    beyond,
  };
}

/** The scenario without its surges and events, under a steady load: a study of visits per second, or of closed users. */
export function steadyStudy(model: Model, goals: Model['thresholds'], seconds = SECONDS): Study {
  const closed = model.traffic.filter((source) => source.kind === 'closed');
  const shares = model.traffic.map((source) => baseRate(source, model));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const byUsers = total === 0 && closed.length > 0;
  const users = closed.reduce((sum, source) => sum + source.users, 0);
  const durationMs = 1000 * (WARMUP + seconds);
  const whole = { name: 'all', fromMs: 1000 * WARMUP, toMs: durationMs };
  const steady = {
    ...model,
    durationMs,
    warmupMs: whole.fromMs,
    windows: [whole],
    incident: null,
    events: [],
    failures: [],
    thresholds: goals,
  };
  return {
    vary: byUsers ? 'users' : 'visits',
    present: byUsers ? users : total,
    whole: byUsers,
    modelAt: (value) => ({
      ...steady,
      traffic: byUsers
        ? closed.map((source) => ({
            ...source,
            fromMs: 0,
            toMs: durationMs,
            users: Math.max(1, Math.round((value * source.users) / users)),
          }))
        : model.traffic.flatMap((source, at) =>
            shares[at] > 0 ? [constant(source, (value * shares[at]) / total, durationMs)] : [],
          ),
    }),
  };
}

/** Simulated seconds of a run, and those before it that do not count. */
const SECONDS = 240;
const WARMUP = 30;

function goalsOf(study: Study): string[] {
  return study.modelAt(Math.max(1, study.present)).thresholds.map(({ text }) => text);
}

/** The first goal that a run misses, or has no data for. */
function missedGoal({ thresholds }: Result): string | null {
  return thresholds.find(({ verdict }) => verdict !== 'pass')?.text ?? null;
}

interface Bracket<N> {
  readonly low: N;
  readonly high: N;
}

function bracketOf(study: Study, isMissed: (value: number) => boolean): Bracket<number | null> {
  const start = rounded(Math.max(study.whole ? 1 : 0.01, study.present), study.whole);
  let value = start;
  if (isMissed(start)) {
    for (let step = 0; step < REACH; step += 1) {
      const lower = rounded(value / 2, study.whole);
      if (lower === value || lower === 0) break;
      if (!isMissed(lower)) return { low: lower, high: value };
      value = lower;
    }
    return { low: null, high: value };
  }
  for (let step = 0; step < REACH; step += 1) {
    if (isMissed(2 * value)) return { low: value, high: 2 * value };
    value *= 2;
  }
  return { low: value, high: null };
}

/** A bracket about a value, twice as wide each time that it does not hold what is looked for. */
function around(value: number, study: Study, isMissed: (value: number) => boolean): Bracket<number> {
  let low = rounded(value * (1 - NEAR), study.whole);
  let high = Math.max(low + (study.whole ? 1 : 0), rounded(value * (1 + NEAR), study.whole));
  for (let width = 2 * NEAR; low > 0 && isMissed(low); width *= 2) {
    high = low;
    low = Math.max(0, rounded(value * (1 - width), study.whole));
  }
  for (let width = 2 * NEAR; !isMissed(high) && width < REACH; width *= 2) {
    low = high;
    high = rounded(value * (1 + width), study.whole);
  }
  return { low, high };
}

function narrowed(from: number, to: number, whole: boolean, isMissed: (value: number) => boolean): Bracket<number> {
  let [low, high] = [from, to];
  while (high - low > (whole ? 1 : NARROW * high)) {
    const between = rounded((low + high) / 2, whole);
    if (isMissed(between)) high = between;
    else low = between;
  }
  return { low, high };
}

/** Of whole numbers the largest that holds. */
function middle({ low, high }: Bracket<number>, whole: boolean): number {
  return whole ? low : (low + high) / 2;
}

/** A whole number where it must be one; else four digits, which is more than is known. */
function rounded(value: number, whole: boolean): number {
  return whole ? Math.round(value) : Number(value.toPrecision(4));
}

function pointAt(value: number, study: Study): CurvePoint {
  const { requests, perSecond, latencyMs, host } = run(study.modelAt(value));
  const ended = requests.good + requests.failed;
  return {
    value,
    offered: perSecond.offered,
    good: perSecond.goodput,
    errors: ended === 0 ? null : requests.failed / ended,
    p50: latencyMs.p50,
    p95: latencyMs.p95,
    cpu: host.cpu.utilisation,
  };
}

/** What a source brings per second from the end of the warm-up until the first surge or event. */
function baseRate(source: SourceModel, model: Model): number {
  const fromMs = model.warmupMs;
  const toMs = Math.max(fromMs + 1, model.incident?.fromMs ?? model.durationMs);
  if (source.kind === 'closed') return 0;
  if (source.kind === 'bursty') {
    const { highRate, highMs, lowRate, lowMs } = source;
    return (highRate * highMs + lowRate * lowMs) / (highMs + lowMs);
  }
  const visits = source.curve.reduce((sum, piece) => {
    const from = Math.max(fromMs, piece.fromMs);
    const to = Math.min(toMs, piece.toMs);
    if (to <= from) return sum;
    const rateAt = (ms: number) =>
      piece.fromRate + ((piece.toRate - piece.fromRate) * (ms - piece.fromMs)) / (piece.toMs - piece.fromMs);
    return sum + ((rateAt(from) + rateAt(to)) / 2) * (to - from);
  }, 0);
  return visits / (toMs - fromMs);
}

function constant(source: SourceModel, rate: number, toMs: number): SourceModel {
  const { name, mix } = source;
  const spacing = source.kind === 'open' ? source.spacing : 'poisson';
  const batch = source.kind === 'open' ? source.batch : 1;
  return { kind: 'open', name, mix, spacing, batch, curve: [{ fromMs: 0, toMs, fromRate: rate, toRate: rate }] };
}
