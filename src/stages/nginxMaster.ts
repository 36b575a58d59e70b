/**
 * The nginx master: which workers there are, whether the port is open, and what the signals do to them.
 *
 *   HUP         new workers beside the old; 100 ms later the old quit            nobody is refused
 *   USR2 …      the same with a new binary, which must start first               nobody is refused
 *   QUIT        port closed, in flight finishes, at most 5 s; then start         new ones refused meanwhile
 *   TERM, KILL  port closed, everything cut                                      new ones refused until it is started
 *   STOP        alive and silent: the kernel goes on completing handshakes until the accept queue is full
 *
 * A signal to a stopped process waits until it is continued, all but KILL (signal(7)). Not modelled: the configuration test before
 * a reload, and a worker that dies alone, which the master replaces at once.
 */
import { Kind } from '../engine/agenda.js';
import type { Chance } from '../engine/chance.js';
import type { VirtualClock } from '../engine/clock.js';
import { distribution } from '../engine/distribution.js';
import type { NginxModel } from '../model.js';
import type { Journal } from '../telemetry/journal.js';
import { type Daemon, type End, Factors, type Faults } from './faults.js';
import type { NginxWorker } from './nginxWorker.js';
import { Unit } from './unit.js';

/** How long old and new workers accept side by side: the master sleeps before it tells the old to quit (ngx_master_process_cycle). */
const BOTH_ACCEPT_MS = 100;
/** TimeoutStopSec= of the unit, and start-stop-daemon's QUIT/5: then KILL (Debian 12, nginx.service). */
const STOP_LIMIT_MS = 5000;

/** What becomes of workers; how, is told in `nginx.ts`. */
export interface Workforce {
  /** Those that there are, old generations and all. */
  all(): readonly NginxWorker[];
  /** A new generation, which accepts. */
  fork(): void;
  /** They accept no more, close what is idle, finish the rest, and exit. */
  retire(workers: readonly NginxWorker[]): void;
  /** They are gone at once. */
  end(workers: readonly NginxWorker[], why: Ending): void;
  open(): void;
  /** Who waits in the accept queue is reset, or hears nothing. */
  close(why: Ending): void;
  freeze(): void;
  thaw(): void;
  slow(times: number): void;
}

export type Ending = 'killed' | 'shut down' | 'no power';

export interface Supervision {
  readonly journal: Journal;
  /** How long starts take. */
  readonly chance: Chance;
}

export interface Master {
  readonly faults: Faults;
  readonly daemon: Daemon;
  /** Some workers have exited, or were ended. */
  exited(): void;
}

export function nginxMaster(model: NginxModel, clock: VirtualClock, work: Workforce, { journal, chance }: Supervision): Master {
  const unit = new Unit('nginx', model.unit, clock, journal, chance, up);
  const startMs = distribution(model.unit.startMs);
  const pace = new Factors(work.slow);
  /** Counts the masters: what one had in mind to do, the next does not. */
  let life = 0;
  let hangs = 0;
  /** Signals that wait until the process is continued. */
  let signals: (() => void)[] = [];
  /** What follows when a stop is done; `null` while none is under way. */
  let stopping: (() => void)[] | null = null;
  let deadline = 0;
  up();
  return {
    faults: {
      kill: (_, forMs) => kill(forMs),
      hang,
      stop: ({ signal }) => stop(signal),
      restart: ({ signal }) => restart(signal),
      reload,
      upgrade,
      slow: ({ times }) => pace.add(times),
    },
    daemon: { stop: (done) => bringDown('QUIT', done), lose, boot: () => unit.boot() },
    exited,
  };

  function up(): void {
    work.fork();
    work.open();
  }

  // Gone at once.

  function kill(forMs: number | null): End | undefined {
    const wasStopping = stopping !== null;
    die('killed');
    if (!wasStopping && (unit.state === 'active' || unit.state === 'starting')) unit.gone('signal', forMs !== null);
    return forMs === null ? undefined : () => unit.start();
  }

  function lose(): void {
    clock.cancel(deadline);
    stopping = null;
    die('no power');
    unit.lost();
  }

  /** Whatever state they were in, stopped or about to go. */
  function die(why: 'killed' | 'no power'): void {
    const wasHung = hangs > 0;
    life += 1;
    hangs = 0;
    signals = [];
    work.close(why);
    work.end(work.all(), why);
    if (wasHung) work.thaw();
  }

  // Stopped, and started.

  function stop(signal: 'QUIT' | 'TERM'): End {
    bringDown(signal, () => {});
    return () => (stopping === null ? unit.start() : stopping.push(() => unit.start()));
  }

  function restart(signal: 'QUIT' | 'TERM'): undefined {
    bringDown(signal, () => unit.start());
  }

  function bringDown(signal: 'QUIT' | 'TERM', done: () => void): void {
    if (stopping !== null) return void stopping.push(done);
    unit.callOff();
    if (unit.state !== 'active') return done();
    stopping = [done];
    deadline = clock.after(STOP_LIMIT_MS, tooLate, undefined, Kind.change);
    if (signal === 'QUIT') tell(quit);
    else die('killed'); // systemd sends CONT with it.
  }

  function quit(): void {
    work.close('killed');
    const leaving = work.all();
    work.retire(leaving);
    shutDownLater(leaving);
  }

  function tooLate(): void {
    deadline = 0;
    die('killed');
  }

  function exited(): void {
    if (stopping === null || work.all().length > 0) return;
    const done = stopping;
    clock.cancel(deadline);
    deadline = 0;
    stopping = null;
    life += 1;
    unit.gone('stopped');
    for (const next of done) next();
  }

  // Replaced while it runs.

  function reload(): undefined {
    if (unit.state !== 'active' || stopping !== null) return;
    tell(() => {
      const old = work.all();
      work.fork();
      later(BOTH_ACCEPT_MS, () => retire(old));
    });
  }

  /** The new binary starts with the sockets of the old; as soon as it accepts, the old workers are told to quit. */
  function upgrade(): undefined {
    if (unit.state !== 'active' || stopping !== null) return;
    tell(() =>
      later(startMs.draw(chance), () => {
        const old = work.all();
        work.fork();
        retire(old);
      }),
    );
  }

  function retire(old: readonly NginxWorker[]): void {
    work.retire(old);
    shutDownLater(old);
  }

  function shutDownLater(old: readonly NginxWorker[]): void {
    const { workerShutdownTimeoutMs } = model;
    if (workerShutdownTimeoutMs !== null) later(workerShutdownTimeoutMs, () => work.end(old, 'shut down'), true);
  }

  /** In so long, if this master is still there, and is not on its way out unless that does not matter. */
  function later(ms: number, act: () => void, evenStopping = false): void {
    const mine = life;
    const due = () => {
      if (mine === life && (evenStopping || stopping === null)) tell(act);
    };
    clock.after(ms, due, undefined, Kind.change);
  }

  // Stopped by a signal.

  function hang(): End | undefined {
    if (unit.state !== 'active') return undefined;
    const mine = life;
    hangs += 1;
    if (hangs === 1) work.freeze();
    return () => {
      if (mine === life) goOn();
    };
  }

  function goOn(): void {
    hangs -= 1;
    if (hangs > 0) return;
    const waiting = signals;
    signals = [];
    work.thaw();
    for (const act of waiting) act();
  }

  function tell(act: () => void): void {
    if (hangs > 0) signals.push(act);
    else act();
  }
}
