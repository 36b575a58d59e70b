/** `events` and `failures` as the model has them: what happens, told by its verb. */
import type { EventModel, FailureModel, Happening, SiteModel } from '../../model.js';
import type { WrittenEvent, WrittenFailure } from '../schema/events.js';

/** `site` is what the site is like from a `config` on. */
export function eventOf(event: WrittenEvent, site: SiteModel | undefined): EventModel {
  const what = happeningOf(event, site);
  return {
    name: event.name ?? nameOf(what),
    atMs: event.at,
    forMs: event.for ?? null,
    because: event.because ?? '',
    what,
  };
}

/** The second of a name is `kill mysql 2`, so that each has chances of its own. */
export function failuresOf(failures: readonly WrittenFailure[]): FailureModel[] {
  const times = new Map<string, number>();
  return failures.map((failure) => {
    const what = happeningOf(failure, undefined);
    const name = failure.name ?? nameOf(what);
    const count = (times.get(name) ?? 0) + 1;
    times.set(name, count);
    return {
      name: count === 1 ? name : `${name} ${count}`,
      upMs: failure.mtbf,
      downMs: failure.mttr ?? null,
      because: failure.because ?? '',
      what,
    };
  });
}

/** `kill mysql`, `slow disk`, `dns SERVFAIL`. */
export function nameOf(what: Happening): string {
  if (what.verb === 'dns') return `dns ${what.answer}`;
  if (what.verb === 'lock-table') return `lock-table ${what.table}`;
  return `${what.verb} ${what.on}`;
}

function happeningOf(written: WrittenEvent | WrittenFailure, site: SiteModel | undefined): Happening {
  if ('kill' in written) return { verb: 'kill', on: written.kill };
  if ('hang' in written) return { verb: 'hang', on: written.hang };
  if ('stop' in written) return { verb: 'stop', on: written.stop, signal: written.signal ?? usualSignal(written.stop) };
  if ('restart' in written)
    return { verb: 'restart', on: written.restart, signal: written.signal ?? usualSignal(written.restart) };
  if ('reload' in written) return { verb: 'reload', on: written.reload };
  if ('upgrade' in written) return { verb: 'upgrade', on: written.upgrade };
  if ('switch' in written) return { verb: 'switch', on: written.switch };
  if ('power-off' in written) return { verb: 'power-off', on: written['power-off'] };
  if ('reboot' in written) return { verb: 'reboot', on: written.reboot };
  if ('slow' in written) return { verb: 'slow', on: written.slow, times: written.times };
  if ('steal' in written) return { verb: 'steal', on: 'cpu', share: written.steal };
  if ('throttle' in written) return { verb: 'throttle', on: 'cpu', cores: written.throttle };
  if ('fill' in written) return { verb: 'fill', on: written.fill };
  if ('loss' in written) return { verb: 'loss', on: 'network', share: written.loss };
  if ('latency' in written) return { verb: 'latency', on: 'network', ms: written.latency };
  if ('partition' in written) return { verb: 'partition', on: written.partition };
  if ('dns' in written) return { verb: 'dns', on: 'dns', answer: written.dns };
  if ('leak' in written) return { verb: 'leak', on: written.leak, bytes: written.bytes };
  if ('lock-table' in written) return { verb: 'lock-table', on: 'mysql', table: written['lock-table'] };
  if ('config' in written) return { verb: 'config', on: 'site', site: site! };
  const { processes, cpu, reads, memory } = written.cron;
  return { verb: 'cron', on: 'host', job: { processes, cpuMs: cpu, reads, memoryBytes: memory } };
}

/** What systemd sends when it stops the unit: Debian's nginx.service has a KillSignal of its own kind, start-stop-daemon with QUIT. */
function usualSignal(daemon: 'nginx' | 'php-fpm' | 'mysql'): 'QUIT' | 'TERM' {
  return daemon === 'nginx' ? 'QUIT' : 'TERM';
}
