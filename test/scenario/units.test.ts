import { expect, test } from 'vitest';
import { anyOf, nearest } from '../../src/scenario/nearest.js';
import { readBandwidth, readDirectiveSize, readDuration, readPercent, readRate, readSize } from '../../src/scenario/units.js';
import { writtenDuration } from '../../src/scenario/written.js';

test.each([
  ['250ms', 250],
  ['1h30m', 5_400_000],
  ['1h 30m', 5_400_000],
  ['10s', 10_000],
  ['1.5s', 1500],
  ['100us', 0.1],
  ['100µs', 0.1],
  ['0.0958ms', 0.0958],
  ['5min', 300_000],
  ['2d', 172_800_000],
  ['1w', 604_800_000],
  ['0s', 0],
])('the duration %s is %f ms', (text, ms) => {
  expect(readDuration(text)).toBe(ms);
});

test.each(['5', '', 's', '5 minuts', '10 ms foo', '250mss', '1,5s', '-1s', '+1s', '1e3s', '.5s', '5s.', ' 5s', '5s ', '1h30'])(
  '%j is no duration',
  (text) => {
    expect(readDuration(text)).toBeNull();
  },
);

test.each([
  ['12 kB', 12_000],
  ['12 KB', 12_000],
  ['2 GiB', 2 ** 31],
  ['1460 B', 1460],
  ['1.5 MiB', 1_572_864],
])('the size %s is %i bytes', (text, bytes) => {
  expect(readSize(text)).toBe(bytes);
});

test('128M is 128 MiB for a directive, and nothing elsewhere', () => {
  expect(readDirectiveSize('128M')).toBe(128 * 2 ** 20);
  expect(readDirectiveSize('1G')).toBe(2 ** 30);
  expect(readDirectiveSize('128 MiB')).toBe(128 * 2 ** 20);
  expect(readSize('128M')).toBeNull();
  expect(readDirectiveSize('128')).toBeNull();
});

test('rates are per second, bandwidths bytes per millisecond, shares of one', () => {
  expect([readRate('40/s'), readRate('2400/min'), readRate('2400 / m'), readRate('0.5/ms'), readRate('40')]).toEqual([
    40,
    40,
    40,
    500,
    null,
  ]);
  expect([readBandwidth('1 Gbit/s'), readBandwidth('10 Mbit/s'), readBandwidth('1 MB/s'), readBandwidth('1 MiB/s')]).toEqual([
    125_000, 1250, 1000, 1048.576,
  ]);
  expect(readBandwidth('10 Mbps')).toBeNull();
  expect([readPercent('10%'), readPercent('0.7 %'), readPercent('7%'), readPercent('0.1')]).toEqual([0.1, 0.007, 0.07, null]);
});

test('durations are written as a scenario writes them', () => {
  expect([350_000, 5_400_000, 250, 0.5, 0, 90_061_001].map(writtenDuration)).toEqual([
    '5m50s',
    '1h30m',
    '250ms',
    '0.5ms',
    '0s',
    '1d1h1m1s1ms',
  ]);
});

test('the nearest name forgives slips, not strangers', () => {
  const names = ['worker_connections', 'pm.max_children', 'listen.backlog', 'innodb_buffer_pool_size', 'rate', 'cpu'];
  const meant = [
    'worker_conections',
    'max_children',
    'listen_backlog',
    'buffer_pool_size',
    'raet',
    'CPU',
    'cpus',
    'gzip',
    'x',
  ].map((name) => nearest(name, names));
  expect(meant).toEqual([
    'worker_connections',
    'pm.max_children',
    'listen.backlog',
    'innodb_buffer_pool_size',
    'rate',
    'cpu',
    'cpu',
    undefined,
    undefined,
  ]);
});

test('no name is looked for in what is longer than any, and a list of one is that one', () => {
  const long = 'x'.repeat(65);
  expect(nearest(long, [long])).toBeUndefined();
  expect(nearest(long.slice(1), [long.slice(1)])).toBe(long.slice(1));
  expect([anyOf(['a']), anyOf(['a', 'b']), anyOf(['a', 'b', 'c'])]).toEqual(['a', 'a or b', 'a, b or c']);
});
