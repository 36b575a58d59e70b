/**
 * The cores as Linux gives them out: by turns, fairly among daemons and, within a daemon, among its tasks; nginx first.
 *
 *   work ──► wake ──► (preempt?) ──► runs ──► done          runs for a quantum while others wait, then looks who has had less
 *              ▲                      │ tick
 *              └──── waits ◄──────────┘
 *
 * What a task has had is its virtual time. Who wakes starts at the mean of those who run in its group: no credit for
 * sleeping, no tail of a queue. The group with the least virtual time comes first, in it the task with the least. An urgent
 * group, which wakes often and for moments only, takes the core at once; whenever it has run, the core is given out anew.
 *
 * A model of EEVDF that reproduces mean and percentiles of a measured stack within some 5 %, where fluid sharing is 10 to 19 %
 * low ("least virtual time, quantum of one tick"). Not modelled: lag kept over sleep, balancing between cores, caches gone cold.
 */
import type { Step } from '../engine/agenda.js';
import { assert } from '../engine/assert.js';
import type { VirtualClock } from '../engine/clock.js';
import { Level } from '../engine/level.js';
import { type Cpu, forget, frozenMs, Group, type Task } from './cpu.js';

/** A tick at CONFIG_HZ=250. Who runs is asked to make room at ticks only; the base slice is shorter. */
const QUANTUM_MS = 4;
/** What a script has still to do after it has yielded, as measured. */
const TAIL_MS = 0.04;

export class Kernel implements Cpu {
  readonly groups: Group[] = [];
  readonly capacity = new Level();
  private readonly queues: Queue[] = [];
  private readonly seats: Core[] = [];
  private readonly entries = new WeakMap<Task, Entry>();
  private speed = 1;
  /** Virtual time of the group that fell asleep last. */
  private lastV = 0;
  private delivered = 0;
  private came = 0;

  /** `urgent` names the groups that take a core at once. */
  constructor(
    private readonly clock: VirtualClock,
    public cores: number,
    private readonly urgent: readonly string[],
  ) {
    this.capacity.set(cores, clock.now());
    for (let i = 0; i < cores; i += 1) this.seats.push(new Core());
  }

  group(name: string): Group {
    const known = this.groups.find((group) => group.name === name);
    if (known !== undefined) return known;
    const fresh = new Group(name, this.groups.length);
    this.groups.push(fresh);
    this.queues.push(new Queue(this.urgent.includes(name)));
    return fresh;
  }

  work<T extends Task>(task: T, ms: number, done: Step<T>): void {
    if (!(ms >= 0 && ms < Infinity)) throw new RangeError(`a task cannot need ${ms} ms of CPU (${done.name || 'unnamed'})`);
    const { group } = task;
    const neededMs = ms * group.slowdown;
    group.askedMs += neededMs;
    if (group.frozen !== null) group.frozen.push({ subject: task, left: neededMs, done: done as Step<never> });
    else this.want(task, neededMs, done as Step<never>);
  }

  private want(task: Task, ms: number, done: Step<never>): void {
    const entry = this.entryOf(task);
    entry.leftMs = ms;
    entry.done = done;
    if (entry.awake) entry.wanted = true;
    else this.wake(entry);
  }

  /**
   * A script's end: `times()` in fpm_request_end() lets the kernel see that it has run ahead, so it loses the core once more before its
   * last moments. Measured on a real stack, and most of what fluid sharing misses.
   */
  conclude<T extends Task>(task: T, ms: number, done: Step<T>): void {
    const entry = this.entryOf(task);
    this.work(task, ms, done);
    entry.tailMs = Math.min(TAIL_MS, entry.leftMs);
    entry.leftMs -= entry.tailMs;
    if (entry.core !== null) this.schedule(entry.core);
  }

  stop(task: Task): void {
    const { frozen } = task.group;
    if (frozen !== null) task.group.askedMs -= forget(task, frozen);
    const entry = this.entryOf(task);
    if (!entry.awake) return;
    const { core } = entry;
    if (core !== null) this.account(core);
    task.group.askedMs -= entry.leftMs + entry.tailMs;
    entry.leftMs = 0;
    entry.tailMs = 0;
    entry.wanted = false;
    if (core?.finishing) return;
    this.sleep(entry);
    if (core !== null) this.giveOut(core);
  }

  freeze(group: Group): void {
    if (group.frozen !== null) return;
    for (const core of this.seats) this.account(core);
    const entries = [...this.queues[group.number].entries].sort((one, other) => one.order - other.order);
    const cores = entries.flatMap(({ core }) => core ?? []);
    const asked = entries.filter(({ core, wanted }) => core?.finishing !== true || wanted);
    group.frozen = asked.map(({ task, leftMs, tailMs, done }) => ({ subject: task, left: leftMs + tailMs, done }));
    for (const entry of entries) {
      entry.leftMs = 0;
      entry.tailMs = 0;
      entry.wanted = false;
      if (entry.core?.finishing !== true) this.sleep(entry);
    }
    for (const core of cores) if (core.current === null) this.giveOut(core);
  }

  thaw(group: Group): void {
    const { frozen } = group;
    group.frozen = null;
    for (const { subject, left, done } of frozen ?? []) this.want(subject as Task, left, done);
  }

  resize(cores: number, speed = 1): void {
    for (const core of this.seats) this.account(core);
    this.cores = cores;
    this.speed = speed;
    this.capacity.set(cores * speed, this.clock.now());
    while (this.seats.length < cores) this.seats.push(new Core());
    for (const core of this.seats.splice(cores)) this.leave(core);
    for (const core of this.seats) if (core.current === null) this.giveOut(core);
    for (const core of this.seats) this.schedule(core);
  }

  usedMs(group: Group): number {
    for (const core of this.seats) this.account(core);
    const waitMs = this.queues[group.number].entries.reduce((sum, { leftMs, tailMs }) => sum + leftMs + tailMs, 0);
    return group.askedMs - waitMs - frozenMs(group);
  }

  get busyMs(): number {
    for (const core of this.seats) this.account(core);
    return this.delivered;
  }

  private entryOf(task: Task): Entry {
    const known = this.entries.get(task);
    if (known !== undefined) return known;
    const fresh = new Entry(task, this.queues[task.group.number]);
    this.entries.set(task, fresh);
    return fresh;
  }

  // Waking and sleeping.

  private wake(entry: Entry): void {
    for (const core of this.seats) this.account(core);
    const { queue } = entry;
    if (queue.entries.length === 0) {
      const awake = this.queues.filter(({ entries }) => entries.length > 0);
      queue.v = awake.length === 0 ? this.lastV : awake.reduce((sum, { v }) => sum + v, 0) / awake.length;
      entry.v = queue.lastV;
    } else entry.v = queue.entries.reduce((sum, { v }) => sum + v, 0) / queue.entries.length;
    entry.awake = true;
    this.came += 1;
    entry.order = this.came;
    queue.entries.push(entry);
    const core = this.seats.find(({ current }) => current === null) ?? this.seats.find((busy) => this.mayPreempt(queue, busy));
    if (core === undefined) for (const busy of this.seats) this.schedule(busy);
    else {
      this.leave(core);
      this.giveOut(core);
    }
  }

  private mayPreempt(queue: Queue, { current, finishing }: Core): boolean {
    if (finishing || current!.queue === queue || current!.queue.urgent) return false;
    return queue.urgent || queue.v < current!.queue.v;
  }

  private sleep(entry: Entry): void {
    const { queue } = entry;
    if (entry.core !== null) this.leave(entry.core);
    entry.awake = false;
    queue.entries.splice(queue.entries.indexOf(entry), 1);
    queue.lastV = entry.v;
    if (queue.entries.length === 0) this.lastV = queue.v;
  }

  // A core.

  /** To who has had least, if anybody waits. */
  private giveOut(core: Core): void {
    const next = this.first();
    if (next === null) return;
    next.core = core;
    core.current = next;
    core.sinceMs = this.clock.now();
    core.tickMs = core.sinceMs + QUANTUM_MS;
    this.schedule(core);
  }

  private first(): Entry | null {
    let best: Entry | null = null;
    for (const { entries } of this.queues) {
      for (const entry of entries) if (entry.core === null && (best === null || before(entry, best))) best = entry;
    }
    return best;
  }

  /** Whoever runs there waits again. */
  private leave(core: Core): void {
    if (core.current !== null) core.current.core = null;
    core.current = null;
    this.clock.cancel(core.ticket);
    core.ticket = 0;
  }

  /** What comes first: the end of the work, or the tick, which matters only if somebody waits. */
  private schedule(core: Core): void {
    const { current } = core;
    if (current === null || core.finishing) return;
    this.clock.cancel(core.ticket);
    core.ticket = 0;
    if (this.speed === 0) return;
    const doneInMs = current.leftMs / this.speed;
    const now = this.clock.now();
    if (core.tickMs <= now) core.tickMs = now + QUANTUM_MS;
    if (core.tickMs - now < doneInMs && this.first() !== null) core.ticket = this.clock.at(core.tickMs, this.tick, core);
    else core.ticket = this.clock.after(doneInMs, this.finish, core);
  }

  private account(core: Core): void {
    const { current } = core;
    const now = this.clock.now();
    if (current !== null && !core.finishing) this.give(current, Math.min(current.leftMs, (now - core.sinceMs) * this.speed));
    core.sinceMs = now;
  }

  private give(entry: Entry, ms: number): void {
    entry.leftMs -= ms;
    entry.v += ms;
    entry.queue.v += ms;
    this.delivered += ms;
  }

  private readonly tick: Step<Core> = (core) => {
    core.ticket = 0;
    this.account(core);
    const current = core.current!;
    const next = this.first();
    if (next !== null && hadLess(next, current)) {
      this.leave(core);
      this.giveOut(core);
    } else this.schedule(core);
  };

  /** The work is done: exactly as much as was asked for, whatever rounding says. */
  private readonly finish: Step<Core> = (core) => {
    core.ticket = 0;
    const entry = core.current!;
    assert(entry.core === core, 'a core finished what it did not run');
    this.give(entry, entry.leftMs);
    core.sinceMs = this.clock.now();
    if (entry.tailMs > 0) return this.letOthersGoFirst(core, entry);
    entry.wanted = false;
    core.finishing = true;
    entry.done(entry.task as never, 0);
    core.finishing = false;
    this.afterStep(core, entry);
  };

  private letOthersGoFirst(core: Core, entry: Entry): void {
    entry.leftMs = entry.tailMs;
    entry.tailMs = 0;
    this.leave(core);
    this.giveOut(core);
  }

  /** It sleeps unless it wants more, and goes on unless somebody urgent waits. */
  private afterStep(core: Core, entry: Entry): void {
    core.sinceMs = this.clock.now();
    if (!entry.wanted) this.sleep(entry);
    else if (!this.urgentWaits(entry)) return this.schedule(core);
    else this.leave(core);
    this.giveOut(core);
  }

  private urgentWaits({ queue }: Entry): boolean {
    return !queue.urgent && this.first()?.queue.urgent === true;
  }
}

/** The tasks of a group that want to run, those that do included. */
class Queue {
  readonly entries: Entry[] = [];
  /** What the group has had. */
  v = 0;
  /** Of the task that fell asleep last. */
  lastV = 0;

  constructor(readonly urgent: boolean) {}
}

class Entry {
  awake = false;
  core: Core | null = null;
  /** What it has had, its virtual time. */
  v = 0;
  leftMs = 0;
  done: Step<never> = () => {};
  /** The how-manieth waking of all. */
  order = 0;
  /** What is left after it has let others go first. */
  tailMs = 0;
  /** Whether its step has asked for more. */
  wanted = false;

  constructor(
    readonly task: Task,
    readonly queue: Queue,
  ) {}
}

class Core {
  current: Entry | null = null;
  /** Up to when its time is accounted for. */
  sinceMs = 0;
  tickMs = 0;
  ticket = 0;
  finishing = false;
}

/** Whether one goes before the other: the urgent in the order of waking, then by what group and task have had. */
function before(one: Entry, other: Entry): boolean {
  if (one.queue !== other.queue) {
    if (one.queue.urgent !== other.queue.urgent) return one.queue.urgent;
    return one.queue.v < other.queue.v;
  }
  if (one.queue.urgent || one.v === other.v) return one.order < other.order;
  return one.v < other.v;
}

function hadLess(one: Entry, than: Entry): boolean {
  if (one.queue === than.queue) return one.v < than.v;
  return one.queue.urgent || one.queue.v < than.queue.v;
}
