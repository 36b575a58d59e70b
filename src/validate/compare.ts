/** Predicted beside measured: the same figures of both, by the same rules (nearest rank, by arrival), and how far they are apart. */
import { isRequestRun, type MeasuredRun, type PlainRun, type RequestRun } from './measured.js';
import type { Replay, Replayed } from './replay.js';
import { piecesOf } from './schedule.js';

/** What both sides tell. `null`: not measured, or no data. */
export interface Figure {
  readonly name: string;
  readonly predicted: number | null;
  readonly measured: number | null;
  /** Counts are compared by difference, everything else by ratio. */
  readonly kind: 'count' | 'ms' | 'per second' | 's';
}

export interface Comparison {
  readonly run: string;
  readonly figures: readonly Figure[];
  readonly unknown: readonly string[];
}

/** How a request ended, in words that client and simulator share. */
const CLASSES: Readonly<Record<string, string>> = {
  '200': 'answered',
  refused: 'refused',
  conn_refused: 'refused',
  reset: 'cut',
  'empty reply': 'cut',
  reset_wait: 'cut',
  eof_wait: 'cut',
  eof_body: 'cut',
  reset_body: 'cut',
  '499': 'gave up',
  abandoned: 'gave up',
  timeout_wait: 'gave up',
  timeout_connect: 'gave up',
  timeout_body: 'gave up',
};

export function compare(measured: MeasuredRun, replay: Replay): Comparison {
  const seen = isRequestRun(measured) ? ofRequests(measured) : ofWindow(measured);
  const predictions = replay.runs.map((each) => ofReplay(each, replay, measured));
  const names = [...new Set([...seen.keys(), ...predictions.flatMap((prediction) => [...prediction.keys()])])];
  const figures = names.map((name): Figure => {
    const absent = kindOf(name) === 'count' ? 0 : null;
    const values = predictions.map((prediction) => prediction.get(name) ?? absent).filter((value) => value !== null);
    const predicted = values.length === 0 ? null : median(values);
    return { name, predicted, measured: seen.get(name) ?? absent, kind: kindOf(name) };
  });
  return { run: measured.name, figures: figures.sort((a, b) => orderOf(a.name) - orderOf(b.name)), unknown: replay.unknown };
}

/** Of several runs, which differ by chance, the one in the middle. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

type Seen = Map<string, number>;

const LATENCIES = ['mean', 'p50', 'p90', 'p95', 'p99'] as const;

function ofWindow(run: PlainRun): Seen {
  const seen: Seen = new Map();
  for (const [word, count] of [...Object.entries(run.status), ...Object.entries(run.errors)])
    add(seen, CLASSES[word] ?? word, count);
  for (const name of LATENCIES) set(seen, name, run.latency_ms?.[name]);
  set(seen, 'goodput', run.goodput_by_completion_rps);
  set(seen, 'queue mean', run.queues?.fpm_listen?.mean);
  set(seen, 'queue max', run.queues?.fpm_listen?.max);
  set(seen, 'recovery', run.recovery?.recovered_s_after_step_down);
  return seen;
}

function ofRequests({ requests }: RequestRun): Seen {
  const seen: Seen = new Map();
  const good: number[] = [];
  for (const [at, status] of requests.status.entries()) {
    add(seen, CLASSES[status] ?? (status < 0 ? 'cut' : String(status)), 1);
    if (status === 200) good.push(requests.latency_us[at] / 1000);
  }
  latencies(seen, good);
  return seen;
}

function ofReplay({ result, ended }: Replayed, { fromMs, toMs }: Replay, measured: MeasuredRun): Seen {
  const seen: Seen = new Map();
  const lagMs = isRequestRun(measured) ? meanLag(measured) : 0;
  const counted = ended.filter(({ arrivedMs }) => arrivedMs >= fromMs && arrivedMs < toMs);
  for (const { outcome } of counted) add(seen, CLASSES[outcome] ?? outcome, 1);
  latencies(
    seen,
    counted.filter(({ outcome }) => outcome === '200').map(({ arrivedMs, endedMs }) => endedMs - arrivedMs + lagMs),
  );
  if (isRequestRun(measured)) return seen;
  const done = ended.filter(({ outcome, endedMs }) => outcome === '200' && endedMs >= fromMs && endedMs < toMs).length;
  set(seen, 'goodput', done / ((toMs - fromMs) / 1000));
  const [window] = result.windows;
  set(seen, 'queue mean', window.stages['php-fpm']?.queue.mean);
  set(seen, 'queue max', window.stages['php-fpm']?.queue.max);
  if (measured.recovery !== undefined) set(seen, 'recovery', recoveryS(ended, measured));
  return seen;
}

/** The measured latencies count from the planned arrival; the replay is sent when the generator sent. */
function meanLag({ requests }: RequestRun): number {
  const lags = requests.lag_us.filter((_, at) => requests.status[at] === 200).map((us) => Math.max(0, us) / 1000);
  return lags.reduce((sum, lag) => sum + lag, 0) / Math.max(1, lags.length);
}

/** The rule of the measured run: from the step down, the first of three seconds of arrivals without failures and as fast as twice the base. */
function recoveryS(ended: readonly Ended[], { profile }: PlainRun): number | undefined {
  const [before, during] = piecesOf(profile);
  const stepDownS = before.seconds + during.seconds;
  const second = (s: number) => ended.filter(({ arrivedMs }) => arrivedMs >= 1000 * s && arrivedMs < 1000 * (s + 1));
  const p95Of = (requests: readonly Ended[]) => {
    const times = requests.filter(({ outcome }) => outcome === '200').map(({ arrivedMs, endedMs }) => endedMs - arrivedMs);
    return rank(
      times.sort((a, b) => a - b),
      0.95,
    );
  };
  const base = p95Of(ended.filter(({ arrivedMs }) => arrivedMs < 1000 * before.seconds));
  const fine = (s: number) => {
    const requests = second(s);
    return requests.every(({ outcome }) => outcome === '200') && p95Of(requests) <= 2 * base + 5;
  };
  const lastS = piecesOf(profile).reduce((sum, { seconds }) => sum + seconds, 0);
  for (let s = stepDownS; s + 3 <= lastS; s += 1) if (fine(s) && fine(s + 1) && fine(s + 2)) return s - stepDownS;
  return undefined;
}

type Ended = Replayed['ended'][number];

function latencies(seen: Seen, times: number[]): void {
  if (times.length === 0) return;
  times.sort((a, b) => a - b);
  seen.set('mean', times.reduce((sum, time) => sum + time, 0) / times.length);
  for (const [name, share] of [
    ['p50', 0.5],
    ['p90', 0.9],
    ['p95', 0.95],
    ['p99', 0.99],
  ] as const)
    seen.set(name, rank(times, share));
}

/** Nearest rank of ascending values. */
function rank(values: readonly number[], share: number): number {
  return values[Math.max(0, Math.ceil(share * values.length) - 1)] ?? 0;
}

function add(seen: Seen, name: string, count: number): void {
  if (count > 0) seen.set(name, (seen.get(name) ?? 0) + count);
}

function set(seen: Seen, name: string, value: number | undefined): void {
  if (value !== undefined) seen.set(name, value);
}

function kindOf(name: string): Figure['kind'] {
  if ((LATENCIES as readonly string[]).includes(name)) return 'ms';
  if (name === 'goodput') return 'per second';
  if (name === 'recovery') return 's';
  return 'count';
}

const ORDER = ['answered', ...LATENCIES, 'goodput', 'queue mean', 'queue max', 'recovery'];

/** What failed stands between those that were answered and their latencies. */
function orderOf(name: string): number {
  const at = ORDER.indexOf(name);
  return at < 0 ? 0.5 : at;
}
