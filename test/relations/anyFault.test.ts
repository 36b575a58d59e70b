/**
 * 2,000 scenarios made up at random, in each of which several things happen at random instants: daemons killed in the middle of
 * a reload, the machine without power while a migration waits, all at once. Whatever happens, every request ends once, nothing is given
 * out twice, times add up and the run comes to its end: the product's own checks are on and stop a run that breaks one.
 */
import fc from 'fast-check';
import { merge } from 'rxjs';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { always } from '../../src/engine/law.js';
import { Random } from '../../src/engine/random.js';
import { Host } from '../../src/host/host.js';
import type { Model, OpenSourceModel, SourceModel } from '../../src/model.js';
import { toModel } from '../../src/scenario/scenario.js';
import { run } from '../../src/simulate.js';
import { type Lifecycle, lifecycle } from '../../src/stages/lifecycle.js';
import { arrivals } from '../../src/streams/arrivals.js';
import { faults } from '../../src/streams/faults.js';
import type { Result } from '../../src/telemetry/result.js';
import { Telemetry } from '../../src/telemetry/telemetry.js';
import { type AnyScenario, anyEvent, someScenarios, verbs } from '../support/anyScenario.js';

/** Reading a scenario takes longer than simulating it, so that each site meets several courses of events. */
const SITES = 100;
const COURSES = 20;
const MOST_EVENTS = 6;

const sites = someScenarios(SITES);
const courses = fc.sample(fc.array(anyEvent, { minLength: 1, maxLength: MOST_EVENTS }), {
  numRuns: SITES * COURSES,
  seed: Number(process.env.FC_SEED ?? 20_261_125),
});

/** What `config` changes depends on the site that it stands over; all else is the same on any. */
function eventsOn(site: AnyScenario, number: number): Model['events'] {
  const course = courses[number];
  if (!course.some((event) => 'config' in event)) return eventsOf(number);
  return toModel({ ...site, events: course } as never).events;
}

/** The events of a course, as a scenario would have them. */
const eventsOf = (() => {
  const [site] = sites;
  const most = 400;
  const read: Model['events'][] = [];
  for (let from = 0; from < courses.length; from += most / MOST_EVENTS) {
    const some = courses.slice(from, from + most / MOST_EVENTS);
    const { events } = toModel({ ...site, events: some.flat() } as never);
    let at = 0;
    for (const course of some) {
      read.push(events.slice(at, at + course.length));
      at += course.length;
    }
  }
  return (index: number) => read[index];
})();

test('whatever happens, and whenever: no identity is broken, and every run ends', { timeout: 300_000 }, () => {
  const happened = new Set<string>();
  const broken: string[] = [];
  for (const [index, site] of sites.entries()) {
    const model = toModel(site);
    for (let course = 0; course < COURSES; course += 1) {
      const number = index * COURSES + course;
      const events = eventsOn(site, number);
      for (const { what } of events) happened.add(what.verb);
      try {
        check(run({ ...model, seed: `${model.seed}/${course}`, events }));
      } catch (error) {
        broken.push(`${number}: ${(error as Error).message}\n${JSON.stringify(courses[number])}`);
      }
    }
  }
  expect(broken).toEqual([]);
  expect([...happened].sort()).toEqual(Object.keys(verbs).sort());
});

test('when nobody comes any more, all that was in use is free again, and what was disturbed is as before', {
  timeout: 300_000,
}, () => {
  const left: string[] = [];
  for (const [index, site] of sites.entries()) {
    const course = index * COURSES;
    const model = quietAtLast(toModel(site), eventsOn(site, course));
    const found = [...inUse(model, watchedSite(model))];
    if (found.length > 0) left.push(`${index}: ${found.join(', ')}\n${JSON.stringify(courses[course])}`);
  }
  expect(left).toEqual([]);
});

const END_MS = 900_000;

/** Visits end, and browsers do not load an error page again in half an hour; lines are fast enough for all to be delivered. */
function quietAtLast(model: Model, events: Model['events']): Model {
  const { bytesPerMs } = model.visitors;
  return {
    ...model,
    durationMs: END_MS,
    windows: [{ name: 'all', fromMs: model.warmupMs, toMs: END_MS }],
    events,
    visitors: { ...model.visitors, autoReloadMs: null, bytesPerMs: bytesPerMs && always(500) },
    traffic: model.traffic.flatMap((source): SourceModel[] => {
      if (source.kind === 'open') return [{ ...source, visitors: undefined, curve: until(source.curve, 5000) }];
      return source.kind === 'closed' ? [{ ...source, visitors: undefined, toMs: 20_000 }] : [];
    }),
  };
}

/** All that is not as it was before anybody came. */
function* inUse(model: Model, { life, host, telemetry, clock }: Site): Generator<string> {
  if (life.inside() !== 0) yield `${life.inside()} requests`;
  for (const meter of telemetry.meters) {
    const { name, inside, queue, places } = meter;
    const details = meter.details();
    if (inside.value !== 0) yield `${inside.value} in ${name}`;
    if (queue.value !== 0) yield `${queue.value} in the queue of ${name}`;
    const connections = name === 'mysql' && model.mysql!.persistent ? 0 : (places?.busy.value ?? 0);
    if (connections !== 0) yield `${connections} ${places!.word} of ${name} at work`;
    for (const detail of MUST_BE_GIVEN_BACK) if ((details[detail] ?? 0) !== 0) yield `${details[detail]} ${detail} in ${name}`;
  }
  yield* memoryInUse(model, host.memory.by(), telemetry.meters.find(({ name }) => name === 'mysql')!.places!.busy.value);
  if (host.disk.busy.value + host.disk.waiting.value !== 0) yield 'operations at the disk';
  if (host.in.size + host.out.size !== 0) yield 'transfers';
  if (host.cpu.capacity.value !== host.cpu.cores) yield `${host.cpu.capacity.value} cores`;
  for (const group of host.cpu.groups) {
    if (group.frozen !== null || group.slowdown !== 1) yield `${group.name} disturbed`;
    if (Math.abs(group.askedMs - host.cpu.usedMs(group)) > 1e-6) yield `${group.name} at the CPU`;
  }
  if (clock.pending > MOST_TIMERS) yield `${clock.pending} entries in the agenda`;
}

/** Each part keeps a timer or two at the most. */
const MOST_TIMERS = 12;

/** MySQL, up or down, of the size that it had or was given, with the connections that children keep; and jobs that should have ended. */
function* memoryInUse({ mysql, events }: Model, by: Record<string, number>, connections: number): Generator<string> {
  const { baseBytes, bufferPoolBytes, connectionBytes } = mysql!;
  const given = events.flatMap(({ what }) => (what.verb === 'config' ? [what.site.mysql!.bufferPoolBytes] : []));
  const possible = [0, ...[bufferPoolBytes, ...given].map((bytes) => baseBytes + bytes)];
  if (!possible.includes(by.mysql - connections * connectionBytes)) yield `${by.mysql} bytes of mysql`;
  if ((by.cron ?? 0) !== 0) yield `${by.cron} bytes of jobs`;
}

interface Site {
  readonly clock: VirtualClock;
  readonly host: Host;
  readonly telemetry: Telemetry;
  readonly life: Lifecycle;
}

/** A run, wired by hand, so that one can look into it when it is over. */
function watchedSite(model: Model): Site {
  const clock = new VirtualClock();
  const random = new Random(model.seed);
  const host = new Host(model.host, clock);
  const telemetry = new Telemetry(model, clock, host);
  const life = lifecycle(model, clock, random, host, telemetry);
  merge(...model.traffic.map((_, index) => arrivals(model, index, clock, random))).subscribe((arrival) => life.arrive(arrival));
  faults(model, clock, random).subscribe((change) => {
    if (change.begins) life.faults.begin(change.occasion, change.forMs);
    else life.faults.end(change.occasion);
  });
  for (let ms = 0; ms <= END_MS; ms += ms < 20_000 ? 500 : 110_000) {
    clock.runUntil(ms);
    telemetry.check();
    host.check(ms);
  }
  return { clock, host, telemetry, life };
}

const MUST_BE_GIVEN_BACK = [
  'connections open',
  'counted by limit_conn',
  'fetches for the cache under way',
  'waiting for the cache lock',
];

function until(curve: OpenSourceModel['curve'], endMs: number): OpenSourceModel['curve'] {
  return curve.filter(({ fromMs }) => fromMs < endMs).map((piece) => ({ ...piece, toMs: Math.min(piece.toMs, endMs) }));
}

/** What a result must say of any run. */
function check(result: Result): void {
  const { offered, good, failed, unfinished } = result.requests;
  expect(good + failed + unfinished).toBe(offered);
  expect(Object.values(result.outcomes).reduce((sum, count) => sum + count, 0)).toBe(good + failed);
  expect(result.causes.reduce((sum, { count }) => sum + count, 0)).toBe(failed);
  for (const { entered, left, inside } of Object.values(result.stages)) expect(entered).toBe(left + inside);
  const { mean, p50, p95, p99, max } = result.latencyMs;
  if (mean !== null)
    for (const [less, more] of [
      [p50, p95],
      [p95, p99],
      [p99, max],
    ])
      expect(less!).toBeLessThanOrEqual(more! + 1e-9);
  expect(JSON.stringify(result)).not.toMatch(/NaN|Infinity/);
  for (const share of [result.availability.requests, result.availability.time])
    if (share !== null) expect(share).toBeLessThanOrEqual(1);
}
