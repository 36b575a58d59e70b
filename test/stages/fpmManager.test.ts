import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { always } from '../../src/engine/law.js';
import { Random } from '../../src/engine/random.js';
import { Host } from '../../src/host/host.js';
import type { PhpFpmModel } from '../../src/model.js';
import type { Child } from '../../src/stages/fpmChild.js';
import { fpmManager } from '../../src/stages/fpmManager.js';
import { Requests } from '../../src/stages/request.js';
import { bare, scriptPage } from '../support/bare.js';
import { type Click, secondBySecond, story } from './story.js';

/** As in Debian's www.conf. */
const DEBIAN: Partial<PhpFpmModel> = { pm: 'dynamic', maxChildren: 5, startServers: 2, minSpareServers: 1, maxSpareServers: 3 };

describe('pm = static', () => {
  it('all children are there from the start, and stay', async () => {
    expect(await children({ pm: 'static', maxChildren: 7 }, 0, [])).toEqual([7, 7, 7]);
  });
});

describe('pm = dynamic', () => {
  it("with Debian's defaults a saturated pool grows by exactly one child a second", async () => {
    expect(await children(DEBIAN, 60_000, [[500, 0, 50]], 6)).toEqual([3, 4, 5, 5, 5, 5]);
  });

  it('waiting requests are taken as children come, not before', () => {
    const { ends } = story(bare({ php: DEBIAN, pages: [scriptPage({ waitMs: always(10_000) })] }), [[500, 0, 5]]);
    expect(ends).toEqual([
      '10500 ms: 200 to the click at 500 ms',
      '10500 ms: 200 to the click at 500 ms',
      '11000 ms: 200 to the click at 500 ms',
      '12000 ms: 200 to the click at 500 ms',
      '13000 ms: 200 to the click at 500 ms',
    ]);
  });

  it('with many spare servers wanted the number forked doubles from second to second: 1, 2, 4, 8, …', async () => {
    const eager = { ...DEBIAN, maxChildren: 100, startServers: 1, minSpareServers: 40, maxSpareServers: 60 };
    expect(await children(eager, 0, [], 7)).toEqual([2, 4, 8, 16, 32, 40, 40]);
  });

  it('pm.max_spawn_rate bounds that, and max_children all', async () => {
    const eager = { ...DEBIAN, maxChildren: 14, startServers: 1, minSpareServers: 40, maxSpareServers: 60, maxSpawnRate: 4 };
    expect(await children(eager, 0, [], 6)).toEqual([2, 4, 8, 12, 14, 14]);
  });

  it('the rate starts again at one after a second in which enough were idle', async () => {
    const eager = { ...DEBIAN, maxChildren: 100, startServers: 4, minSpareServers: 4, maxSpareServers: 60 };
    // Four are busy from 0.5 s: 1 and 2 and 1 more until four are idle again at 3 s; from 5.5 s four more.
    const clicks: Click[] = [
      [500, 0, 4],
      [5500, 0, 4],
    ];
    expect(await children(eager, 1e6, clicks, 9)).toEqual([5, 7, 8, 8, 8, 9, 11, 12, 12]);
  });

  it('shrinks by one child a second, the one started first', async () => {
    expect(await children({ ...DEBIAN, maxChildren: 20, startServers: 8 }, 0, [], 7)).toEqual([7, 6, 5, 4, 3, 3, 3]);
    const { clock, manager } = managed({ ...DEBIAN, startServers: 5 });
    clock.runUntil(2500);
    expect(takeAll(manager)).toEqual([3, 4, 5]);
  });

  it('ends the idle one that was started first, however long it has worked lately', () => {
    const { clock, manager } = managed({ ...DEBIAN, startServers: 4 });
    const first = manager.takeIdle()!;
    clock.runUntil(900);
    first.end(clock.now());
    manager.finished(first);
    clock.runUntil(1500);
    expect(takeAll(manager)).toEqual([2, 3, 4]);
  });

  it('counts that max_children was reached once an episode', async () => {
    const reached = await secondBySecond(
      bare({ durationMs: 12_000, php: { ...DEBIAN, maxChildren: 3 }, pages: [scriptPage({ waitMs: always(5000) })] }),
      [[500, 0, 3]],
      (result) => result.stages['php-fpm'].details['max children reached'],
    );
    // The third child comes at 1 s; from 2 s on more are wanted, until 5.5 s.
    expect(reached).toEqual([0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('a fork takes CPU of the master, one after the other', async () => {
    const model = bare({
      durationMs: 3000,
      php: { ...DEBIAN, maxChildren: 8, startServers: 1, minSpareServers: 8, maxSpareServers: 8, forkMs: always(300) },
    });
    const [first, second] = await secondBySecond(model, [], (result) => result.stages['php-fpm'].details['children started']);
    expect([first, second]).toEqual([0, 1]);
    const { clock, manager } = managed({
      ...DEBIAN,
      maxChildren: 8,
      startServers: 2,
      minSpareServers: 8,
      maxSpareServers: 8,
      forkMs: always(300),
    });
    const started: number[] = [];
    for (const atMs of [1299, 1300, 2299, 2300, 2599, 2600]) {
      clock.runUntil(atMs);
      started.push(manager.started());
    }
    expect(started).toEqual([2, 3, 3, 4, 4, 5]);
  });
});

describe('pm = ondemand', () => {
  const ONDEMAND: Partial<PhpFpmModel> = { pm: 'ondemand', maxChildren: 2, processIdleTimeoutMs: 2000 };

  it('a connection that finds no idle child has one forked, and waits for that', () => {
    const { ends, figure } = story(
      bare({ php: { ...ONDEMAND, forkMs: always(20) }, pages: [scriptPage({ waitMs: always(100) })] }),
      [500, 700],
    );
    expect(ends).toEqual(['620 ms: 200 to the click at 500 ms', '800 ms: 200 to the click at 700 ms']);
    expect(figure('php-fpm', 'children started')).toBe(1);
  });

  it('connections that come during a fork get no second one', () => {
    const { ends } = story(
      bare({ php: { ...ONDEMAND, forkMs: always(20) }, pages: [scriptPage({ waitMs: always(100) })] }),
      [0, 10],
    );
    expect(ends).toEqual(['120 ms: 200 to the click at 0 ms', '220 ms: 200 to the click at 10 ms']);
  });

  it('there are at most max_children, which is counted when more are wanted', () => {
    const { tookMs, figure } = story(bare({ php: ONDEMAND, pages: [scriptPage({ waitMs: always(100) })] }), [0, 10, 20, 30]);
    expect(tookMs).toEqual([100, 100, 180, 180]);
    expect(figure('php-fpm', 'max children reached')).toBe(1);
    expect(figure('php-fpm', 'children max')).toBe(2);
  });

  it('a child that has been idle for process_idle_timeout is ended, one a second, by whole seconds', async () => {
    // Both idle since 0.7 s; 3 s is the first time at which whole seconds differ by more than two.
    expect(await children({ ...ONDEMAND, maxChildren: 5 }, 200, [490, 500], 6)).toEqual([2, 2, 1, 0, 0, 0]);
  });

  it('a child that is at work is passed over for the next one, and its idle time begins with its last answer', () => {
    const { clock, manager } = managed({ ...ONDEMAND, maxChildren: 2 });
    manager.knocked();
    clock.runUntil(100);
    manager.knocked();
    clock.runUntil(200);
    const first = manager.takeIdle()!;
    first.request = new Requests(clock).take();
    clock.runUntil(4500);
    expect([first.number, manager.running()]).toEqual([1, 1]);
    first.end(clock.now());
    manager.finished(first);
    clock.runUntil(6500);
    expect(manager.running()).toBe(1);
    clock.runUntil(7500);
    expect(manager.running()).toBe(0);
  });
});

describe('pm.max_requests', () => {
  it('a child that has run so many exits, and another is forked', () => {
    const { ends, figure } = story(
      bare({ php: { maxRequests: 2, forkMs: always(50) }, pages: [scriptPage({ waitMs: always(100) })] }),
      [0, 0, 0],
    );
    expect(ends.map((end) => end.split(':')[0])).toEqual(['100 ms', '200 ms', '350 ms']);
    expect([figure('php-fpm', 'children'), figure('php-fpm', 'children started')]).toEqual([1, 1]);
  });
});

describe('children', () => {
  it('the kernel wakes the one that has waited longest', () => {
    const { manager } = managed({ pm: 'static', maxChildren: 3 });
    const first = manager.takeIdle()!;
    manager.finished(first);
    expect(takeAll(manager)).toEqual([2, 3, 1]);
    expect(manager.takeIdle()).toBeNull();
    expect(manager.busy.value).toBe(3);
  });

  it('hold their memory from fork to exit', () => {
    const mostFrom = (fromMs: number) => {
      const windows = [{ name: 'all', fromMs, toMs: 4000 }];
      const php = { ...DEBIAN, startServers: 5, childBytes: 1000 };
      return story(bare({ durationMs: 4000, warmupMs: fromMs, windows, php }), []).result.host.memory.by['php-fpm'];
    };
    expect([mostFrom(0), mostFrom(1500), mostFrom(2500)]).toEqual([5000, 4000, 3000]);
  });
});

/** How many children there are at the end of each second, if a script waits for so long. */
function children(php: Partial<PhpFpmModel>, waitMs: number, clicks: readonly Click[], seconds = 3): Promise<number[]> {
  const model = bare({ durationMs: 1000 * seconds, php, pages: [scriptPage({ waitMs: always(waitMs) })] });
  return secondBySecond(model, clicks, (result) => result.stages['php-fpm'].details.children);
}

function managed(php: Partial<PhpFpmModel>) {
  const model = bare({ php });
  const clock = new VirtualClock();
  const nothing = () => {};
  const handlers = { idle: nothing, continued: nothing, killed: nothing, exited: nothing };
  return {
    clock,
    manager: fpmManager(model.phpFpm!, clock, new Host(model.host, clock), handlers, new Random('1').stream('fork')),
  };
}

function takeAll(manager: { takeIdle(): Child | null }): number[] {
  const numbers: number[] = [];
  for (let child = manager.takeIdle(); child !== null; child = manager.takeIdle()) numbers.push(child.number);
  return numbers;
}
