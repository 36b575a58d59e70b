/**
 * The machine's power: it goes off, or is rebooted, and boots.
 *
 *   on ──power-off──► silent ──over──► boots ──► port closed ──► each unit starts ──► on
 *   on ──reboot──► daemons stopped ──► silent, boots ──► …
 *
 * While it is off or boots nothing answers: SYNs are sent again by their schedule, visitors with a request in flight wait. Then
 * the kernel knows of no connection and no port: what was in flight is reset, new connections are refused until nginx listens.
 */
import { Kind } from '../engine/agenda.js';
import type { Chance } from '../engine/chance.js';
import type { VirtualClock } from '../engine/clock.js';
import { distribution } from '../engine/distribution.js';
import type { HostModel } from '../model.js';
import type { Journal } from '../telemetry/journal.js';
import type { Daemon, End, Faults } from './faults.js';
import type { Network } from './network.js';

export function machine(
  model: HostModel,
  clock: VirtualClock,
  journal: Journal,
  chance: Chance,
  network: Network,
  /** Nginx first: without it nobody waits for the others. */
  daemons: readonly Daemon[],
  /** What else is lost with the power. */
  lose: () => void,
): Faults {
  const bootMs = model.bootMs === null ? null : distribution(model.bootMs);
  /** How many causes keep the power off. */
  let off = 0;
  /** While it has no power, or boots: what ends the silence. */
  let silence: End | null = null;
  /** The ticket of the boot under way. */
  let booting = 0;
  let rebooting = false;
  return { 'power-off': powerOff, reboot };

  function powerOff(): End {
    off += 1;
    goDown();
    return () => {
      off -= 1;
      if (off === 0) boot();
    };
  }

  function goDown(): void {
    clock.cancel(booting);
    booting = 0;
    rebooting = false;
    if (silence !== null) return;
    silence = network.cut();
    for (const daemon of daemons) daemon.lose();
    lose();
  }

  /** All units are stopped at once; when the last has stopped, the machine goes down and comes up. */
  function reboot(): undefined {
    if (rebooting || silence !== null) return;
    rebooting = true;
    let left = daemons.length;
    const stopped = () => {
      left -= 1;
      if (left > 0 || !rebooting) return;
      goDown();
      boot();
    };
    for (const daemon of daemons) daemon.stop(stopped);
  }

  function boot(): void {
    booting = clock.after(bootMs?.draw(chance) ?? 0, up, undefined, Kind.change);
  }

  function up(): void {
    booting = 0;
    silence!();
    silence = null;
    journal.note(clock.now(), 'host', 'the host is up');
    for (const daemon of daemons) daemon.boot();
  }
}
