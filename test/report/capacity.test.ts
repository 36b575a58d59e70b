import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { Capacity } from '../../src/experiments/capacity.js';
import { briefCapacity, capacityReport } from '../../src/report/capacity.js';
import { bare, poisson, scriptPage } from '../support/bare.js';

const model = bare({
  host: { cores: 1 },
  pages: [scriptPage({ cpuMs: always(10) })],
  php: { maxChildren: 4 },
  traffic: [poisson(20)],
});
const found = (parts: Partial<Capacity> = {}): Capacity => ({
  vary: 'visits',
  present: 20,
  goals: ['p95 < 100ms'],
  value: { mean: 80, ci95: [79, 81] },
  holdsAt: 64,
  missesAt: 128,
  missed: 'p95 < 100ms',
  again: false,
  curve: [{ value: 80, offered: 79.9, good: 79.9, errors: 0, p50: 20, p95: 99, cpu: 0.8 }],
  beyond: null,
  runs: 8,
  ...parts,
});
const sentence = (parts: Partial<Capacity>) => briefCapacity(found(parts), model).replaceAll('\n', ' ').trim();

describe('the sentence of a capacity', () => {
  it('says to where it holds, and the room that is left', () => {
    expect(sentence({})).toBe(
      'Holds to 80 ± 1 visits/s: beyond that p95 < 100ms is missed; and no part is full there. The present 20/s leave room for 4 times as many.',
    );
  });

  it('says by how much the present load is too much, and nothing of a load that is none', () => {
    expect(sentence({ present: 160 })).toContain('The present 160/s are 2 times that.');
    expect(sentence({ present: 0 })).toMatch(/there\.$/);
  });

  it('speaks of users, without an interval where all runs agree', () => {
    expect(sentence({ vary: 'users', present: 1, value: { mean: 58, ci95: [58, 58] }, missed: null })).toBe(
      'Holds to 58 users: beyond that p95 < 100ms is missed; and no part is full there. The present 1 user leave room for 58 times as many.',
    );
    expect(sentence({ vary: 'users', value: { mean: 58, ci95: [57, 59] } })).toContain('58 ± 1 users');
  });

  it('says that no load meets the goals, or that any does', () => {
    expect(sentence({ value: null, holdsAt: null, missesAt: 0.02 })).toBe(
      'No load meets p95 < 100ms: even at 0.02 visits/s p95 < 100ms is missed.',
    );
    expect(sentence({ value: null, holdsAt: 2000, missesAt: null })).toBe(
      'No limit was found: p95 < 100ms holds up to 2,000 visits/s.',
    );
    expect(sentence({ value: null, holdsAt: null, missesAt: null })).toContain('holds up to 0 visits/s');
  });
});

describe('the report of a capacity', () => {
  it('has the way there, what paper says, how it was found, and the command', () => {
    const text = capacityReport(found(), model, 'npm run -s sim -- capacity x');
    expect(text).toContain('80/s   79.9/s  79.9/s     0 %  20 ms  99 ms  80 %');
    expect(text).toContain('No load above 100/s can be answered: that is all that the CPU can do.');
    expect(text).toContain('runs, each of which looks for its own capacity');
    expect(text).toMatch(/The same again\n {2}npm run -s sim -- capacity x\n$/);
  });

  it('leaves out what there is not: a curve, bounds of users', () => {
    const text = capacityReport(found({ vary: 'users', curve: [], value: null, holdsAt: null }), model, 'x');
    expect(text).not.toContain('On the way there');
    expect(text).not.toContain('On paper');
    expect(text).toContain('closed users');
    expect(capacityReport(found({ value: null, holdsAt: null }), model, 'x')).not.toContain('goals are missed at');
    const users = capacityReport(found({ vary: 'users' }), model, 'x');
    expect(users).toContain('users');
  });

  it('warns where the goals are met again beyond it', () => {
    expect(capacityReport(found({ again: true }), model, 'x')).toContain('Not monotone');
    expect(capacityReport(found(), model, 'x')).not.toContain('Not monotone');
  });
});
