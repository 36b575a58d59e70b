/**
 * A surge to twice the capacity, against the measured stack, group D: /php.php on one core, 8 static children, a listen queue of
 * 511: 80 a second for 10 s, 402 for 10 s, 80 again. The same arrivals. CPU of a request is what the stack had while its queue was
 * full: of each second, 0.1 ms for each of some 197 refusals (group B), and the rest for some 205 answers.
 */
import { readFileSync } from 'node:fs';
import { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Kind } from '../../src/engine/agenda.js';
import type { VirtualClock } from '../../src/engine/clock.js';
import { always } from '../../src/engine/law.js';
import { toModel } from '../../src/scenario/scenario.js';
import { run } from '../../src/simulate.js';
import type { Arrival } from '../../src/stages/lifecycle.js';
import type { Ended } from '../../src/stages/onlooker.js';
import { schedule } from '../../src/validate/schedule.js';

/** Measured stack, group D: three runs; answers a second from 13 to 20 s, 502s, and seconds until p95 was as before. */
const MEASURED = [
  { seed: 101, perSecond: 207, refused: 1502, recoveryS: 4 },
  { seed: 202, perSecond: 201, refused: 1390, recoveryS: 4 },
  { seed: 303, perSecond: 205, refused: 1367, recoveryS: 4 },
];
const STEP_DOWN_S = 20;
const OFFERED = 401.538;
/** CPU of nginx to accept, to try and to apologise, in ms. */
const REFUSAL_MS = 0.1;

describe.each(MEASURED)('seed $seed', ({ seed, perSecond, refused, recoveryS }) => {
  const ended = surge(seed, (1000 - (OFFERED - perSecond) * REFUSAL_MS) / perSecond);

  it('as many 502s, within a tenth', () => {
    const predicted = ended.filter(({ outcome }) => outcome === '502').length;
    expect(Math.abs(predicted / refused - 1)).toBeLessThan(0.1);
  });

  it('they come from two seconds after the step up to the step down, and no others', () => {
    const failed = ended.filter(({ outcome }) => outcome !== '200');
    const times = failed.map(({ arrivedMs }) => arrivedMs / 1000);
    expect(new Set(failed.map(({ outcome }) => outcome))).toEqual(new Set(['502']));
    expect(Math.min(...times)).toBeGreaterThan(11.8);
    expect(Math.min(...times)).toBeLessThan(13);
    expect(Math.max(...times)).toBeGreaterThan(19.9);
    expect(Math.max(...times)).toBeLessThan(20.1);
  });

  it('p95 is back to normal when it was, within a fifth', () => {
    // By the arithmetic: 512 wait, and go by 209 - 80 a second.
    expect(Math.abs(recovery(ended) / recoveryS - 1)).toBeLessThanOrEqual(0.2);
  });
});

function surge(seed: number, cpuMs: number): readonly Ended[] {
  const scenario = {
    name: 'measured surge',
    about: 'Twice the capacity for ten seconds.',
    site: './stack.site.yaml',
    duration: '60s',
    traffic: [{ rate: '0/s' }],
    visitors: { round_trip: '30us', patience: '10s', keep_alive: 'off' },
  };
  const readSite = () => readFileSync('bench/real-stack/stack.site.yaml', 'utf8');
  const model = toModel(scenario, { readSite, set: ['php-fpm.pm.max_children=8'] });
  const page = model.pages.findIndex(({ path }) => path === '/php.php');
  const ofPhp = always(cpuMs - 0.159); // Nginx has 0.159 ms of it.
  const pages = model.pages.map((each, at) => (at === page ? { ...each, script: { ...each.script!, cpuMs: ofPhp } } : each));
  const sent = schedule(seed, '80.308:10,401.538:10,80.308:30', [1]);
  const arrivals = (clock: VirtualClock) =>
    new Observable<Arrival>((subscriber) => {
      for (const { atMs } of sent) clock.at(atMs, () => subscriber.next({ source: 0, page }), undefined, Kind.arrival);
    });
  const ended: Ended[] = [];
  run({ ...model, pages }, { arrivals, ended: (request) => ended.push(request) });
  expect(ended.length).toBe(sent.length);
  return ended;
}

/**
 * The rule of the measured runs: the first of three seconds of arrivals without failures whose p95 is at most twice the base and
 * 5 ms. They look at whole seconds, which cannot tell a fifth of four; here a second may begin at any quarter.
 */
function recovery(ended: readonly Ended[]): number {
  const p95 = (fromS: number, toS: number) => {
    const within = ended.filter(({ arrivedMs }) => arrivedMs >= 1000 * fromS && arrivedMs < 1000 * toS);
    if (within.some(({ outcome }) => outcome !== '200')) return Infinity;
    const times = within.map(({ arrivedMs, endedMs }) => endedMs - arrivedMs).sort((a, b) => a - b);
    return times[Math.ceil(0.95 * times.length) - 1];
  };
  const most = 2 * p95(0, 10) + 5;
  for (let s = STEP_DOWN_S; ; s += 0.25) if ([0, 1, 2].every((k) => p95(s + k, s + k + 1) <= most)) return s - STEP_DOWN_S;
}
