/**
 * Virtual time, in milliseconds: it stands still while a step runs, then jumps to the next one due.
 *
 * One agenda, two doors. Stages come in by `after`, which allocates nothing; RxJS by `schedule`, so that
 * `timer(250, clock)` is 250 simulated milliseconds. What is due at the same instant runs by kind, then in the order it was
 * asked for, whichever door it came in by. An `Alarm` is for the few moments that move all the time.
 */
import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';
import { Agenda, Kind, type Step } from './agenda.js';
import { OverBudgetError } from './overBudget.js';

/** Events in a row at one instant after which the model is taken to loop. */
const STANDSTILL = 1_000_000;
/** Of these, how many are looked at to say which steps keep it busy. */
const OBSERVED = 10_000;

export class VirtualClock implements SchedulerLike {
  /** Steps that have run, alarms included. */
  events = 0;

  private readonly agenda = new Agenda();
  private readonly alarms: Alarm[] = [];
  private nextAlarm: Alarm | undefined;
  private time = 0;
  private stillSince = 0;
  private halted = false;

  now(): number {
    return this.time;
  }

  /** Entries that wait, alarms apart. */
  get pending(): number {
    return this.agenda.size;
  }

  /**
   * Runs `step(subject)` in `delayMs`, which is finite and not negative. Returns a ticket, which the step is given, too:
   * to cancel, forget it, or hand it to `cancel` if it would wait for long.
   */
  after<S>(delayMs: number, step: Step<S>, subject: S, kind: Kind = Kind.completion): number {
    if (!(delayMs >= 0 && delayMs < Infinity)) refuseDelay(delayMs, step);
    return this.agenda.add(this.time + delayMs, step, subject, kind);
  }

  /** Runs `step(subject)` at `timeMs`, now or later. */
  at<S>(timeMs: number, step: Step<S>, subject: S, kind: Kind = Kind.completion): number {
    if (!(timeMs >= this.time && timeMs < Infinity)) refuseTime(timeMs, step, this);
    return this.agenda.add(timeMs, step, subject, kind);
  }

  /** The same at a place in the order of events that was taken before. */
  atOrder<S>(timeMs: number, order: number, step: Step<S>, subject: S): void {
    this.agenda.addInOrder(timeMs, order, step, subject);
  }

  /** The place in the order of events of what is asked for now. */
  nextOrder(kind: Kind): number {
    return this.agenda.nextOrder(kind);
  }

  /** For a step that has not run yet: who holds the ticket forgets it when it does. 0 is no ticket. */
  cancel(ticket: number): boolean {
    return this.agenda.cancel(ticket);
  }

  /** An alarm that is set to never yet; `ring` must set it anew. */
  alarm(ring: () => void): Alarm {
    const alarm = new Alarm(this, ring);
    this.alarms.push(alarm);
    this.nextAlarm ??= alarm;
    return alarm;
  }

  schedule<T>(work: Work<T>, delayMs = 0, state?: T): Subscription {
    return new ClockAction(this, work).schedule(state, delayMs);
  }

  /** Runs all that is due up to and including `untilMs`, which is finite: a simulation always ends. */
  runUntil(untilMs: number): void {
    if (!(untilMs >= this.time && untilMs < Infinity))
      throw new RangeError(`cannot run until ${untilMs} ms; it is ${this.time} ms`);
    this.run(untilMs);
    this.time = untilMs;
  }

  /** Runs the next step if it is due by `untilMs`. */
  runNext(untilMs: number): boolean {
    return this.run(untilMs, 1) === 1;
  }

  /** Runs what is due by `untilMs`, at most so many steps; returns how many. */
  run(untilMs: number, most = Infinity): number {
    const { agenda } = this;
    const before = this.events;
    for (const last = before + most; this.events < last && !this.halted; ) {
      const { nextAlarm } = this;
      const due = agenda.ready() ? agenda.due : Infinity;
      const alarmDue = nextAlarm === undefined ? Infinity : nextAlarm.due;
      const first = alarmDue < due ? alarmDue : due;
      if (first > untilMs || first === Infinity) break;
      this.events += 1;
      if (first > this.time) {
        this.time = first;
        this.stillSince = this.events;
      } else if (this.events - this.stillSince >= STANDSTILL) this.standStill();
      if (alarmDue < due || (alarmDue === due && nextAlarm!.order < agenda.dueOrder)) nextAlarm!.ring();
      else agenda.runNext();
    }
    return this.events - before;
  }

  /** `run` takes no further step. */
  halt(): void {
    this.halted = true;
  }

  /** Looks at what runs for a while yet, and gives up with the names of the busiest. */
  private standStill(): never {
    const counts = new Map<string, number>();
    for (let i = 0; i < OBSERVED && this.agenda.ready() && this.agenda.due <= this.time; i += 1) {
      const name = this.agenda.nextStep.name || 'unnamed';
      counts.set(name, (counts.get(name) ?? 0) + 1);
      this.agenda.runNext();
    }
    const busiest = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 3);
    const names = busiest.map(([name, count]) => `${name} (${Math.round((100 * count) / OBSERVED)} %)`).join(', ');
    throw new OverBudgetError(`time stands still at ${this.time} ms after ${STANDSTILL} events; the busiest steps: ${names}`);
  }

  /** For alarms only: keeps the earliest at hand. */
  moved(alarm: Alarm): void {
    if (alarm !== this.nextAlarm) {
      if (alarm.isBefore(this.nextAlarm!)) this.nextAlarm = alarm;
    } else if (this.alarms.length > 1) this.findNextAlarm();
  }

  private findNextAlarm(): void {
    for (const alarm of this.alarms) if (alarm.isBefore(this.nextAlarm!)) this.nextAlarm = alarm;
  }
}

function refuseDelay(delayMs: number, step: Step<never>): never {
  throw new RangeError(`a step cannot wait ${delayMs} ms (${step.name || 'unnamed'})`);
}

function refuseTime(timeMs: number, step: Step<never>, clock: VirtualClock): never {
  throw new RangeError(`a step cannot run at ${timeMs} ms; it is ${clock.now()} ms (${step.name || 'unnamed'})`);
}

/**
 * One moment that is moved again and again, such as the next completion on a CPU: only the last setting counts.
 * For a handful a clock, since each is looked at whenever the earliest moves.
 */
export class Alarm {
  due = Infinity;
  order = 0;

  constructor(
    private readonly clock: VirtualClock,
    /** What happens then; it must set the alarm anew. */
    readonly ring: () => void,
  ) {}

  /** Rings at `timeMs`, which is not in the past, or never at `Infinity`. */
  set(timeMs: number): void {
    if (!(timeMs >= this.clock.now())) this.refuse(timeMs);
    this.due = timeMs;
    this.order = this.clock.nextOrder(Kind.completion);
    this.clock.moved(this);
  }

  isBefore(other: Alarm): boolean {
    return this.due < other.due || (this.due === other.due && this.order < other.order);
  }

  private refuse(timeMs: number): never {
    throw new RangeError(`an alarm cannot ring at ${timeMs} ms; it is ${this.clock.now()} ms`);
  }
}

type Work<T> = (this: SchedulerAction<T>, state?: T) => void;

/** RxJS's hold on one agenda entry: a step like any other, which may put itself back. */
class ClockAction<T> extends Subscription implements SchedulerAction<T> {
  private ticket = 0;
  private state: T | undefined = undefined;

  constructor(
    private readonly clock: VirtualClock,
    private readonly work: Work<T>,
  ) {
    super();
  }

  schedule(state?: T, delayMs = 0): Subscription {
    if (this.closed) return this;
    this.cancel();
    this.state = state;
    this.ticket = this.clock.after(delayMs, wake, this, Kind.change);
    return this;
  }

  /** Overridden, since a teardown would be a closure and a list more for each timer. */
  override unsubscribe(): void {
    this.cancel();
    super.unsubscribe();
  }

  wake(): void {
    this.ticket = 0;
    this.work(this.state);
  }

  private cancel(): void {
    if (this.ticket === 0) return;
    this.clock.cancel(this.ticket);
    this.ticket = 0;
  }
}

/** One step for all actions, since each is its subject. */
const wake: Step<{ wake(): void }> = (action) => action.wake();
