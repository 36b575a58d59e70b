/** From the results of several runs to their one answer. */
import type { Model } from '../model.js';
import type {
  Availability,
  HostResult,
  Requests,
  Result,
  StageResult,
  ThresholdResult,
  Verdict,
  WindowResult,
} from '../telemetry/result.js';
import { verdictOf } from '../telemetry/thresholds.js';
import { figuresOf } from './figures.js';
import { figure, figureOfSome } from './interval.js';
import type { CauseFigure, HostFigures, Runs, StageFigures, ThresholdFigure, WindowFigures } from './runs.js';
import { verdictOn } from './verdict.js';
import { warningsTogether } from './warnings.js';

/** What is kept of a run: its series and events are the greater part of it, and belong to that run alone. */
export type Kept = Omit<Result, 'series' | 'events'>;

export function kept({ series, events, ...result }: Result): Kept {
  return result;
}

/** `results` are those of the runs from the first on, in order; `asked` is how many there were to be. */
export function summarise(model: Model, results: readonly Kept[], asked = results.length): Runs {
  const [{ lempsim, scenario, about, site, scenarioHash, seed, durationMs, warmupMs }] = results;
  const thresholds = thresholdFigures(model, results);
  return {
    format: 'lempsim.runs/1',
    lempsim,
    scenario,
    about,
    site,
    scenarioHash,
    seed,
    runs: results.length,
    runsAsked: asked,
    durationMs,
    warmupMs,
    partial: results.length < asked,
    requests: figuresOf(results.map((result) => result.requests)),
    errors: figureOfSome(results.map((result) => errorsOf(result.requests))),
    outcomes: figuresOf(results.map((result) => result.outcomes)),
    causes: causesTogether(results),
    latencyMs: figuresOf(results.map((result) => result.latencyMs)),
    allLatencyMs: figuresOf(results.map((result) => result.allLatencyMs)),
    perSecond: figuresOf(results.map((result) => result.perSecond)),
    ...viewsTogether(results),
    stages: Object.fromEntries(
      Object.keys(results[0].stages).map((name) => [name, stageTogether(results.map((result) => result.stages[name]))]),
    ),
    host: hostTogether(results.map((result) => result.host)),
    availability: availabilityTogether(results.map(({ availability }) => availability)),
    windows: results[0].windows.map((_, index) => windowTogether(results.map((result) => result.windows[index]))),
    thresholds,
    verdict: overall(thresholds),
    warnings: warningsTogether(results.map((result) => result.warnings)),
  };
}

/** All runs of a model have them, or none. */
function viewsTogether(results: readonly Kept[]): Pick<Runs, 'views' | 'metastableRuns'> {
  const views = results.flatMap((result) => result.views ?? []);
  const metastableRuns = results.filter((result) => result.metastability !== undefined).length;
  return {
    ...(views.length === 0 ? {} : { views: figuresOf(views) }),
    ...(metastableRuns === 0 ? {} : { metastableRuns }),
  };
}

function errorsOf({ good, failed }: Requests): number | null {
  return good + failed === 0 ? null : failed / (good + failed);
}

/** Those of most requests first. */
function causesTogether(results: readonly Kept[]): CauseFigure[] {
  const keyOf = (cause: Omit<CauseFigure, 'count' | 'runs'>) =>
    JSON.stringify([cause.outcome, cause.stage, cause.cause, cause.log]);
  const counts = results.map((result) => new Map(result.causes.map((cause) => [keyOf(cause), cause.count])));
  const met = new Map(results.flatMap((result) => result.causes.map((cause) => [keyOf(cause), cause])));
  return [...met]
    .map(([key, { outcome, stage, cause, log }]) => ({
      runs: counts.filter((run) => run.has(key)).length,
      outcome,
      stage,
      cause,
      log,
      count: figure(counts.map((run) => run.get(key) ?? 0)),
    }))
    .sort((a, b) => b.count.mean - a.count.mean || (keyOf(a) < keyOf(b) ? -1 : 1));
}

function availabilityTogether(all: readonly Availability[]): Runs['availability'] {
  const budgets = all.flatMap(({ budget }) => budget ?? []);
  return {
    ...figuresOf(all.map(({ outages: _outages, budget: _budget, ...measured }) => measured)),
    budget: budgets.length === 0 ? null : figuresOf(budgets),
  };
}

function stageTogether(stages: readonly StageResult[]): StageFigures {
  const { places, placesMax, queue } = stages[0];
  return {
    ...figuresOf(stages.map(({ entered, left, inside, utilisation }) => ({ entered, left, inside, utilisation }))),
    places,
    placesMax,
    queue: { ...figuresOf(stages.map(({ queue: { mean, max } }) => ({ mean, max }))), limit: queue.limit },
    timeMs: figuresOf(stages.map((stage) => stage.timeMs)),
    details: figuresOf(stages.map((stage) => stage.details)),
  };
}

function hostTogether(hosts: readonly HostResult[]): HostFigures {
  const [{ cpu, memory }] = hosts;
  return {
    cpu: { cores: cpu.cores, ...figuresOf(hosts.map(({ cpu: { utilisation, by } }) => ({ utilisation, by }))) },
    memory: {
      bytes: memory.bytes,
      ...figuresOf(hosts.map(({ memory: { usedMax, by } }) => ({ usedMax, by }))),
      overcommittedRuns: hosts.filter((host) => host.memory.overcommitted).length,
    },
    disk: figuresOf(hosts.map((host) => host.disk)),
    network: figuresOf(hosts.map((host) => host.network)),
  };
}

function windowTogether(windows: readonly WindowResult[]): WindowFigures {
  const [{ name, fromMs, toMs }] = windows;
  const measured = windows.map(({ name, fromMs, toMs, ...rest }) => rest);
  return { name, fromMs, toMs, ...figuresOf(measured), errors: figureOfSome(windows.map(({ requests }) => errorsOf(requests))) };
}

function thresholdFigures(model: Model, results: readonly Kept[]): ThresholdFigure[] {
  return model.thresholds.map((threshold, index) => {
    const value = figureOfSome(results.map((result) => result.thresholds[index].value));
    return { text: threshold.text, value, verdict: verdictOn(threshold, value) };
  });
}

function overall(thresholds: readonly ThresholdFigure[]): Verdict {
  return verdictOf(
    thresholds.map(({ text, value, verdict }): ThresholdResult => ({ text, value: value?.mean ?? null, verdict })),
  );
}
