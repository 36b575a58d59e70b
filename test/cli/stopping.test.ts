/** What happens while a run goes on: the bar, the signals, and the mistakes that are ours. */
import { existsSync, readFileSync } from 'node:fs';
import { map, take, tap, throwError, timer } from 'rxjs';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { progress } from '../../src/cli/progress.js';
import { signals } from '../../src/cli/signals.js';
import type * as api from '../../src/index.js';
import type { Frame, Model } from '../../src/index.js';
import { inside, replace } from './inside.js';
import { folder, scenario } from './lempsim.js';

/** In place of the simulation, where a test says so. */
let instead: Partial<Pick<typeof api, 'simulate' | 'replications' | 'followOne'>> = {};
/** Called at each frame, before the program sees it, with its time and the index of the run. */
let atFrame: (timeMs: number, run: number) => unknown = () => {};

vi.mock('../../src/index.js', async (importOriginal) => {
  const real = await importOriginal<typeof api>();
  return {
    ...real,
    simulate: (model: Model) => (instead.simulate ?? real.simulate)(model).pipe(tap(({ timeMs }) => atFrame(timeMs, 0))),
    replications: (model: Model, runs: number) =>
      (instead.replications ?? real.replications)(model, runs).pipe(tap(({ frame, index }) => atFrame(frame.timeMs, index))),
    followOne: (model: Model, which: api.Which) => (instead.followOne ?? real.followOne)(model, which),
  };
});

const files = folder({ 'short.yaml': scenario(), 'long.yaml': scenario({ duration: '10h', rate: '200/s', name: 'long' }) });
const short = files.path('short.yaml');
const long = files.path('long.yaml');
afterAll(files.remove);

/** The echo of a signal is ignored for this long. */
const echoMs = 300;

beforeEach(() => {
  instead = {};
  atFrame = () => {};
});
afterEach(() => {
  vi.useRealTimers();
});

function frame(timeMs: number, begun = 0): Frame {
  return { timeMs, durationMs: 10_000, begun, ended: 0, inside: begun, p95: null, result: () => expect.unreachable() };
}

describe('a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s stops the run, prints the answer so far, marked as such, and ends in %i', async (signal, expected) => {
    const file = files.path(`${signal}.json`);
    atFrame = (timeMs) => timeMs > 600_000 && process.emit(signal, signal);
    const { code, stdout } = await inside([long, '--json', file, '--quiet']);
    expect(code).toBe(expected);
    expect(stdout).toMatch(/^Stopped at [\d:]+ of 10:00:00\. /);
    expect(JSON.parse(readFileSync(file, 'utf8')).partial).toBe(true);
  });

  it('stops several runs, too, and gives the answer of those that are complete', async () => {
    atFrame = (_, run) => run === 3 && process.emit('SIGINT', 'SIGINT');
    const { code, stdout } = await inside([short, '--runs', '10000', '--quiet']);
    expect(code).toBe(130);
    expect(stdout).toMatch(/^Stopped after 3 runs of 10,000\. In 3 runs /);
  });

  it('before anything was simulated leaves no answer and no file', async () => {
    const file = files.path('never.json');
    atFrame = () => process.emit('SIGTERM', 'SIGTERM');
    const one = await inside([short, '--json', file]);
    expect(one).toEqual({ code: 143, stdout: '', stderr: 'stopped before anything was simulated\n' });
    const several = await inside([short, '--runs', '2', '--json', file]);
    expect(several).toEqual({ code: 143, stdout: '', stderr: 'stopped before the first run had ended\n' });
    expect(existsSync(file)).toBe(false);
  });

  it('is heard once: its echo is ignored for a moment, and after that it means what it always means', () => {
    vi.useFakeTimers();
    const before = process.listenerCount('SIGINT');
    const heard: string[] = [];
    const subscription = signals().subscribe({ next: (signal) => heard.push(signal), complete: () => heard.push('that is all') });
    expect(process.listenerCount('SIGINT')).toBe(before + 1);
    process.emit('SIGINT', 'SIGINT');
    expect(heard).toEqual(['SIGINT', 'that is all']);
    expect([subscription.closed, process.listenerCount('SIGINT')]).toEqual([true, before + 1]);
    vi.advanceTimersByTime(echoMs);
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});

describe('a mistake of ours', () => {
  const broken = new Error('return without a call');

  it.each([
    ['a run', [short, '--seed', '7'], ''],
    ['several', [short, '--seed', '7', '--runs', '3'], ''],
    ['a trace', ['trace', short, '--seed', '7'], 'trace '],
  ])('in %s ends in 70, with a stack, the seed, and the command that shows it again', async (_, words, verb) => {
    instead = {
      simulate: () => throwError(() => broken),
      replications: () => throwError(() => broken),
      followOne: () => {
        throw broken;
      },
    };
    const { code, stdout, stderr } = await inside(words);
    expect([code, stdout]).toEqual([70, '']);
    expect(stderr).toMatch(/^This is an error in lempsim, not in the scenario\.\nError: return without a call\n {4}at /);
    expect(stderr).toContain('\nscenario short, seed 7\n');
    const runs = words.includes('--runs') ? ' --runs 3' : '';
    expect(stderr).toContain(`\nto see it again: npm run -s sim -- ${verb}${short} --seed 7${runs}\n`);
  });
});

describe('the bar', () => {
  /** What a terminal at stderr is given while a run shows its frames. */
  async function drawn(quiet: boolean, isTTY: boolean, runs: number | undefined, act: (bar: Bar) => void): Promise<string> {
    let text = '';
    const write = (part: string) => {
      text += part;
      return true;
    };
    const undo = [replace(process.stderr, 'isTTY', isTTY), replace(process.stderr, 'write', write)];
    vi.useFakeTimers();
    try {
      const bar = await progress(quiet, runs);
      act(bar);
      bar.end();
      return text;
    } finally {
      for (const back of undo) back();
    }
  }

  type Bar = Awaited<ReturnType<typeof progress>>;

  function later(bar: Bar, frames: readonly (readonly [Frame, number?])[]): void {
    vi.advanceTimersByTime(1000);
    for (const [each, run] of frames) {
      bar.show(each, run);
      vi.advanceTimersByTime(500);
    }
  }

  it('shows how far a run is, and how many requests are under way', async () => {
    const text = await drawn(false, true, undefined, (bar) => later(bar, [[frame(2500, 40)], [frame(5000, 90)]]));
    expect(text).toMatch(/25 % \| 40 requests, 40 under way[\s\S]*50 % \| 90 requests, 90 under way/);
    expect(text).not.toContain('run 1');
  });

  it('of several runs counts them, and takes them as one way to go', async () => {
    const text = await drawn(false, true, 4, (bar) =>
      later(bar, [
        [frame(5000, 10), 0],
        [frame(10_000, 20), 3],
      ]),
    );
    expect(text).toMatch(/12 % \| run 1 of 4, 10 requests[\s\S]*100 % \| run 4 of 4, 20 requests/);
  });

  it('does not come for a run of less than a second, into a pipe, or where quiet is wanted', async () => {
    const frames = [[frame(5000)]] as const;
    expect(await drawn(false, true, 1, (bar) => bar.show(frame(5000)))).toBe('');
    expect(await drawn(false, false, 1, (bar) => later(bar, frames))).toBe('');
    expect(await drawn(true, true, 1, (bar) => later(bar, frames))).toBe('');
    expect(await drawn(false, true, 1, (bar) => later(bar, frames))).not.toBe('');
  });

  it('is gone, and the cursor back, before anything else is said', async () => {
    const said = timer(1100, 100).pipe(
      take(2),
      map((tick) => {
        if (tick === 1) throw new Error('return without a call');
        return frame(5000, 40);
      }),
    );
    instead = { simulate: () => said };
    const { stderr } = await inside([short], { stderr: { columns: 80 } });
    const [bar, rest] = stderr.split('\u001b[?25h');
    expect(bar).toContain('50 % | 40 requests, 40 under way');
    expect(rest).toContain('This is an error in lempsim, not in the scenario.');
    expect(rest).not.toContain('%');
  });
});
