/**
 * The life of a request, in the order in which it is lived, and of the visit that it belongs to.
 *
 *   click ──► dns ──► tcp ──► nginx ( ──► php-fpm ( ──► mysql )) ──► delivery ──► the next click
 *
 * A visit is one page or several; a page is a request, and then its assets over at most six connections. A visitor
 * who loses patience leaves, wherever the request may be; what the server does about that is the server's business.
 */
import { Kind } from '../engine/agenda.js';
import { fail } from '../engine/assert.js';
import type { VirtualClock } from '../engine/clock.js';
import { Need } from '../engine/need.js';
import type { Random } from '../engine/random.js';
import type { Host } from '../host/host.js';
import type { Model, SiteModel } from '../model.js';
import { ANSWERED, Cause } from '../telemetry/cause.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { CRON } from './batchJob.js';
import { BrowserConnections } from './browserConnections.js';
import type { Connection } from './connection.js';
import { delivery } from './delivery.js';
import { dnsLookup } from './dns.js';
import { type Board, faultBoard, type Parts } from './faults.js';
import { hostFaults } from './hostFaults.js';
import { machine } from './machine.js';
import { mysqlServer } from './mysql.js';
import { Network } from './network.js';
import { nginxServer } from './nginx.js';
import { mayRunOutOfMemory } from './outOfMemory.js';
import { phpFpm } from './phpFpm.js';
import { type Request, Requests, type Stage } from './request.js';
import { GIVES_UP, type Persistence } from './retry.js';
import { change, settingsOf } from './settings.js';
import { Source } from './source.js';
import { tcpConnect } from './tcp.js';
import { View } from './view.js';
import { Visitor, visitorRows } from './visitor.js';

/** Somebody comes to the site. */
export interface Arrival {
  /** Index in `Model.traffic`. */
  readonly source: number;
  /** Index in `Model.pages` of the first page; drawn by the source's mix if absent. */
  readonly page?: number;
  /** Who comes, where their needs are listed by number; drawn if absent. */
  readonly number?: number;
}

export interface Lifecycle {
  readonly requests: Requests;
  /** Requests of visitors that have begun and not ended, counted on their own. */
  inside(): number;
  arrive(arrival: Arrival): void;
  /** What happens to the site's parts. */
  readonly faults: Board;
}

/** Tells a visitor's requests apart in the hash that their needs come from: 2³² divided by the golden ratio. */
const REQUEST_STRIDE = 0x9e3779b9;

export function lifecycle(given: Model, clock: VirtualClock, random: Random, host: Host, telemetry: Telemetry): Lifecycle {
  const model = changes(given) ? settingsOf(given) : given;
  const requests = new Requests(clock, model.pages);
  const { phpFpm: php, mysql: database } = model;

  const mysql =
    database === null
      ? null
      : mysqlServer(database, model.host.disk, clock, host, random, telemetry.journal, alteredTables(model));
  const upstream = {
    connected: (request: Request) => nginx.connected(request),
    cut: (request: Request, cause: Cause) => nginx.cut(request, cause),
    keeps: (request: Request) => nginx.keeps(request),
  };
  const fpm = php === null ? null : phpFpm(php, model, clock, host, mysql, upstream, random, telemetry.journal);
  const network = new Network(model.tcp);
  const { journal } = telemetry;
  const supervision = { journal, chance: random.stream('nginx.start') };
  const left = { vanish, closed: (connection: Connection) => connections.closed(connection), parted, written, severed };
  const { somaxconn, tls } = model.tcp;
  const nginx = nginxServer(model.nginx, somaxconn, tls, clock, host, fpm, requests, left, model.pages, supervision);
  const dns = dnsLookup(model.dns, clock, endAll);
  const connections = new BrowserConnections(nginx, dns.addresses);
  const tcp = tcpConnect(model.tcp, clock, host.in, network, nginx, dns.addresses);
  const out = delivery(
    model.tcp,
    model.traffic.map(({ visitors }) => visitors ?? model.visitors),
    model.nginx,
    model.pages,
    clock,
    host.out,
    network,
  );
  for (const stage of [dns.stage, tcp.stage, nginx.stage, fpm?.stage, mysql?.stage, out.stage])
    if (stage !== undefined) telemetry.add(stage.meter);

  const ofHost = hostFaults(model.host, clock, host);
  const daemons = [nginx.daemon, fpm?.daemon, mysql?.daemon].filter((daemon) => daemon !== undefined);
  const power = machine(model.host, clock, journal, random.stream('host.boot'), network, daemons, lose);
  const parts: Parts = {
    ...ofHost,
    host: { ...ofHost.host, ...power },
    network: network.faults,
    dns: dns.faults,
    nginx: nginx.faults,
    'php-fpm': fpm?.master.faults,
    code: fpm?.master.code,
    mysql: mysql?.faults,
    site: { config: ({ site }) => configure(site) },
  };
  const faults = faultBoard(parts, clock, telemetry.journal);
  mayRunOutOfMemory(model, clock, host, telemetry.journal, fpm, parts);
  if ([...model.events, ...model.failures].some(({ what }) => what.verb === 'cron')) host.cpu.group(CRON);

  const sources = model.traffic.map((source) => new Source(source, model, random));
  const knows = new Need('visitor.knows', { law: 'uniform', low: 0, high: 1 });
  const abandoned = new Map<Stage, Cause>([
    [dns.stage, leftDuring('dns', 'the visitor left while the name was looked up')],
    [tcp.stage, leftDuring('tcp', 'the visitor left before a connection was made')],
    [out.stage, leftDuring('delivery', 'the visitor left while the answer was arriving')],
  ]);
  const cutOff = new Cause('reset', 'tcp', 'the site has moved to another address', 'browser: ERR_CONNECTION_RESET');
  const visitors = visitorRows();
  const spareVisitors: Visitor[] = [];
  const spareViews: View[] = [];
  let numbered = 0;
  let inside = 0;
  return {
    requests,
    arrive,
    faults,
    inside: () => inside,
  };

  function configure(site: SiteModel): undefined {
    change(model, site);
    for (const part of [nginx, fpm, mysql, dns, out, ofHost]) part?.configure();
    for (const source of sources) source.configure();
  }

  // A visit.

  function arrive(arrival: Arrival): void {
    const visitor = spareVisitors.pop() ?? new Visitor(visitors);
    const source = sources[arrival.source];
    visitor.source = arrival.source;
    visitor.seedHigh = source.seeds.word() | 0;
    visitor.seedLow = arrival.number ?? source.seeds.word() | 0;
    visitor.pagesLeft = source.closed ? Infinity : source.pages.of(visitor);
    visitor.roundTripMs = source.roundTripMs.of(visitor);
    if (model.dns.knownShare > 0 && knows.of(visitor) < model.dns.knownShare) dns.remember(visitor);
    open(visitor, arrival.page ?? source.mix.of(visitor));
  }

  function open(visitor: Visitor, page: number): void {
    visitor.page = page;
    visitor.assetsLeft = model.pages[page].assets.length;
    visitor.pagesLeft -= 1;
    visitor.retries = 0;
    const window = telemetry.viewBegan();
    const { persistence } = sources[visitor.source];
    if (persistence !== null) beginView(visitor, persistence, window);
    fetch(visitor, page);
  }

  function clickNext(visitor: Visitor): void {
    const source = sources[visitor.source];
    if (clock.now() >= source.untilMs) leave(visitor);
    else open(visitor, source.mix.of(visitor, visitor.requests));
  }

  /** A request of the visitor's has ended; more of the page, the next page, or the end of the visit. */
  function proceed(visitor: Visitor, wasPage: boolean): void {
    visitor.inFlight -= 1;
    const source = sources[visitor.source];
    const lanes = wasPage ? Math.min(source.connections, visitor.assetsLeft) : Math.min(1, visitor.assetsLeft);
    for (let lane = 0; lane < lanes; lane += 1) fetchAsset(visitor);
    if (visitor.inFlight > 0) return;
    const stays = source.closed || visitor.pagesLeft > 0;
    if (!stays) return leave(visitor);
    clock.after(source.thinkMs.of(visitor, visitor.requests), clickNext, visitor);
  }

  function fetchAsset(visitor: Visitor): void {
    const { assets } = model.pages[visitor.page];
    const asset = assets[assets.length - visitor.assetsLeft];
    visitor.assetsLeft -= 1;
    fetch(visitor, asset);
  }

  function leave(visitor: Visitor): void {
    connections.leave(visitor);
    visitor.reset();
    spareVisitors.push(visitor);
  }

  // A page that is asked for again.

  function beginView(visitor: Visitor, persistence: Persistence, window: number): void {
    persistence.began();
    visitor.view = spareViews.pop() ?? new View();
    visitor.view.window = window;
  }

  function endView(visitor: Visitor, view: View, good: boolean): void {
    telemetry.views.viewEnded(view.window, good);
    visitor.view = null;
    view.reset();
    spareViews.push(view);
  }

  /** The request for a page has ended; whether another one follows. */
  function asksAnew(visitor: Visitor, view: View, failure: Cause | null, left: boolean): boolean {
    const { persistence, untilMs } = sources[visitor.source];
    const now = clock.now();
    const delayMs = failure === null ? GIVES_UP : persistence!.delayMs(visitor, view, failure, left, now);
    if (delayMs !== GIVES_UP && now + delayMs < untilMs) {
      visitor.inFlight -= 1;
      clock.after(delayMs, tryAgain, visitor);
      return true;
    }
    endView(visitor, view, failure === null);
    return false;
  }

  /** The same page, the same work: a request with the seed of the first. */
  function tryAgain(visitor: Visitor): void {
    const view = visitor.view!;
    visitor.retries += 1;
    telemetry.views.askedAgain(view.window, view.way);
    visitor.requests -= 1;
    fetch(visitor, visitor.page);
  }

  // A request.

  function fetch(visitor: Visitor, page: number): void {
    const request = requests.take();
    numbered += 1;
    inside += 1;
    request.number = numbered;
    request.pageNumber = page;
    request.visitor = visitor;
    request.seedHigh = visitor.seedHigh;
    request.seedLow = (visitor.seedLow + Math.imul(visitor.requests, REQUEST_STRIDE)) | 0;
    request.arrivedMs = clock.now();
    request.window = telemetry.requestBegan();
    visitor.requests += 1;
    visitor.inFlight += 1;
    if (page === visitor.page) telemetry.views.requests += 1;
    if (sources[visitor.source].hurried) watchTheClock(request, visitor);
    requests.tracer?.began(request);
    connections.use(request, visitor);
    if (request.connection!.open) request.call(tcp.stage, ask);
    else request.call(dns.stage, connect);
  }

  function connect(request: Request): void {
    if (request.failed) return end(request);
    request.connection!.address = request.visitor!.address;
    request.call(tcp.stage, ask);
  }

  function ask(request: Request): void {
    if (request.gone) request.failure = abandoned.get(tcp.stage)!;
    if (request.failed) end(request);
    else request.call(nginx.stage, deliver);
  }

  function deliver(request: Request): void {
    if (request.gone && request.failure !== nginx.unheard) request.failure = nginx.left;
    if (request.gone) end(request);
    else request.call(out.stage, end);
  }

  function end(request: Request): void {
    const { visitor, connection, failure } = request;
    const latencyMs = clock.now() - request.arrivedMs;
    if (Math.abs(request.spentMs - latencyMs) > 1e-9 * clock.now() + 1e-9) {
      fail(`request ${request.number} took ${latencyMs} ms and spent ${request.spentMs} ms in stages`);
    }
    clock.cancel(request.patience);
    fpm?.delivered(request);
    telemetry.requestEnded(request.window, failure ?? ANSWERED, latencyMs);
    requests.tracer?.ended(request);
    const left = failure === nginx.left || failure?.outcome === 'abandoned';
    connections.putBack(connection!, visitor!, sources[visitor!.source].keepAlive && !left && failure !== cutOff);
    const wasPage = request.pageNumber === visitor!.page;
    const { window } = request;
    inside -= 1;
    requests.give(request);
    if (wasPage) {
      if (visitor!.view === null) telemetry.views.viewEnded(window, failure === null);
      else if (asksAnew(visitor!, visitor!.view, failure, left)) return;
    }
    if (left || (wasPage && failure !== null)) visitor!.giveUp();
    proceed(visitor!, wasPage);
  }

  /** Sets the moment at which the visitor does something about the wait: leaves, or presses reload. */
  function watchTheClock(request: Request, visitor: Visitor): void {
    const { patienceMs, persistence } = sources[visitor.source];
    const leavesMs = patienceMs === null ? Infinity : patienceMs.of(request, visitor.retries);
    const waitsForPage = visitor.view !== null && request.pageNumber === visitor.page;
    const pressesMs = waitsForPage ? persistence!.pressesAfterMs(request, visitor, visitor.view!) : Infinity;
    const ms = Math.min(leavesMs, pressesMs);
    if (ms === Infinity) return;
    const step = pressesMs < leavesMs ? pressReload : losePatience;
    request.patience = clock.at(request.arrivedMs + ms, step, request, Kind.timeout);
  }

  function pressReload(request: Request): void {
    request.visitor!.view!.pressed = true;
    losePatience(request);
  }

  /** The visitor leaves. Where the request waits on its way the wait is forgotten; in nginx's hands, nginx will notice. */
  function losePatience(request: Request): void {
    request.patience = 0;
    if (request.passedOn) {
      const half = nginx.abandon(request);
      half.patience = 0;
      half.failure = network.silent ? nginx.unheard : nginx.left;
      half.unwind();
      end(half);
    } else if (request.stage === nginx.stage) {
      if (!nginx.notices(request)) request.gone = true;
      else {
        request.failure = network.silent ? nginx.unheard : nginx.left;
        request.unwind();
        end(request);
      }
    } else if (request.waiting !== 0 || request.sending) {
      request.failure = abandoned.get(request.stage!)!;
      const link = request.stage === tcp.stage ? host.in : host.out;
      link.cancel(request);
      request.unwind();
      end(request);
    } else request.gone = true;
  }

  /** The address is ours no more: all connections to it have ended. What nginx has in hand at this moment goes out yet. */
  function endAll(): void {
    for (const request of requests.all.filter(
      ({ connection }) => connection?.open === true && connection.address !== dns.addresses.here,
    ))
      endConnection(request);
  }

  function endConnection(request: Request): void {
    if (request.passedOn) cutHalf(nginx.abandon(request));
    else if (request.waiting !== 0 || request.sending) {
      (request.stage === tcp.stage ? host.in : host.out).cancel(request);
      nginx.forget(request);
      request.failure = cutOff;
      request.unwind();
      end(request);
    }
  }

  function cutHalf(half: Request): void {
    half.failure = cutOff;
    half.unwind();
    end(half);
  }

  /** The visitor's patience is with the half that they wait for. */
  function parted(half: Request): void {
    if (half.patience === 0) return;
    clock.cancel(half.patience);
    watchTheClock(half, half.visitor!);
  }

  /** PHP-FPM has finished what nobody waits for. */
  function vanish(request: Request): void {
    requests.give(request);
  }

  // When the server's end is gone.

  function written(request: Request): boolean {
    return request.stage === out.stage && out.written(request);
  }

  function severed(request: Request, cause: Cause | null): void {
    if (request.stage === tcp.stage) tcp.cut(request, cause);
    else if (cause === null) out.lose(request);
    else out.truncate(request);
  }

  /** The host has lost its power: what has not left it never will. */
  function lose(): void {
    for (const request of requests.all) if (request.stage === out.stage) out.lose(request);
    ofHost.lose();
  }
}

/** Whether settings change on the way. */
function changes({ events }: Model): boolean {
  return events.some(({ what }) => what.verb === 'config');
}

/** Tables that an ALTER will want for itself. */
function alteredTables({ events, failures }: Model): string[] {
  return [...events, ...failures].flatMap(({ what }) => (what.verb === 'lock-table' ? [what.table] : []));
}

function leftDuring(stage: string, text: string): Cause {
  return new Cause('abandoned', stage, text, 'browser: the visitor closed the tab');
}
