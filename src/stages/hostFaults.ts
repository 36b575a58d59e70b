/**
 * What may happen to the machine itself: time stolen from its cores, a quota on them, a slow or a full disk, a batch job.
 *
 * A hypervisor's theft is even: all cores are slower by its share. A quota is spent as the kernel does (CFS bandwidth control):
 * everything runs at full speed until the period's part is used up, and then not at all until the next period.
 */
import { Kind } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import type { Host } from '../host/host.js';
import type { HostModel } from '../model.js';
import { type Process, startJob } from './batchJob.js';
import { type End, Factors, type Faults } from './faults.js';

/** `cpu.max`: the kernel's default period (Documentation/scheduler/sched-bwc.rst). */
const PERIOD_MS = 100;
/** A rest of the quota so small, per core, that it counts as used up, and is not lost; the kernel hands out 5 ms at a time. */
const CRUMB_MS = 0.01;

export interface HostFaults {
  readonly cpu: Faults;
  readonly disk: Faults;
  readonly host: Faults;
  /** The number of cores has changed. */
  configure(): void;
  /** No power: batch jobs are gone. */
  lose(): void;
}

export function hostFaults(model: HostModel, clock: VirtualClock, host: Host): HostFaults {
  const speed = new Factors(resize);
  const diskPace = new Factors((times) => {
    host.disk.slowdown = times;
  });
  /** Quotas that are used up. */
  let spent = 0;
  let fills = 0;
  const jobs = new Set<Process>();
  return {
    cpu: { steal: ({ share }) => speed.add(1 - share), throttle: ({ cores }) => throttle(cores) },
    disk: { slow: ({ times }) => diskPace.add(times), fill },
    host: { cron: ({ job }) => startJob(job, model.disk, host, jobs) },
    configure: resize,
    lose() {
      for (const process of jobs) process.end();
    },
  };

  function resize(): void {
    host.cpu.resize(model.cores, spent > 0 ? 0 : speed.value);
  }

  function throttle(cores: number): End {
    const quotaMs = cores * PERIOD_MS;
    let spentMs = host.cpu.busyMs;
    let budgetMs = 0;
    let ticket = 0;
    let frozen = false;
    let over = false;
    nextPeriod();
    return () => {
      over = true;
      clock.cancel(ticket);
      freeze(false);
    };

    function freeze(now: boolean): void {
      if (now === frozen) return;
      frozen = now;
      spent += now ? 1 : -1;
      resize();
    }

    /** What a period has used beyond its part is taken from the next; what it has not used is gone, but for the crumb. */
    function nextPeriod(): void {
      if (over) return;
      const leftMs = budgetMs - (host.cpu.busyMs - spentMs);
      budgetMs = quotaMs + (frozen ? leftMs : Math.min(0, leftMs));
      spentMs = host.cpu.busyMs;
      freeze(false);
      clock.after(PERIOD_MS, nextPeriod, undefined, Kind.change);
      clock.cancel(ticket);
      look();
    }

    /** At the earliest moment at which the part can be used up. */
    function look(): void {
      ticket = 0;
      const leftMs = budgetMs - (host.cpu.busyMs - spentMs);
      if (leftMs <= CRUMB_MS * model.cores) freeze(true);
      else ticket = clock.after(leftMs / model.cores, look, undefined, Kind.change);
    }
  }

  function fill(): End {
    fills += 1;
    host.disk.full = true;
    return () => {
      fills -= 1;
      host.disk.full = fills > 0;
    };
  }
}
