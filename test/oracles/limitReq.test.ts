/** O7: every request of a random stream against the leaky bucket's recursion: who is refused, and how long who is taken waits. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LimitReqModel } from '../../src/model.js';
import { bare, filePage, poisson } from '../support/bare.js';
import { stayIn, watch } from '../support/watch.js';

test('O7 limit_req, request by request', () => {
  fc.assert(
    fc.property(
      fc.record({
        seed: fc.string({ minLength: 1, maxLength: 5 }),
        rate: fc.constantFrom(1, 5, 10, 40, 250),
        burst: fc.nat(20),
        delay: fc.oneof(fc.nat(20), fc.constant(Infinity)),
        load: fc.double({ min: 0.3, max: 4, noNaN: true }),
      }),
      ({ seed, rate, burst, delay, load }) => {
        const limitReq: LimitReqModel = { zone: 'one', key: 'server', pages: [], status: 503, rate, burst, delay };
        const requests = watch(
          bare({
            seed,
            durationMs: (500 * 1000) / (rate * load),
            pages: [filePage()],
            nginx: { limitReq },
            traffic: [poisson(rate * load)],
          }),
        );
        let excess = 0;
        let lastMs = -Infinity;
        for (const request of requests) {
          const nowMs = Math.floor(request.arrivedMs);
          // In thousandths: at these rates a millisecond leaks a whole number of them.
          const found = Math.max(0, excess - rate * (nowMs - lastMs) + 1000);
          const refused = lastMs !== -Infinity && found > 1000 * burst;
          if (!refused) {
            excess = lastMs === -Infinity ? 0 : found;
            lastMs = nowMs;
          }
          const waitMs = refused ? 0 : Math.trunc(Math.max(0, excess - 1000 * delay) / rate);
          const { fromMs, toMs } = stayIn(request, 'nginx');
          const isOver = toMs < Infinity;
          expect(request.outcome).toBe(!isOver ? 'unfinished' : refused ? '503' : '200');
          if (isOver) expect(toMs - fromMs).toBeCloseTo(waitMs, 6);
        }
        expect(requests.length).toBeGreaterThan(300);
      },
    ),
    { numRuns: 60 },
  );
});
