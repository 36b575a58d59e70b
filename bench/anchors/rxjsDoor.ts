/**
 * The hold model on RxJS's VirtualTimeScheduler. It sorts all its actions whenever one is scheduled and shifts the array at every
 * event, so that few operations must do where many are pending.
 */
import { VirtualAction, VirtualTimeScheduler } from 'rxjs';
import { exponentialOfWord } from '../../src/engine/math.js';
import { Random } from '../../src/engine/random.js';
import { cpuNow, type Figures } from '../measure.js';
import type { DoorOptions } from '../programs/door.js';

const DRAWN = 65_536;

export function measure({ turn, pending, operations }: DoorOptions): Figures {
  const stream = new Random('door', turn).stream('delays');
  const delays = new Float64Array(DRAWN).map(() => exponentialOfWord(stream.word()));
  const scheduler = new VirtualTimeScheduler(VirtualAction, Infinity);
  const warmup = Math.ceil(operations / 5);
  let count = 0;
  let began = 0;
  let seconds = 0;
  const schedule = () => {
    scheduler.schedule(work, delays[count & (DRAWN - 1)]);
    count += 1;
  };
  const work = () => {
    schedule();
    if (count === pending + warmup) began = cpuNow();
    if (count === pending + warmup + operations) {
      seconds = cpuNow() - began;
      scheduler.actions.length = 0;
    }
  };
  fill(scheduler, pending, schedule);
  scheduler.flush();
  return { rate: operations / seconds };
}

/** Sorts once at the end: a million actions would take hours with a sort each. */
function fill(scheduler: VirtualTimeScheduler, pending: number, schedule: () => void): void {
  const { actions } = scheduler;
  actions.sort = () => actions;
  for (let i = 0; i < pending; i += 1) schedule();
  Reflect.deleteProperty(actions, 'sort');
  actions.sort((a, b) => a.delay - b.delay);
}
