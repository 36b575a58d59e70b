/**
 * What an event cost, in a sentence, and what to look at because of it.
 *
 *   Killing MySQL costs 3 min 3 s: 26 % of the page views fail (500, MySQL: error 2002: connection refused), first 500 at 4:00; up again …
 *
 * "Costs" counts what the visitors saw: seconds in which most of them failed, or else the requests that did.
 */
import type { EventModel, Happening, Model, UnitModel } from '../model.js';
import type { CauseCount, Result } from '../telemetry/result.js';
import { bytes, clock, count, duration, several, share } from './format.js';
import { stageName } from './names.js';

/** The event that the windows are cut by; `null` where that is a surge, or nothing, or it has not come yet. */
export function eventOf(result: Result, model: Model): EventModel | null {
  const { incident } = model;
  if (incident?.kind !== 'event' || result.durationMs <= incident.fromMs) return null;
  return model.events.find(({ name, atMs }) => name === incident.name && atMs === incident.fromMs) ?? null;
}

export function eventHeadline(result: Result, model: Model, event: EventModel): string {
  const { good, failed } = result.requests;
  const others = model.events.length - 1;
  const who = subjectOf(event) + (others === 0 ? '' : `, with ${several(others, 'further event')},`);
  if (failed === 0) return `${goals(result)}${who} ${price(result)}: ${answered(result)}, ${speed(result, event, model)}.`;
  const { downtimeMs } = result.availability;
  const part = `${count(failed)} of ${several(good + failed, 'request')}`;
  const main = result.causes[0];
  const why = `${main.outcome}, ${stageName(main.stage)}: ${main.cause}`;
  const costs =
    downtimeMs === 0
      ? `${who} costs ${part} (${why})`
      : `${who} costs ${duration(downtimeMs)}: ${share(failed / (good + failed))} of the requests fail (${why})`;
  return `${goals(result)}${costs}, ${first(main)}; ${[...again(result, event, model), speed(result, event, model)].join(', ')}.`;
}

function goals({ thresholds }: Result): string {
  const missed = thresholds.filter(({ verdict }) => verdict === 'fail').map(({ text }) => `"${text}"`);
  return missed.length === 0 ? '' : `Misses its ${missed.length === 1 ? 'goal' : 'goals'} ${missed.join(' and ')}. `;
}

function first({ outcome, firstMs, count: number }: CauseCount): string {
  return firstMs === null ? `${count(number)} with ${outcome}` : `first ${outcome} at ${clock(firstMs)}`;
}

/** From here on slower than before is a price, too. */
const muchSlower = 2;

function price(result: Result): string {
  return costsTime(result) ? 'costs time, and no request' : 'costs nothing';
}

function costsTime({ windows }: Result): boolean {
  const [before, during] = ['before ', 'during '].map((part) => p95Of(windows, part));
  return before !== null && during !== null && during >= muchSlower * before;
}

function answered({ requests: { good, unfinished } }: Result): string {
  const rest = unfinished === 0 ? '' : `, ${count(unfinished)} were still under way at the end`;
  return `${unfinished === 0 ? 'all ' : ''}${several(good, 'request')} are answered${rest}`;
}

/** `up again 28 s after its end`, `not back to normal when the run ends`; nothing where the trouble came long after the event. */
function again({ availability, causes, partial }: Result, { forMs }: EventModel, { incident }: Model): string[] {
  const { backMs, normalMs, downtimeMs } = availability;
  const begins = causes[0].firstMs;
  if (begins !== null && incident !== null && begins > incident.toMs) return [];
  const after = (ms: number) => {
    if (ms === 0) return forMs === null ? 'at once' : 'by its end';
    return `${duration(ms)} after ${forMs === null ? 'it began' : 'its end'}`;
  };
  const up = downtimeMs === 0 || backMs === null ? [] : [`up again ${after(backMs)}`];
  if (normalMs === null) return partial ? up : [...up, 'not back to normal when the run ends'];
  if (normalMs === backMs && up.length > 0) return [`${up[0]}, as fast as before`];
  return [...up, `back to normal ${after(normalMs)}`];
}

function p95Of(windows: Result['windows'], part: string): number | null {
  return windows.find(({ name }) => name.startsWith(part))?.latencyMs.p95 ?? null;
}

/** An event without a duration has `during` for a minute, whatever it takes. */
function speed({ windows, latencyMs }: Result, { forMs }: EventModel, { incident }: Model): string {
  const [before, during] = ['before ', 'during '].map((part) => p95Of(windows, part));
  if (before === null || during === null) return `p95 ${duration(latencyMs.p95)}`;
  return duration(before) === duration(during)
    ? `p95 ${duration(during)}`
    : `p95 ${duration(during)} ${forMs === null ? inTheFirst(incident!.toMs - incident!.fromMs) : 'while it lasts'}, ${duration(before)} before it`;
}

function inTheFirst(ms: number): string {
  return ms === 60_000 ? 'in the first minute' : `in the first ${duration(ms)}`;
}

/** `Killing MySQL`, and the name if the scenario gives it one: `Switching off the host ("power cut")`. */
function subjectOf({ name, what }: EventModel): string {
  const phrase = phrases[what.verb]?.(what as never) ?? `The event ${what.verb}`;
  return name.startsWith(what.verb) ? phrase : `${phrase} ("${name}")`;
}

const plainly = (participle: string) => (what: { readonly on: string }) => `${participle} ${stageName(what.on)}`;

const dnsPhrases: Readonly<Record<Extract<Happening, { readonly verb: 'dns' }>['answer'], string>> = {
  outage: "The silence of the zone's servers",
  SERVFAIL: 'DNS answering SERVFAIL',
  NXDOMAIN: 'DNS answering NXDOMAIN',
  wrong: 'DNS giving a wrong address',
  moved: 'Moving to another address',
};

const phrases: { readonly [V in Happening['verb']]?: (what: Extract<Happening, { readonly verb: V }>) => string } = {
  kill: plainly('Killing'),
  hang: plainly('Freezing'),
  stop: plainly('Stopping'),
  restart: plainly('Restarting'),
  reload: plainly('Reloading'),
  upgrade: plainly('Upgrading'),
  switch: () => 'Switching the code',
  'power-off': () => 'Switching off the host',
  reboot: () => 'Rebooting the host',
  slow: ({ on, times }) => `${on === 'disk' ? 'The disk' : stageName(on)} taking ${times} times as long`,
  steal: ({ share: stolen }) => `Stealing ${share(stolen)} of the CPU`,
  throttle: ({ cores }) => `Throttling the site to ${several(cores, 'core')}`,
  fill: () => 'Filling the disk',
  loss: ({ share: lost }) => `Losing ${share(lost)} of the packets`,
  latency: ({ ms }) => `Adding ${duration(ms)} to every round trip`,
  partition: () => 'Cutting the network',
  dns: ({ answer }) => dnsPhrases[answer],
  leak: () => 'The leak in PHP',
  'lock-table': ({ table }) => `Locking the table ${table}`,
  cron: () => 'The batch job',
};

/** Findings of an event, in order of weight. */
export function eventFindings(result: Result, model: Model): string[] {
  const event = eventOf(result, model);
  if (event === null) return [];
  if (result.requests.failed === 0) return costsTime(result) ? [...sharing(event), ...coldOpcache(event, model)] : [];
  return [...afterwards(result, event), ...remedy(event, model), ...sharing(event)];
}

/** What comes on top of the event itself. */
function afterwards({ availability: { downtimeMs, backMs } }: Result, { forMs }: EventModel): string[] {
  if (forMs === null || backMs === null || backMs === 0 || downtimeMs === 0) return [];
  return [
    `Of the ${duration(downtimeMs)} that the site was down, ${duration(backMs)} came after the event was over: starting, recovering, and whatever had piled up meanwhile. That part comes on top of every repair, however fast.`,
  ];
}

function remedy({ what, forMs }: EventModel, model: Model): string[] {
  if (what.verb === 'restart' && what.on === 'nginx')
    return ['A reload (HUP), or an upgrade (USR2, WINCH, QUIT), hands the listening socket over: nothing would be lost.'];
  if (what.verb === 'restart' && what.on === 'php-fpm')
    return ['A reload (USR2) with process_control_timeout keeps the socket open and lets scripts finish: nothing would be lost.'];
  if (what.verb === 'reload' && what.on === 'php-fpm' && model.phpFpm?.processControlTimeoutMs === null)
    return ['process_control_timeout is 0: a reload cuts off every script in flight. With 30s they would finish.'];
  if (what.verb === 'leak' && model.phpFpm?.maxRequests === 0)
    return [
      `pm.max_requests is 0, so a child lives for ever and grows by ${bytes(what.bytes)} a request. With 500 it ends when it has grown by ${bytes(500 * what.bytes)}.`,
    ];
  if (what.verb === 'dns' && what.answer === 'moved')
    return [
      `Resolvers keep the old address for the record's TTL, ${duration(model.dns.ttlMs)}. A TTL of 1 min set that long before the move makes it a minute, or the old address goes on answering meanwhile.`,
    ];
  if (what.verb === 'lock-table')
    return [
      `Queries of ${what.table} hold their children while they wait; when all are held the whole site stands. An online ALTER, or a lock_wait_timeout of a second for it, spares that.`,
    ];
  const unit = what.verb === 'kill' ? unitOf(what.on, model) : null;
  if (unit?.restart === 'no' && forMs !== null)
    return [
      `${stageName(what.on)}'s unit has Restart=no: somebody had to start it, ${duration(forMs)} later. With Restart=on-failure systemd does, RestartSec later.`,
    ];
  return [];
}

/** Children do not wait for each other's compilations. */
function coldOpcache({ what }: EventModel, { pages }: Model): string[] {
  const starts = (what.verb === 'reload' || what.verb === 'restart' || what.verb === 'kill') && what.on === 'php-fpm';
  if (!starts || pages.every(({ script }) => !script?.compileMs)) return [];
  return [
    'OPcache is empty afterwards, and all children that are busy compile the same scripts side by side: the fewer children, the sooner it is over. opcache.file_cache spares most of it.',
  ];
}

/** The kernel shares the CPU by processes, so that a job has as many shares as it has of them. */
function sharing({ what }: EventModel): string[] {
  if (what.verb !== 'cron' || what.job.cpuMs === 0) return [];
  const { processes } = what.job;
  const inTurn = processes === 1 ? 'With a low priority (nice),' : 'One after the other, with a low priority (nice),';
  return [
    `The batch job's ${several(processes, 'process', 'processes')} ${processes === 1 ? 'shares' : 'share'} the CPU with those of the site, each as much as a child of PHP-FPM. ${inTurn} or at a quiet hour ${processes === 1 ? 'it leaves' : 'they leave'} it to the site.`,
  ];
}

function unitOf(daemon: string, { nginx, phpFpm, mysql }: Model): UnitModel | null {
  if (daemon === 'nginx') return nginx.unit;
  return (daemon === 'mysql' ? mysql : phpFpm)?.unit ?? null;
}
