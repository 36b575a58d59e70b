import { expect, test } from 'vitest';
import type { OpenSourceModel, RatePiece } from '../../src/model.js';
import { shop } from './samples.js';

const traffic = (...entries: string[]) => shop(['- { rate: 10/s }', entries.map((entry) => `- ${entry}`).join('\n  ')]);
const curve = (...entries: string[]) => (traffic(...entries).traffic[entries.length - 1] as OpenSourceModel).curve;
const corners = (pieces: readonly RatePiece[]) =>
  pieces.map(({ fromMs, toMs, fromRate, toRate }) => [fromMs / 1000, toMs / 1000, fromRate, toRate]);
const visits = (pieces: readonly RatePiece[]) =>
  pieces.reduce((sum, { fromMs, toMs, fromRate, toRate }) => sum + (((fromRate + toRate) / 2) * (toMs - fromMs)) / 1000, 0);
const joined = (pieces: readonly RatePiece[]) =>
  pieces.every((piece, index) => index === 0 || piece.fromMs === pieces[index - 1].toMs);

test('a rate by itself is there from the beginning to the end', () => {
  expect(corners(curve('{ rate: 10/s }'))).toEqual([[0, 600, 10, 10]]);
});

test('a step begins, rises, lasts and falls', () => {
  expect(corners(curve('{ rate: 10/s, at: 3m, rise: 20s }'))).toEqual([
    [180, 200, 0, 10],
    [200, 600, 10, 10],
  ]);
  expect(corners(curve('{ rate: 10/s, at: 3m, for: 1m, rise: 20s, fall: 10s }'))).toEqual([
    [180, 200, 0, 10],
    [200, 230, 10, 10],
    [230, 240, 10, 0],
  ]);
});

test('a ramp goes from one rate to another, and ends', () => {
  expect(corners(curve('{ ramp: { from: 10/s, to: 80/s }, at: 1m, for: 5m }'))).toEqual([[60, 360, 10, 80]]);
  expect(corners(curve('{ ramp: { from: 0/s, to: 80/s } }'))).toEqual([[0, 600, 0, 80]]);
});

test('a surge brings what the base load lacks to its peak', () => {
  expect(corners(curve('{ rate: 40/s }', '{ at: 3m, rise: 20s, peak: 400/s, hold: 2m, fall: 30s }'))).toEqual([
    [180, 200, 0, 360],
    [200, 320, 360, 360],
    [320, 350, 360, 0],
  ]);
  expect(
    corners(
      curve('{ rate: 40/s }', '{ ramp: { from: 0/s, to: 100/s } }', '{ rate: 7/s, at: 2m }', '{ at: 5m, peak: 400/s, hold: 1m }'),
    ),
  ).toEqual([[300, 360, 310, 310]]);
});

test('a flash crowd rises and decays by its time constants', () => {
  const flash = curve('{ at: 1m, flash: 60/s, rise: 10s, decay: 30s }');
  expect(joined(flash)).toBe(true);
  const at = (seconds: number) => flash.find((piece) => piece.fromMs === seconds * 1000)?.fromRate;
  expect(at(60)).toBe(0);
  expect(at(70)).toBeCloseTo(60 * (1 - Math.exp(-1)), 9);
  const top = 60 * (1 - Math.exp(-5));
  expect(at(110)).toBeCloseTo(top, 9);
  expect(at(140)).toBeCloseTo(top * Math.exp(-1), 9);
  const exact = 60 * (50 - 10 * (1 - Math.exp(-5))) + top * 30 * (1 - Math.exp(-7));
  expect(Math.abs(visits(flash) / exact - 1)).toBeLessThan(0.0002);
});

test('a flash crowd that outlasts the run ends with it', () => {
  const flash = curve('{ at: 8m, flash: 60/s, rise: 10s, decay: 5m }');
  expect(flash[flash.length - 1].toMs).toBe(600_000);
});

test('day and night swing about the mean and peak when they should', () => {
  const day = curve('{ day: { mean: 20/s, swing: 50%, period: 5m, peak_at: 100s } }');
  expect(joined(day)).toBe(true);
  expect(day.length).toBeGreaterThanOrEqual(720);
  expect(Math.max(...day.map((piece) => piece.fromRate))).toBeCloseTo(30, 2);
  expect(Math.min(...day.map((piece) => piece.fromRate))).toBeCloseTo(10, 2);
  expect(visits(day)).toBeCloseTo(20 * 600, 3);
  const peak = day.reduce((best, piece) => (piece.fromRate > best.fromRate ? piece : best));
  expect((peak.fromMs / 1000) % 300).toBeCloseTo(100, 0);
  expect(curve('{ day: { mean: 20/s, peak_to_mean: 1.5, period: 5m, peak_at: 100s } }')).toEqual(day);
});

test('bursty and closed sources keep their own numbers', () => {
  const model = traffic(
    '{ bursty: { high: { rate: 150/s, for: 500ms }, low: { rate: 30/s, for: 2s } }, at: 1m }',
    '{ users: 100, think: { exponential: 1s }, for: 2m }',
  );
  expect(model.traffic).toEqual([
    {
      kind: 'bursty',
      name: 'bursty',
      mix: null,
      highRate: 150,
      highMs: 500,
      lowRate: 30,
      lowMs: 2000,
      fromMs: 60_000,
      toMs: 600_000,
    },
    {
      kind: 'closed',
      name: 'users',
      mix: null,
      users: 100,
      thinkMs: { law: 'exponential', mean: 1000 },
      fromMs: 0,
      toMs: 120_000,
    },
  ]);
});

test('sources have names of their own, and a later one does not rename those before', () => {
  const names = (...entries: string[]) => traffic(...entries).traffic.map((source) => source.name);
  expect(names('{ rate: 1/s }', '{ rate: 1/s }', '{ rate: 1/s, at: 1m }', '{ name: base 2, rate: 1/s }')).toEqual([
    'base',
    'base 3',
    'step',
    'base 2',
  ]);
});

test('without a surge all the counted time is one window', () => {
  expect(shop().windows).toEqual([{ name: 'all', fromMs: 60_000, toMs: 600_000 }]);
});

test('the first surge cuts the counted time in three', () => {
  const windows = (...entries: string[]) =>
    traffic('{ rate: 1/s }', ...entries).windows.map(({ name, fromMs, toMs }) => [name, fromMs / 1000, toMs / 1000]);
  expect(windows('{ at: 3m, rise: 20s, peak: 400/s, hold: 2m, fall: 30s }', '{ at: 7m, peak: 50/s, hold: 10s }')).toEqual([
    ['before surge', 60, 180],
    ['during surge', 180, 350],
    ['after surge', 350, 600],
  ]);
  expect(windows('{ name: link, at: 1m, peak: 5/s, hold: 9m }')).toEqual([['during link', 60, 600]]);
  expect(windows('{ at: 2m, flash: 5/s, rise: 1s, decay: 10s }')).toEqual([
    ['before surge', 60, 120],
    ['during surge', 120, 155],
    ['after surge', 155, 600],
  ]);
});

test('a day may begin late and end early', () => {
  const part = curve('{ day: { mean: 40/s, swing: 50%, period: 10m, peak_at: 5m }, at: 2m, for: 3m }');
  expect(joined(part)).toBe(true);
  expect([part[0].fromMs, part[part.length - 1].toMs]).toEqual([120_000, 300_000]);
  expect(part[part.length - 1].toRate).toBeCloseTo(60, 9);
});

test('a bursty source has its two rates, each for its time, from the beginning to the end', () => {
  expect(traffic('{ bursty: { high: { rate: 100/s, for: 1s }, low: { rate: 0/s, for: 9s } } }').traffic).toMatchObject([
    { kind: 'bursty', name: 'bursty', highRate: 100, highMs: 1000, lowRate: 0, lowMs: 9000, fromMs: 0, toMs: 600_000 },
  ]);
});
