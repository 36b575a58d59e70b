import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { EventModel, Happening } from '../../src/model.js';
import { bare, query, scriptPage } from '../support/bare.js';
import { story } from './story.js';

const event = (atMs: number, what: Happening, forMs: number | null = null): EventModel => ({
  name: what.verb,
  atMs,
  forMs,
  because: '',
  what,
});
const site = (cores: number, cpuMs: number, events: EventModel[]) =>
  bare({ durationMs: 10_000, host: { cores }, php: { maxChildren: 4 }, pages: [scriptPage({ cpuMs: always(cpuMs) })], events });

describe('steal', () => {
  it('half of each core stolen: everything takes twice as long, while it lasts', () => {
    const events = [event(10, { verb: 'steal', on: 'cpu', share: 0.5 }, 40)];
    // 10 ms at full speed, 40 ms at half of it, and the last 20 at full speed again.
    expect(story(site(1, 50, events), [0]).tookMs).toEqual([70]);
  });

  it('two thieves take from what the other leaves, and go in any order', () => {
    const events = [
      event(0, { verb: 'steal', on: 'cpu', share: 0.5 }, 40),
      event(0, { verb: 'steal', on: 'cpu', share: 0.5 }, 20),
    ];
    // 20 ms at a quarter: 5. 20 ms at a half: 10. The other 15 at full speed.
    expect(story(site(1, 30, events), [0]).tookMs).toEqual([55]);
  });
});

describe('throttle', () => {
  it('one core of four, four at work: 25 ms run, 75 ms stand still in each period', () => {
    const events = [event(0, { verb: 'throttle', on: 'cpu', cores: 1 }, 5000)];
    expect(story(site(4, 50, events), [[0, 0, 4]]).tookMs).toEqual([125, 125, 125, 125]);
  });

  it('who uses less than the quota does not notice it', () => {
    const events = [event(0, { verb: 'throttle', on: 'cpu', cores: 1 }, 5000)];
    expect(story(site(4, 300, events), [0]).tookMs).toEqual([expect.closeTo(300, 0)]);
  });

  it('over many periods as much is given as the quota says', () => {
    const events = [event(0, { verb: 'throttle', on: 'cpu', cores: 0.3 }, 9000)];
    const [tookMs] = story(site(1, 600, events), [0]).tookMs;
    // 20 periods of 30 ms; the last ends within its own 30 ms.
    expect(tookMs).toBeGreaterThan(1900);
    expect(tookMs).toBeLessThanOrEqual(1930 + 1e-6);
  });

  it('of two quotas each holds: a period of the one does not begin before that of the other', () => {
    const quota = (atMs: number, cores: number) => event(atMs, { verb: 'throttle', on: 'cpu', cores }, 5000);
    // 30 ms run, nothing until 100, and the other 30 ms then; at 50 the second quota begins, which is never used up.
    expect(story(site(1, 60, [quota(0, 0.3), quota(50, 0.9)]), [0]).tookMs[0]).toBeCloseTo(130, 0);
  });

  it('its end lets everything run at once', () => {
    const events = [event(0, { verb: 'throttle', on: 'cpu', cores: 0.1 }, 50)];
    expect(story(site(1, 20, events), [0]).tookMs[0]).toBeCloseTo(60, 0);
  });
});

describe('a slow disk', () => {
  it('every read takes so many times as long, those that have begun apart', () => {
    const model = bare({
      durationMs: 1000,
      host: { disk: { iops: Infinity, queueDepth: 1, latencyMs: always(10), fsyncMs: always(0) } },
      mysql: { datasetBytes: 2 ** 40, bufferPoolBytes: 1 },
      pages: [scriptPage({ queries: [query({ reads: always(2) })] })],
      events: [event(5, { verb: 'slow', on: 'disk', times: 3 }, 100)],
    });
    expect(story(model, [0]).tookMs).toEqual([40]);
  });
});

describe('a batch job', () => {
  const job = { processes: 1, cpuMs: 100, reads: 10, memoryBytes: 1e6 };
  const withJob = (parts: Partial<typeof job>, cores = 1) =>
    bare({
      durationMs: 10_000,
      host: { cores, disk: { iops: Infinity, queueDepth: 1, latencyMs: always(2), fsyncMs: always(0) } },
      pages: [scriptPage({ cpuMs: always(50) })],
      events: [event(0, { verb: 'cron', on: 'host', job: { ...job, ...parts } })],
    });

  it('takes its part of the core from the visitors', () => {
    // Turns of 10 ms with 2 ms of reading between them: while both compute each has half a core.
    const { tookMs, result } = story(withJob({ reads: 0 }), [0]);
    expect(tookMs).toEqual([100]);
    expect(result.host.cpu.by.cron).toBeCloseTo(100 / 10_000, 12);
  });

  it('reads between its turns, and the visitors have the core to themselves meanwhile', () => {
    const { tookMs, result } = story(withJob({}), [0]);
    // Each turn of 10 ms takes 20 beside the visitor, who then has 2 ms alone: 12 ms for every 22, so four turns bring 48.
    expect(tookMs).toEqual([92]);
    expect(result.host.disk.operations).toBe(10);
  });

  it('holds memory until it has done its part', () => {
    const { result } = story(withJob({ processes: 3, memoryBytes: 5e6 }), [0]);
    expect(result.host.memory.usedMax).toBeGreaterThanOrEqual(15e6);
    expect(result.host.memory.by.cron).toBe(15e6);
  });

  it('a job that only reads ends when it has read', () => {
    expect(story(withJob({ cpuMs: 0 }), [0]).tookMs).toEqual([50]);
  });
});
