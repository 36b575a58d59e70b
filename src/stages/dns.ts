/**
 * DNS: from the name in the address bar to the address. Three caches in a row, each with its own life.
 *
 *   browser ──► stub ──► resolver ──► the zone's own servers
 *   60 s        5 s × 2  TTL
 *
 * The visitor's browser or operating system answers at once while it knows. Otherwise the stub asks a resolver, and again
 * by its schedule if nothing comes back. A resolver's answer is shared by all its visitors until the TTL ends; who asks
 * while it fetches waits for the same fetch. Not modelled: several records, IPv6, a resolver that serves stale answers.
 */
import { Kind } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import { Need } from '../engine/need.js';
import type { DnsModel } from '../model.js';
import { Cause } from '../telemetry/cause.js';
import { Meter } from '../telemetry/meter.js';
import { type Request, Stage } from './request.js';

/** The load of a resolver beyond which it drops a question: Unbound's `discard-timeout`, 1.9 s. */
const DISCARD_MS = 1900;

export function dnsLookup(model: DnsModel, clock: VirtualClock): Stage {
  const resolverMs = new Need('dns.resolver', model.resolverMs);
  const authoritativeMs = new Need('dns.authoritative', model.authoritativeMs);
  const luck = new Need('dns.loss', { law: 'uniform', low: 0, high: 1 });
  const waitsMs = stubSchedule(model);
  /** How long a resolver keeps the answer; BIND's `servfail-ttl` is 1 s. The record's own time stands for that of NXDOMAIN. */
  const keptMs = model.answer === 'SERVFAIL' ? 1000 : model.ttlMs;
  const said = model.answer === 'NOERROR' ? `${model.name} is ${model.address}` : `${model.name}: ${model.answer}`;
  const spacingMs = 1000 / model.resolverCapacityPerSecond;
  const expiryMs = new Float64Array(model.resolvers).fill(-1);
  const fetchedMs = new Float64Array(model.resolvers).fill(-1);
  const freeMs = new Float64Array(model.resolvers);
  let known = 0;
  let hits = 0;
  let misses = 0;

  const notFound = new Cause(
    'dns failure',
    'dns',
    'no such name (NXDOMAIN)',
    `browser: DNS_PROBE_FINISHED_NXDOMAIN ${model.name}`,
  );
  const noAnswer = new Cause(
    'dns failure',
    'dns',
    'the resolver did not answer',
    `browser: DNS_PROBE_FINISHED_NO_INTERNET; stub: EAI_AGAIN ${model.name}`,
  );
  const serverFailure = new Cause(
    'dns failure',
    'dns',
    'the resolver answered SERVFAIL',
    `browser: ERR_NAME_NOT_RESOLVED; stub: EAI_AGAIN ${model.name}`,
  );

  const meter = new Meter('dns', null, undefined, undefined, {
    counters: () => ({ 'known to the browser': known, 'answered from cache': hits, 'asked of the zone': misses }),
  });
  return new Stage(meter, enter);

  function enter(request: Request): void {
    const now = clock.now();
    if (now < request.visitor!.knowsUntilMs) {
      known += 1;
      if (request.traced) request.note(`${model.name} is known to the browser`);
      return request.return();
    }
    request.tries = 0;
    ask(request);
  }

  /** One question: lost, too late, or answered. */
  function ask(request: Request): void {
    const waitMs = waitsMs[request.tries];
    const answerMs = model.loss > 0 && luck.of(request, request.tries) < model.loss ? Infinity : timeToAnswer(request);
    if (answerMs <= waitMs) request.waiting = clock.after(answerMs, answered, request);
    else request.waiting = clock.after(waitMs, askAgain, request, Kind.timeout);
  }

  function timeToAnswer(request: Request): number {
    const now = clock.now();
    const resolver = (request.visitor!.seedLow >>> 0) % model.resolvers;
    const lineMs = Math.max(0, freeMs[resolver] - now);
    if (lineMs > DISCARD_MS) return Infinity;
    freeMs[resolver] = now + lineMs + spacingMs;
    return lineMs + resolverMs.of(request, request.tries) + missMs(request, resolver, now);
  }

  /** What the resolver's own cache does not know it must ask; 0 if it knows. */
  function missMs(request: Request, resolver: number, now: number): number {
    if (now < fetchedMs[resolver]) return fetchedMs[resolver] - now;
    if (now < expiryMs[resolver]) {
      hits += 1;
      if (request.traced) request.note(`${said}, from the resolver's cache`);
      return 0;
    }
    misses += 1;
    const ms = authoritativeMs.of(request, request.tries);
    fetchedMs[resolver] = now + ms;
    expiryMs[resolver] = now + ms + keptMs;
    if (request.traced) request.note(`${said}, as the zone's own servers say`);
    return ms;
  }

  function answered(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    if (model.answer === 'NXDOMAIN') return request.refuse(notFound);
    if (model.answer === 'SERVFAIL') return tryNext(request, serverFailure);
    request.visitor!.knowsUntilMs = clock.now() + model.browserCacheMs;
    request.return();
  }

  function askAgain(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    waited(request, waitsMs[request.tries]);
    tryNext(request, noAnswer);
  }

  function tryNext(request: Request, cause: Cause): void {
    request.tries += 1;
    if (request.tries === waitsMs.length) request.refuse(cause);
    else ask(request);
  }

  function waited(request: Request, ms: number): void {
    meter.waitedMs += ms;
    if (request.traced) request.waited(ms);
  }
}

/** How long the stub waits for each try: `attempts` rounds over the nameservers, by glibc's res_send.c. */
function stubSchedule(model: DnsModel): number[] {
  const { nameservers, attempts, timeoutMs } = model;
  const round = Array.from({ length: nameservers }, (_, index) =>
    index === 0 ? timeoutMs : Math.max(1000, 1000 * Math.floor((timeoutMs * (1 << index)) / nameservers / 1000)),
  );
  return Array.from({ length: attempts }, () => round).flat();
}
