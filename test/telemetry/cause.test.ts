import { describe, expect, it } from 'vitest';
import { ANSWERED, Cause } from '../../src/telemetry/cause.js';

describe('cause', () => {
  it('says what the visitor saw, where it was decided, why, and what a log would say', () => {
    const cause = new Cause('502', 'php-fpm', 'listen queue full', '[error] connect() failed');
    expect(cause).toEqual({ outcome: '502', stage: 'php-fpm', text: 'listen queue full', log: '[error] connect() failed' });
  });

  it('the good one is a 200', () => {
    expect(ANSWERED.outcome).toBe('200');
  });
});
