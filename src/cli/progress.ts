/** A bar on stderr, for runs that take longer than a second and for people only. */
import type { Frame } from '../index.js';

/** Shorter runs are over before a bar could be read. */
const patienceMs = 1000;

export interface Progress {
  show(frame: Frame): void;
  /** Takes the bar away. */
  end(): void;
}

const none: Progress = { show: () => {}, end: () => {} };

export async function progress(quiet: boolean): Promise<Progress> {
  if (quiet || !process.stderr.isTTY) return none;
  const { SingleBar, Presets } = await import('cli-progress');
  const format = ' {bar} {percentage} % | {begun} requests, {inside} under way';
  const bar = new SingleBar({ format, stream: process.stderr, clearOnComplete: true, hideCursor: true }, Presets.shades_classic);
  let started = false;
  let due = false;
  const timer = setTimeout(() => {
    due = true;
  }, patienceMs);
  return {
    show(frame) {
      if (!due) return;
      const figures = { begun: frame.begun, inside: frame.inside };
      if (started) bar.update(frame.timeMs, figures);
      else bar.start(frame.durationMs, frame.timeMs, figures);
      started = true;
    },
    end() {
      clearTimeout(timer);
      if (started) bar.stop();
    },
  };
}
