/** A bar on stderr, for one run or several, where they take longer than a second, and for people only. */
import type { Frame } from '../index.js';

/** Shorter runs are over before a bar could be read. */
const patienceMs = 1000;

export interface Progress {
  /** `run` counts from 0. */
  show(frame: Frame, run?: number): void;
  /** Takes the bar away. */
  end(): void;
}

const none: Progress = { show: () => {}, end: () => {} };

export async function progress(quiet: boolean, runs = 1): Promise<Progress> {
  if (quiet || !process.stderr.isTTY) return none;
  const { SingleBar, Presets } = await import('cli-progress');
  const which = runs === 1 ? '' : `run {run} of ${runs}, `;
  const format = ` {bar} {percentage} % | ${which}{begun} requests, {inside} under way`;
  const bar = new SingleBar({ format, stream: process.stderr, clearOnComplete: true, hideCursor: true }, Presets.shades_classic);
  let started = false;
  let due = false;
  const timer = setTimeout(() => {
    due = true;
  }, patienceMs);
  return {
    show(frame, run = 0) {
      if (!due) return;
      const figures = { run: run + 1, begun: frame.begun, inside: frame.inside };
      const doneMs = run * frame.durationMs + frame.timeMs;
      if (started) bar.update(doneMs, figures);
      else bar.start(runs * frame.durationMs, doneMs, figures);
      started = true;
    },
    end() {
      clearTimeout(timer);
      if (started) bar.stop();
    },
  };
}
