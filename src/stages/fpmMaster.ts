/**
 * PHP-FPM's master, as systemd and operators treat it: killed, stopped, restarted, reloaded, made silent.
 *
 *   serving ──USR2──► its children end ──the last is gone──► exec ──► serving       the socket stays open: who connects waits
 *      │ ───QUIT──► its children end ──the last is gone──► gone                     the socket is closed, its file removed
 *      └─TERM, KILL─────────────────────────────────────► gone                      KILL leaves the file behind
 *
 * As in php-src fpm_process_ctl.c: children are sent SIGQUIT and finish what they are at, and SIGTERM, which they do not survive,
 * once `process_control_timeout` is over; with its default of 0 that is at once. Nobody accepts between the two generations.
 */
import { Kind } from '../engine/agenda.js';
import type { Chance } from '../engine/chance.js';
import type { VirtualClock } from '../engine/clock.js';
import { distribution } from '../engine/distribution.js';
import type { Host } from '../host/host.js';
import type { PhpFpmModel } from '../model.js';
import { Cause } from '../telemetry/cause.js';
import type { Journal } from '../telemetry/journal.js';
import { type Daemon, type End, Factors, type Faults } from './faults.js';
import type { Child } from './fpmChild.js';
import type { FpmManager } from './fpmManager.js';
import { Unit } from './unit.js';

/** DefaultTimeoutStopSec: after that systemd sends SIGKILL. */
const STOP_TIMEOUT_MS = 90_000;
const NAME = 'php-fpm';
/** What the child has not read of the request, the empty end of its body, makes the kernel reset the connection. */
const RESET = '[error] recv() failed (104: Connection reset by peer) while reading response header from upstream';

/** How nginx finds the socket: open; with nobody behind the file that is left; or without a file. */
export type Socket = 'open' | 'left' | 'removed';

/** What the master does with the rest of PHP-FPM. */
export interface Workshop {
  readonly manager: FpmManager;
  setSocket(socket: Socket): void;
  /** The connections that nobody has accepted are closed. */
  resetQueue(): void;
  /** Nothing is compiled. */
  forgetCode(): void;
  /** The code is another release. */
  switchCode(): void;
  /** Each request leaves so many bytes behind. */
  setLeak(bytes: number): void;
}

export interface FpmMaster {
  readonly faults: Faults;
  readonly code: Faults;
  /** When the machine goes down and boots. */
  readonly daemon: Daemon;
  /** The kernel has chosen this child, since no memory is left. */
  outOfMemory(child: Child): void;
}

const killed = new Cause('502', NAME, 'killed with the script in its hands', RESET);
const stopped = new Cause('502', NAME, 'stopped with the script in its hands', RESET);
const reloaded = new Cause('502', NAME, 'reloaded with the script in its hands: process_control_timeout was over', RESET);
const starved = new Cause('502', NAME, 'killed by the kernel: out of memory', RESET);

export function fpmMaster(
  model: PhpFpmModel,
  clock: VirtualClock,
  host: Host,
  journal: Journal,
  chance: Chance,
  workshop: Workshop,
): FpmMaster {
  const { manager } = workshop;
  const group = host.cpu.group(NAME);
  const startMs = distribution(model.unit.startMs);
  const graceMs = model.processControlTimeoutMs ?? 0;
  const unit = new Unit(NAME, model.unit, clock, journal, chance, up);
  const pace = new Factors((times) => {
    group.slowdown = times;
  });
  /** Whether it serves; otherwise it ends its children, to be replaced or to go, or is gone. */
  let serving = true;
  /** The ticket of the next step of a reload or a graceful stop. */
  let ticket = 0;
  /** How many processes there have been before this one. */
  let generation = 0;
  /** How often it was made silent, less how often that is over; and the how-manieth spell of silence it is. */
  let hangs = 0;
  let spell = 0;
  /** What signals and timers do as soon as it is continued. */
  let pending: (() => void)[] = [];
  /** Whether it is started as soon as it has stopped. */
  let startNext = false;
  let leakBytes = 0;

  return {
    faults: {
      kill: (_, forMs) => kill(forMs !== null),
      hang,
      stop: ({ signal }) => stop(signal, false),
      restart: ({ signal }) => void stop(signal, true),
      reload: () => void whenRunning(reload),
      slow: ({ times }) => pace.add(times),
      leak: ({ bytes }) => leak(bytes),
    },
    code: { switch: () => void workshop.switchCode() },
    daemon: { stop: shutDown, lose, boot: () => unit.boot() },
    outOfMemory,
  };

  // Death and life.

  function up(): void {
    serving = true;
    workshop.setSocket('open');
    renew();
  }

  /** A process begins, by start or exec: nothing is compiled, and the first children are forked. */
  function renew(): void {
    workshop.forgetCode();
    manager.launch();
    manager.hold(false);
  }

  /** All its processes are gone. */
  function die(socket: Socket, cause: Cause): void {
    generation += 1;
    spell += 1;
    serving = false;
    hangs = 0;
    pending = [];
    clock.cancel(ticket);
    ticket = 0;
    workshop.setSocket(socket);
    manager.terminate(cause);
    host.cpu.thaw(group);
    workshop.resetQueue();
  }

  function kill(helped: boolean): End | undefined {
    if (alive()) {
      die('left', killed);
      unit.gone('signal', helped);
    }
    return helped ? () => unit.start() : undefined;
  }

  function alive(): boolean {
    return unit.state === 'active' || unit.state === 'starting';
  }

  /** `OOMPolicy=stop`, the default: one killed child, and systemd stops the whole unit, which has failed. */
  function outOfMemory(child: Child): void {
    note('A process of this unit has been killed by the OOM killer.');
    manager.lose(child, starved);
    die('removed', stopped);
    unit.gone('oom-kill');
  }

  // Stopping.

  function stop(signal: 'QUIT' | 'TERM', startAgain: boolean): End | undefined {
    if (!alive()) {
      unit.callOff();
      if (startAgain) unit.start();
      return startAgain ? undefined : () => unit.start();
    }
    startNext = startAgain;
    goOn(); // systemd sends SIGCONT after the signal that stops.
    if (signal === 'TERM' || unit.state === 'starting') depart();
    else endChildren(Math.min(graceMs, STOP_TIMEOUT_MS), stopped, depart);
    return startAgain ? undefined : startWhenOver;
  }

  function startWhenOver(): void {
    if (alive()) startNext = true;
    else unit.start();
  }

  function depart(): void {
    die('removed', stopped);
    unit.gone('stopped');
    if (startNext) unit.start();
    startNext = false;
  }

  // The machine.

  function shutDown(done: () => void): void {
    startNext = false;
    if (alive()) depart();
    else unit.callOff();
    done();
  }

  function lose(): void {
    startNext = false;
    die('removed', killed);
    unit.lost();
  }

  // Reloading.

  function reload(): void {
    if (unit.state !== 'active' || !serving) return;
    note('[NOTICE] Reloading in progress ...');
    endChildren(graceMs, reloaded, () => {
      ticket = clock.after(startMs.draw(chance), () => whenRunning(ready), undefined, Kind.change);
    });
  }

  function ready(): void {
    serving = true;
    note('[NOTICE] ready to handle connections');
    renew();
  }

  /** SIGQUIT, and SIGTERM when time is up. */
  function endChildren(limitMs: number, cause: Cause, gone: () => void): void {
    const mine = generation;
    serving = false;
    clock.cancel(ticket);
    ticket = 0;
    const next = () => {
      clock.cancel(ticket);
      ticket = 0;
      if (mine === generation) gone();
    };
    const cut = () => {
      manager.terminate(cause);
      next();
    };
    let allGone = false;
    manager.retire(() => {
      allGone = true;
      clock.cancel(ticket);
      ticket = clock.after(0, next, undefined, Kind.change); // After the last child's own answer.
    });
    if (allGone) return;
    if (limitMs === 0) cut();
    else ticket = clock.after(limitMs, () => whenRunning(cut), undefined, Kind.change);
  }

  // Silence.

  function hang(): End | undefined {
    if (unit.state !== 'active') return undefined;
    const mine = spell;
    hangs += 1;
    if (hangs === 1) {
      manager.hold(true);
      host.cpu.freeze(group);
    }
    return () => {
      if (mine !== spell) return;
      hangs -= 1;
      if (hangs === 0) goOn();
    };
  }

  /** Whatever has come meanwhile is done at once. */
  function goOn(): void {
    if (group.frozen === null) return;
    hangs = 0;
    spell += 1;
    const due = pending;
    pending = [];
    host.cpu.thaw(group);
    manager.hold(false);
    for (const step of due) step();
  }

  function whenRunning(step: () => void): void {
    if (group.frozen === null) step();
    else pending.push(step);
  }

  // Leaking.

  function leak(bytes: number): End {
    leakBytes += bytes;
    workshop.setLeak(leakBytes);
    return () => {
      leakBytes -= bytes;
      workshop.setLeak(leakBytes);
    };
  }

  function note(text: string): void {
    journal.note(clock.now(), NAME, `${NAME}.service: ${text}`);
  }
}
