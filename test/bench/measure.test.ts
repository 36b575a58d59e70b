import { describe, expect, test } from 'vitest';
import { each, ratio, spread, takeTurns } from '../../bench/measure.js';

describe('measure', () => {
  test('programs take turns, so that a machine that slows down slows them all', () => {
    const order: string[] = [];
    const program = (name: string) => (turn: number) => {
      order.push(`${name} ${turn}`);
      return { rate: turn };
    };
    takeTurns({ engine: program('engine'), anchor: program('anchor') }, 3);
    expect(order).toEqual(['engine 1', 'anchor 1', 'engine 2', 'anchor 2', 'engine 3', 'anchor 3']);
  });

  test('a ratio is the middle one of those within a turn, not that of two middles', () => {
    const engine = [{ rate: 100 }, { rate: 20 }, { rate: 90 }];
    const anchor = [{ rate: 10 }, { rate: 2 }, { rate: 3 }];
    expect(ratio(engine, anchor)).toEqual({ median: 10, low: 10, high: 30 });
    expect(each(engine).median / each(anchor).median).toBe(30);
  });

  test('the middle of an even number of values lies between two', () => {
    expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, low: 1, high: 4 });
  });
});
