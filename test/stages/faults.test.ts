import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { Factors, faultBoard, type Occasion } from '../../src/stages/faults.js';
import { Journal } from '../../src/telemetry/journal.js';

const steal = (because = ''): Occasion => ({ name: 'steal cpu', because, what: { verb: 'steal', on: 'cpu', share: 0.2 } });

describe('the board', () => {
  it('asks the part for the verb, keeps what ends it, and notes both', () => {
    const told: string[] = [];
    const journal = new Journal();
    const cpu = {
      steal: ({ share }: { share: number }, forMs: number | null) => {
        told.push(`${share} stolen for ${forMs} ms`);
        return () => void told.push('given back');
      },
    };
    const board = faultBoard({ cpu }, new VirtualClock(), journal);
    const occasion = steal('neighbours');
    board.begin(occasion, 50);
    board.end(occasion);
    expect(told).toEqual(['0.2 stolen for 50 ms', 'given back']);
    expect(journal.lines).toEqual([
      { atMs: 0, kind: 'steal', text: 'steal cpu: neighbours' },
      { atMs: 0, kind: 'steal over', text: 'steal cpu is over' },
    ]);
  });

  it('what ends by itself is not ended twice', () => {
    const board = faultBoard({ cpu: { steal: () => undefined } }, new VirtualClock(), new Journal());
    const occasion = steal();
    board.begin(occasion, null);
    expect(() => board.end(occasion)).not.toThrow();
  });

  it('a verb that the part does not know is a mistake of ours', () => {
    const board = faultBoard({ cpu: {} }, new VirtualClock(), new Journal());
    expect(() => board.begin(steal(), null)).toThrow('nothing can steal cpu here');
  });
});

describe('factors', () => {
  it('multiply while they are there, and leave exactly 1 behind, whoever goes first', () => {
    const seen: number[] = [];
    const factors = new Factors((value) => seen.push(value));
    const [third, tenth] = [factors.add(1 / 3), factors.add(0.1)];
    third();
    tenth();
    expect(seen).toEqual([1 / 3, (1 / 3) * 0.1, 0.1, 1]);
    expect(factors.value).toBe(1);
  });
});
