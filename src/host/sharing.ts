/**
 * A capacity shared evenly by whoever is using it (egalitarian processor sharing): cores by tasks, bandwidth by transfers.
 *
 * The jobs are kept by the service at which each will have had enough, counting the service that every job present has had. Its
 * pace is the share of one job: `mostPerJob` while there is capacity to spare, capacity / jobs once there is not. Only the
 * pace ever changes, so the arrival of a job re-schedules all the others at no cost.
 */
import type { Step } from '../engine/agenda.js';
import type { Alarm, VirtualClock } from '../engine/clock.js';

export class Sharing {
  size = 0;
  private readonly alarm: Alarm;
  private served = 0;
  private servedAtMs = 0;
  private delivered = 0;
  private finishing = false;

  // The jobs: a binary heap by `enough`, then by when they came.
  private enough = new Float64Array(64);
  private orders = new Float64Array(64);
  private tags = new Int32Array(64);
  private readonly subjects: unknown[] = [];
  private readonly steps: Step<never>[] = [];
  private came = 0;

  /** Service per ms: all that there is, and what one job can take of it at the most. Both above 0; both may be infinite. */
  constructor(
    private readonly clock: VirtualClock,
    private capacity: number,
    private mostPerJob: number,
  ) {
    this.alarm = clock.alarm(this.finish);
  }

  /** Runs `done(subject)` once it has had `amount` of service. Jobs of one `tag` can be asked for together. */
  start<S>(subject: S, amount: number, done: Step<S>, tag = 0): void {
    if (!(amount >= 0 && amount < Infinity))
      throw new RangeError(`a job cannot need ${amount} of service (${done.name || 'unnamed'})`);
    this.catchUp();
    if (this.size === this.enough.length) this.grow();
    const at = this.size++;
    this.came += 1;
    this.rise(at, this.served + amount, this.came, tag, subject, done as Step<never>);
    this.setAlarm();
  }

  /** Ends the job of `subject` before its time and returns the service it had yet to get; -1 if it has none. Linear in jobs. */
  cancel(subject: unknown): number {
    this.catchUp();
    const at = this.subjects.indexOf(subject);
    if (at < 0 || at >= this.size) return -1;
    const left = this.enough[at] - this.served;
    this.remove(at);
    this.setAlarm();
    return Math.max(0, left);
  }

  resize(capacity: number, mostPerJob: number): void {
    this.catchUp();
    this.capacity = capacity;
    this.mostPerJob = mostPerJob;
    this.setAlarm();
  }

  /** Service that the jobs of that tag have yet to get. Linear in jobs. */
  outstanding(tag: number): number {
    this.catchUp();
    let sum = 0;
    for (let at = 0; at < this.size; at += 1) if (this.tags[at] === tag) sum += this.enough[at] - this.served;
    return sum;
  }

  /** Service given to all jobs together since the start. */
  get deliveredNow(): number {
    this.catchUp();
    return this.delivered;
  }

  private catchUp(): void {
    const now = this.clock.now();
    const { size } = this;
    if (size === 0)
      this.served = 0; // Idle: the sum starts again, so that it never grows too large to be precise.
    else if (now > this.servedAtMs) {
      const each = (now - this.servedAtMs) * Math.min(this.mostPerJob, this.capacity / size);
      this.served += each;
      this.delivered += each * size;
    }
    this.servedAtMs = now;
  }

  /** Once an event: what a finished job's step starts is seen at the end of it. */
  private setAlarm(): void {
    const { size } = this;
    if (this.finishing) return;
    if (size === 0) return this.alarm.set(Infinity);
    const left = this.enough[0] - this.served;
    this.alarm.set(left > 0 ? this.clock.now() + left / Math.min(this.mostPerJob, this.capacity / size) : this.clock.now());
  }

  /** The first job has had its service: exactly its service, whatever rounding says. */
  private readonly finish = (): void => {
    this.catchUp();
    const subject = this.subjects[0];
    const step = this.steps[0];
    this.delivered += (this.enough[0] - this.served) * this.size;
    this.served = this.enough[0];
    this.remove(0);
    this.finishing = true;
    step(subject as never, 0);
    this.finishing = false;
    this.setAlarm();
  };

  // The heap.

  private remove(at: number): void {
    const last = --this.size;
    const { enough, orders, tags, subjects, steps } = this;
    const subject = subjects[last];
    const step = steps[last];
    subjects[last] = undefined;
    if (at === last) return;
    if (this.sink(at, enough[last], orders[last], tags[last], subject, step) === at) {
      this.rise(at, enough[last], orders[last], tags[last], subject, step);
    }
  }

  private rise(from: number, enoughAt: number, order: number, tag: number, subject: unknown, step: Step<never>): void {
    const { enough, orders } = this;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (enough[parent] < enoughAt || (enough[parent] === enoughAt && orders[parent] < order)) break;
      this.move(parent, at);
      at = parent;
    }
    this.put(at, enoughAt, order, tag, subject, step);
  }

  /** Returns where it came to rest. */
  private sink(from: number, enoughAt: number, order: number, tag: number, subject: unknown, step: Step<never>): number {
    const { enough, orders, size } = this;
    let at = from;
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      const right = child + 1;
      if (right < size && (enough[right] < enough[child] || (enough[right] === enough[child] && orders[right] < orders[child])))
        child = right;
      if (enough[child] > enoughAt || (enough[child] === enoughAt && orders[child] > order)) break;
      this.move(child, at);
      at = child;
    }
    this.put(at, enoughAt, order, tag, subject, step);
    return at;
  }

  private move(from: number, to: number): void {
    this.put(to, this.enough[from], this.orders[from], this.tags[from], this.subjects[from], this.steps[from]);
  }

  private put(at: number, enoughAt: number, order: number, tag: number, subject: unknown, step: Step<never>): void {
    this.enough[at] = enoughAt;
    this.orders[at] = order;
    this.tags[at] = tag;
    this.subjects[at] = subject;
    this.steps[at] = step;
  }

  private grow(): void {
    const enough = new Float64Array(2 * this.size);
    const orders = new Float64Array(2 * this.size);
    const tags = new Int32Array(2 * this.size);
    enough.set(this.enough);
    orders.set(this.orders);
    tags.set(this.tags);
    this.enough = enough;
    this.orders = orders;
    this.tags = tags;
  }
}
