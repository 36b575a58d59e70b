/**
 * DNS: from the name in the address bar to the address. Three caches in a row, each with its own life.
 *
 *   browser ──► stub ──► resolver ──► the zone's own servers
 *   60 s        5 s × 2  TTL
 *
 * The visitor's browser or operating system answers at once while it knows. Otherwise the stub asks a resolver, and again
 * by its schedule if nothing comes back. A resolver's answer is shared by all its visitors until the TTL ends; who asks
 * while it fetches waits for the same fetch. What the zone says may change, and lives on in the caches: until the TTL ends, and then
 * in browsers. While the zone says nothing, a resolver whose cache has ended says nothing either, for as long as a stub waits.
 * Not modelled: several records, IPv6, a resolver that serves stale answers, nameservers of a visitor that differ in what they know.
 */
import { Kind } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import { Need } from '../engine/need.js';
import type { DnsModel } from '../model.js';
import { Cause } from '../telemetry/cause.js';
import { Meter } from '../telemetry/meter.js';
import { type End, Factors, type Faults } from './faults.js';
import { type Request, Stage } from './request.js';
import type { Visitor } from './visitor.js';

/** The load of a resolver beyond which it drops a question: Unbound's `discard-timeout`, 1.9 s. */
const DISCARD_MS = 1900;

/** What a resolver has been told: an address, which is a number from 0, or why there is none. */
const SERVFAIL = -1;
const NXDOMAIN = -2;
const SILENCE = -3;
/** An address at which nothing of ours has ever been. */
export const NOT_OURS = 1_000_000;
/** BIND's `servfail-ttl`; RFC 9520 asks for at least as much. */
const SERVFAIL_TTL_MS = 1000;

/** Where the site can be reached. */
export interface Addresses {
  readonly here: number;
  /** Whether somebody at an address that was never ours refuses; otherwise, as at one that was, nobody answers. */
  readonly strangerRefuses: boolean;
}

export interface Dns {
  readonly stage: Stage;
  readonly faults: Faults;
  readonly addresses: Addresses;
  /** The visitor has been here before, or somebody else with the same system. */
  remember(visitor: Visitor): void;
  /** The settings that it was made with have changed. */
  configure(): void;
}

/** `moved`: the site has another address from now on, and connections to the one before are worth nothing. */
export function dnsLookup(model: DnsModel, clock: VirtualClock, moved: () => void = () => {}): Dns {
  const resolverMs = new Need('dns.resolver', model.resolverMs);
  const authoritativeMs = new Need('dns.authoritative', model.authoritativeMs);
  const luck = new Need('dns.loss', { law: 'uniform', low: 0, high: 1 });
  const waitsMs = stubSchedule(model);
  const negativeTtlMs = model.disturbed?.negativeTtlMs ?? model.ttlMs;
  const spacingMs = 1000 / model.resolverCapacityPerSecond;
  const expiryMs = new Float64Array(model.resolvers).fill(-1);
  const fetchedMs = new Float64Array(model.resolvers).fill(-1);
  const freeMs = new Float64Array(model.resolvers);
  const told = new Int32Array(model.resolvers);
  if (model.disturbed?.spread) {
    for (let i = 0; i < expiryMs.length; i += 1) expiryMs[i] = (model.ttlMs * (i + 0.5)) / model.resolvers;
  }
  const pace = new Factors();
  const addresses = { here: 0, strangerRefuses: model.disturbed?.wrongAddress === 'refused' };
  /** What the zone says instead of the site's address, the latest last; and what it says now. */
  const instead: { readonly answer: number }[] = [];
  /** Where else the site has moved to, the latest last. */
  const moves: number[] = [];
  let movedTo = 0;
  let zone = usual();
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
  const faults: Faults = {
    slow: ({ times }) => pace.add(times),
    dns: ({ answer }) => (answer === 'moved' ? move() : say(answerOf(answer))),
  };
  return { stage: new Stage(meter, enter), faults, addresses, remember, configure };

  function configure(): void {
    resolverMs.become(model.resolverMs);
    authoritativeMs.become(model.authoritativeMs);
  }

  // What the zone says.

  function usual(): number {
    return model.answer === 'NOERROR' ? addresses.here : answerOf(model.answer);
  }

  function say(answer: number): End {
    const entry = { answer };
    instead.push(entry);
    publish();
    return () => {
      instead.splice(instead.indexOf(entry), 1);
      publish();
    };
  }

  function move(): End {
    movedTo += 1;
    const address = movedTo;
    moves.push(address);
    settle();
    return () => {
      moves.splice(moves.indexOf(address), 1);
      settle();
    };
  }

  function settle(): void {
    const address = moves.at(-1) ?? 0;
    if (address === addresses.here) return;
    addresses.here = address;
    publish();
    moved();
  }

  function publish(): void {
    zone = instead.at(-1)?.answer ?? usual();
  }

  // A visitor.

  /** What anybody has been told last. */
  function remember(visitor: Visitor): void {
    const last = told[resolverOf(visitor)];
    visitor.address = last >= 0 ? last : addresses.here;
    visitor.knowsUntilMs = clock.now() + model.browserCacheMs;
  }

  function resolverOf(visitor: Visitor): number {
    return (visitor.seedLow >>> 0) % model.resolvers;
  }

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
    const answerMs = model.loss > 0 && luck.of(request, request.luck) < model.loss ? Infinity : timeToAnswer(request);
    if (answerMs <= waitMs) request.waiting = clock.after(answerMs, answered, request);
    else request.waiting = clock.after(waitMs, askAgain, request, Kind.timeout);
  }

  function timeToAnswer(request: Request): number {
    const now = clock.now();
    const resolver = resolverOf(request.visitor!);
    const lineMs = Math.max(0, freeMs[resolver] - now);
    if (lineMs > DISCARD_MS) return Infinity;
    freeMs[resolver] = now + lineMs + spacingMs;
    return lineMs + pace.value * resolverMs.of(request, request.luck) + missMs(request, resolver, now);
  }

  /** What the resolver's own cache does not know it must ask; 0 if it knows. */
  function missMs(request: Request, resolver: number, now: number): number {
    const ms =
      now < fetchedMs[resolver]
        ? fetchedMs[resolver] - now
        : now < expiryMs[resolver]
          ? hit(request, resolver)
          : fetch(request, resolver);
    request.visitor!.address = told[resolver];
    return ms;
  }

  function hit(request: Request, resolver: number): number {
    hits += 1;
    if (request.traced) request.note(`${inWords(told[resolver])}, from the resolver's cache`);
    return 0;
  }

  function fetch(request: Request, resolver: number): number {
    misses += 1;
    if (zone === SILENCE) return Infinity;
    const now = clock.now();
    const ms = pace.value * authoritativeMs.of(request, request.luck);
    told[resolver] = zone;
    fetchedMs[resolver] = now + ms;
    expiryMs[resolver] = now + ms + keptMs(zone);
    if (request.traced) request.note(`${inWords(zone)}, as the zone's own servers say`);
    return ms;
  }

  /** How long a resolver keeps the answer. */
  function keptMs(answer: number): number {
    return answer >= 0 ? model.ttlMs : answer === SERVFAIL ? SERVFAIL_TTL_MS : negativeTtlMs;
  }

  function inWords(answer: number): string {
    if (answer === 0) return `${model.name} is ${model.address}`;
    if (answer < 0) return `${model.name}: ${answer === SERVFAIL ? 'SERVFAIL' : 'NXDOMAIN'}`;
    return `${model.name} is ${answer === NOT_OURS ? 'an address that is not ours' : 'a new address'}`;
  }

  function answered(request: Request, ticket: number): void {
    if (ticket !== request.waiting) return;
    const visitor = request.visitor!;
    if (visitor.address === NXDOMAIN) return request.refuse(notFound);
    if (visitor.address === SERVFAIL) return tryNext(request, serverFailure);
    visitor.knowsUntilMs = clock.now() + model.browserCacheMs;
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

function answerOf(answer: 'outage' | 'SERVFAIL' | 'NXDOMAIN' | 'wrong'): number {
  return answer === 'outage' ? SILENCE : answer === 'SERVFAIL' ? SERVFAIL : answer === 'NXDOMAIN' ? NXDOMAIN : NOT_OURS;
}
