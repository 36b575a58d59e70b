/**
 * The answer of several runs, as `--json` prints it and as reports read it: the sections of a `Result`, with a figure and
 * its interval in place of every number that was measured. What the scenario states (cores, limits, times of windows) stays
 * a number. Plain data; the same bytes for the same seed and number of runs.
 */
import type {
  Availability,
  CauseCount,
  ErrorBudget,
  HostResult,
  Latency,
  Rates,
  Requests,
  StageTime,
  ThresholdResult,
  Verdict,
  ViewsResult,
  WindowResult,
} from '../telemetry/result.js';
import type { Figures } from './figures.js';
import type { Figure } from './interval.js';

export interface Runs {
  /** Version of this shape; `schema/runs.schema.json` describes it. */
  readonly format: 'lempsim.runs/1';
  readonly lempsim: string;
  readonly scenario: string;
  readonly about: string;
  readonly site: string;
  readonly scenarioHash: string;
  readonly seed: string;
  /** Runs that the figures rest on, each from its start to its end. */
  readonly runs: number;
  /** More than `runs` if it was interrupted. */
  readonly runsAsked: number;
  /** Of each run. */
  readonly durationMs: number;
  readonly warmupMs: number;
  /** Whether runs that were asked for are missing. */
  readonly partial: boolean;
  readonly requests: Figures<Requests>;
  /** Share of the requests that ended which failed, run by run. */
  readonly errors: Figure | null;
  readonly outcomes: Readonly<Record<string, Figure>>;
  readonly causes: readonly CauseFigure[];
  readonly latencyMs: Figures<Latency>;
  readonly allLatencyMs: Figures<Latency>;
  readonly perSecond: Figures<Rates>;
  /** Absent where nobody tries again. */
  readonly views?: Figures<ViewsResult>;
  /** Runs in which the site stayed bad when what had made it so was over; absent where there were none. */
  readonly metastableRuns?: number;
  readonly stages: Readonly<Record<string, StageFigures>>;
  readonly host: HostFigures;
  readonly availability: Figures<Omit<Availability, 'outages' | 'budget'>> & { readonly budget: Figures<ErrorBudget> | null };
  readonly windows: readonly WindowFigures[];
  readonly thresholds: readonly ThresholdFigure[];
  readonly verdict: Verdict;
  readonly warnings: readonly RunsWarning[];
}

export interface CauseFigure extends Pick<CauseCount, 'outcome' | 'stage' | 'cause' | 'log'> {
  /** In how many runs it was seen. */
  readonly runs: number;
  /** A run without it counts 0. */
  readonly count: Figure;
}

export interface StageFigures {
  readonly entered: Figure;
  readonly left: Figure;
  readonly inside: Figure;
  readonly utilisation: Figure | null;
  readonly places: string | null;
  readonly placesMax: number | null;
  readonly queue: { readonly mean: Figure; readonly max: Figure; readonly limit: number | null };
  readonly timeMs: Figures<StageTime>;
  readonly details: Readonly<Record<string, Figure>>;
}

export interface HostFigures {
  readonly cpu: { readonly cores: number } & Figures<Omit<HostResult['cpu'], 'cores'>>;
  readonly memory: {
    readonly bytes: number;
    /** Runs in which more was held than there is. */
    readonly overcommittedRuns: number;
  } & Figures<Pick<HostResult['memory'], 'usedMax' | 'by'>>;
  readonly disk: Figures<HostResult['disk']>;
  readonly network: Figures<HostResult['network']>;
}

export interface WindowFigures
  extends Pick<WindowResult, 'name' | 'fromMs' | 'toMs'>,
    Figures<Omit<WindowResult, 'name' | 'fromMs' | 'toMs'>> {
  /** As for the whole. */
  readonly errors: Figure | null;
}

export interface ThresholdFigure {
  readonly text: string;
  /** In the threshold's own unit; `null` where no run has data. */
  readonly value: Figure | null;
  readonly verdict: ThresholdResult['verdict'];
}

export interface RunsWarning {
  /** How many runs give it. */
  readonly runs: number;
  /** A number that differs from run to run is written as its range. */
  readonly text: string;
}
