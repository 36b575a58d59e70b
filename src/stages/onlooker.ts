/** Sees every request end, and nothing of its way: for those who want each of them, such as a comparison with a measured run. */
import type { VirtualClock } from '../engine/clock.js';
import type { Request } from './request.js';
import { Tracer } from './tracer.js';

/** A request that has ended. */
export interface Ended {
  /** The how-manieth of the run, from 1. */
  readonly request: number;
  readonly page: string;
  readonly arrivedMs: number;
  readonly endedMs: number;
  /** `200`, or as in `Result.outcomes`. */
  readonly outcome: string;
}

export class Onlooker extends Tracer {
  constructor(
    private readonly now: VirtualClock,
    private readonly tell: (ended: Ended) => void,
  ) {
    super(now, { wanted: () => false, outcome: null });
  }

  override ended(request: Request): void {
    this.tell({
      request: request.number,
      page: request.page.path,
      arrivedMs: request.arrivedMs,
      endedMs: this.now.now(),
      outcome: request.failure?.outcome ?? '200',
    });
  }
}
