/**
 * The answer of several runs in one sentence: how many requests fail and why, or how fast they are and what is busiest.
 * Every number has its interval. What is called busiest follows the rules for a single run, applied to the runs' means.
 */
import type { Runs, ThresholdFigure, WindowFigures } from '../experiments/runs.js';
import type { Model } from '../model.js';
import type { Result } from '../telemetry/result.js';
import { diagnose, type Use } from './diagnosis.js';
import { count, several } from './format.js';
import { subject } from './headline.js';
import type { Look } from './look.js';
import { firstWord, stageName } from './names.js';
import { plusMinus } from './plusMinus.js';

export function runsHeadline(runs: Runs, model: Model, look: Look): string {
  const stopped = runs.partial ? `Stopped after ${several(runs.runs, 'run')} of ${count(runs.runsAsked)}. ` : '';
  return `${stopped}${goals(runs)}In ${several(runs.runs, 'run')} ${verdictOf(runs, model, look)}.`;
}

/** `Misses its goal "p95 < 200ms". Undecided: "errors < 1%". ` */
function goals({ thresholds }: Runs): string {
  const those = (verdict: ThresholdFigure['verdict']) =>
    thresholds.filter((each) => each.verdict === verdict).map(({ text }) => `"${text}"`);
  const [missed, undecided] = [those('fail'), those('inconclusive')];
  const misses = missed.length === 0 ? '' : `Misses its ${missed.length === 1 ? 'goal' : 'goals'} ${missed.join(' and ')}. `;
  return undecided.length === 0 ? misses : `${misses}Undecided: ${undecided.join(', ')}. `;
}

function verdictOf(runs: Runs, model: Model, look: Look): string {
  const { offered, good, failed } = runs.requests;
  if (offered.mean === 0 && good.mean + failed.mean === 0) return 'no request came in the time that was counted';
  const requests = `${plusMinus(offered, 'number', look)} requests`;
  if (good.mean + failed.mean === 0) return `none of ${requests} a run was answered before the end`;
  if (failed.mean === 0) return `none of ${requests} a run fails, ${speed(runs, look)}; ${busiest(runs, model, look)}`;
  const failing = `${plusMinus(runs.errors, 'share', look)} of ${requests} a run fail${why(runs)}`;
  return `${failing}${duringOf(runs, look)}${good.mean === 0 ? '' : `, ${speed(runs, look)}`}; ${busiest(runs, model, look)}`;
}

/** ` (502, PHP-FPM: listen queue full)`: of the failures that are most. */
function why({ causes: [main] }: Runs): string {
  return ` (${main.outcome}, ${stageName(main.stage)}: ${main.cause})`;
}

function duringOf(runs: Runs, look: Look): string {
  const during = surgeWindow(runs);
  return during === null || during.errors === null
    ? ''
    : `, ${plusMinus(during.errors, 'share', look)} of those ${inWords(during.name)}`;
}

function speed(runs: Runs, look: Look): string {
  const p95 = (part: Pick<Runs, 'latencyMs'>) => plusMinus(part.latencyMs.p95, 'duration', look);
  const parts = runs.windows.filter(({ name }) => ['before', 'during'].includes(firstWord(name)));
  const figures = parts.length === 0 ? p95(runs) : parts.map((part) => `${p95(part)} ${inWords(part.name)}`).join(' and ');
  return `p95 of the good answers ${figures}`;
}

/** `during surge` as a window's name, `during the surge` in a sentence. */
function inWords(window: string): string {
  return window.replace(' ', ' the ');
}

function busiest(runs: Runs, model: Model, look: Look): string {
  const { limit, busiest } = diagnose(meanRun(runs), model);
  const use = limit ?? busiest;
  const during = surgeWindow(runs);
  const when = during !== null && (use.kind === 'cpu' || use.kind === 'places') ? ` ${inWords(during.name)}` : '';
  return `the busiest part is ${subject(use)}, ${plusMinus(figureOf(runs, use), 'share', look)} in use${when}`;
}

function figureOf(runs: Runs, use: Use) {
  const during = surgeWindow(runs);
  switch (use.kind) {
    case 'cpu':
      return (during ?? runs.host).cpu.utilisation;
    case 'network':
      return runs.host.network.sendUtilisation;
    case 'disk':
      return runs.host.disk.utilisation;
    case 'places':
      return (during ?? runs).stages[use.stage].utilisation;
  }
}

function surgeWindow(runs: Runs): WindowFigures | null {
  return runs.windows.find(({ name }) => name.startsWith('during ')) ?? null;
}

/** The runs as if they were one, for rules that read a single run: without a series, so that windows are what they look at. */
function meanRun(runs: Runs): Result {
  const series = { stepMs: 1, offered: [], good: [], failed: [], p95: [], cpu: [], queues: {}, busy: {} };
  return { ...(means(runs) as Result), series, events: [] };
}

function means(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(means);
  if (value === null || typeof value !== 'object') return value;
  if ('ci95' in value && 'mean' in value) return value.mean;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, means(each)]));
}
