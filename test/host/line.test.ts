import { describe, expect, it } from 'vitest';
import { Random } from '../../src/engine/random.js';
import { Line } from '../../src/host/line.js';

describe('line', () => {
  it('first come, first served, with the step that each wants to take', () => {
    const line = new Line<string>();
    const taken: string[] = [];
    const sit = (who: string) => taken.push(`${who} sits`);
    const stand = (who: string) => taken.push(`${who} stands`);
    line.join('anna', sit);
    line.join('bert', stand);
    while (line.length > 0) {
      const { subject, step } = line;
      line.advance();
      step(subject, 0);
    }
    expect(taken).toEqual(['anna sits', 'bert stands']);
  });

  it('needs no step where its owner knows what comes next', () => {
    const line = new Line<string>();
    line.join('anna');
    expect(() => line.step('anna', 0)).not.toThrow();
  });

  it('who leaves it leaves no gap, wherever they stood', () => {
    const line = new Line<number>();
    for (const who of [1, 2, 3, 4, 5]) line.join(who);
    expect([3, 1, 5, 3, 9].map((who) => line.leave(who))).toEqual([true, true, true, false, false]);
    line.join(6);
    expect(emptied(line)).toEqual([2, 4, 6]);
  });

  it('grows while it goes round, and loses nobody', () => {
    const line = new Line<number>();
    const reference: number[] = [];
    const stream = new Random('line').stream('x');
    for (let i = 0; i < 20_000; i += 1) {
      const choice = stream.word() % 10;
      if (choice < 5) {
        line.join(i);
        reference.push(i);
      } else if (choice < 8) {
        if (line.length === 0) continue;
        expect(line.subject).toBe(reference.shift());
        line.advance();
      } else {
        const who = reference[stream.word() % Math.max(1, reference.length)] ?? -1;
        expect(line.leave(who)).toBe(who >= 0);
        if (who >= 0) reference.splice(reference.indexOf(who), 1);
      }
    }
    expect(line.length).toBe(reference.length);
    expect(emptied(line)).toEqual(reference);
  });
});

function emptied<S>(line: Line<S>): S[] {
  const subjects: S[] = [];
  while (line.length > 0) {
    subjects.push(line.subject);
    line.advance();
  }
  return subjects;
}
