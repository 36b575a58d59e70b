/**
 * A measured run, simulated: the site of the calibration with the run's own settings, its very arrivals, its actions.
 *
 * Where the run tells what CPU each request needed, that is used, and what is left is the model's error. Otherwise the costs of
 * the calibration are scaled, daemon by daemon, until CPU per completion is what the run had; nothing else of the run is looked
 * at. A measured core has two speeds, in episodes of some tenths of a second; how much of the time it was slow follows from the
 * same figure, and when it was is chance: several runs, and their mean.
 */
import { Observable } from 'rxjs';
import { Kind } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import { meanOf as expected } from '../engine/distribution.js';
import { always, type Law, scaled } from '../engine/law.js';
import type { FailureModel, Model, PageModel } from '../model.js';
import { toModel } from '../scenario/scenario.js';
import { run } from '../simulate.js';
import type { Arrival } from '../stages/lifecycle.js';
import type { Ended } from '../stages/onlooker.js';
import type { Result } from '../telemetry/result.js';
import { isRequestRun, lengthMs, type MeasuredRun, type PlainRun, type RequestRun } from './measured.js';
import { type Sent, schedule } from './schedule.js';
import { meaningOf } from './settings.js';

/** A calibrated site: its text, as a site file has it, and what it is called in messages. */
export interface CalibratedSite {
  readonly text: string;
  readonly file: string;
}

export interface Replayed {
  readonly result: Result;
  /** Every request, in the order of its end. */
  readonly ended: readonly Ended[];
}

export interface Replay {
  readonly runs: readonly Replayed[];
  /** From, to: arrivals in between count. */
  readonly fromMs: number;
  readonly toMs: number;
  /** What the run had and lempsim does not know. */
  readonly unknown: readonly string[];
}

/** How much slower a measured core is at its lower speed: 6.3 ms against 4.56 ms for the same script (kernel traces of the stack). */
const SLOW = 1.38;
/** Mean length of an episode at the lower speed, as there. */
const EPISODE_MS = 600;
/** CPU costs of a core at its higher speed, of those at saturation in group A: 4.530 ms against 4.744 ms for /php.php in a quiet spell. */
const QUIET = 0.955;
/** Of its time a core is slow at the most. */
const SLOW_SHARE_MAX = 0.95;
/** What a connect of the load generator took over loopback, its own part included: group A, median of connect_ms. */
const ROUND_TRIP = '0.1ms';
const RUNS = 8;
const ROUNDS = 4;
/** A daemon that has less than this of a request is not scaled. */
const COST_MIN_MS = 0.01;
/** A core that is this busy while this share of the requests fails is overloaded. */
const SATURATED = 0.97;
const OVERLOAD = 0.02;
/** After the last arrival, until all have ended: a client's patience, nginx's 60 s, and what PHP then still works off. */
const DRAIN_MS = 15_000;

export function replay(measured: MeasuredRun, site: CalibratedSite): Replay {
  return isRequestRun(measured) ? replayRequests(measured, site) : replayPlain(measured, site);
}

// A run whose requests are known.

function replayRequests(measured: RequestRun, site: CalibratedSite): Replay {
  const { set, unknown } = meaningOf(measured);
  const children = measured.max_children === undefined ? [] : [`php-fpm.pm.max_children=${measured.max_children}`];
  const base = modelOf(measured, site, 10_000, [...set, ...children], []);
  const { requests } = measured;
  const page = base.pages.findIndex(({ path }) => path === measured.url);
  const model = withDemands(base, page, requests);
  const sent = requests.arrival_us.map((us, index) => ({ atMs: (us + Math.max(0, requests.lag_us[index])) / 1000, page: 0 }));
  const ended: Ended[] = [];
  const result = run(model, { arrivals: sending(sent, [page]), ended: (request) => ended.push(request) });
  return { runs: [{ result, ended }], fromMs: 0, toMs: lengthMs(measured), unknown };
}

/** Each request's own needs, by its number; those of refused ones, which nobody knows, are the mean. */
function withDemands(model: Model, page: number, requests: RequestRun['requests']): Model {
  const phpUs = requests.php_us.map((us, at) => (us < 0 ? -1 : us + requests.tail_us[at] + Math.max(0, requests.after_us[at])));
  const nginxMs = meanOf(requests.nginx_us.filter((us) => us >= 0)) / 1000;
  const queries = queriesUs(requests);
  const old = model.pages[page];
  const script =
    old.script === null
      ? null
      : {
          ...old.script,
          cpuMs: listed(phpUs),
          queries: old.script.queries.map((query, at) =>
            queries[at] === undefined ? query : { ...query, cpuMs: listed(queries[at]) },
          ),
        };
  const share = nginxMs / nginxOf(model, old);
  return {
    ...model,
    nginx: scaledNginx(model.nginx, share),
    mysql: model.mysql && { ...model.mysql, connectMs: always(queries.length > 0 ? 0 : 0.25) },
    pages: model.pages.map((other, at) => (at === page ? { ...other, script } : other)),
  };
}

/** Of the waits for the database the last is the great one; all before it, and the end of the connection, are the first query's. */
function queriesUs({ db_stages_us: stages, db_tail_us: tails }: RequestRun['requests']): number[][] {
  if (stages === undefined) return [];
  const known = (at: number): readonly number[] | null => {
    const each = stages[at];
    return Array.isArray(each) && each.length > 0 ? each : null;
  };
  const first = stages.map((_, at) => {
    const each = known(at);
    return each === null ? -1 : each.slice(0, -1).reduce((sum, us) => sum + us, 0) + Math.max(0, tails?.[at] ?? 0);
  });
  return [first, stages.map((_, at) => known(at)?.at(-1) ?? -1)];
}

function listed(us: readonly number[]): Law {
  const mean = meanOf(us.filter((value) => value >= 0));
  return { law: 'listed', values: us.map((value) => (value < 0 ? mean : value) / 1000) };
}

// A run of which only figures are known.

function replayPlain(measured: PlainRun, site: CalibratedSite): Replay {
  const { set, events, unknown } = meaningOf(measured);
  const base = modelOf(measured, site, measured.client_timeout_ms, set, events);
  const paths = Object.keys(measured.urls);
  const pages = paths.map((path) => base.pages.findIndex((page) => page.path === path));
  const missing = paths.filter((_, at) => pages[at] < 0);
  const sent = schedule(measured.seed, measured.profile, Object.values(measured.urls)).filter(({ page }) => pages[page] >= 0);
  const replayOf = (model: Model, k: number) => {
    const ended: Ended[] = [];
    const result = run(model, { run: k, arrivals: sending(sent, pages), ended: (request) => ended.push(request) });
    return { result, ended };
  };
  const model = calibrated(base, measured, (candidate) => replayOf(candidate, 0));
  const runs = Array.from({ length: RUNS }, (_, k) => replayOf(model, k));
  const fromMs = 1000 * measured.warmup_s;
  return { runs, fromMs, toMs: lengthMs(measured), unknown: [...unknown, ...missing.map((path) => `page ${path}`)] };
}

interface Costs {
  readonly nginx: number;
  readonly php: number;
  readonly mysql: number;
}

/**
 * Scales the costs of each daemon until CPU per completion is what was measured; some rounds, since each changes what completes. Where
 * the core is overloaded that figure says nothing (it is what the core has, by what comes), and the costs stay as calibrated.
 */
function calibrated(base: Model, measured: PlainRun, simulated: (model: Model) => Replayed): Model {
  const { nginx, fpm, mariadb } = measured.cpu_ms_per_completion;
  const wanted: Costs = { nginx, php: fpm, mysql: mariadb };
  let factors: Costs = { nginx: 1, php: 1, mysql: 1 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const tried = simulated(withCosts(base, factors));
    if (round === 0 && overloaded(tried.result)) break;
    const had = costsOf(tried);
    factors = mapped((daemon) =>
      had[daemon] > COST_MIN_MS ? factors[daemon] * (wanted[daemon] / had[daemon]) : factors[daemon],
    );
  }
  const onPaper = costsOnPaper(base, measured.urls);
  const slowness =
    (onPaper.nginx * factors.nginx + onPaper.php * factors.php + onPaper.mysql * factors.mysql) / (QUIET * sumOf(onPaper));
  const slowShare = Math.min(SLOW_SHARE_MAX, Math.max(0, (slowness - 1) / (SLOW - 1)));
  const quick = mapped((daemon) => factors[daemon] / (1 + slowShare * (SLOW - 1)));
  return { ...withCosts(base, quick), failures: slowShare > 0 ? [twoSpeeds(slowShare)] : [] };
}

function overloaded({ windows: [{ cpu, requests }] }: Result): boolean {
  return cpu.utilisation > SATURATED && requests.failed > OVERLOAD * requests.offered;
}

function mapped(of: (daemon: keyof Costs) => number): Costs {
  return { nginx: of('nginx'), php: of('php'), mysql: of('mysql') };
}

function sumOf({ nginx, php, mysql }: Costs): number {
  return nginx + php + mysql;
}

/** CPU of a request by the calibration, in ms, over the run's mix of pages. */
function costsOnPaper(model: Model, urls: Readonly<Record<string, number>>): Costs {
  const total = Object.values(urls).reduce((sum, weight) => sum + weight, 0);
  const over = (cost: (page: PageModel) => number) =>
    model.pages.reduce((sum, page) => sum + ((urls[page.path] ?? 0) / total) * cost(page), 0);
  return {
    nginx: over((page) => nginxOf(model, page)),
    php: over(({ script }) => (script === null ? 0 : expected(script.cpuMs))),
    mysql: over(
      ({ script }) => script?.queries.reduce((sum, { times, cpuMs }) => sum + expected(times) * expected(cpuMs), 0) ?? 0,
    ),
  };
}

function twoSpeeds(slowShare: number): FailureModel {
  return {
    name: 'two speeds',
    because: 'the core is slower in episodes',
    upMs: { law: 'exponential', mean: (EPISODE_MS * (1 - slowShare)) / slowShare },
    downMs: { law: 'exponential', mean: EPISODE_MS },
    what: { verb: 'steal', on: 'cpu', share: 1 - 1 / SLOW },
  };
}

/** CPU per completion of any kind in the window, in ms. */
function costsOf({
  result: {
    windows: [window],
  },
  ended,
}: Replayed): Costs {
  const { fromMs, toMs, cpu } = window;
  const completed = ended.filter(({ endedMs }) => endedMs >= fromMs && endedMs < toMs).length;
  const each = (daemon: string) => (completed === 0 ? 0 : ((cpu.by[daemon] ?? 0) * (toMs - fromMs)) / completed);
  return { nginx: each('nginx'), php: each('php-fpm'), mysql: each('mysql') };
}

function withCosts(model: Model, { nginx, php, mysql }: Costs): Model {
  return {
    ...model,
    nginx: scaledNginx(model.nginx, nginx),
    mysql: model.mysql && { ...model.mysql, connectMs: scaled(model.mysql.connectMs, mysql) },
    pages: model.pages.map((page) => ({
      ...page,
      script: page.script && {
        ...page.script,
        cpuMs: scaled(page.script.cpuMs, php),
        queries: page.script.queries.map((query) => ({ ...query, cpuMs: scaled(query.cpuMs, mysql) })),
      },
    })),
  };
}

// Both.

/** Every client is new, next to the server, and asks once. */
function modelOf(
  measured: MeasuredRun,
  site: CalibratedSite,
  patienceMs: number,
  set: readonly string[],
  events: readonly object[],
): Model {
  const endMs = lengthMs(measured);
  const fromMs = 'warmup_s' in measured ? 1000 * measured.warmup_s : 0;
  const scenario = {
    name: measured.name.replaceAll(':', ''),
    about: 'A measured run, simulated.',
    site: `./${site.file}`,
    seed: String(measured.seed),
    duration: `${endMs + DRAIN_MS}ms`,
    traffic: [{ rate: '0/s' }],
    visitors: { round_trip: ROUND_TRIP, patience: `${patienceMs}ms`, keep_alive: 'off', auto_reload: 'off' },
    events,
  };
  const model = toModel(scenario, { set, readSite: () => site.text });
  return {
    ...model,
    windows: [
      { name: 'measured', fromMs, toMs: endMs },
      { name: 'afterwards', fromMs: endMs, toMs: endMs + DRAIN_MS },
    ],
    warmupMs: fromMs,
  };
}

function sending(sent: readonly Sent[], pages: readonly number[]): (clock: VirtualClock) => Observable<Arrival> {
  return (clock) =>
    new Observable((subscriber) => {
      for (const [number, { atMs, page }] of sent.entries()) {
        clock.at(atMs, () => subscriber.next({ source: 0, page: pages[page], number }), undefined, Kind.arrival);
      }
    });
}

function scaledNginx(nginx: Model['nginx'], times: number): Model['nginx'] {
  const { acceptMs, proxyMs, answerMs, staticMs, errorMs } = nginx;
  return {
    ...nginx,
    acceptMs: scaled(acceptMs, times),
    proxyMs: scaled(proxyMs, times),
    answerMs: scaled(answerMs, times),
    staticMs: scaled(staticMs, times),
    errorMs: scaled(errorMs, times),
  };
}

/** CPU of nginx for a request of that page, in ms. */
function nginxOf({ nginx }: Model, page: PageModel): number {
  const { acceptMs, proxyMs, answerMs, staticMs } = nginx;
  const parts = page.script === null ? [acceptMs, staticMs] : [acceptMs, proxyMs, answerMs];
  return parts.reduce((sum, law) => sum + expected(law), 0);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
