/**
 * A capacity shared evenly by whoever is using it (egalitarian processor sharing): cores by tasks, bandwidth by transfers.
 *
 * The jobs are kept by the service at which each will have had enough, counting the service that every job present has had. Its
 * pace is the share of one job: `mostPerJob` while there is capacity to spare, capacity / jobs once there is not. Only the
 * pace ever changes, so the arrival of a job re-schedules all the others at no cost.
 */
import type { Step } from '../engine/agenda.js';
import type { Alarm, VirtualClock } from '../engine/clock.js';

/** A job that was taken out. */
export interface Unserved {
  readonly subject: unknown;
  readonly left: number;
  readonly done: Step<never>;
}

export class Sharing {
  size = 0;
  private readonly alarm: Alarm;
  private served = 0;
  private servedAtMs = 0;
  private delivered = 0;
  /** The share of one job, as the alarm was last set by it. */
  private pace = 0;
  private finishing = false;

  // Places in a binary heap by `enough`, then by when the job came; those behind the first `size` are free.
  private heap = Int32Array.from({ length: 64 }, (_, place) => place);
  // The jobs, by place. No number is handed from function to function, since V8 makes an object of it on the way.
  private enough = new Float64Array(64);
  private orders = new Float64Array(64);
  private tags = new Int32Array(64);
  private readonly subjects: unknown[] = [];
  private readonly steps: Step<never>[] = [];
  private came = 0;

  /** Service per ms: all that there is, and what one job can take of it at the most. Both may be infinite, or 0 for a while. */
  constructor(
    private readonly clock: VirtualClock,
    private capacity: number,
    private mostPerJob: number,
  ) {
    this.alarm = clock.alarm(this.finish);
  }

  /** Runs `done(subject)` once it has had `amount` of service. Jobs of one `tag` can be asked for together. */
  start<S>(subject: S, amount: number, done: Step<S>, tag = 0): void {
    if (!(amount >= 0 && amount < Infinity)) refuse(amount, done);
    this.catchUp();
    if (this.size === this.heap.length) this.grow();
    const at = this.size++;
    const place = this.heap[at];
    this.came += 1;
    this.enough[place] = this.served + amount;
    this.orders[place] = this.came;
    this.tags[place] = tag;
    this.subjects[place] = subject;
    this.steps[place] = done as Step<never>;
    this.rise(at, place);
    if (!this.finishing) this.setAlarm();
  }

  /** Ends the job of `subject` before its time and returns the service it had yet to get; -1 if it has none. Linear in jobs. */
  cancel(subject: unknown): number {
    this.catchUp();
    for (let at = 0; at < this.size; at += 1) {
      const place = this.heap[at];
      if (this.subjects[place] !== subject) continue;
      this.remove(at);
      if (!this.finishing) this.setAlarm();
      return Math.max(0, this.enough[place] - this.served);
    }
    return -1;
  }

  /** Takes out all jobs of that tag, in the order in which they came, each with the service it had yet to get. */
  takeOut(tag: number): Unserved[] {
    this.catchUp();
    const places = [...this.heap.subarray(0, this.size)].filter((place) => this.tags[place] === tag);
    places.sort((one, other) => this.orders[one] - this.orders[other]);
    const jobs = places.map((place) => ({
      subject: this.subjects[place],
      left: Math.max(0, this.enough[place] - this.served),
      done: this.steps[place],
    }));
    for (const place of places) this.remove(this.heap.subarray(0, this.size).indexOf(place));
    if (!this.finishing) this.setAlarm();
    return jobs;
  }

  resize(capacity: number, mostPerJob: number): void {
    this.catchUp();
    this.capacity = capacity;
    this.mostPerJob = mostPerJob;
    if (!this.finishing) this.setAlarm();
  }

  /** Service that the jobs of that tag have yet to get. Linear in jobs. Only looks: not even the last bit of what follows changes. */
  outstanding(tag: number): number {
    const served = this.served + this.eachSince;
    let sum = 0;
    for (let at = 0; at < this.size; at += 1) {
      const place = this.heap[at];
      if (this.tags[place] === tag) sum += this.enough[place] - served;
    }
    return sum;
  }

  /** Service given to all jobs together since the start. Only looks, too. */
  get deliveredNow(): number {
    return this.delivered + this.eachSince * this.size;
  }

  /** What each job has had since the sums were made. */
  private get eachSince(): number {
    const sinceMs = this.clock.now() - this.servedAtMs;
    return this.size === 0 || sinceMs === 0 ? 0 : sinceMs * this.pace;
  }

  private catchUp(): void {
    const now = this.clock.now();
    const { size } = this;
    if (size === 0)
      this.served = 0; // Idle: the sum starts again, so that it never grows too large to be precise.
    else if (now > this.servedAtMs) {
      const each = (now - this.servedAtMs) * this.pace;
      this.served += each;
      this.delivered += each * size;
    }
    this.servedAtMs = now;
  }

  /** Once an event, so that what a finished job's step starts is seen at the end of it; no time passes in between. */
  private setAlarm(): void {
    const { size } = this;
    if (size === 0) return this.alarm.set(Infinity);
    this.pace = Math.min(this.mostPerJob, this.capacity / size);
    if (this.pace === 0) return this.alarm.set(Infinity);
    const left = this.enough[this.heap[0]] - this.served;
    this.alarm.set(left > 0 ? this.clock.now() + left / this.pace : this.clock.now());
  }

  /** The first job has had its service: exactly its service, whatever rounding says. */
  private readonly finish = (): void => {
    this.catchUp();
    const place = this.heap[0];
    const enough = this.enough[place];
    this.delivered += (enough - this.served) * this.size;
    this.served = enough;
    this.remove(0);
    this.finishing = true;
    this.steps[place](this.subjects[place] as never, 0);
    this.finishing = false;
    this.setAlarm();
  };

  // The heap.

  private remove(at: number): void {
    const { heap } = this;
    const last = --this.size;
    const moving = heap[last];
    heap[last] = heap[at];
    if (at < last && this.sink(at, moving) === at) this.rise(at, moving);
  }

  private rise(from: number, place: number): void {
    const { heap, enough, orders } = this;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const other = heap[parent];
      if (enough[other] < enough[place] || (enough[other] === enough[place] && orders[other] < orders[place])) break;
      heap[at] = other;
      at = parent;
    }
    heap[at] = place;
  }

  /** Returns where it came to rest. */
  private sink(from: number, place: number): number {
    const { heap, enough, orders, size } = this;
    let at = from;
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      let other = heap[child];
      const right = child + 1;
      if (right < size) {
        const another = heap[right];
        if (enough[another] < enough[other] || (enough[another] === enough[other] && orders[another] < orders[other])) {
          child = right;
          other = another;
        }
      }
      if (enough[other] > enough[place] || (enough[other] === enough[place] && orders[other] > orders[place])) break;
      heap[at] = other;
      at = child;
    }
    heap[at] = place;
    return at;
  }

  private grow(): void {
    const { size } = this;
    const heap = Int32Array.from({ length: 2 * size }, (_, place) => place);
    const enough = new Float64Array(2 * size);
    const orders = new Float64Array(2 * size);
    const tags = new Int32Array(2 * size);
    heap.set(this.heap);
    enough.set(this.enough);
    orders.set(this.orders);
    tags.set(this.tags);
    this.heap = heap;
    this.enough = enough;
    this.orders = orders;
    this.tags = tags;
  }
}

function refuse(amount: number, done: Step<never>): never {
  throw new RangeError(`a job cannot need ${amount} of service (${done.name || 'unnamed'})`);
}
