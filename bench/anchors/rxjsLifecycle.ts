/**
 * W5 as one would write it with RxJS alone: an Observable a request, `timer` for every wait, `concatMap` from stage to stage,
 * `mergeMap` for the requests in flight, and RxJS's own virtual time.
 */
import {
  concatMap,
  defer,
  finalize,
  map,
  mergeMap,
  Observable,
  repeat,
  type Subscriber,
  type Subscription,
  tap,
  timer,
  VirtualAction,
  VirtualTimeScheduler,
} from 'rxjs';
import seedrandom from 'seedrandom';
import { cpuSeconds, type Figures } from '../measure.js';
import { RATE } from '../site.js';

interface Options {
  readonly turn: number;
  readonly requests: number;
  readonly warmup?: number;
}

export function measure({ turn, requests, warmup = 5_000 }: Options): Figures {
  simulate(warmup, `warm-up ${turn}`);
  let sumMs = 0;
  const seconds = cpuSeconds(() => {
    sumMs = simulate(requests, String(turn));
  });
  return { rate: requests / seconds, requests, meanMs: sumMs / requests };
}

/** The sum of all latencies, in ms. */
function simulate(requests: number, seed: string): number {
  const scheduler = new VirtualTimeScheduler(VirtualAction, Infinity);
  const alea = seedrandom.alea(seed);
  const exponential = (meanMs: number) => -meanMs * Math.log(1 - alea());
  const pause = (meanMs: number) => defer(() => timer(exponential(meanMs), scheduler));
  const cpu = new SharedCpu(scheduler, 2);
  const workers = new Places(64);
  const disk = new Places(1);
  const compute = (meanMs: number) => defer(() => cpu.work(exponential(meanMs)));
  let sumMs = 0;

  const query = () => compute(0.5).pipe(concatMap(() => disk.hold(pause(0.6))));
  const script = () => compute(4).pipe(concatMap(query), concatMap(query));
  const request = () =>
    defer(() => {
      const beganMs = scheduler.now();
      return pause(2).pipe(
        concatMap(() => pause(20)),
        concatMap(() => compute(0.2)),
        concatMap(() => workers.hold(script())),
        concatMap(() => pause(15)),
        map(() => scheduler.now() - beganMs),
      );
    });

  pause(1000 / RATE)
    .pipe(
      repeat(requests),
      mergeMap(request),
      tap((latencyMs) => {
        sumMs += latencyMs;
      }),
    )
    .subscribe();
  scheduler.flush();
  return sumMs;
}

/** So many places; who finds none waits in line. */
class Places {
  private readonly line: (() => void)[] = [];

  constructor(private free: number) {}

  /** Does `work` with a place, once one is free. */
  hold<T>(work: Observable<T>): Observable<T> {
    return this.take().pipe(concatMap(() => work.pipe(finalize(() => this.give()))));
  }

  private take(): Observable<void> {
    return new Observable((subscriber) => {
      const enter = () => {
        subscriber.next();
        subscriber.complete();
      };
      if (this.free === 0) this.line.push(enter);
      else {
        this.free -= 1;
        enter();
      }
    });
  }

  private give(): void {
    const next = this.line.shift();
    if (next === undefined) this.free += 1;
    else next();
  }
}

interface Job {
  /** The service per job at which it has had enough. */
  readonly enough: number;
  readonly subscriber: Subscriber<void>;
}

/** Processor sharing. The jobs stand in order of completion: some three at a time here, so that a heap would not be faster. */
class SharedCpu {
  private readonly jobs: Job[] = [];
  private served = 0;
  private servedAtMs = 0;
  private alarm: Subscription | undefined;

  constructor(
    private readonly scheduler: VirtualTimeScheduler,
    private readonly cores: number,
  ) {}

  work(ms: number): Observable<void> {
    return new Observable((subscriber) => {
      this.catchUp();
      const enough = this.served + ms;
      const after = this.jobs.findIndex((job) => job.enough > enough);
      this.jobs.splice(after < 0 ? this.jobs.length : after, 0, { enough, subscriber });
      this.setAlarm();
    });
  }

  private get pace(): number {
    return Math.min(1, this.cores / this.jobs.length);
  }

  private catchUp(): void {
    const now = this.scheduler.now();
    if (this.jobs.length > 0) this.served += (now - this.servedAtMs) * this.pace;
    this.servedAtMs = now;
  }

  private setAlarm(): void {
    this.alarm?.unsubscribe();
    if (this.jobs.length === 0) return;
    const leftMs = Math.max(0, this.jobs[0].enough - this.served);
    this.alarm = this.scheduler.schedule(() => this.finish(), leftMs / this.pace);
  }

  private finish(): void {
    this.catchUp();
    const { subscriber } = this.jobs.shift()!;
    this.setAlarm();
    subscriber.next();
    subscriber.complete();
  }
}
