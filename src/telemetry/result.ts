/**
 * The answer of one run, as `--json` prints it and as reports read it. Plain data; the same bytes for
 * the same seed. Times are milliseconds, rates per second, shares 0 to 1. `null` means "no data": a
 * percentile of nothing is not a number.
 */

export interface Result {
  /** Version of this shape; `schema/result.schema.json` describes it. */
  readonly format: 'lempsim.result/1';
  readonly lempsim: string;
  readonly scenario: string;
  readonly about: string;
  readonly site: string;
  /** Hash of the resolved model, so that two results can be told to answer the same question. */
  readonly scenarioHash: string;
  readonly seed: string;
  readonly runs: number;
  readonly durationMs: number;
  readonly warmupMs: number;
  /** Whether the run was interrupted; `durationMs` then is where it stopped. */
  readonly partial: boolean;
  readonly requests: Requests;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly causes: readonly CauseCount[];
  /** Good answers only, from the click to the last byte. */
  readonly latencyMs: Latency;
  /** The same of all requests that ended, failures included. */
  readonly allLatencyMs: Latency;
  readonly perSecond: Rates;
  /** Pages as visitors want them; absent where nobody tries again, as a page view is a request then. */
  readonly views?: ViewsResult;
  /** Whether the site stayed bad when what had made it so was over; absent where it did not. */
  readonly metastability?: Metastability;
  /** Keyed by stage, in the order a request meets them; a stage that the site does not have is absent. */
  readonly stages: Readonly<Record<string, StageResult>>;
  readonly host: HostResult;
  readonly availability: Availability;
  readonly windows: readonly WindowResult[];
  /** What happened on its own or by the scenario, in order of time. */
  readonly events: readonly EventNote[];
  readonly series: Series;
  readonly thresholds: readonly ThresholdResult[];
  readonly verdict: Verdict;
  /** Things a reader must know to read the figures rightly: an unstable run, a percentile beyond the sample. */
  readonly warnings: readonly string[];
}

export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'none';

export interface Requests {
  /** Requests that visitors began in the counted time. */
  readonly offered: number;
  readonly good: number;
  readonly failed: number;
  /** Begun and not ended when the run ended. */
  readonly unfinished: number;
}

export interface ViewsResult {
  /** First requests for a page in the counted time. */
  readonly begun: number;
  /** Got their page, at whichever attempt. */
  readonly good: number;
  readonly failed: number;
  readonly unfinished: number;
  /** Requests for these pages: first ones and further ones. */
  readonly attempts: number;
  readonly perView: number | null;
  /** Further ones, by how they came about: `retry`, `auto-reload`, `reload`, `refresh`. */
  readonly again: Readonly<Record<string, number>>;
}

/** A state that outlived its cause. The rule is in `telemetry/metastability.ts`. */
export interface Metastability {
  /** What tipped it: `the surge`, or an event's name. */
  readonly trigger: string;
  readonly fromMs: number;
  /** When the trigger was over. */
  readonly toMs: number;
  /** Page views per second before, and those of them that got their page. */
  readonly before: { readonly offered: number; readonly good: number };
  /** The same from the trigger's end to the end of the run. */
  readonly after: { readonly offered: number; readonly good: number };
  /** What kept it so, in the second half of that time: attempts per page view, and the share of PHP's time that went to answers for nobody. */
  readonly perView: number;
  readonly forNobody: number;
}

export interface CauseCount {
  /** As in `outcomes`: a status code, or what the visitor saw in place of one. */
  readonly outcome: string;
  readonly stage: string;
  readonly cause: string;
  /** The line that the real server, or the browser where no server knows, would show. */
  readonly log: string;
  readonly count: number;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
}

export interface Latency {
  readonly count: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
}

export interface Rates {
  readonly offered: number;
  /** Requests that ended, well or badly. */
  readonly throughput: number;
  readonly goodput: number;
}

export interface StageResult {
  /** Since the start, the warm-up included, as only then `entered = left + inside`. All else is of the counted time. */
  readonly entered: number;
  readonly left: number;
  /** When the result was made. */
  readonly inside: number;
  /** Share of the stage's own places (workers, children, connections) in use; `null` where it has no limit. */
  readonly utilisation: number | null;
  /** What the places are, in the operator's words. */
  readonly places: string | null;
  readonly placesMax: number | null;
  readonly queue: { readonly mean: number; readonly max: number; readonly limit: number | null };
  readonly timeMs: StageTime;
  /** What else is worth knowing of this stage, by name: `children`, `hit ratio`, `abandoned executed`, … */
  readonly details: Readonly<Record<string, number>>;
}

export interface StageTime {
  /** From call to return, the stages it calls included. */
  readonly mean: number | null;
  readonly p95: number | null;
  /** Of the mean: in line for a place of this stage, for the CPU or a lock. */
  readonly waiting: number | null;
  /** Share of all the time that requests spent, without the stages it calls. */
  readonly share: number | null;
}

export interface HostResult {
  readonly cpu: { readonly cores: number; readonly utilisation: number; readonly by: Readonly<Record<string, number>> };
  readonly memory: {
    readonly bytes: number;
    /** The most that was held at once in the counted time, and by whom at that moment; they add up to it. */
    readonly usedMax: number;
    readonly by: Readonly<Record<string, number>>;
    readonly overcommitted: boolean;
  };
  readonly disk: {
    /** Of operations at once or per second, whichever is nearer to its limit. */
    readonly utilisation: number;
    readonly operations: number;
    readonly queue: { readonly mean: number; readonly max: number };
  };
  readonly network: { readonly sent: number; readonly received: number; readonly sendUtilisation: number };
}

export interface Availability {
  /** Good requests divided by those that ended. */
  readonly requests: number | null;
  /** Share of seconds with requests in which at least half of them were good. */
  readonly time: number | null;
  readonly downtimeMs: number;
  /** Stretches of at least a second in which less than half of the requests were good. */
  readonly outages: readonly Outage[];
  /** From the end of the surge's peak or of the event until the site was up again; `null` where there is neither, or it was not. */
  readonly backMs: number | null;
  /** The same until answers were as fast as before, too. */
  readonly normalMs: number | null;
  /** `null` where no objective is stated. */
  readonly budget: ErrorBudget | null;
}

export interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
  /** What failed most requests while it lasted. */
  readonly cause: string;
  /** How it was noticed: by more failures than good answers, or by ten seconds and more in which requests waited and none was answered. */
  readonly rule: 'errors' | 'silence';
}

/** What an objective allows in 30 days of traffic like the run's, and what of that the run spends. */
export interface ErrorBudget {
  readonly slo: number;
  /** Requests that may fail in 30 days. */
  readonly allowed: number;
  /** Share of them that failed in the run; `null` where nobody came. */
  readonly spent: number | null;
  /** Downtime in 30 days, and the share of it that the run had. */
  readonly allowedMs: number;
  readonly spentOfTime: number;
  /** How many times as fast as allowed requests failed in the run: at 1 the budget lasts for exactly the 30 days. */
  readonly burnRate: number | null;
}

export interface WindowResult {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly requests: Requests;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly latencyMs: Latency;
  readonly perSecond: Rates;
  readonly views?: ViewsResult;
  readonly stages: Readonly<
    Record<string, { readonly utilisation: number | null; readonly queue: { readonly mean: number; readonly max: number } }>
  >;
  readonly cpu: { readonly utilisation: number; readonly by: Readonly<Record<string, number>> };
}

export interface EventNote {
  readonly atMs: number;
  /** `surge`, `first failure`, `queue full`, `recovered`, … */
  readonly kind: string;
  readonly text: string;
  /** The process that the kernel killed, as memory had run out; absent in every other line. */
  readonly killed?: string;
}

/** One value a step of time; all arrays have the same length. The step grows with the length of the run. */
export interface Series {
  readonly stepMs: number;
  readonly offered: readonly number[];
  readonly good: readonly number[];
  readonly failed: readonly number[];
  /** 95 % of the good answers that ended in the step were as fast as this; `null` where there were none. */
  readonly p95: readonly (number | null)[];
  /** Share of the cores in use. */
  readonly cpu: readonly number[];
  /** Waiting before each stage at the step's end. */
  readonly queues: Readonly<Record<string, readonly number[]>>;
  /** Places in use of each stage at the step's end. */
  readonly busy: Readonly<Record<string, readonly number[]>>;
  /** Page views that began, those that got their page, and attempts after the first; absent where nobody tries again. */
  readonly views?: { readonly begun: readonly number[]; readonly good: readonly number[]; readonly again: readonly number[] };
  /** Share of the time for which PHP's children were held by scripts that ended in the step which went to answers for nobody. */
  readonly forNobody?: readonly (number | null)[];
}

export interface ThresholdResult {
  readonly text: string;
  /** In the threshold's own unit; `null` where there is no data. */
  readonly value: number | null;
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
}
