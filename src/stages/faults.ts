/**
 * What may happen to the parts of a site, and how it is asked for: each part has a function for each verb that makes sense for it.
 *
 *   streams/faults ──► begin(event) ──► parts[on][verb](what) ──► the end of it, kept until end(event)
 *
 * The part alone knows what follows: which requests are lost and what their visitors see, what is cold afterwards.
 */
import { assert } from '../engine/assert.js';
import type { VirtualClock } from '../engine/clock.js';
import type { EventModel, FailureModel, Happening } from '../model.js';
import type { Journal } from '../telemetry/journal.js';

/** Undoes what began. */
export type End = () => void;

/** By verb: begins it, for `forMs` or for as long as it takes (`null`), and returns what ends it if anything must. */
export type Faults = {
  readonly [V in Happening['verb']]?: (what: Extract<Happening, { readonly verb: V }>, forMs: number | null) => End | undefined;
};

/**
 * A daemon as the machine has it, when it goes down and boots. `stop`: as systemctl does it; `done` is called once no process is
 * left. `lose`: no power: all processes and their unit are gone at once, from whatever state, and nobody is told; nginx loses its own
 * first, so that by then nobody waits for the other two. `boot`: its unit is started, caches cold, whatever had been asked of it before.
 */
export interface Daemon {
  stop(done: () => void): void;
  lose(): void;
  boot(): void;
}

/** Several causes that each change one factor, in whatever order they come and go. */
export class Factors {
  value = 1;
  private readonly present: { readonly by: number }[] = [];

  constructor(private readonly changed: (value: number) => void = () => {}) {}

  /** Returns what takes it away again. */
  add(by: number): End {
    const factor = { by };
    this.present.push(factor);
    this.multiply();
    return () => {
      this.present.splice(this.present.indexOf(factor), 1);
      this.multiply();
    };
  }

  private multiply(): void {
    this.value = this.present.reduce((product, { by }) => product * by, 1);
    this.changed(this.value);
  }
}

export type Parts = { readonly [P in Happening['on']]?: Faults };

/** Something that happens once, and one time that a failure happens. */
export type Occasion = Pick<EventModel | FailureModel, 'name' | 'because' | 'what'>;

export interface Board {
  /** `forMs` is how long it will last, if that is known to whoever asks. */
  begin(occasion: Occasion, forMs: number | null): void;
  end(occasion: Occasion): void;
}

export function faultBoard(parts: Parts, clock: VirtualClock, journal: Journal): Board {
  const endings = new Map<Occasion, End>();
  return { begin, end };

  function begin(occasion: Occasion, forMs: number | null): void {
    const { what, because, name } = occasion;
    journal.note(clock.now(), what.verb, because === '' ? name : `${name}: ${because}`);
    const fault = parts[what.on]?.[what.verb] as ((what: Happening, forMs: number | null) => End | undefined) | undefined;
    assert(fault !== undefined, `nothing can ${what.verb} ${what.on} here`);
    const ending = fault(what, forMs);
    if (ending !== undefined) endings.set(occasion, ending);
  }

  function end(occasion: Occasion): void {
    journal.note(clock.now(), `${occasion.what.verb} over`, `${occasion.name} is over`);
    endings.get(occasion)?.();
    endings.delete(occasion);
  }
}
