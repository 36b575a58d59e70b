/**
 * A batch job: processes that compute and read by turns, as a backup, a log rotation or a search index does.
 *
 * Each alternates between a turn of CPU and its share of the reads, so that both are spread over the whole of its life.
 */
import { meanOf } from '../engine/distribution.js';
import type { Group, Task } from '../host/cpu.js';
import type { Host } from '../host/host.js';
import type { Account } from '../host/memory.js';
import type { Candidate } from '../host/oom.js';
import type { DiskModel, JobModel } from '../model.js';

/** Where CPU time and memory of batch jobs are put down. */
export const CRON = 'cron';
/** CPU of a turn; short against what a visitor would notice, long against an event. */
const TURN_MS = 10;

/** `running` has those processes in it that have not ended. */
export function startJob(job: JobModel, disk: DiskModel, host: Host, running: Set<Process>): undefined {
  const group = host.cpu.group(CRON);
  const memory = host.memory.account(CRON);
  for (let i = 0; i < job.processes; i += 1) {
    const process = new Process(group, job, meanOf(disk.latencyMs), host, memory, running);
    running.add(process);
    process.turn();
  }
}

export class Process implements Task, Candidate {
  readonly process = CRON;
  private turnsLeft: number;
  private readonly turnMs: number;
  private readsLeft: number;
  /** Of these, in the turn under way. */
  private toRead = 0;

  constructor(
    readonly group: Group,
    private readonly job: JobModel,
    private readonly latencyMs: number,
    private readonly host: Host,
    private readonly memory: Account,
    private readonly running: Set<Process>,
  ) {
    this.turnsLeft = Math.max(1, Math.ceil(job.cpuMs / TURN_MS));
    this.turnMs = job.cpuMs / this.turnsLeft;
    this.readsLeft = job.reads;
    memory.hold(job.memoryBytes);
    host.oom.add(this);
  }

  bytes(): number {
    return this.job.memoryBytes;
  }

  kill(): void {
    this.end();
  }

  turn(): void {
    if (this.turnsLeft > 0) this.host.cpu.work(this, this.turnMs, worked);
    else this.end();
  }

  /** It has done its part, or is killed; what it has asked of the disk is done for nobody. */
  end(): void {
    this.host.cpu.stop(this);
    this.running.delete(this);
    this.host.oom.remove(this);
    this.memory.hold(-this.job.memoryBytes);
  }

  worked(): void {
    this.toRead = Math.ceil(this.readsLeft / this.turnsLeft);
    this.turnsLeft -= 1;
    this.readNext();
  }

  /** One after the other. */
  readNext(): void {
    if (!this.running.has(this)) return;
    if (this.toRead === 0) return this.turn();
    this.toRead -= 1;
    this.readsLeft -= 1;
    this.host.disk.work(this, this.latencyMs, haveRead);
  }
}

const worked = (process: Process) => process.worked();
const haveRead = (process: Process) => process.readNext();
