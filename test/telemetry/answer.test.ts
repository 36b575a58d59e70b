import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { always } from '../../src/engine/law.js';
import { Host } from '../../src/host/host.js';
import { answer } from '../../src/telemetry/answer.js';
import { modelHash } from '../../src/telemetry/modelHash.js';
import { Telemetry } from '../../src/telemetry/telemetry.js';
import { VERSION } from '../../src/version.js';
import { secondBySecond, story, storyOf } from '../stages/story.js';
import { bare, exponential, filePage, poisson, query, scriptPage } from '../support/bare.js';

describe('answer', () => {
  it('says what was asked: the scenario, its hash, the seed, how long', () => {
    const model = bare({ name: 'surge', seed: '7', durationMs: 5000, warmupMs: 1000 });
    const asked = { ...model, about: 'A link goes up.', siteName: 'shop' };
    const { result } = storyOf(asked);
    expect(result).toMatchObject({
      format: 'lempsim.result/1',
      lempsim: VERSION,
      scenario: 'surge',
      about: 'A link goes up.',
      site: 'shop',
      scenarioHash: modelHash(asked),
      seed: '7',
      runs: 1,
      durationMs: 5000,
      warmupMs: 1000,
      partial: false,
    });
  });

  it('is plain data: it survives JSON as it is', () => {
    const { result } = storyOf(
      bare({
        durationMs: 20_000,
        traffic: [poisson(20)],
        php: { maxChildren: 2, listenBacklog: 3 },
        pages: [scriptPage({ waitMs: exponential(100), queries: [query({ reads: always(2) })] }), filePage({ path: '/a.css' })],
      }),
    );
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    expect(JSON.stringify(result)).not.toMatch(/NaN|Infinity/);
  });

  it('a stage has its places and line, and no limit is no number', () => {
    const { stages } = story(
      bare({ php: { maxChildren: 3, listenBacklog: 4 }, mysql: { maxConnections: Infinity } }),
      [0],
    ).result;
    expect(Object.keys(stages)).toEqual(['dns', 'tcp', 'nginx', 'php-fpm', 'mysql', 'delivery']);
    expect(stages['php-fpm']).toMatchObject({ places: 'children', placesMax: 3, queue: { limit: 5 } });
    expect(stages.nginx).toMatchObject({ places: 'workers', placesMax: 64, queue: { limit: null } });
    expect(stages.mysql).toMatchObject({ places: 'connections', placesMax: null, utilisation: 0 });
    expect(stages.dns).toMatchObject({ places: null, placesMax: null, utilisation: null });
  });

  it('the host has its cores, memory, disk and network', () => {
    const { host } = story(
      bare({
        durationMs: 10_000,
        host: {
          cores: 2,
          memoryBytes: 1000,
          swapBytes: 1000,
          systemBytes: 100,
          disk: { iops: Infinity, queueDepth: 1, latencyMs: always(100), fsyncMs: always(0) },
          network: { sendBytesPerMs: 104, receiveBytesPerMs: Infinity },
        },
        nginx: { workerProcesses: 1, workerBytes: 50 },
        php: { maxChildren: 4, childBytes: 200 },
        mysql: { baseBytes: 300, bufferPoolBytes: 0, connectionBytes: 10 },
        pages: [scriptPage({ cpuMs: always(200), queries: [query({ cpuMs: always(100), reads: always(2) })] })],
      }),
      [0, 0, 0],
    ).result;
    expect(host.cpu.cores).toBe(2);
    expect(host.cpu.utilisation).toBeCloseTo(900 / 20_000, 9);
    expect(host.cpu.by).toEqual({ nginx: 0, 'php-fpm': expect.closeTo(600 / 20_000, 9), mysql: expect.closeTo(300 / 20_000, 9) });
    expect(host.memory).toEqual({
      bytes: 1000,
      usedMax: 100 + 50 + 800 + 300 + 30,
      by: { system: 100, nginx: 50, 'php-fpm': 800, mysql: 330 },
      overcommitted: true,
    });
    // Six reads of 100 ms each; three wait for the first, two behind it most of the time.
    expect(host.disk).toMatchObject({ utilisation: expect.closeTo(0.06, 9), operations: 6 });
    expect(host.disk.queue.max).toBe(2);
    expect(host.network).toMatchObject({ sent: 3 * 1040, received: 3 * 600, sendUtilisation: expect.closeTo(30 / 10_000, 9) });
  });

  it('a disk is as busy as the nearer of its limits: operations at once, or per second', () => {
    const readsOf = (ms: number, iops: number) =>
      story(
        bare({
          durationMs: 10_000,
          host: { disk: { iops, queueDepth: 4, latencyMs: always(ms), fsyncMs: always(0) } },
          mysql: { bufferPoolBytes: 0 },
          pages: [scriptPage({ queries: [query({ reads: always(20) })] })],
        }),
        [0],
      ).result.host.disk;
    // 20 reads of the 10 s × 10 a second; in service they are 20 × 1 ms of 4 × 10 s, or 20 × 400.
    expect(readsOf(1, 10)).toMatchObject({ operations: 20, utilisation: expect.closeTo(0.2, 9) });
    expect(readsOf(400, 10)).toMatchObject({ operations: 20, utilisation: expect.closeTo(0.2, 9) });
    expect(readsOf(400, 100)).toMatchObject({ operations: 20, utilisation: expect.closeTo(0.2, 9) });
    expect(readsOf(400, Infinity).utilisation).toBeCloseTo(0.2, 9);
  });

  it('memory is what was held at most in the counted time, and by whom at that moment', () => {
    const memoryFrom = (fromMs: number) => {
      const model = bare({
        durationMs: 3000,
        warmupMs: fromMs,
        windows: [{ name: 'all', fromMs, toMs: 3000 }],
        host: { systemBytes: 100 },
        php: { maxChildren: 3, childBytes: 200 },
        mysql: { baseBytes: 300, bufferPoolBytes: 0, connectionBytes: 10 },
        pages: [scriptPage({ queries: [query({ holdMs: always(500) })] })],
      });
      return story(model, [0, 0, 2000]).result.host.memory;
    };
    const rest = { system: 100, nginx: 0, 'php-fpm': 600 };
    expect(memoryFrom(0)).toMatchObject({ usedMax: 1020, by: { ...rest, mysql: 320 } });
    expect(memoryFrom(1000)).toMatchObject({ usedMax: 1010, by: { ...rest, mysql: 310 } });
  });

  it('what a stage counts, it counts in the counted time; what it is, it is now', () => {
    const model = bare({
      durationMs: 4000,
      warmupMs: 1000,
      windows: [
        { name: 'first', fromMs: 1000, toMs: 2000 },
        { name: 'second', fromMs: 2000, toMs: 4000 },
      ],
      php: { maxChildren: 3 },
      mysql: {},
      pages: [scriptPage({ waitMs: always(10), queries: [query({ cpuMs: always(1) })] })],
    });
    const { figure, result } = story(model, [0, 0, 0, 1500, 2500]);
    expect(['queries', 'connections opened', 'connections max'].map((name) => figure('mysql', name))).toEqual([2, 2, 1]);
    expect([figure('tcp', 'connections opened'), figure('dns', 'answered from cache')]).toEqual([2, 2]);
    expect([figure('php-fpm', 'children'), figure('php-fpm', 'children started')]).toEqual([3, 0]);
    expect(result.requests.offered).toBe(2);
    expect(result.stages.mysql).toMatchObject({ entered: 5, left: 5, inside: 0 });
  });

  it("the disk's longest line is that of all windows", () => {
    const windows = [
      { name: 'first', fromMs: 0, toMs: 5000 },
      { name: 'second', fromMs: 5000, toMs: 10_000 },
    ];
    const { host } = story(
      bare({
        durationMs: 10_000,
        windows,
        php: { maxChildren: 10 },
        host: { disk: { iops: Infinity, queueDepth: 1, latencyMs: always(100), fsyncMs: always(0) } },
        mysql: { bufferPoolBytes: 0 },
        pages: [scriptPage({ queries: [query({ reads: always(1) })] })],
      }),
      [0, 0, 0, 6000],
    ).result;
    expect(host.disk.queue).toEqual({ max: 2, mean: expect.closeTo((200 + 100) / 10_000, 9) });
  });

  it('during the warm-up there is nothing to tell yet', async () => {
    const answers = await secondBySecond(
      bare({ durationMs: 3000, warmupMs: 2000, windows: [{ name: 'all', fromMs: 2000, toMs: 3000 }] }),
      [500, 2500],
      (result) => result,
    );
    expect(answers[0].windows).toEqual([]);
    expect(answers[0]).toMatchObject({ requests: { offered: 0 }, perSecond: { offered: 0, throughput: 0, goodput: 0 } });
    expect(answers[0].latencyMs).toMatchObject({ count: 0, mean: null, p50: null, max: null });
    expect(answers[0].stages['php-fpm']).toMatchObject({ utilisation: null, queue: { mean: 0, max: 0 } });
    expect(answers[0].host).toMatchObject({
      cpu: { utilisation: 0, by: {} },
      disk: { utilisation: 0, operations: 0, queue: { mean: 0 } },
      network: { sent: 0, received: 0, sendUtilisation: 0 },
    });
    expect(answers[2].requests.offered).toBe(1);
  });

  it('at the very moment at which a window opens no time has passed in it', () => {
    const model = bare();
    const clock = new VirtualClock();
    const telemetry = new Telemetry(model, clock, new Host(model.host, clock));
    telemetry.openWindow();
    const { windows, perSecond } = answer(telemetry, true);
    expect(windows[0]).toMatchObject({ fromMs: 0, toMs: 0, cpu: { utilisation: 0 } });
    expect(perSecond).toEqual({ offered: 0, throughput: 0, goodput: 0 });
    expect(answer(telemetry, true).host.network.sendUtilisation).toBe(0);
  });

  it('a model without windows has an answer, too', () => {
    const { result } = story(bare({ windows: [] }), [0]);
    expect(result.requests.offered).toBe(0);
    expect(result.series.offered[0]).toBe(1);
  });
});
