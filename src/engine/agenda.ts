/**
 * What is due, and when: steps in order of time, then kind, then the order in which they were asked for.
 *
 *   near   a binary heap of what is due soonest
 *   far    buckets of equal width in time, each an unsorted list, for what is due later
 *   beyond one more list, for what is due after the last bucket
 *
 * While few steps wait everything is near. Once many do, only the bucket at hand is, so that the heap stays
 * small and a cache holds it; an entry is put in a bucket and later poured into the heap, in constant time each.
 * A cancelled entry is left where it is and thrown out when met, or in a sweep once it is one of a majority.
 *
 * It knows no clock: times are numbers, and the CPU uses one whose time is service received.
 */
import { OverBudgetError } from './overBudget.js';

/** Something to do, with the thing to do it to and the ticket under which it was asked for. */
export type Step<S> = (subject: S, ticket: number) => void;

/** Which goes first of what is due at the same time. */
export const Kind = {
  /** Service completed, something released. */
  completion: 0,
  /** Something goes up or down, a setting changes. */
  change: 1,
  timeout: 2,
  arrival: 3,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

const KIND_WEIGHT = 2251799813685248; // 2^51: no run has as many events.
/**
 * A ticket is half a place, in its lower 21 bits, and how often that was used, in the next ten. It fits the small integers
 * that V8 keeps unboxed; in return it comes up again when its place has been used 1,024 times, long after it has run.
 */
const PLACES = 1 << 21;
const TICKETS = 0x7fffffff;
/** Below so many entries a heap alone is fastest. */
const FEW = 1024;
/** So many cancelled entries are worth a sweep, if they are the majority. */
const SWEEP = 64;
/** Entries per bucket, counted over all of them; the first, where entries are dense, hold some five times as many. */
const PER_BUCKET = 4;
/** From so many on, room is made for an eighth more at a time, not for as many again: a place takes 40 bytes. */
const MANY = 1 << 16;
const NEAR_ONLY = 2 ** 31 - 1;

/**
 * What belongs to an entry stands in pairs: its place is the even index of the first, these lead to the second. With a million
 * pending hardly anything is cached, and a pair costs one cache line where two arrays cost two.
 */
const ORDER = 1;
const TICKET = 1;
const SUBJECT = 1;

export class Agenda {
  /** Entries that wait and were not cancelled. */
  size = 0;

  // Entries by place.
  private capacity = 256;
  /** Of entries in a bucket: time and order. */
  private when = new Float64Array(2 * this.capacity);
  /**
   * The next in the list, of entries in a bucket and of free places; then the ticket. A live entry has the one that was given
   * out for it, a cancelled one has the next.
   */
  private links = new Int32Array(2 * this.capacity);
  /** Step and subject. */
  private what = new Array<unknown>(2 * this.capacity);
  private free = -1;
  private used = 0;
  private sequence = 0;
  private cancelled = 0;

  // The heap, its root at 0. After a removal the root is a hole, which the next addition fills.
  /** Grows with the heap, not with all entries: once there are buckets it stays small. */
  private nearCapacity = 256;
  private nearTimes = new Float64Array(this.nearCapacity);
  private nearOrders = new Float64Array(this.nearCapacity);
  private nearPlaces = new Int32Array(this.nearCapacity);
  private nearSize = 0;
  private nearLimit = FEW;
  /** 1 while the root is a hole, 0 otherwise; a number, since V8 tests that faster than a boolean in a field. */
  private hole = 0;

  private heads = new Int32Array(0);
  private bucketStart = 0;
  private bucketsPerMs = 0;
  /** The bucket that is in the heap; with no buckets, all are. */
  private bucket = NEAR_ONLY;
  private beyond = -1;
  private farSize = 0;

  /** Adds `step(subject)` at `time` and returns its ticket, which is never 0. */
  add<S>(time: number, step: Step<S>, subject: S, kind: Kind = Kind.completion): number {
    return this.addInOrder(time, this.nextOrder(kind), step, subject);
  }

  /** The same with a place in the order that was taken before, by `nextOrder`. */
  addInOrder<S>(time: number, order: number, step: Step<S>, subject: S): number {
    let place = this.free;
    if (place >= 0) this.free = this.links[place];
    else place = this.freshPlace();
    this.what[place] = step;
    this.what[place + SUBJECT] = subject;
    this.size += 1;
    if (this.bucket === NEAR_ONLY) this.addNear(time, order, place);
    else this.addSomewhere(time, order, place);
    return this.links[place + TICKET];
  }

  /** The place in the order of whatever is asked for now. */
  nextOrder(kind: Kind): number {
    this.sequence += 1;
    return kind * KIND_WEIGHT + this.sequence;
  }

  /** Forgets an entry that waits; `false` if none has that ticket. */
  cancel(ticket: number): boolean {
    const place = 2 * (ticket & (PLACES - 1));
    if (this.links[place + TICKET] !== ticket || ticket === 0) return false;
    this.links[place + TICKET] = afterTicket(ticket);
    this.what[place] = cancelledStep;
    this.what[place + SUBJECT] = undefined;
    this.size -= 1;
    this.cancelled += 1;
    if (this.cancelled > this.size && this.cancelled > SWEEP) this.rebuild();
    return true;
  }

  /** Finds the first entry; `false` if there is none. Ask before `due`, `dueOrder`, `nextStep` and `runNext`. */
  ready(): boolean {
    if (this.hole !== 0 || this.nearSize === 0 || this.cancelled > 0) this.settle();
    return this.nearSize > 0;
  }

  /** When the first entry is due. */
  get due(): number {
    return this.nearTimes[0];
  }

  /** The first entry's place among those due at the same time. */
  get dueOrder(): number {
    return this.nearOrders[0];
  }

  /** The step that runs next. */
  get nextStep(): Step<never> {
    return this.what[this.nearPlaces[0]] as Step<never>;
  }

  /** Removes the first entry and runs it. */
  runNext(): void {
    const place = this.nearPlaces[0];
    const ticket = this.links[place + TICKET];
    this.hole = 1;
    this.size -= 1;
    this.givePlace(place);
    (this.what[place] as Step<unknown>)(this.what[place + SUBJECT], ticket);
  }

  /** Brings a live entry to the root of the heap, or leaves the heap empty if there is none. */
  private settle(): void {
    for (;;) {
      if (this.hole !== 0) this.fillHole();
      if (this.nearSize === 0) {
        if (!this.pourNextBucket()) return;
      } else if (this.what[this.nearPlaces[0]] === cancelledStep) this.dropRoot();
      else return;
    }
  }

  private dropRoot(): void {
    this.givePlace(this.nearPlaces[0]);
    this.cancelled -= 1;
    this.hole = 1;
  }

  private freshPlace(): number {
    if (this.used === this.capacity) this.grow();
    const place = 2 * this.used;
    this.links[place + TICKET] = PLACES + this.used;
    this.used += 1;
    return place;
  }

  /** What stands there is overwritten by the next entry. */
  private givePlace(place: number): void {
    this.links[place + TICKET] = afterTicket(this.links[place + TICKET]);
    this.links[place] = this.free;
    this.free = place;
  }

  private grow(): void {
    if (this.capacity === PLACES) throw new OverBudgetError(`more than ${PLACES} events are pending`);
    this.capacity = Math.min(PLACES, this.capacity < MANY ? 2 * this.capacity : this.capacity + (this.capacity >> 3));
    this.when = longer(this.when, new Float64Array(2 * this.capacity));
    this.links = longer(this.links, new Int32Array(2 * this.capacity));
    const { what } = this;
    this.what = new Array<unknown>(2 * this.capacity);
    for (let i = 0; i < what.length; i += 1) this.what[i] = what[i];
  }

  /** Into the heap or into a bucket. */
  private addSomewhere(time: number, order: number, place: number): void {
    const bucket = this.bucketOf(time);
    if (bucket <= this.bucket) return this.addNear(time, order, place);
    this.when[place] = time;
    this.when[place + ORDER] = order;
    this.addFar(place, bucket);
  }

  // The heap.

  private addNear(time: number, order: number, place: number): void {
    if (this.hole !== 0) {
      this.hole = 0;
      this.siftDown(time, order, place, this.nearSize);
      return;
    }
    this.addLast(time, order, place);
    if (this.nearSize > this.nearLimit) this.rebuild();
  }

  private addLast(time: number, order: number, place: number): void {
    if (this.nearSize === this.nearCapacity) this.growNear();
    this.siftUp(this.nearSize++, time, order, place);
  }

  private growNear(): void {
    this.nearCapacity *= 2;
    this.nearTimes = longer(this.nearTimes, new Float64Array(this.nearCapacity));
    this.nearOrders = longer(this.nearOrders, new Float64Array(this.nearCapacity));
    this.nearPlaces = longer(this.nearPlaces, new Int32Array(this.nearCapacity));
  }

  private fillHole(): void {
    this.hole = 0;
    const last = --this.nearSize;
    if (last > 0) this.siftDown(this.nearTimes[last], this.nearOrders[last], this.nearPlaces[last], last);
  }

  private siftUp(from: number, time: number, order: number, place: number): void {
    const times = this.nearTimes;
    const orders = this.nearOrders;
    const places = this.nearPlaces;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const parentTime = times[parent];
      if (parentTime < time || (parentTime === time && orders[parent] < order)) break;
      times[at] = parentTime;
      orders[at] = orders[parent];
      places[at] = places[parent];
      at = parent;
    }
    times[at] = time;
    orders[at] = order;
    places[at] = place;
  }

  /** Puts an entry at the root and lets it sink among the first `size`. */
  private siftDown(time: number, order: number, place: number, size: number): void {
    const times = this.nearTimes;
    const orders = this.nearOrders;
    const places = this.nearPlaces;
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      let childTime = times[child];
      const right = child + 1;
      if (right < size) {
        // Chosen without a branch, which the processor would guess wrong half the time.
        const rightTime = times[right];
        child += +(rightTime < childTime) | (+(rightTime === childTime) & +(orders[right] < orders[child]));
        childTime = times[child];
      }
      if (childTime > time || (childTime === time && orders[child] > order)) break;
      times[at] = childTime;
      orders[at] = orders[child];
      places[at] = places[child];
      at = child;
    }
    times[at] = time;
    orders[at] = order;
    places[at] = place;
  }

  // The buckets.

  /** Which bucket a time belongs to: at most `this.bucket` if it is near. Grows with time, so order is kept. */
  private bucketOf(time: number): number {
    const bucket = (time - this.bucketStart) * this.bucketsPerMs;
    return bucket < this.heads.length ? Math.floor(bucket) : this.heads.length;
  }

  private addFar(place: number, bucket: number): void {
    if (bucket >= this.heads.length) {
      this.links[place] = this.beyond;
      this.beyond = place;
    } else {
      this.links[place] = this.heads[bucket];
      this.heads[bucket] = place;
    }
    this.farSize += 1;
  }

  /** Fills the empty heap from the next bucket that is not empty; `false` if nothing is far. */
  private pourNextBucket(): boolean {
    if (this.farSize === 0) {
      this.bucket = NEAR_ONLY;
      this.nearLimit = FEW;
      return false;
    }
    const { heads } = this;
    let bucket = this.bucket + 1;
    while (bucket < heads.length && heads[bucket] < 0) bucket += 1;
    if (bucket >= heads.length) {
      this.rebuild();
      return true;
    }
    this.bucket = bucket;
    const head = heads[bucket];
    heads[bucket] = -1;
    this.pour(head);
    return true;
  }

  private pour(head: number): void {
    for (let place = head; place >= 0; ) {
      const next = this.links[place];
      this.farSize -= 1;
      if (this.what[place] === cancelledStep) this.discard(place);
      else this.addLast(this.when[place], this.when[place + ORDER], place);
      place = next;
    }
    // A crowded bucket, such as many equal timers, is a heap now and stays one.
    this.nearLimit = Math.max(this.nearLimit, 4 * this.nearSize);
  }

  private discard(place: number): void {
    this.cancelled -= 1;
    this.givePlace(place);
  }

  /** Lays all entries out anew, without the cancelled ones: few into the heap, many into buckets that fit them. */
  private rebuild(): void {
    if (this.hole !== 0) this.fillHole();
    const places = this.collect();
    this.heads = new Int32Array(0);
    this.beyond = -1;
    this.farSize = 0;
    this.nearSize = 0;
    this.bucket = NEAR_ONLY;
    if (places.length > FEW) this.chooseBuckets(places);
    for (const place of places) {
      const bucket = this.bucket === NEAR_ONLY ? NEAR_ONLY : this.bucketOf(this.when[place]);
      if (bucket <= this.bucket) this.addLast(this.when[place], this.when[place + ORDER], place);
      else this.addFar(place, bucket);
    }
    this.nearLimit = Math.max(FEW, 4 * this.nearSize);
  }

  private collect(): Int32Array {
    const places = new Int32Array(this.size);
    let count = 0;
    const keep = (place: number) => {
      if (this.what[place] === cancelledStep) this.discard(place);
      else places[count++] = place;
    };
    for (let i = 0; i < this.nearSize; i += 1) {
      const place = this.nearPlaces[i];
      this.when[place] = this.nearTimes[i];
      this.when[place + ORDER] = this.nearOrders[i];
      keep(place);
    }
    const keepList = (head: number) => {
      for (let place = head; place >= 0; ) {
        const next = this.links[place];
        keep(place);
        place = next;
      }
    };
    for (let bucket = 0; bucket < this.heads.length; bucket += 1) keepList(this.heads[bucket]);
    keepList(this.beyond);
    return places;
  }

  /**
   * Buckets from the first entry to eight times as far as the median, so that little lies beyond and must be laid out again.
   * The median of a sample, since a mean would be led astray by a few entries that are due in a year.
   */
  private chooseBuckets(places: Int32Array): void {
    let first = Infinity;
    for (const place of places) first = Math.min(first, this.when[place]);
    const stride = Math.ceil(places.length / 256);
    const sample = [];
    for (let i = 0; i < places.length; i += stride) sample.push(this.when[places[i]]);
    sample.sort((a, b) => a - b);
    const span = 8 * (sample[sample.length >> 1] - first);
    if (!(span > 0) || span === Infinity) return;
    this.heads = new Int32Array(Math.ceil(places.length / PER_BUCKET)).fill(-1);
    this.bucketStart = first;
    this.bucketsPerMs = this.heads.length / span;
    this.bucket = 0;
  }
}

const cancelledStep: Step<never> = () => {};

/** The ticket that the same place gives out next; never 0. */
function afterTicket(ticket: number): number {
  const next = (ticket + PLACES) & TICKETS;
  return next === 0 ? PLACES : next;
}

function longer<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
