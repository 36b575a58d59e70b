import { describe, expect, it } from 'vitest';
import { Agenda, Kind } from '../../src/engine/agenda.js';
import { share } from '../../src/engine/chance.js';
import { OverBudgetError } from '../../src/engine/overBudget.js';
import { Random, type Stream } from '../../src/engine/random.js';

describe('agenda', () => {
  it('what is due at the same time runs by kind, then in the order it was asked for', () => {
    const agenda = new Agenda();
    const ran: string[] = [];
    const note = (word: string) => ran.push(word);
    agenda.add(2, note, 'later');
    agenda.add(1, note, 'arrival', Kind.arrival);
    agenda.add(1, note, 'timeout', Kind.timeout);
    agenda.add(1, note, 'completion');
    agenda.add(1, note, 'change', Kind.change);
    agenda.add(1, note, 'second completion', Kind.completion);
    runAll(agenda);
    expect(ran).toEqual(['completion', 'second completion', 'change', 'timeout', 'arrival', 'later']);
  });

  it('tells the time and the order of what is next, and gives its step the ticket', () => {
    const agenda = new Agenda();
    expect(agenda.ready()).toBe(false);
    let given = 0;
    const ticket = agenda.add(
      7,
      function step(_, own) {
        given = own;
      },
      undefined,
      Kind.timeout,
    );
    expect(agenda.ready()).toBe(true);
    expect(agenda.due).toBe(7);
    expect(agenda.nextStep.name).toBe('step');
    expect(agenda.dueOrder).toBeLessThan(agenda.nextOrder(Kind.timeout));
    expect(agenda.dueOrder).toBeGreaterThan(agenda.nextOrder(Kind.change));
    agenda.runNext();
    expect(given).toBe(ticket);
    expect(ticket).not.toBe(0);
    expect(agenda.ready()).toBe(false);
  });

  it('20,000 entries with ties and kinds come out as a stable sort puts them', () => {
    const agenda = new Agenda();
    const stream = new Random('20,000 entries').stream('agenda');
    const entries = Array.from({ length: 20_000 }, (_, number) => ({
      number,
      time: stream.word() % 500,
      kind: (stream.word() % 4) as Kind,
    }));
    const ran: number[] = [];
    for (const { number, time, kind } of entries) agenda.add(time, (subject: number) => ran.push(subject), number, kind);
    expect(agenda.size).toBe(20_000);
    runAll(agenda);
    const sorted = [...entries].sort((a, b) => a.time - b.time || a.kind - b.kind);
    expect(ran).toEqual(sorted.map(({ number }) => number));
    expect(agenda.size).toBe(0);
  });

  it('a step may add what is due now, and it runs next', () => {
    const agenda = new Agenda();
    const ran: string[] = [];
    agenda.add(
      1,
      () => {
        ran.push('first');
        agenda.add(1, () => ran.push('added by the first'), undefined);
        agenda.add(0, () => ran.push('before its time'), undefined);
      },
      undefined,
    );
    agenda.add(1, () => ran.push('second'), undefined);
    runAll(agenda);
    expect(ran).toEqual(['first', 'before its time', 'second', 'added by the first']);
  });

  const lives = {
    'with few pending': { pending: 200, time: (stream: Stream, now: number) => now + share(stream) * 1000 },
    'with many pending, in buckets': { pending: 12_000, time: (stream: Stream, now: number) => now + share(stream) * 1000 },
    'with whole milliseconds and many ties': {
      pending: 6000,
      time: (stream: Stream, now: number) => now + (stream.word() % 300),
    },
    'with one in a year and many at one instant': {
      pending: 6000,
      time: (stream: Stream, now: number) => {
        const luck = stream.word() % 100;
        if (luck === 0) return now + 31_536_000_000;
        return luck < 50 ? Math.ceil(now / 1000) * 1000 : now + share(stream) * 10;
      },
    },
    'with times that spread over nine decades': {
      pending: 6000,
      time: (stream: Stream, now: number) => now + 10 ** (share(stream) * 9 - 3),
    },
  };
  for (const [name, { pending, time }] of Object.entries(lives)) {
    it(`50,000 adds, cancels and takes in any order, ${name}`, () => {
      const stream = new Random(name).stream('agenda');
      const agenda = new Agenda();
      const reference = new Reference();
      let now = 0;
      let last = -1;
      const tickets: number[] = [];
      for (let i = 0; i < 50_000; i += 1) {
        const choice = stream.word() % 16;
        if (reference.size < pending ? choice < 10 : choice < 5) {
          const at = time(stream, now);
          const kind = (stream.word() % 4) as Kind;
          const ticket = agenda.add(at, (_: undefined, own: number) => (last = own), undefined, kind);
          reference.add(at, kind, ticket);
          tickets.push(ticket);
        } else if (choice < 13) {
          const ticket = tickets[stream.word() % Math.max(1, tickets.length)] ?? 0;
          if (ticket !== 0) expect(agenda.cancel(ticket)).toBe(reference.cancel(ticket));
        } else {
          const wanted = reference.take();
          expect(agenda.ready()).toBe(wanted !== undefined);
          if (wanted === undefined) continue;
          expect(agenda.due).toBe(wanted.time);
          now = wanted.time;
          agenda.runNext();
          expect(last).toBe(wanted.ticket);
        }
        if (agenda.size !== reference.size) expect(agenda.size).toBe(reference.size);
      }
      for (let wanted = reference.take(); wanted !== undefined; wanted = reference.take()) {
        agenda.ready();
        agenda.runNext();
        if (last !== wanted.ticket) expect(last).toBe(wanted.ticket);
      }
      expect(agenda.ready()).toBe(false);
      expect(agenda.size).toBe(0);
    });
  }

  it('thousands at one instant need no buckets, and keep their order', () => {
    const agenda = new Agenda();
    const ran: number[] = [];
    for (let i = 0; i < 5000; i += 1) agenda.add(3, (number: number) => ran.push(number), i);
    runAll(agenda);
    expect(ran).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });

  it('cancel works once, before the step has run', () => {
    const agenda = new Agenda();
    const ran: string[] = [];
    const first = agenda.add(1, (word: string) => ran.push(word), 'first');
    const second = agenda.add(2, (word: string) => ran.push(word), 'second');
    expect(agenda.cancel(first)).toBe(true);
    expect(agenda.cancel(first)).toBe(false);
    expect(agenda.size).toBe(1);
    runAll(agenda);
    expect(agenda.cancel(second)).toBe(false);
    expect(ran).toEqual(['second']);
  });

  it('the ticket of a step that has run does not cancel the one that has taken its place', () => {
    const agenda = new Agenda();
    const old = agenda.add(1, () => {}, undefined);
    runAll(agenda);
    const fresh = agenda.add(2, () => {}, undefined);
    expect(fresh).not.toBe(old);
    expect(agenda.cancel(old)).toBe(false);
    expect(agenda.size).toBe(1);
  });

  it('a number that was never a ticket cancels nothing', () => {
    const agenda = new Agenda();
    agenda.add(1, () => {}, undefined);
    expect([0, 1, 255, 4_194_304 * 7 + 3, 2 ** 50].map((ticket) => agenda.cancel(ticket))).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(agenda.size).toBe(1);
  });

  it('cancelled ones take no more room than twice those that wait, however many there were', () => {
    const agenda = new Agenda();
    for (let i = 0; i < 50; i += 1) agenda.add(1e9 + i, () => {}, undefined);
    for (let i = 0; i < 1_000_000; i += 1) agenda.cancel(agenda.add(1e6 + i, () => {}, undefined));
    expect(agenda.size).toBe(50);
    const { capacity } = agenda as unknown as { capacity: number };
    expect(capacity).toBeLessThanOrEqual(256);
  });

  it('the heap takes room for what is near, not for all that wait, and they for an eighth more than there are, at the most', () => {
    const agenda = new Agenda();
    for (let i = 0; i < 100_000; i += 1) agenda.add(i, () => {}, undefined);
    const spread = agenda as unknown as { capacity: number; nearTimes: Float64Array };
    expect(spread.capacity).toBeGreaterThanOrEqual(100_000);
    expect(spread.capacity).toBeLessThanOrEqual(112_500);
    expect(spread.nearTimes.length).toBeLessThanOrEqual(2048);
  });

  it('a step may cancel all others, the swept-out root included', () => {
    const agenda = new Agenda();
    const ran: number[] = [];
    const tickets: number[] = [];
    agenda.add(
      0,
      () => {
        for (const ticket of tickets) agenda.cancel(ticket);
      },
      undefined,
    );
    for (let i = 1; i <= 3000; i += 1) {
      const ticket = agenda.add(i, (number: number) => ran.push(number), i);
      if (i !== 2999) tickets.push(ticket);
    }
    runAll(agenda);
    expect(ran).toEqual([2999]);
  });

  it('cancelled ones in buckets are dropped when their bucket is at hand', () => {
    const agenda = new Agenda();
    const ran: number[] = [];
    const tickets: number[] = [];
    for (let i = 0; i < 10_000; i += 1) tickets.push(agenda.add(i, (number: number) => ran.push(number), i));
    for (let i = 0; i < 10_000; i += 3) agenda.cancel(tickets[i]);
    expect(agenda.size).toBe(6666);
    runAll(agenda);
    expect(ran).toEqual(Array.from({ length: 10_000 }, (_, i) => i).filter((i) => i % 3 !== 0));
  });

  it('millions pending are a run over budget', () => {
    const agenda = new Agenda();
    const step = () => {};
    const fill = () => {
      for (let i = 0; i < 1e7; i += 1) agenda.add(i, step, undefined);
    };
    expect(fill).toThrow(OverBudgetError);
    expect(agenda.size).toBeGreaterThan(1e6);
    expect(() => agenda.add(0, step, undefined)).toThrow(`more than ${agenda.size} events are pending`);
  });
});

function runAll(agenda: Agenda): void {
  while (agenda.ready()) agenda.runNext();
}

/** The same by brute force: sorted by time and kind, equals behind each other, the first taken from the front. */
class Reference {
  size = 0;
  private readonly sorted: { time: number; kind: Kind; ticket: number }[] = [];
  private readonly waiting = new Set<number>();

  add(time: number, kind: Kind, ticket: number): void {
    const entry = { time, kind, ticket };
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.sorted[middle];
      if (entry.time > other.time || (entry.time === other.time && entry.kind >= other.kind)) low = middle + 1;
      else high = middle;
    }
    this.sorted.splice(low, 0, entry);
    this.waiting.add(ticket);
    this.size += 1;
  }

  cancel(ticket: number): boolean {
    if (!this.waiting.delete(ticket)) return false;
    this.size -= 1;
    return true;
  }

  take(): { time: number; ticket: number } | undefined {
    for (let first = this.sorted.shift(); first !== undefined; first = this.sorted.shift()) {
      if (!this.waiting.delete(first.ticket)) continue;
      this.size -= 1;
      return first;
    }
    return undefined;
  }
}
