/**
 * The answer in one sentence, with the numbers that an operator would act on.
 *
 * Which sentence it is depends on what was measured: whether anything failed, whether a part was full,
 * whether there was a surge. "Overwhelms" is said only of a part that was full while requests failed, and
 * never where DNS failed them before they came near it.
 */
import type { Model } from '../model.js';
import type { CauseCount, Requests, Result } from '../telemetry/result.js';
import { type Diagnosis, diagnose, fullFrom, type Peak, type Surge, type Use } from './diagnosis.js';
import { clock, count, duration, rate, several, share } from './format.js';
import { eventHeadline, eventOf } from './incident.js';
import { placesInWords, stageName } from './names.js';
import { closedUsers } from './traffic.js';
import { metastableHeadline } from './views.js';

/** Below this share of failures a site without a full part still counts as holding. */
const fewFailures = 0.01;

export function headline(result: Result, model: Model): string {
  const start = result.partial ? `Stopped at ${clock(result.durationMs)} of ${clock(model.durationMs)}. ` : '';
  return start + verdictOf(result, model);
}

function verdictOf(result: Result, model: Model): string {
  const { offered, good, failed } = result.requests;
  if (result.durationMs <= result.warmupMs) return 'That was during the warm-up, which is not counted.';
  if (offered === 0 && good + failed === 0) return `No request came in the ${duration(counted(result))} that were counted.`;
  if (result.metastability !== undefined) return metastableHeadline(result.metastability, result);
  const diagnosis = diagnose(result, model);
  if (good + failed === 0) return `None of the ${several(offered, 'request')} was answered before the run ended.`;
  const event = eventOf(result, model);
  if (event !== null) return eventHeadline(result, model, event);
  if (failed === 0)
    return diagnosis.limit === null ? holds(result, diagnosis) : holdsFull(result, model, diagnosis, diagnosis.limit);
  if (diagnosis.limit !== null && mainCause(result).stage !== 'dns')
    return overwhelmed(result, model, diagnosis, diagnosis.limit);
  return failed < fewFailures * (good + failed) ? holdsBut(result, diagnosis) : fails(result, model, diagnosis);
}

/** "Holds: all 24,012 requests are answered, p95 87 ms; the busiest part is the CPU, 41 % in use, 59 % to spare." */
function holds(result: Result, diagnosis: Diagnosis): string {
  return `${holding(result)}: ${answered(result.requests)}, ${speed(result, diagnosis)}; ${spare(diagnosis)}.`;
}

/** Where the scenario asks for more than that nothing fails, the site holds only if it has that, too. */
function holding(result: Result, reserve = ''): string {
  const missed = result.thresholds.filter(({ verdict }) => verdict === 'fail').map(({ text }) => `"${text}"`);
  return missed.length === 0 ? `Holds${reserve}` : `Misses its ${missed.length === 1 ? 'goal' : 'goals'} ${missed.join(' and ')}`;
}

function holdsBut(result: Result, diagnosis: Diagnosis): string {
  const { good, failed } = result.requests;
  const { stage, cause } = mainCause(result);
  const why = `${firstFailure(result)}, ${stageName(stage)}: ${cause}`;
  const some = `${count(failed)} of ${several(good + failed, 'request')} failed (${share(failed / (good + failed))}; ${why})`;
  return `${holding(result, ', nearly')}: ${some}, ${speed(result, diagnosis)}; ${spare(diagnosis)}.`;
}

/** Nothing fails, but a part is full, so that requests wait for it. */
function holdsFull(result: Result, model: Model, diagnosis: Diagnosis, limit: Use): string {
  const fills = `${capital(who(model, diagnosis))} ${areMany(model, diagnosis) ? 'fill' : 'fills'} ${subject(limit)}`;
  const rest = `${answered(result.requests)}, ${speed(result, diagnosis)}`;
  return `${holding(result, ', but full')}. ${fills}: ${work(result, model, limit, diagnosis.peak)}; ${rest}.`;
}

/**
 * "The surge overwhelms PHP-FPM: 8 children answer 168/s of the 400/s that come; first 502 at 3:14 (PHP-FPM: listen
 * queue full), 38 % of its requests fail, back to normal 41 s after the peak ended."
 */
function overwhelmed(result: Result, model: Model, diagnosis: Diagnosis, limit: Use): string {
  const { peak, surge } = diagnosis;
  if (surge !== null && fullBefore(surge, limit)) return overwhelmedBefore(result, model, peak, surge, limit);
  const overwhelms = `${capital(who(model, diagnosis))} ${areMany(model, diagnosis) ? 'overwhelm' : 'overwhelms'} ${subject(limit)}`;
  const failing =
    surge === null ? failures(result.requests, 'of the requests') : failures(surge.during.requests, 'of its requests');
  const recovery = recoveryOf(result, model);
  const rest = [firstFailure(result) + whyFailed(result), failing, ...(recovery === null ? [] : [recovery])].join(', ');
  return `${overwhelms}: ${work(result, model, limit, peak)}; ${rest}.`;
}

/** What was full before the surge was not overwhelmed by it, and "normal" means nothing then. */
function overwhelmedBefore(result: Result, model: Model, peak: Peak, surge: Surge, limit: Use): string {
  const overwhelms = `The traffic overwhelms ${subject(limit)}, even before the ${surgeName(surge.during.name)}`;
  const rest = `${firstFailure(result)}${whyFailed(result)}, ${failures(result.requests, 'of the requests')}`;
  return `${overwhelms}: at the peak ${work(result, model, limit, peak)}; ${rest}.`;
}

function fullBefore({ before }: Surge, limit: Use): boolean {
  if (before === null) return false;
  if (limit.kind === 'cpu') return before.cpu.utilisation >= fullFrom;
  const use = limit.kind === 'places' ? before.stages[limit.stage].utilisation : null;
  return use !== null && use >= fullFrom;
}

/** Requests fail though nothing is full: the cause speaks for itself. */
function fails(result: Result, model: Model, diagnosis: Diagnosis): string {
  const { good, failed } = result.requests;
  const main = mainCause(result);
  const all = good === 0;
  const part = all ? `All ${several(failed, 'request')} fail` : `${share(failed / (good + failed))} of the requests fail`;
  const cause = (main.count === failed ? '' : `: ${count(main.count)} with ${main.outcome}`) + whyFailed(result);
  const recovery = recoveryOf(result, model);
  const speedOfGood = all ? '' : `; the others: ${speed(result, diagnosis)}`;
  return `${part}${cause}, ${firstFailure(result)}${speedOfGood}${spareUnlessKilled(result, diagnosis)}${recovery === null ? '' : `, ${recovery}`}.`;
}

function who(model: Model, { surge }: Diagnosis): string {
  if (surge !== null) return `the ${surgeName(surge.during.name)}`;
  return onlyClosed(model) ? several(closedUsers(model), 'user') : 'the traffic';
}

function areMany(model: Model, { surge }: Diagnosis): boolean {
  return surge === null && onlyClosed(model) && closedUsers(model) > 1;
}

function onlyClosed(model: Model): boolean {
  return model.traffic.length > 0 && model.traffic.every((source) => source.kind === 'closed');
}

function surgeName(window: string): string {
  return window.slice('during '.length);
}

export function subject(use: Use): string {
  if (use.kind === 'places') return stageName(use.stage);
  return use.kind === 'cpu' ? 'the CPU' : `the ${use.kind}`;
}

/** `8 children answer 168/s of the 400/s that come`, `1 core answers …`, `the site answers …`. */
function work(result: Result, model: Model, use: Use, { offered, good }: Peak): string {
  const come = good < offered * notableLag ? ` of the ${rate(offered)} that come` : '';
  return `${workers(result, model, use)} ${rate(good)}${come}`;
}

/** Answers lag visibly behind where fewer than this share of those that come are given. */
const notableLag = 0.98;

function workers(result: Result, model: Model, use: Use): string {
  if (use.kind === 'cpu') return answering(result.host.cpu.cores, 'core', 'cores');
  if (use.kind !== 'places') return 'the site answers';
  const { places, placesMax } = result.stages[use.stage];
  const allByPhp = use.stage === 'php-fpm' && model.pages.every((page) => page.script !== null);
  return allByPhp ? answering(placesMax!, 'child', 'children') : `with ${placesInWords(placesMax!, places)} the site answers`;
}

function answering(number: number, one: string, more: string): string {
  return `${several(number, one, more)} ${number === 1 ? 'answers' : 'answer'}`;
}

function answered({ good, unfinished }: Requests): string {
  if (good === 1 && unfinished === 0) return 'the one request is answered';
  const rest = unfinished === 0 ? '' : `, ${count(unfinished)} were still under way at the end`;
  return `${unfinished === 0 ? 'all ' : ''}${several(good, 'request')} ${good === 1 ? 'is' : 'are'} answered${rest}`;
}

/** The p95, before and during the surge where the two differ. */
function speed(result: Result, diagnosis: Diagnosis): string {
  const { surge } = diagnosis;
  const before = surge?.before?.latencyMs.p95 ?? null;
  if (surge === null || before === null || surge.during.latencyMs.p95 === null) return `p95 ${duration(result.latencyMs.p95)}`;
  const during = duration(surge.during.latencyMs.p95);
  if (duration(before) === during) return `p95 ${during}`;
  return `p95 ${during} during the ${surgeName(surge.during.name)}, ${duration(before)} before it`;
}

function spare({ busiest, surge }: Diagnosis): string {
  const when = surge === null ? '' : ' at the peak';
  return `the busiest part is ${subject(busiest)}, ${share(busiest.use)} in use${when}, ${busiest.use < 0.01 ? 'nearly all of it' : share(Math.max(0, 1 - busiest.use))} to spare`;
}

/** Whether memory ran out, so that the kernel killed for it. */
export function someKilled({ events }: Result): boolean {
  return events.some(({ killed }) => killed !== undefined);
}

/** Where the kernel killed for memory, the note below says what was short. */
function spareUnlessKilled(result: Result, diagnosis: Diagnosis): string {
  return someKilled(result) ? '' : `; ${spare(diagnosis)}`;
}

function failures({ good, failed }: Requests, whose: string): string {
  return good + failed === 0 ? `none ${whose} ended` : `${share(failed / (good + failed))} ${whose} fail`;
}

/** When the failure that most requests met was seen first: `first 502 at 3:14`. */
function firstFailure(result: Result): string {
  const main = mainCause(result);
  const moments = result.causes.flatMap(({ outcome, firstMs }) =>
    outcome === main.outcome && firstMs !== null ? [firstMs] : [],
  );
  return moments.length === 0
    ? `${count(main.count)} with ${main.outcome}`
    : `first ${main.outcome} at ${clock(Math.min(...moments))}`;
}

/** ` (PHP-FPM: listen queue full)` */
function whyFailed(result: Result): string {
  const { stage, cause } = mainCause(result);
  return ` (${stageName(stage)}: ${cause})`;
}

/** The cause that failed most requests, the first of several; asked for only where some failed, which have causes all. */
export function mainCause({ causes }: Result): CauseCount {
  return causes.reduce((most, cause) => (cause.count > most.count ? cause : most));
}

/** When answers were as before again; nothing where the figures do not tell. */
function recoveryOf(result: Result, model: Model): string | null {
  const { incident: surge } = model;
  if (surge === null || result.partial) return null;
  const recovered = result.events.find((event) => event.kind === 'recovered');
  if (recovered === undefined) return result.durationMs > surge.peakToMs ? 'not back to normal when the run ends' : null;
  const afterMs = recovered.atMs - surge.peakToMs;
  return afterMs > 0 ? `back to normal ${duration(afterMs)} after the peak ended` : 'back to normal by the end of its peak';
}

function counted(result: Result): number {
  return result.durationMs - result.warmupMs;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
