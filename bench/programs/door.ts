/** The hold model through the clock's RxJS door: every piece of work schedules a fresh one. */
import { VirtualClock } from '../../src/engine/clock.js';
import { exponentialOfWord } from '../../src/engine/math.js';
import { Random } from '../../src/engine/random.js';
import { cpuSeconds, type Figures } from '../measure.js';

const DRAWN = 65_536;

export interface DoorOptions {
  readonly turn: number;
  readonly pending: number;
  readonly operations: number;
}

export function measure({ turn, pending, operations }: DoorOptions): Figures {
  const stream = new Random('door', turn).stream('delays');
  const delays = new Float64Array(DRAWN).map(() => exponentialOfWord(stream.word()));
  const clock = new VirtualClock();
  let count = 0;
  const work = () => {
    clock.schedule(work, delays[count & (DRAWN - 1)]);
    count += 1;
  };
  const hold = (times: number) => {
    for (let i = 0; i < times; i += 1) clock.runNext(Infinity);
  };
  for (let i = 0; i < pending; i += 1) work();
  hold(Math.max(pending, 500_000));
  return { rate: operations / cpuSeconds(() => hold(operations)) };
}
