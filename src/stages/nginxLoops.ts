/**
 * The workers' event loops: each worker does one thing at a time, and whatever else its connections want stands in its line.
 *
 *   offer ──► an idle worker, or the line before all of them ──┐
 *   queueAt ──► its own worker, or that worker's line ─────────┴──► begin ──► work … done ──► turn ──► the next
 *
 * A new connection goes to whoever is free first; after that it is with the worker that accepted it.
 */
import type { Step } from '../engine/agenda.js';
import type { VirtualClock } from '../engine/clock.js';
import { Level } from '../engine/level.js';
import type { Cpu } from '../host/cpu.js';
import { Line } from '../host/line.js';
import type { NginxWorker } from './nginxWorker.js';
import type { Request } from './request.js';

export class NginxLoops {
  /** Workers with something in hand, and what stands in line before them. */
  readonly busy = new Level();
  readonly queue = new Level();
  /** The processes that accept. */
  acceptors: NginxWorker[] = [];
  private readonly unaccepted = new Line<Request>();

  constructor(
    private readonly clock: VirtualClock,
    private readonly cpu: Cpu,
    private readonly waited: (request: Request, ms: number) => void,
  ) {}

  /** A new connection, for whichever worker is idle, or the first to be. */
  offer(request: Request, step: Step<Request>): void {
    for (const worker of this.acceptors) if (!worker.busy) return this.begin(worker, request, step);
    this.join(this.unaccepted, request, step);
  }

  queueAt(worker: NginxWorker, request: Request, step: Step<Request>): void {
    if (!worker.busy) return this.begin(worker, request, step);
    this.join(worker.line, request, step);
  }

  /** The worker is asked for `ms` of CPU and does nothing else meanwhile. */
  work(request: Request, ms: number, step: Step<NginxWorker>): void {
    const worker = request.connection!.worker!;
    worker.request = request;
    worker.startedMs = this.clock.now();
    worker.needMs = ms;
    if (ms === 0) step(worker, 0);
    else this.cpu.work(worker, ms, step);
  }

  /** What the worker was at is done; returns the request, whose next steps may not come back to this worker's loop. */
  done(worker: NginxWorker): Request {
    const request = worker.request!;
    worker.request = null;
    this.waited(request, this.clock.now() - worker.startedMs - worker.needMs);
    return request;
  }

  /** One turn of the loop after the other: an accept at the most, and what its own connections want. */
  turn(worker: NginxWorker): void {
    this.busy.add(-1, this.clock.now());
    worker.busy = false;
    this.lookRound(worker);
  }

  lookRound(worker: NginxWorker): void {
    if (worker.turning) return;
    worker.turning = true;
    while (!worker.busy && this.takeNext(worker));
    worker.turning = false;
  }

  /** The worker's process ends, and with it what it was at and what stood in its line. */
  end(worker: NginxWorker): void {
    const now = this.clock.now();
    if (worker.request !== null) {
      this.cpu.stop(worker);
      this.busy.add(-1, now);
    }
    this.queue.add(-worker.line.length, now);
    while (worker.line.length > 0) worker.line.advance();
  }

  /** The port is closed: nobody accepts those who wait at it. */
  forgetUnaccepted(): void {
    this.queue.add(-this.unaccepted.length, this.clock.now());
    while (this.unaccepted.length > 0) this.unaccepted.advance();
  }

  /** The process is stopped by a signal: its loop does not turn. */
  hold(worker: NginxWorker): void {
    worker.held = !worker.busy;
    worker.busy = true;
  }

  letGo(worker: NginxWorker): void {
    if (worker.held) worker.busy = false;
    worker.held = false;
  }

  private join(line: Line<Request>, request: Request, step: Step<Request>): void {
    line.join(request, step);
    request.queuedMs = this.clock.now();
    this.queue.add(1, this.clock.now());
  }

  private begin(worker: NginxWorker, request: Request, step: Step<Request>): void {
    worker.busy = true;
    this.busy.add(1, this.clock.now());
    request.connection!.worker ??= worker;
    step(request, 0);
  }

  private takeNext(worker: NginxWorker): boolean {
    const { unaccepted } = this;
    const fromOutside = unaccepted.length > 0 && !worker.leaving && (!worker.acceptedLast || worker.line.length === 0);
    const line: Line<Request> = fromOutside ? unaccepted : worker.line;
    worker.acceptedLast = fromOutside;
    if (line.length === 0) return false;
    const { subject, step } = line;
    line.advance();
    this.queue.add(-1, this.clock.now());
    this.waited(subject, this.clock.now() - subject.queuedMs);
    this.begin(worker, subject, step);
    return true;
  }
}
