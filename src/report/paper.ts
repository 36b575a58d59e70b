/**
 * The arithmetic beside the simulated figures: what a request needs, what that allows at best, and how full
 * everything should be at the scenario's rates. Where the two differ, the difference is waiting.
 */
import type { Model } from '../model.js';
import type { Result, WindowResult } from '../telemetry/result.js';
import { type Arithmetic, arithmetic, type Bound, cpuMs, leastBound, type Stretch } from './arithmetic.js';
import { diagnose } from './diagnosis.js';
import { bytes, duration, figure, nothing, rate, several, share } from './format.js';
import type { Look } from './look.js';
import { firstWord } from './names.js';
import { left, right, table } from './table.js';
import { wrap } from './text.js';
import { closedUsers, highestRate, meanRate } from './traffic.js';

/** Pages shown, those asked for most; the mean below them counts all. */
const pagesMax = 12;

export function paper(result: Result, model: Model, look: Look): string[] {
  const known = arithmetic(model);
  if (known.pages.length === 0) return [];
  return [
    look.paint.strong('On paper, and simulated'),
    ...needs(known, model, look),
    '',
    ...limits(known, result, model, look),
    ...cheaper(result, model, look),
    '',
    ...expected(known, result, model, look),
  ];
}

/** What a request needs, page by page. */
function needs(known: Arithmetic, model: Model, look: Look): string[] {
  const mean = { path: 'mean', share: 1, demand: known.mean };
  const most = [...known.pages].sort((a, b) => b.share - a.share).slice(0, pagesMax);
  const rows = [...most, mean].map(({ path, share: part, demand }) => [
    path,
    share(part),
    duration(demand.nginxMs),
    ...(model.phpFpm === null ? [] : [duration(demand.phpMs)]),
    ...(model.mysql === null ? [] : [duration(demand.mysqlMs)]),
    duration(cpuMs(demand)),
    ...(model.phpFpm === null ? [] : [demand.heldMs === 0 ? nothing : duration(demand.heldMs)]),
    bytes(demand.wireBytes),
  ]);
  const columns = [
    left('page', true),
    right('share'),
    right('Nginx'),
    ...(model.phpFpm === null ? [] : [right('PHP')]),
    ...(model.mysql === null ? [] : [right('MySQL')]),
    right('= CPU'),
    ...(model.phpFpm === null ? [] : [right('child held')]),
    right('sent'),
  ];
  return table(columns, rows, look);
}

/** What that allows at best, in requests a second of the mix, beside what a good answer took in the run. */
function limits(known: Arithmetic, result: Result, model: Model, look: Look): string[] {
  const least = leastBound(known.bounds);
  const rows = known.bounds.map((bound) => [
    boundName(bound),
    serversOf(bound, model),
    duration(bound.demandMs),
    duration(simulatedDemandMs(bound, result)),
    bound.perSecond === Infinity ? 'no limit' : rate(bound.perSecond),
    bound === least ? 'least' : '',
  ]);
  return table(
    [left('limit', true), left('there is'), right('a request takes'), right('an answer took'), right('at best'), left('')],
    rows,
    look,
  );
}

/** How a site can answer more than its cores allow: by failing what is expensive. */
function cheaper(result: Result, model: Model, look: Look): string[] {
  const { peak } = diagnose(result, model);
  const cpu = arithmetic(model, peak).bounds.find((bound) => bound.kind === 'cpu');
  if (cpu === undefined || peak.good < cpu.perSecond * notablyMore || result.requests.failed === 0) return [];
  const text = `At the peak ${rate(peak.good)} were answered, more than the ${rate(cpu.perSecond)} that the CPU allows: those that failed were the expensive ones.`;
  return wrap(text, Math.max(80, look.width), '  ');
}

/** Chance alone may bring some more. */
const notablyMore = 1.05;

function boundName(bound: Bound): string {
  const names = {
    cpu: 'CPU',
    nginx: 'Nginx workers',
    children: 'PHP children',
    row: `row ${bound.of}`,
    network: 'network',
    disk: 'disk',
  };
  return names[bound.kind];
}

function serversOf(bound: Bound, model: Model): string {
  switch (bound.kind) {
    case 'cpu':
      return several(bound.servers, 'core');
    case 'nginx':
      return several(bound.servers, 'worker');
    case 'children':
      return several(bound.servers, 'child', 'children');
    case 'row':
      return 'one at a time';
    case 'network':
      return `${bytes(model.host.network.sendBytesPerMs * 1000)}/s`;
    case 'disk':
      return bound.servers === 1 ? `${figure(model.host.disk.iops)}/s` : `${figure(bound.servers)} at once`;
  }
}

/** Time in use divided by the good answers: the same quantity measured, what failures took included. */
function simulatedDemandMs(bound: Bound, result: Result): number | null {
  const { goodput } = result.perSecond;
  if (goodput === 0) return null;
  const { cpu, network } = result.host;
  const php = result.stages['php-fpm'];
  const inUse = {
    cpu: cpu.utilisation * cpu.cores,
    nginx: cpu.by.nginx === undefined ? null : cpu.by.nginx * cpu.cores,
    children: php === undefined || php.utilisation === null ? null : php.utilisation * (php.placesMax ?? 0),
    row: null,
    network: network.sendUtilisation,
    disk: null,
  }[bound.kind];
  return inUse === null ? null : (inUse * 1000) / goodput;
}

/** How full the site should be at the rates of each window, beside how full it was. */
function expected(known: Arithmetic, result: Result, model: Model, look: Look): string[] {
  if (closedUsers(model) > 0) return closed(known, model, look);
  const php = known.bounds.some((bound) => bound.kind === 'children');
  const rows = stretches(result, model).map(({ name, stretch, visits, offered, cpu, children }) => {
    const here = arithmetic(model, stretch);
    const requests = visits * here.requestsPerVisit;
    const busyChildren = (requests * here.mean.heldMs) / 1000;
    return [
      name,
      rate(requests),
      rate(offered),
      share((requests * cpuMs(here.mean)) / 1000 / model.host.cores),
      share(cpu),
      ...(php ? [share(busyChildren / (model.phpFpm?.maxChildren ?? 1)), share(children)] : []),
    ];
  });
  const columns = [
    left('', true),
    right('requests'),
    right('simulated'),
    right('CPU'),
    right('simulated'),
    ...(php ? [right('children'), right('simulated')] : []),
  ];
  return table(columns, rows, look);
}

interface Measured {
  readonly name: string;
  readonly stretch: Stretch;
  /** Visits per second, on paper. */
  readonly visits: number;
  readonly offered: number;
  readonly cpu: number;
  readonly children: number | null;
}

function stretches(result: Result, model: Model): Measured[] {
  const windows = result.windows.map(
    (window: WindowResult): Measured => ({
      name: firstWord(window.name),
      stretch: window,
      visits: meanRate(model, window.fromMs, window.toMs),
      offered: window.perSecond.offered,
      cpu: window.cpu.utilisation,
      children: window.stages['php-fpm']?.utilisation ?? null,
    }),
  );
  const { surge, peak } = diagnose(result, model);
  if (surge === null) return windows;
  const visits = highestRate(model, peak.fromMs, peak.toMs);
  return [
    ...windows,
    {
      name: 'at the peak',
      stretch: peak,
      visits,
      offered: peak.offered,
      cpu: peak.cpu,
      children: peak.places['php-fpm'] ?? null,
    },
  ];
}

/** Closed users cannot come faster than they think, nor than they are answered. */
function closed(known: Arithmetic, model: Model, look: Look): string[] {
  const least = leastBound(known.bounds);
  if (least.perSecond === Infinity) return [];
  const text = `${several(closedUsers(model), 'user')} wait for their answers, so no more than the least of these limits can come: ${rate(least.perSecond)}.`;
  return wrap(text, Math.max(80, look.width), '  ');
}
