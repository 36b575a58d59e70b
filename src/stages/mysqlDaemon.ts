/**
 * The life of mysqld: killed, stopped, started, hung. What becomes of queries and connections is the server's business.
 *
 *   up ──kill──► down, socket dead ──its unit, or somebody──► start, crash recovery ──► up, buffer pool cold
 *   up ──TERM──► connections ended ──dirty pages flushed──► down, socket gone ──► start ──► up, a part of the pool loaded again
 *   up ──STOP──► stands still ──CONT──► goes on
 *
 * The listener opens only after recovery (MySQL manual, InnoDB recovery: redo is applied before connections are accepted).
 */
import { Kind } from '../engine/agenda.js';
import type { Chance } from '../engine/chance.js';
import type { VirtualClock } from '../engine/clock.js';
import type { MysqlModel } from '../model.js';
import type { Cause } from '../telemetry/cause.js';
import type { Journal } from '../telemetry/journal.js';
import type { Daemon, End, Faults } from './faults.js';
import { mysqlErrors } from './mysqlErrors.js';
import { Unit } from './unit.js';

/** What the process does, and holds. */
export interface ServerProcess {
  /** It takes connections. */
  open(): void;
  /** It takes none any more, and those there are end: queries in flight by that cause, or without a word where there is none. */
  cut(cause: Cause | null): void;
  /** The process is gone, and its memory with it; `clean` if it was stopped and has done all that it does then. */
  exit(clean: boolean): void;
  freeze(): void;
  thaw(): void;
  /** How long recovery takes after a crash now, in ms. */
  recoveryMs(): number;
  /** How long a clean stop takes, in ms: dirty pages are flushed. */
  flushMs(): number;
}

export class MysqlDaemon implements Daemon {
  /** What a new connection meets; `null` while the server takes it. */
  refusal: Cause | null = null;
  private readonly unit: Unit;
  /** Which life this is: what began in an earlier one does not end in this. */
  private life = 0;
  private hangs = 0;
  private crashed = false;
  /** The ticket of the end of a clean stop under way. */
  private stopping = 0;
  /** What is to be done when it has stopped: whether it is to be started, and who else wants to know. */
  private startDue = false;
  private whenStopped: (() => void) | null = null;

  constructor(
    model: MysqlModel,
    private readonly clock: VirtualClock,
    private readonly journal: Journal,
    chance: Chance,
    private readonly server: ServerProcess,
  ) {
    this.unit = new Unit('mysql', model.unit, clock, journal, chance, this.up, this.recoveryMs);
  }

  get faults(): Faults {
    return {
      kill: (_, forMs) => this.kill(forMs),
      hang: () => this.hang(),
      stop: () => this.stopFor(),
      restart: () => this.restart(),
    };
  }

  // The machine.

  stop(done: () => void): void {
    this.terminate();
    this.startDue = false;
    if (this.stopping === 0) done();
    else this.whenStopped = done;
  }

  lose(): void {
    if (this.process) this.endProcess(null);
    this.crashed ||= this.unit.state !== 'stopped';
    this.clock.cancel(this.stopping);
    this.stopping = 0;
    this.startDue = false;
    this.whenStopped = null;
    this.refusal = mysqlErrors.refused;
    this.unit.lost();
  }

  boot(): void {
    this.unit.boot();
  }

  // What happens to the process.

  /** SIGKILL: all is gone at once. `helped`: somebody will start it again. */
  die(helped: boolean): void {
    const { state } = this.unit;
    if (state === 'stopped' || state === 'off' || (state === 'failed' && !helped)) return;
    if (this.process) this.endProcess(mysqlErrors.lost);
    this.crashed = true;
    const wasStopping = this.stopping !== 0;
    this.clock.cancel(this.stopping);
    this.unit.gone(wasStopping ? 'stopped' : 'signal', helped);
    if (wasStopping) this.hasStopped();
  }

  private endProcess(cause: Cause | null): void {
    this.refusal = mysqlErrors.refused;
    this.endLife();
    this.server.cut(cause);
    this.server.exit(false);
  }

  /** Starts it if it does not run; if it is being stopped, after that. */
  start(): void {
    if (this.stopping !== 0) this.startDue = true;
    else {
      this.startDue = false;
      this.unit.start();
    }
  }

  /** SIGTERM to the main process. */
  terminate(): void {
    if (this.stopping !== 0) return;
    if (!this.process) {
      this.refusal = this.crashed ? mysqlErrors.refused : mysqlErrors.noSocket;
      this.unit.callOff();
      return;
    }
    const flushMs = this.server.flushMs();
    this.refusal = mysqlErrors.noSocket;
    this.endLife();
    this.stopping = this.clock.after(flushMs, this.exited, undefined, Kind.change);
    this.server.cut(mysqlErrors.shutdown);
  }

  /** Whether there is one that takes connections, or is on its way down. */
  private get process(): boolean {
    return this.unit.state === 'active';
  }

  /** systemd wakes what was stopped with SIGCONT, so that it can hear SIGTERM; SIGKILL needs none. */
  private endLife(): void {
    this.life += 1;
    this.hangs = 0;
  }

  private kill(forMs: number | null): End | undefined {
    this.die(forMs !== null);
    return forMs === null ? undefined : () => this.start();
  }

  private stopFor(): End {
    this.terminate();
    return () => this.start();
  }

  private restart(): undefined {
    this.terminate();
    this.start();
  }

  private hang(): End | undefined {
    if (!this.process || this.stopping !== 0) return undefined;
    const { life } = this;
    this.hangs += 1;
    if (this.hangs === 1) this.server.freeze();
    return () => {
      if (life !== this.life) return;
      this.hangs -= 1;
      if (this.hangs === 0) this.server.thaw();
    };
  }

  private readonly exited = (): void => {
    this.server.exit(true);
    this.unit.gone('stopped');
    this.hasStopped();
  };

  private hasStopped(): void {
    const { whenStopped } = this;
    this.stopping = 0;
    this.whenStopped = null;
    if (this.startDue) this.start();
    whenStopped?.();
  }

  private readonly recoveryMs = (): number => {
    if (!this.crashed) return 0;
    const ms = this.server.recoveryMs();
    if (ms > 0) this.journal.note(this.clock.now(), 'mysql', `mysql: crash recovery, ${(ms / 1000).toFixed(1)} s`);
    return ms;
  };

  private readonly up = (): void => {
    this.crashed = false;
    this.refusal = null;
    this.server.open();
  };
}
