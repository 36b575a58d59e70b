import { afterEach, describe, expect, it, vi } from 'vitest';
import { complain } from '../../src/cli/complain.js';
import { codeOfSignal, codeOfVerdict } from '../../src/cli/exit.js';
import { CannotWriteError, OurError, UsageError } from '../../src/cli/failures.js';
import { OverBudgetError, ScenarioError, SimulationError, UnreadableError } from '../../src/index.js';

afterEach(() => vi.restoreAllMocks());

async function complaintOf(error: unknown): Promise<{ code: number; stderr: string }> {
  let stderr = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
  return { code: await complain(error), stderr };
}

const problem = { file: 'a.yaml', line: 3, column: 1, path: 'host.cores', value: '0', message: 'expected 1, got 0' };

describe('complaints', () => {
  it('of a scenario are its lines, and 65', async () => {
    expect(await complaintOf(new ScenarioError([problem]))).toEqual({
      code: 65,
      stderr: 'a.yaml:3:1: host.cores: expected 1, got 0\n',
    });
  });

  it('of nothing but --set are usage; of both, the scenario', async () => {
    const setting = { ...problem, file: '--set', option: 'host.cores=0' };
    expect((await complaintOf(new ScenarioError([setting]))).code).toBe(2);
    expect((await complaintOf(new ScenarioError([setting, problem]))).code).toBe(65);
  });

  it('have a code for each kind, and no stack where the reader can act', async () => {
    const errors = [new UsageError('which?'), new UnreadableError('a does not exist'), new OverBudgetError('too much')];
    for (const [index, error] of errors.entries()) {
      expect(await complaintOf(error)).toEqual({ code: [2, 66, 79][index], stderr: `${error.message}\n` });
    }
  });

  it('of a reader that has gone are silent', async () => {
    expect(await complaintOf(new CannotWriteError('stdout: gone', true))).toEqual({ code: 74, stderr: '' });
  });

  it('of an error of ours have the stack of its cause, the seed, the time and the command', async () => {
    const cause = new Error('return without a call');
    const where = { scenario: 'surge', seed: '7', command: 'npm run -s sim -- surge --seed 7' };
    const { code, stderr } = await complaintOf(new OurError(new SimulationError('surge', '7', 1234.5, cause), where));
    expect(code).toBe(70);
    expect(stderr).toContain('Error: return without a call\n    at ');
    expect(stderr).toContain('scenario surge, seed 7, at 1234.5 ms of simulated time\n');
    expect(stderr).toContain('to see it again: npm run -s sim -- surge --seed 7\n');
  });

  it('of an error of ours without a stack have its sentence', async () => {
    const error = new Error('the stack is full');
    error.stack = undefined;
    expect(await complaintOf(error)).toEqual({
      code: 70,
      stderr: 'This is an error in lempsim, not in the scenario.\nthe stack is full\n',
    });
  });

  it('of what nobody foresaw are ours, too, and harmless to the terminal', async () => {
    const { code, stderr } = await complaintOf('\u001b[2J');
    expect(code).toBe(70);
    expect(stderr).toContain('\\u001b[2J');
    expect(stderr).not.toContain('\u001b');
  });
});

describe('exit codes', () => {
  it('of a verdict are 0 only where no threshold failed or was without data', () => {
    expect((['pass', 'none', 'fail', 'inconclusive'] as const).map(codeOfVerdict)).toEqual([0, 0, 99, 99]);
  });

  it('of a signal are 128 and its number', () => {
    expect((['SIGINT', 'SIGTERM'] as const).map(codeOfSignal)).toEqual([130, 143]);
  });
});
