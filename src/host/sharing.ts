/**
 * A capacity shared evenly by whoever is using it (egalitarian processor sharing): cores by tasks, bandwidth by transfers.
 *
 * A second agenda, whose time is the service that each job has had so far. Its pace is the share of one job: `mostPerJob` while
 * there is capacity to spare, capacity / jobs once there is not. Only the pace ever changes, so the arrival of a job
 * re-schedules all the others at no cost.
 */
import { Agenda, type Step } from '../engine/agenda.js';
import type { Alarm, VirtualClock } from '../engine/clock.js';

export class Sharing {
  private readonly jobs = new Agenda();
  private readonly alarm: Alarm;
  private served = 0;
  private servedAtMs = 0;
  private delivered = 0;
  private finishing = false;

  /** Service per ms: all that there is, and what one job can take of it at the most. Both above 0; both may be infinite. */
  constructor(
    private readonly clock: VirtualClock,
    private capacity: number,
    private mostPerJob: number,
  ) {
    this.alarm = clock.alarm(() => this.finish());
  }

  /** Runs `done(subject)` once it has had `amount` of service; returns a ticket. */
  start<S>(subject: S, amount: number, done: Step<S>): number {
    if (!(amount >= 0 && amount < Infinity))
      throw new RangeError(`a job cannot need ${amount} of service (${done.name || 'unnamed'})`);
    this.catchUp();
    const ticket = this.jobs.add(this.served + amount, done, subject);
    this.setAlarm();
    return ticket;
  }

  /** Ends a job before its time; `false` if it has ended. */
  cancel(ticket: number): boolean {
    this.catchUp();
    const cancelled = ticket !== 0 && this.jobs.cancel(ticket);
    this.setAlarm();
    return cancelled;
  }

  resize(capacity: number, mostPerJob: number): void {
    this.catchUp();
    this.capacity = capacity;
    this.mostPerJob = mostPerJob;
    this.setAlarm();
  }

  get size(): number {
    return this.jobs.size;
  }

  /** Service that every job in progress has had since the sharing was last idle. */
  get servedNow(): number {
    this.catchUp();
    return this.served;
  }

  /** Service given to all jobs together since the start. */
  get deliveredNow(): number {
    this.catchUp();
    return this.delivered;
  }

  private get pace(): number {
    return Math.min(this.mostPerJob, this.capacity / this.jobs.size);
  }

  private catchUp(): void {
    const now = this.clock.now();
    const { size } = this.jobs;
    if (size > 0 && now > this.servedAtMs) {
      const each = (now - this.servedAtMs) * this.pace;
      this.served += each;
      this.delivered += each * size;
    } else if (size === 0) this.served = 0; // Idle: the sum starts again, so that it never grows too large to be precise.
    this.servedAtMs = now;
  }

  /** Once an event: what a finished job's step starts is seen at the end of it. */
  private setAlarm(): void {
    if (this.finishing) return;
    if (!this.jobs.ready()) return this.alarm.set(Infinity);
    const left = Math.max(0, this.jobs.due - this.served);
    this.alarm.set(this.clock.now() + (left === 0 ? 0 : left / this.pace));
  }

  /** The first job has had its service: exactly its service, whatever rounding says. */
  private finish(): void {
    this.catchUp();
    this.jobs.ready();
    const { due, size } = this.jobs;
    this.delivered += (due - this.served) * size;
    this.served = due;
    this.finishing = true;
    this.jobs.runNext();
    this.finishing = false;
    this.setAlarm();
  }
}
