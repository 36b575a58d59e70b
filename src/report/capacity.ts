/**
 * `lempsim capacity` as text: one sentence that says to where it holds and what gives out, then the way there, what paper says,
 * and the room that is left.
 */
import type { Capacity } from '../experiments/capacity.js';
import type { Figure } from '../experiments/interval.js';
import type { Model } from '../model.js';
import { arithmetic, boundName } from './arithmetic.js';
import { diagnose, type Use } from './diagnosis.js';
import { count, duration, figure, rate, several, share } from './format.js';
import { subject } from './headline.js';
import { type Look, plainLook } from './look.js';
import { right, table } from './table.js';
import { printable, wrap } from './text.js';

/** `model` is the site under the load that was found, or under its present one where none was. */
export function capacityReport(hostileCapacity: Capacity, hostileModel: Model, command: string, look: Look = plainLook): string {
  const found = printable(hostileCapacity);
  const model = printable(hostileModel);
  const sections = [
    wrap(sentence(found, model), width(look)).map(look.paint.strong),
    curve(found, look),
    paper(found, model, look),
    how(found, look),
    [look.paint.strong('The same again'), `  ${printable(command)}`],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function sentence(found: Capacity, model: Model): string {
  const goals = found.goals.join(', ');
  if (found.value === null && found.missesAt !== null && found.holdsAt === null)
    return `No load meets ${goals}: even at ${amount(found.missesAt, found)} ${found.missed} is missed.`;
  if (found.value === null) return `No limit was found: ${goals} holds up to ${amount(found.holdsAt ?? 0, found)}.`;
  const limit = found.beyond === null ? null : diagnose(found.beyond, model).limit;
  const gives = limit === null ? 'and no part is full there' : `the first to give out is ${partOf(limit)}`;
  return `Holds to ${plusMinus(found.value, found)}: beyond that ${found.missed ?? goals} is missed; ${gives}. ${headroom(found, found.value)}`;
}

function partOf(limit: Use): string {
  const words = subject(limit);
  return words.startsWith('the ') ? words : `the ${words}`.replace(/^the (?=[A-Z])/, '');
}

function headroom({ present, vary }: Capacity, { mean }: Figure): string {
  if (present === 0) return '';
  const now = vary === 'users' ? several(present, 'user') : rate(present);
  const times = mean / present;
  if (times < 1) return `The present ${now} are ${figure(1 / times)} times that.`;
  return `The present ${now} leave room for ${figure(times)} times as many.`;
}

function amount(value: number, { vary }: Pick<Capacity, 'vary'>): string {
  return vary === 'users' ? several(value, 'user') : `${figure(value)} visits/s`;
}

function plusMinus({ mean, ci95 }: Figure, found: Capacity): string {
  const half = (ci95[1] - ci95[0]) / 2;
  const unit = found.vary === 'users' ? 'users' : 'visits/s';
  return half === 0 ? amount(mean, found) : `${figure(mean)} ± ${figure(half)} ${unit}`;
}

function curve({ curve: points, vary }: Capacity, look: Look): string[] {
  if (points.length === 0) return [];
  const columns = [
    right(vary === 'users' ? 'users' : 'visits'),
    right('offered'),
    right('good'),
    right('failed'),
    right('p50'),
    right('p95'),
    right('CPU'),
  ];
  const rows = points.map(({ value, offered, good, errors, p50, p95, cpu }) => [
    vary === 'users' ? count(value) : rate(value),
    rate(offered),
    rate(good),
    share(errors),
    duration(p50),
    duration(p95),
    share(cpu),
  ]);
  return [look.paint.strong('On the way there'), ...table(columns, rows, look)];
}

/** Each limit alone, in the order in which they would give out. */
function paper({ vary, value, beyond }: Capacity, model: Model, look: Look): string[] {
  if (vary === 'users') return [];
  const full = beyond !== null && diagnose(beyond, model).limit !== null;
  const known = arithmetic(model);
  const bounds = [...known.bounds].filter(({ perSecond }) => perSecond < Infinity).sort((a, b) => a.perSecond - b.perSecond);
  const visits = (perSecond: number) => perSecond / known.requestsPerVisit;
  const [first] = bounds;
  if (first === undefined) return [];
  const others = bounds.slice(1, 4).map((bound) => `${boundName(bound)} at ${rate(visits(bound.perSecond))}`);
  const reached =
    value === null
      ? ''
      : ` The goals are missed at ${share(value.mean / visits(first.perSecond))} of it${full ? ', for waits grow before it is reached' : ''}.`;
  const next = others.length === 0 ? '' : ` Next would be ${others.join(', ')}.`;
  const text = `No load above ${rate(visits(first.perSecond))} can be answered: that is all that ${boundName(first)} can do.${reached}${next}`;
  return [look.paint.strong('On paper'), ...wrap(text, width(look), '  ')];
}

function how({ runs, again, vary }: Capacity, look: Look): string[] {
  const lines = [
    `Steady load without the scenario's surges and events, ${vary === 'users' ? 'closed users' : 'the same mix of pages'}; ${several(runs, 'run')}, each of which looks for its own capacity among the same visitors; the interval holds the mean of ever more runs in 95 of 100 cases.`,
  ];
  if (again)
    lines.push(
      'Not monotone: the goals are met again at a much higher load, since failures come fast there. Add a goal on errors or goodput.',
    );
  return [look.paint.strong('How it was found'), ...lines.flatMap((line) => wrap(line, width(look), '  ')).map(look.paint.faint)];
}

function width(look: Look): number {
  return Math.max(80, look.width);
}

/** The sentence alone. */
export function briefCapacity(hostileCapacity: Capacity, hostileModel: Model): string {
  const found = printable(hostileCapacity);
  return `${wrap(sentence(found, printable(hostileModel)), 80).join('\n')}\n`;
}
