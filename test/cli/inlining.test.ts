import { spawnSync } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import { inlineMore } from '../../src/cli/inlining.js';

const setFlags = vi.hoisted(() => vi.fn());
vi.mock('node:v8', () => ({ setFlagsFromString: setFlags }));

describe('inlining', () => {
  it('asks V8 for more by an option that this V8 has, with a larger number than its own', () => {
    inlineMore();
    const [, option, value] = /^--([\w-]+)=(\d+)$/.exec(setFlags.mock.calls[0][0])!;
    const { stdout } = spawnSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
    const known = new RegExp(`--${option}=(\\d+)$`, 'm').exec(stdout);
    expect(Number(known?.[1])).toBeGreaterThan(0);
    expect(Number(value)).toBeGreaterThan(Number(known?.[1]));
  });
});
