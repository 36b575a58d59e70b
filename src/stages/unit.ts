/**
 * A systemd unit: when a daemon's main process is started, and started again.
 *
 *   active ──died──► failed ──Restart=, RestartSec=──► starting ──start, recovery──► active
 *      └──stop──► stopped ──start──► starting
 *
 * A sixth start within ten seconds is refused until somebody starts the unit by hand (StartLimitBurst, StartLimitIntervalSec).
 * What the daemon does when it is up or gone is the daemon's business.
 */
import { Kind } from '../engine/agenda.js';
import { assert } from '../engine/assert.js';
import type { Chance } from '../engine/chance.js';
import type { VirtualClock } from '../engine/clock.js';
import { type Distribution, distribution } from '../engine/distribution.js';
import type { UnitModel } from '../model.js';
import type { Journal } from '../telemetry/journal.js';

const START_LIMIT_BURST = 5;
const START_LIMIT_INTERVAL_MS = 10_000;

/**
 * How a main process has ended: by SIGKILL or a crash, by exiting on its own, since the unit was stopped, or since systemd stopped it
 * after the kernel had killed one of its processes for lack of memory.
 */
export type Death = 'signal' | 'exit' | 'stopped' | 'oom-kill';

const NOTES: Readonly<Record<Death, string>> = {
  signal: 'main process killed',
  exit: 'main process exited',
  stopped: 'stopped',
  'oom-kill': "Failed with result 'oom-kill'.",
};

export class Unit {
  /** `off` while the machine is. */
  state: 'active' | 'starting' | 'failed' | 'stopped' | 'off' = 'active';
  private readonly startMs: Distribution;
  /** The ticket of the start under way, or of the wait before it. */
  private ticket = 0;
  /** When it was started lately. */
  private starts: number[] = [];

  constructor(
    /** As systemctl calls it, without `.service`. */
    private readonly name: string,
    private readonly model: UnitModel,
    private readonly clock: VirtualClock,
    private readonly journal: Journal,
    private readonly chance: Chance,
    /** The process takes connections. */
    private readonly up: () => void,
    /** What its start takes besides: recovery after a crash, in ms. */
    private readonly recoveryMs: () => number = () => 0,
  ) {
    this.startMs = distribution(model.startMs);
  }

  /** The main process is gone. `helped`: somebody will start it, so that systemd's own policy does not matter. */
  gone(death: Death, helped = false): void {
    this.clock.cancel(this.ticket);
    this.ticket = 0;
    this.state = death === 'stopped' ? 'stopped' : 'failed';
    this.note(NOTES[death]);
    if (helped || !this.restarts(death)) return;
    this.ticket = this.clock.after(this.model.restartMs, this.restart, undefined, Kind.change);
  }

  /** Somebody stops it while it is not up: the start that is under way or due does not happen. */
  callOff(): void {
    if (this.ticket !== 0) this.gone('stopped');
  }

  /** The machine is off: nothing starts the unit until it boots. */
  lost(): void {
    this.clock.cancel(this.ticket);
    this.ticket = 0;
    this.state = 'off';
  }

  /** The machine is up again. */
  boot(): void {
    assert(this.state === 'off', `${this.name} boots and was not off`);
    this.starts = [];
    this.begin();
  }

  /** Somebody starts it; nothing if it runs or is being started, or the machine is off. */
  start(): void {
    if (this.state === 'active' || this.state === 'starting' || this.state === 'off') return;
    this.clock.cancel(this.ticket);
    this.begin();
  }

  private readonly restart = (): void => {
    this.ticket = 0;
    const now = this.clock.now();
    this.starts = this.starts.filter((at) => at > now - START_LIMIT_INTERVAL_MS);
    if (this.starts.length >= START_LIMIT_BURST) return this.note('start request repeated too quickly: failed');
    this.begin();
  };

  private begin(): void {
    this.state = 'starting';
    this.starts.push(this.clock.now());
    this.ticket = this.clock.after(this.startMs.draw(this.chance) + this.recoveryMs(), this.started, undefined, Kind.change);
  }

  private readonly started = (): void => {
    this.ticket = 0;
    this.state = 'active';
    this.note('started');
    this.up();
  };

  /** The table in systemd.service(5): `on-abnormal` leaves out an exit of its own; a stop is never undone. */
  private restarts(death: Death): boolean {
    const { restart } = this.model;
    if (death === 'stopped' || restart === 'no') return false;
    return death !== 'exit' || restart === 'always' || restart === 'on-failure';
  }

  private note(text: string): void {
    this.journal.note(this.clock.now(), this.name, `${this.name}.service: ${text}`);
  }
}
