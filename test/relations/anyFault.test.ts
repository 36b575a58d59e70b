/**
 * 2,000 scenarios made up at random, in each of which several things happen at random instants: daemons killed in the middle of
 * a reload, the machine without power while a migration waits, all at once. Whatever happens, every request ends once, nothing is given
 * out twice, times add up and the run comes to its end: the product's own checks are on and stop a run that breaks one.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Model, OpenSourceModel } from '../../src/model.js';
import { toModel } from '../../src/scenario/scenario.js';
import { run } from '../../src/simulate.js';
import type { Result } from '../../src/telemetry/result.js';
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

test('when nobody comes any more, all that was in use is free again', { timeout: 300_000 }, () => {
  const left: string[] = [];
  for (const [index, site] of sites.entries()) {
    const model = toModel(site);
    const events = eventsOn(site, index * COURSES);
    const { stages } = run({
      ...model,
      durationMs: 600_000,
      windows: [{ name: 'all', fromMs: model.warmupMs, toMs: 600_000 }],
      events,
      // Visits end, and browsers do not load an error page again in half an hour.
      visitors: { ...model.visitors, autoReloadMs: null },
      traffic: model.traffic.flatMap((source) =>
        source.kind === 'open' ? [{ ...source, visitors: undefined, curve: until(source.curve, 3000) }] : [],
      ),
    });
    for (const [stage, { inside, details }] of Object.entries(stages)) {
      if (inside !== 0) left.push(`${index}: ${inside} in ${stage}\n${JSON.stringify(courses[index * COURSES])}`);
      for (const name of MUST_BE_GIVEN_BACK)
        if ((details[name] ?? 0) !== 0) left.push(`${index}: ${details[name]} ${name} in ${stage}`);
    }
  }
  expect(left).toEqual([]);
});

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
