import { describe, expect, test } from 'vitest';
import { fpmDialect, mysqlDialect, nginxDialect, phpBytes, sysctlDialect } from '../../src/import/dialects.js';

describe('nginx', () => {
  test.each([
    ['65', 65_000],
    ['60s', 60_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['1s500ms', 1500],
    ['1m 30s', 90_000],
    ['1m30', 90_000],
    ['2M', 5_184_000_000],
    ['0', 0],
  ])('%s is a time', (text, ms) => expect(nginxDialect.durationMs(text)).toBe(ms));

  test.each(['', 'x', '1.5s', '-1', '10 ms', '1s1h', '1s1s', '60sec'])('%j is none', (text) => {
    expect(nginxDialect.durationMs(text)).toBeNull();
  });

  test('sizes are of 1,024, and only on and off switch', () => {
    expect(nginxDialect.bytes('8k')).toBe(8192);
    expect(nginxDialect.bytes('1M')).toBe(1_048_576);
    expect(nginxDialect.bytes('1MB')).toBeNull();
    expect([nginxDialect.onOff('on'), nginxDialect.onOff('off'), nginxDialect.onOff('yes')]).toEqual([true, false, null]);
  });
});

test('PHP-FPM counts in seconds, minutes, hours and days', () => {
  expect(['30', '30s', '2m', '1h', '1d', '1w', '1h30m'].map((text) => fpmDialect.durationMs(text))).toEqual([
    30_000,
    30_000,
    120_000,
    3_600_000,
    86_400_000,
    null,
    null,
  ]);
});

test('PHP reads 128M as 128 MiB, and -1 as no limit', () => {
  expect(['128M', '1g', '65536', '-1', '128MB'].map(phpBytes)).toEqual([134_217_728, 1_073_741_824, 65_536, Infinity, null]);
});

test('MySQL takes a letter behind every number, and no fraction', () => {
  expect(['128M', '2G', '1k', '1.5G', '1GB'].map((text) => mysqlDialect.bytes(text))).toEqual([
    134_217_728,
    2_147_483_648,
    1024,
    null,
    null,
  ]);
  expect(mysqlDialect.whole('1K')).toBe(1024);
  expect(mysqlDialect.durationMs('50')).toBe(50_000);
});

test('the kernel takes plain numbers', () => {
  expect(['4096', '0x10', '4k', ''].map((text) => sysctlDialect.whole(text))).toEqual([4096, null, null, null]);
});

test('each has its words for on and off', () => {
  const words = ['on', 'ON', 'yes', 'true', '1', 'off', 'no', 'false', '0', 'maybe'];
  const read = (dialect: { onOff(text: string): boolean | null }) => words.map((word) => dialect.onOff(word));
  expect(read(nginxDialect)).toEqual([true, null, null, null, null, false, null, null, null, null]);
  expect(read(fpmDialect)).toEqual([true, true, true, true, true, false, false, false, false, null]);
  expect(read(mysqlDialect)).toEqual([true, true, null, true, true, false, null, false, false, null]);
  expect(read(sysctlDialect)).toEqual([null, null, null, null, true, null, null, null, false, null]);
});

test('sizes and times of PHP-FPM and the kernel', () => {
  expect(fpmDialect.bytes('16M')).toBe(16_777_216);
  expect(sysctlDialect.durationMs('60')).toBe(60_000);
  expect(sysctlDialect.bytes('65536')).toBe(65_536);
});
