import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRequestRun, lengthMs, readMeasured } from '../../src/validate/measured.js';

const folder = mkdtempSync(join(tmpdir(), 'lempsim-'));
function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const plain = {
  profile: '10:2',
  seed: 1,
  urls: { '/': 1 },
  status: { 200: 20 },
  cpu_ms_per_completion: { nginx: 0.1, fpm: 4, mariadb: 0 },
};

describe('measured runs', () => {
  it('a file of many, each with its name', () => {
    const runs = readMeasured('bench/real-stack/C_worker_holding.json');
    expect(runs.length).toBe(29);
    expect(runs[0].name).toBe('C backlog511_unix 50 % seed 101050');
    expect(lengthMs(runs[0])).toBe(16_000);
  });

  it('one whose requests are known, gzipped', () => {
    const [run] = readMeasured('bench/real-stack/per-request/php_60_101.json.gz');
    expect(isRequestRun(run) && run.requests.arrival_us.length).toBe(1982);
  });

  it('a single plain run, with what it leaves out filled', () => {
    const [run] = readMeasured(file('x.json', plain));
    expect(run).toMatchObject({ warmup_s: 0, client_timeout_ms: 10_000, config: {}, actions: [], errors: {} });
    expect(run.name).toBe('x / 10:2 seed 1');
  });

  it.each([
    ['no JSON', '{', /Expected|JSON/],
    ['not runs', { a: 1 }, /expected a measured run/],
    ['a run without a seed', [{ ...plain, seed: undefined }], /run 0: seed: /],
    ['a profile that is none', { runs: [plain, { ...plain, profile: 'fast' }] }, /run 1: profile: /],
  ])('%s is told with its file and place', (_, content, message) => {
    expect(() => readMeasured(file('wrong.json', content))).toThrow(message);
    expect(() => readMeasured(file('wrong.json', content))).toThrow(/wrong\.json/);
  });

  it('a file that is not there is told', () => {
    expect(() => readMeasured('/nowhere.json')).toThrow(/nowhere/);
  });
});
