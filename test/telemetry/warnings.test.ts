import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { Happening } from '../../src/model.js';
import { type Click, secondBySecond, story, storyOf } from '../stages/story.js';
import { bare, filePage, poisson, scriptPage } from '../support/bare.js';

describe('warnings', () => {
  const warned = (clicks: readonly Click[]) => story(bare({ pages: [filePage()] }), clicks).result.warnings;

  it('a percentile that rests on fewer than ten slower answers says so', () => {
    expect(warned([[0, 0, 100]])).toEqual(['p95, p99, p99.9 rest on fewer than 10 slower answers of 100']);
    expect(warned([[0, 0, 200]])).toEqual(['p99, p99.9 rest on fewer than 10 slower answers of 200']);
    expect(warned([[0, 0, 1000]])).toEqual(['p99.9 rests on fewer than 10 slower answers of 1000']);
    expect(warned([[0, 0, 10_000]])).toEqual([]);
  });

  it('where nobody came, or nobody was answered, there is nothing to report', () => {
    expect(warned([])).toEqual(['no request began in the counted time: there is nothing to report']);
    const refused = story(bare({ php: { maxChildren: 0, listenBacklog: -1 } }), [0]).result;
    expect(refused.warnings).toEqual(['no request was answered well: there are no latencies to report']);
  });

  it('a run that cannot keep up is unstable', () => {
    const unstable = (rate: number) =>
      storyOf(bare({ traffic: [poisson(rate)], pages: [scriptPage({ waitMs: always(100) })] })).result.warnings.some((text) =>
        text.startsWith('unstable'),
      );
    expect([unstable(5), unstable(20)]).toEqual([false, true]);
  });

  it('so is whom the kernel killed', () => {
    const events = [{ name: 'job', atMs: 100, forMs: null, because: '', what: jobOf(30) }];
    const { warnings } = story(bare({ host: { memoryBytes: 50 }, php: { childBytes: 11 }, mysql: null, events }), []).result;
    expect(warnings).toContain('memory ran out: the kernel killed cron, 2 times in all');
  });

  it('more memory than there is is told', () => {
    const { warnings } = story(bare({ host: { memoryBytes: 10, swapBytes: 10 }, php: { childBytes: 11 } }), []).result;
    expect(warnings).toContain('more memory was held than the host has: what was beyond it lay on swap');
  });

  it('an interrupted run says where', async () => {
    const frames = await secondBySecond(bare({ durationMs: 3000 }), [], ({ warnings }) => warnings);
    expect(frames.flat().some((text) => text.includes('interrupted'))).toBe(false);
  });
});

const jobOf = (memoryBytes: number): Happening => ({
  verb: 'cron',
  on: 'host',
  job: { processes: 3, cpuMs: 1e6, reads: 0, memoryBytes },
});
