import { describe, expect, it } from 'vitest';
import { OverBudgetError } from '../../src/engine/overBudget.js';

describe('over budget', () => {
  it('is an error of a name of its own, for an exit code of its own', () => {
    const error = new OverBudgetError('too much');
    expect(error).toBeInstanceOf(Error);
    expect(`${error}`).toBe('OverBudgetError: too much');
  });
});
