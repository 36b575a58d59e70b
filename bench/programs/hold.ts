/** The hold model on the bare agenda: what is due first runs and asks for the next, an exponential time later. */
import { Agenda } from '../../src/engine/agenda.js';
import { exponentialOfWord } from '../../src/engine/math.js';
import { Random } from '../../src/engine/random.js';
import { cpuSeconds, type Figures } from '../measure.js';

const DRAWN = 65_536;

export function measure({ turn, pending, operations }: { turn: number; pending: number; operations: number }): Figures {
  const stream = new Random('hold', turn).stream('increments');
  const draw = () => exponentialOfWord(stream.word());
  const increments = new Float64Array(DRAWN).map(draw);
  const agenda = new Agenda();
  let now = 0;
  let count = 0;
  const step = () => {
    agenda.add(now + increments[count & (DRAWN - 1)], step, undefined);
    count += 1;
  };
  const hold = (times: number) => {
    for (let i = 0; i < times && agenda.ready(); i += 1) {
      now = agenda.due;
      agenda.runNext();
    }
  };
  for (let i = 0; i < pending; i += 1) agenda.add(draw(), step, undefined);
  hold(Math.max(pending, 500_000));
  return { rate: operations / cpuSeconds(() => hold(operations)) };
}
