/**
 * Where more is not better. Each is a story with exact numbers that a simulator must tell as it is; whoever checks that "more helps"
 * must leave these out.
 */
import { describe, expect, it } from 'vitest';
import { always } from '../src/engine/law.js';
import type { RetryModel, VisitorsModel } from '../src/model.js';
import { run } from '../src/simulate.js';
import { story } from './stages/story.js';
import { bare, exponential, poisson, query, scriptPage } from './support/bare.js';
import { served } from './support/replicate.js';
import { stayIn, watch } from './support/watch.js';

const patience = (ms: number): Partial<VisitorsModel> => ({ patienceMs: always(ms) });
const good = (ends: readonly string[]) => ends.filter((end) => end.includes(': 200 '));

describe('more is not always better', () => {
  it('P1 more children on one core: two requests that share it are both late, one after the other one is not', () => {
    const onTime = (maxChildren: number) =>
      story(
        bare({
          host: { cores: 1 },
          php: { maxChildren },
          pages: [scriptPage({ cpuMs: always(10) })],
          visitors: patience(15),
        }),
        [0, 0],
      );
    expect(onTime(1).ends).toEqual([
      '10 ms: 200 to the click at 0 ms',
      '15 ms: 499 (the visitor left before nginx had an answer) to the click at 0 ms',
    ]);
    expect(good(onTime(2).ends)).toEqual([]);
    expect(onTime(2).result.host.cpu.utilisation).toBeCloseTo(20 / 100_000 / 1, 12);
  });

  it('P2 a longer line: one long request is let in, and fifty short ones find no place', () => {
    const pages = [10, 100, 1].map((ms, index) => scriptPage({ waitMs: always(ms) }, { path: `/${index}` }));
    const short = Array.from({ length: 50 }, (_, index) => [11 + 2 * index, 2] as const);
    const doneBy110 = (listenBacklog: number) => {
      const model = bare({ php: { maxChildren: 1, listenBacklog }, pages });
      const { ends, result } = story(model, [[0, 0], [1, 1], ...short]);
      return { done: good(ends).filter((end) => Number(end.split(' ')[0]) <= 110).length, accepted: result.requests.good };
    };
    // Linux lets one connection more wait than the backlog says.
    expect(doneBy110(-1)).toEqual({ done: 51, accepted: 51 });
    expect(doneBy110(0)).toEqual({ done: 2, accepted: 3 });
  });

  it('P3 a faster first stage: the long request comes to the second before the short one', () => {
    const sojourns = (firstMs: number) => {
      const page = (path: string, first: number, second: number) =>
        scriptPage(
          { queries: [query({ cpuMs: always(first) }), query({ row: 'counter', holdMs: always(second), commit: true })] },
          { path },
        );
      const model = bare({ php: { maxChildren: 2 }, pages: [page('/long', firstMs, 100), page('/short', 4, 1)] });
      return story(model, [
        [0, 0],
        [0, 1],
      ]).tookMs;
    };
    expect(sojourns(5)).toEqual([5, 105]); // the short one first; 55 on average
    expect(sojourns(3)).toEqual([103, 104]); // the long one first; 103.5 on average
  });

  it('P4 retries: the second attempt takes the place of somebody who would have been in time', () => {
    const retry: RetryModel = {
      attempts: 2,
      backoffMs: 0,
      multiplier: 1,
      capMs: 0,
      jitter: 'none',
      budget: null,
      on: ['timeout'],
    };
    const clicks = [0, 2, 21, 32];
    const model = (visitors: Partial<VisitorsModel>) =>
      bare({ pages: [scriptPage({ waitMs: always(10) })], visitors: { ...patience(15), ...visitors } });
    expect(good(story(model({}), clicks).ends)).toHaveLength(3);
    const { ends, result } = story(model({ retry }), clicks);
    expect(good(ends)).toEqual(['10 ms: 200 to the click at 0 ms', '30 ms: 200 to the click at 17 ms']);
    expect(result.views).toMatchObject({ begun: 4, good: 2, attempts: 7, again: { retry: 3 } });
  });

  it('P5 more load: a server that works on for those who have left serves fewer of more', () => {
    const onTime = [80, 95, 99].map((rate) =>
      served(
        run(
          bare({
            durationMs: 20_000_000,
            warmupMs: 2_000_000,
            pages: [scriptPage({ waitMs: exponential(10) })],
            visitors: patience(100),
            traffic: [poisson(rate)],
          }),
        ),
      ),
    );
    // M/M/1: λ · (1 - e^(-(μ - λ) T)) = 69.17, 37.38 and 9.42 a second; the laws have the intervals.
    expect(onTime[0]).toBeGreaterThan(67);
    expect(onTime[0]).toBeLessThan(71);
    expect(onTime[1]).toBeGreaterThan(32);
    expect(onTime[1]).toBeLessThan(43);
    expect(onTime[2]).toBeLessThan(25);
  });

  it('P6 more children: the line moves to the database, where everybody holds a child', () => {
    const of = (maxChildren: number) => {
      const { stages } = run(
        bare({
          durationMs: 4_000_000,
          warmupMs: 60_000,
          host: { cores: 2, disk: { iops: Infinity, queueDepth: 1, latencyMs: exponential(20), fsyncMs: always(0) } },
          php: { maxChildren },
          mysql: { bufferPoolBytes: 0 },
          pages: [scriptPage({ queries: [query({ cpuMs: exponential(40), reads: always(1) })] })],
          traffic: [poisson(30)],
        }),
      );
      return {
        inLine: stages['php-fpm'].queue.mean / 0.03,
        held: stages.mysql.timeMs.mean!,
        all: stages['php-fpm'].timeMs.mean!,
      };
    };
    const [eight, sixteen] = [of(8), of(16)];
    // V35: the wait before PHP-FPM falls from 5.5 to 0.1 ms, the hold grows from 107.7 to 112.4 ms; the sum hardly moves.
    expect(eight.inLine - sixteen.inLine).toBeGreaterThan(3.5);
    expect(eight.inLine - sixteen.inLine).toBeLessThan(7.5);
    expect(sixteen.held - eight.held).toBeGreaterThan(2.5);
    expect(sixteen.held - eight.held).toBeLessThan(7);
    expect(Math.abs(sixteen.all - eight.all)).toBeLessThan(3);
  });

  it('P7 a longer patience: under overload a few more are in time, and then nobody, however long they wait', () => {
    const clicks = Array.from({ length: 400 }, (_, index) => 5 * index);
    const inTime = (ms: number) =>
      good(story(bare({ pages: [scriptPage({ waitMs: always(10) })], visitors: patience(ms) }), clicks).ends).length;
    // Every 5 ms one comes, every 10 ms one is done: the n-th takes 10 + 5 n ms, and is in time up to n = (T - 10) / 5.
    expect([9, 10, 14, 15, 19, 100, 1000].map(inTime)).toEqual([0, 1, 1, 2, 2, 19, 199]);
  });

  it("P8 one child more changes nobody's needs, so that nobody is later for it", () => {
    const requests = (maxChildren: number) =>
      watch(
        bare({
          durationMs: 60_000,
          php: { maxChildren },
          pages: [scriptPage({ waitMs: exponential(10) })],
          traffic: [poisson(90, { curve: [{ fromMs: 0, toMs: 50_000, fromRate: 90, toRate: 90 }] })],
        }),
      );
    const [one, two] = [requests(1), requests(2)];
    expect(two.length).toBe(one.length);
    let sooner = 0;
    for (const [index, request] of one.entries()) {
      const other = two[index];
      expect([other.seedHigh, other.seedLow, other.arrivedMs]).toEqual([request.seedHigh, request.seedLow, request.arrivedMs]);
      expect(other.endedMs).toBeLessThanOrEqual(request.endedMs);
      const need = (of: typeof request) =>
        stayIn(of, 'php-fpm').toMs - stayIn(of, 'php-fpm').fromMs - stayIn(of, 'php-fpm').waitedMs;
      expect(need(other)).toBeCloseTo(need(request), 6);
      if (other.endedMs < request.endedMs) sooner += 1;
    }
    expect(sooner).toBeGreaterThan(1000);
  });
});

it('M6 a visitor who gives up: PHP works on for 10 ms, 4 of them after they have left, and only one answer is of use', () => {
  const { ends, result } = story(
    bare({
      durationMs: 1000,
      pages: [scriptPage({ waitMs: always(10) })],
      visitors: { ...patience(15), reload: { chance: 0, afterMs: always(0), times: 1 } },
    }),
    [0, 1],
  );
  expect(ends).toEqual([
    '10 ms: 200 to the click at 0 ms',
    '16 ms: 499 (the visitor left before nginx had an answer) to the click at 1 ms',
  ]);
  // Busy to 20 ms, of which the second half was for nobody; a server that noticed would have stopped at 16.
  expect(result.stages['php-fpm'].utilisation).toBeCloseTo(20 / 1000, 12);
  expect(result.series.forNobody).toEqual([0.5]);
});
