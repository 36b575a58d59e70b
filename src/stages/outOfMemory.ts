/**
 * Which of the site's processes the kernel may kill when memory is used up, and who learns of it: systemd, which by its default
 * (`OOMPolicy=stop`) stops the whole unit that one of its processes was killed of. MySQL's unit starts it again after five
 * seconds; those of PHP-FPM and nginx have no `Restart=` and stay down until somebody looks.
 */
import type { VirtualClock } from '../engine/clock.js';
import type { Host } from '../host/host.js';
import type { Model } from '../model.js';
import type { Journal } from '../telemetry/journal.js';
import type { Faults, Parts } from './faults.js';
import type { PhpFpm } from './phpFpm.js';

export function mayRunOutOfMemory(
  model: Model,
  clock: VirtualClock,
  host: Host,
  journal: Journal,
  fpm: PhpFpm | null,
  { nginx, mysql }: Parts,
): void {
  const { oom, memory } = host;
  oom.note = (text, killed) => journal.note(clock.now(), 'kernel', `kernel: ${text}`, killed);
  if (mysql?.kill !== undefined) {
    const account = memory.account('mysql');
    oom.add({ process: 'mysqld', bytes: () => account.held, kill: () => killed('mysql', mysql) });
  }
  if (fpm !== null) {
    oom.add({
      process: 'php-fpm',
      bytes: () => fpm.largest()?.bytes ?? 0,
      kill: () => fpm.master.outOfMemory(fpm.largest()!.child),
    });
  }
  if (nginx?.kill !== undefined) {
    const account = memory.account('nginx');
    const { workerBytes } = model.nginx;
    oom.add({
      process: 'nginx',
      bytes: () => Math.min(workerBytes, account.held),
      kill: () => killed('nginx', nginx),
    });
  }

  function killed<D extends 'nginx' | 'mysql'>(on: D, faults: Faults): void {
    journal.note(clock.now(), on, `${on}.service: A process of this unit has been killed by the OOM killer.`);
    faults.kill?.({ verb: 'kill', on }, null);
  }
}
