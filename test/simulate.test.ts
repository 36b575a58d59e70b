import {
  EMPTY,
  firstValueFrom,
  interval,
  lastValueFrom,
  map,
  merge,
  mergeMap,
  of,
  range,
  takeUntil,
  tap,
  throwError,
  timer,
  toArray,
} from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { VirtualClock } from '../src/engine/clock.js';
import { always } from '../src/engine/law.js';
import { OverBudgetError } from '../src/engine/overBudget.js';
import type { Model } from '../src/model.js';
import { type Frame, followOne, run, type SimulateOptions, SimulationError, simulate } from '../src/simulate.js';
import { silent } from './stages/story.js';
import { type Bare, bare, exponential, filePage, poisson, scriptPage, users } from './support/bare.js';

/** A visitor to the first page. */
const somebody = { source: 0, page: 0 };

describe('run', () => {
  it('is one answer, the whole of it', () => {
    const result = run(calm());
    expect(result).toMatchObject({ scenario: 'bare', seed: '1', runs: 1, durationMs: 20_000, partial: false });
    expect(result.requests.offered).toBeGreaterThan(100);
    expect(result.requests.good + result.requests.unfinished).toBe(result.requests.offered);
  });

  it('the same for the same seed, to the last byte, and another for another seed or replication', () => {
    const answer = (parts: Bare, options: SimulateOptions = {}) => JSON.stringify(run(calm(parts), options));
    expect(answer({})).toBe(answer({}));
    expect(answer({}, { run: 0 })).toBe(answer({}));
    expect(answer({ seed: '2' })).not.toBe(answer({}));
    expect(answer({}, { run: 1 })).not.toBe(answer({}));
  });

  it('takes arrivals in place of its own, on its clock', () => {
    const seen: number[] = [];
    const arrivals = (clock: VirtualClock) =>
      merge(of(somebody), timer(10, clock).pipe(map(() => somebody)), interval(1000, clock).pipe(map(() => somebody))).pipe(
        tap(() => seen.push(clock.now())),
        takeUntil(timer(2500, clock)),
      );
    const { requests, latencyMs } = run(quiet({ durationMs: 5000, pages: [filePage()] }), { arrivals });
    expect(seen).toEqual([0, 10, 1000, 2000]);
    expect(requests).toEqual({ offered: 4, good: 4, failed: 0, unfinished: 0 });
    expect(latencyMs.max).toBe(0);
  });

  it('what begins before the warm-up is over does not count, when it ends does not matter', () => {
    const late = {
      ...quiet({ durationMs: 10_000, warmupMs: 5000, pages: [scriptPage({ waitMs: always(2000) })], php: { maxChildren: 9 } }),
    };
    const at = (...times: number[]) => ({
      arrivals: (clock: VirtualClock) => merge(...times.map((ms) => timer(ms, clock))).pipe(map(() => somebody)),
    });
    expect(run(late, at(1000, 4999)).requests).toMatchObject({ offered: 0, good: 0 });
    expect(run(late, at(4999, 5001, 9000)).requests).toEqual({ offered: 2, good: 1, failed: 0, unfinished: 1 });
  });

  it('an exception in a step stops it at that event, with all that repeats it', () => {
    const model = calm({ name: 'broken', seed: '42' });
    const cause = new Error('no such thing');
    const broken = (clock: VirtualClock) => {
      clock.at(
        1234,
        () => {
          throw cause;
        },
        undefined,
      );
      return timer(100, clock).pipe(map(() => somebody));
    };
    const error = thrownBy(() => run(model, { arrivals: broken }));
    expect(error).toBeInstanceOf(SimulationError);
    expect(error).toMatchObject({ scenario: 'broken', seed: '42', timeMs: 1234, name: 'SimulationError' });
    expect((error as Error).message).toBe('scenario broken, seed 42, at 1234 ms: no such thing');
    expect((error as Error).cause).toBe(cause);
  });

  it('an exception in the arrivals does the same', () => {
    const at = (ms: number) => (clock: VirtualClock) =>
      timer(ms, clock).pipe(
        map(() => {
          throw new Error('the log ends in the middle of a line');
        }),
      );
    expect(() => run(calm(), { arrivals: at(2500) })).toThrow(
      'scenario bare, seed 1, at 2500 ms: the log ends in the middle of a line',
    );
    expect(() => run(calm(), { arrivals: () => throwError(() => 'nothing to read') })).toThrow(
      'scenario bare, seed 1, at 0 ms: nothing to read',
    );
    expect(() => run(calm({ warmupMs: 15_000 }), { arrivals: () => throwError(() => new Error('early')) })).toThrow(
      'at 0 ms: early',
    );
  });

  it('nothing happens after the event that went wrong', () => {
    let after = 0;
    const arrivals = (clock: VirtualClock) =>
      merge(
        timer(1000, clock).pipe(mergeMap(() => throwError(() => new Error('stop')))),
        timer(1000, clock).pipe(
          tap(() => {
            after += 1;
          }),
          map(() => somebody),
        ),
      );
    expect(() => run(calm(), { arrivals })).toThrow('at 1000 ms: stop');
    expect(after).toBe(0);
  });

  it('too many requests are refused before they begin', () => {
    const message = (parts: Bare) => (thrownBy(() => run(bare(parts))) as Error | undefined)?.message;
    expect(message({ durationMs: 3_600_000, traffic: [poisson(1e6)] })).toBe(
      'the scenario asks for some 3.6e+9 requests; a run may have 1e+9',
    );
    expect(thrownBy(() => run(bare({ durationMs: 3_600_000, traffic: [poisson(1e6)] })))).toBeInstanceOf(OverBudgetError);
    expect(message({ traffic: [users(2e9, always(1))] })).toBe(
      'the scenario asks for some 2.0e+14 requests; a run may have 1e+9',
    );
    const bursty = {
      kind: 'bursty',
      name: 'b',
      mix: null,
      highRate: 1,
      highMs: 1,
      lowRate: 1e8,
      lowMs: 1,
      fromMs: 0,
      toMs: 1e5,
    } as const;
    expect(message({ traffic: [bursty] })).toContain('1.0e+10 requests');
    expect(
      message({ durationMs: 1000, traffic: [poisson(0, { curve: [{ fromMs: 5000, toMs: 1e9, fromRate: 1e9, toRate: 1e9 }] })] }),
    ).toBeUndefined();
  });

  it('a model that stands still is over budget, not wrong', () => {
    const arrivals = (clock: VirtualClock) => {
      const again = () => void clock.after(0, again, undefined);
      again();
      return EMPTY;
    };
    const error = thrownBy(() => run(calm(), { arrivals }));
    expect(error).toBeInstanceOf(OverBudgetError);
    expect((error as Error).message).toContain('again (100 %)');
  });
});

describe('simulate', () => {
  it('gives a frame a second, and completes with the last', async () => {
    const frames = await lastValueFrom(simulate(calm({ durationMs: 5500 })).pipe(toArray()));
    expect(frames.map(({ timeMs }) => timeMs)).toEqual([1000, 2000, 3000, 4000, 5000, 5500]);
    for (const frame of frames) {
      expect(frame.durationMs).toBe(5500);
      expect(frame.begun - frame.ended).toBe(frame.inside);
    }
    expect(frames.map(({ begun }) => begun)).toEqual([...frames.map(({ begun }) => begun)].sort((a, b) => a - b));
    expect(frames[0].p95).toBeGreaterThan(0);
  });

  it('a step of the series grows with the run: never more than 1,200 frames', async () => {
    const count = async (durationMs: number) => (await lastValueFrom(simulate(quiet({ durationMs })).pipe(toArray()))).length;
    expect(await count(1_200_000)).toBe(1200);
    expect(await count(1_200_001)).toBe(601);
    expect(await count(86_400_000)).toBe(720);
  });

  it('has no p95 where nobody was answered', async () => {
    const frame = await firstValueFrom(simulate(quiet({ durationMs: 2000 })));
    expect(frame).toMatchObject({ timeMs: 1000, begun: 0, ended: 0, inside: 0, p95: null });
  });

  it('its last answer is that of a run in one go', async () => {
    const last = await lastValueFrom(simulate(calm({ durationMs: 60_000, traffic: [poisson(400)] })));
    expect(last.result()).toEqual(run(calm({ durationMs: 60_000, traffic: [poisson(400)] })));
  });

  it('and it is, too, if more happens at the very end than fits in one slice', async () => {
    const arrivals = (clock: VirtualClock) =>
      timer(2000, clock).pipe(
        mergeMap(() => range(0, 50_000)),
        map(() => somebody),
      );
    const model = quiet({ durationMs: 2000, pages: [filePage()] });
    const frames = await lastValueFrom(simulate(model, { arrivals }).pipe(toArray()));
    expect(frames.at(0)).toMatchObject({ timeMs: 1000, ended: 0 });
    expect(frames.at(-1)).toMatchObject({ timeMs: 2000, begun: 50_000, ended: 50_000, inside: 0 });
    expect(frames.at(-1)!.result()).toEqual(run(model, { arrivals }));
  });

  it('gives frames within a long step, too, one a slice, so that it can be stopped with an answer at any time', async () => {
    // Two hours have steps of ten seconds; three quarters of a million events are in the last.
    const arrivals = (clock: VirtualClock) =>
      timer(7_191_000, clock).pipe(
        mergeMap(() => range(0, 100_000)),
        map(() => somebody),
      );
    const frames = await lastValueFrom(
      simulate(quiet({ durationMs: 7_200_000, pages: [filePage()], nginx: { workerProcesses: 1, staticMs: always(0.05) } }), {
        arrivals,
      }).pipe(toArray()),
    );
    const within = frames.filter(({ timeMs }) => timeMs > 7_190_000 && timeMs < 7_200_000);
    expect(within.length).toBeGreaterThan(3);
    const ended = within.map((frame) => frame.result({ partial: true }).requests.good);
    expect(ended).toEqual([...ended].sort((a, b) => a - b));
    expect(frames.at(-1)).toMatchObject({ timeMs: 7_200_000, ended: 100_000 });
  });

  it('does nothing until somebody subscribes, and nothing more once they have left', async () => {
    let arrived = 0;
    const arrivals = (clock: VirtualClock) =>
      interval(1, clock).pipe(
        tap(() => {
          arrived += 1;
        }),
        map(() => somebody),
      );
    const running = simulate(quiet({ durationMs: 1e6, pages: [filePage()] }), { arrivals });
    await turn();
    expect(arrived).toBe(0);
    const frames: number[] = [];
    const subscription = running.subscribe(({ timeMs }) => {
      frames.push(timeMs);
      if (timeMs === 3000) subscription.unsubscribe();
    });
    await turn();
    await turn();
    expect(frames).toEqual([1000, 2000, 3000]);
    expect(arrived).toBe(3000);
    const left = running.subscribe(() => expect.fail('left before the first slice'));
    left.unsubscribe();
    await turn();
  });

  it('lets the event loop have its turn while it runs', async () => {
    const model = calm({ durationMs: 100_000, traffic: [poisson(1000)], php: { maxChildren: 500 } });
    let turns = 0;
    let running = true;
    const count = () => {
      turns += 1;
      if (running) setImmediate(count);
    };
    setImmediate(count);
    await lastValueFrom(simulate(model));
    running = false;
    expect(turns).toBeGreaterThan(3);
  });

  it('a run that is cut short has a partial answer', async () => {
    const frames: Frame[] = [];
    await new Promise<void>((resolve) => {
      const subscription = simulate(calm()).subscribe((frame) => {
        frames.push(frame);
        if (frame.timeMs < 5000) return;
        subscription.unsubscribe();
        resolve();
      });
    });
    const result = frames[4].result({ partial: true });
    expect(result).toMatchObject({
      partial: true,
      durationMs: 5000,
      warnings: expect.arrayContaining(['interrupted at 5 s of 20 s']),
    });
    expect(result.series.offered).toHaveLength(5);
    expect(result.series.offered.reduce((sum, count) => sum + count, 0)).toBe(result.requests.offered);
    expect(result.perSecond.offered).toBeCloseTo(result.requests.offered / 5, 9);
    expect(result.windows[0]).toMatchObject({ fromMs: 0, toMs: 5000 });
  });

  it('what goes wrong comes by the error channel', async () => {
    const broken = (clock: VirtualClock) => timer(1500, clock).pipe(mergeMap(() => throwError(() => new Error('broken'))));
    const frames: number[] = [];
    const error = await new Promise<unknown>((resolve) => {
      simulate(calm(), { arrivals: broken }).subscribe({ next: ({ timeMs }) => frames.push(timeMs), error: resolve });
    });
    expect(frames).toEqual([1000]);
    expect(error).toMatchObject({ name: 'SimulationError', timeMs: 1500 });
    const early = await new Promise<unknown>((resolve) => {
      simulate(bare({ durationMs: 1e9, traffic: [poisson(1e6)] })).subscribe({ error: resolve });
    });
    expect(early).toBeInstanceOf(OverBudgetError);
  });

  it('reads no clock but its own', async () => {
    const now = vi.spyOn(Date, 'now');
    const random = vi.spyOn(Math, 'random');
    await lastValueFrom(simulate(calm()));
    expect([now.mock.calls.length, random.mock.calls.length]).toEqual([0, 0]);
    now.mockRestore();
    random.mockRestore();
  });
});

describe('followOne', () => {
  const site = (parts: Bare = {}): Model =>
    bare({
      durationMs: 10_000,
      pages: [filePage({ path: '/logo.png' }), scriptPage({ waitMs: always(10) }, { path: '/shop' })],
      php: { maxChildren: 2, listenBacklog: 0 },
      traffic: [poisson(0, { spacing: 'even', curve: [{ fromMs: 0, toMs: 10_000, fromRate: 10, toRate: 10 }] })],
      ...parts,
    });

  it('without a wish follows the first after the warm-up that asks PHP', () => {
    const trace = followOne(site({ warmupMs: 3000 }));
    expect(trace).toMatchObject({ scenario: 'bare', seed: '1', page: '/shop', outcome: '200' });
    expect(trace!.arrivedMs).toBeGreaterThanOrEqual(3000);
    expect(trace!.arrivedMs).toBeLessThan(5000);
  });

  it('follows the request of that number, warm-up or not', () => {
    expect(followOne(site({ warmupMs: 3000 }), { request: 1 })).toMatchObject({ request: 1, arrivedMs: 0 });
    expect(followOne(site(), { request: 21 })).toMatchObject({ request: 21, arrivedMs: expect.closeTo(2000, 6) });
    expect(followOne(site(), { request: 101 })).toBeNull();
    expect(followOne(site(), { request: 5, atMs: 5000 })).toBeNull();
  });

  it('follows the first that begins then or later', () => {
    const trace = followOne(site({ pages: [scriptPage()] }), { atMs: 4950 });
    expect(trace).toMatchObject({ request: 51, arrivedMs: expect.closeTo(5000, 6) });
    expect(followOne(site(), { atMs: 9999 })).toBeNull();
  });

  it('follows the first of that page', () => {
    expect(followOne(site(), { page: '/logo.png' })?.page).toBe('/logo.png');
    expect(followOne(site(), { page: '/nowhere' })).toBeNull();
  });

  it('follows the first that ends so', () => {
    const busy = site({
      pages: [scriptPage({ waitMs: always(350) }, { path: '/shop' })],
      php: { maxChildren: 2, listenBacklog: 0 },
    });
    expect(followOne(busy, { outcome: '200' })).toMatchObject({ request: 1 });
    const refused = followOne(busy, { outcome: '502' });
    expect(refused).toMatchObject({ outcome: '502', cause: 'listen queue full' });
    expect(refused!.request).toBe(4);
    expect(followOne(busy, { outcome: '504' })).toBeNull();
  });

  it('on a site without PHP follows whoever comes', () => {
    expect(followOne(site({ php: null, mysql: null, pages: [filePage({ path: '/logo.png' })] }))).toMatchObject({
      request: 1,
      page: '/logo.png',
    });
  });

  it('changes nothing: it is the request of the same run', () => {
    const model = calm();
    const trace = followOne(model, { request: 50 });
    expect(trace).toEqual(followOne(model, { request: 50 }));
    expect(trace!.endedMs - trace!.arrivedMs).toBeLessThanOrEqual(run(model).latencyMs.max!);
  });
});

/** Visitors at random, of whom the one child has some to wait. */
function calm(parts: Bare = {}): Model {
  return bare({ durationMs: 20_000, traffic: [poisson(10)], pages: [scriptPage({ waitMs: exponential(40) })], ...parts });
}

/** Nobody comes of themselves. */
function quiet(parts: Bare): Model {
  return { ...bare(parts), traffic: [silent] };
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
