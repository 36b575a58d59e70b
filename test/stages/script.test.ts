import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { always } from '../../src/engine/law.js';
import { Requests } from '../../src/stages/request.js';
import { Script } from '../../src/stages/script.js';
import { query, scriptPage } from '../support/bare.js';

describe('script', () => {
  const request = new Requests(new VirtualClock()).take();

  it('asks its queries kind after kind, as often as each says', () => {
    const script = new Script(
      '/',
      scriptPage({
        queries: [query({ times: always(2), row: 'a' }), query({ times: always(0), row: 'none' }), query({ row: 'b' })],
      }).script!,
    );
    expect(script.queriesOf(request)).toBe(3);
    expect([0, 1, 2].map((index) => script.query(request, index).row)).toEqual(['a', 'a', 'b']);
    expect(() => script.query(request, 3)).toThrow(new RangeError('a script was asked for its query 3'));
  });

  it('that began before its queries became fewer asks the last of them instead', () => {
    const before = scriptPage({ queries: [query({ times: always(3), row: 'a' })] }).script!;
    const script = new Script('/', before);
    script.become({ ...before, queries: [query({ times: always(1), row: 'b' })] });
    expect(script.queriesOf(request)).toBe(1);
    expect([0, 1, 2].map((index) => script.query(request, index).row)).toEqual(['b', 'b', 'b']);
  });

  it('of a request that draws its number of queries asks the same number each time it is asked', () => {
    const script = new Script('/', scriptPage({ queries: [query({ times: { law: 'geometric', mean: 5 } }), query()] }).script!);
    const numbers = Array.from({ length: 200 }, (_, seedLow) => {
      request.seedLow = seedLow;
      const number = script.queriesOf(request);
      expect(script.queriesOf(request)).toBe(number);
      expect(() => script.query(request, number - 1)).not.toThrow();
      expect(() => script.query(request, number)).toThrow(RangeError);
      return number;
    });
    expect(numbers.reduce((sum, number) => sum + number, 0) / 200).toBeCloseTo(6, -0.5);
    expect(Math.min(...numbers)).toBe(2);
  });

  it('of a page without queries asks none', () => {
    expect(new Script('/', scriptPage().script!).queriesOf(request)).toBe(0);
  });
});
