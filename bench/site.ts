/**
 * W5, the whole life of a request, as every program here simulates it. All times are exponential:
 *
 *   DNS 2 ms ─► TCP 20 ms ─► nginx 0.2 ms of CPU ─► a PHP child: 4 ms of CPU, twice (0.5 ms of CPU, a disk read of 0.6 ms)
 *   ─► transfer 15 ms
 *
 * Two cores shared evenly and 70 % busy, 64 children, one disk. With `scale` above 1 there is so much of everything. 13
 * requests are in flight at scale 1. It is a product-form network, so that its mean is known: 48.969 ms at scale 1.
 */
import { always } from '../src/engine/law.js';
import type { Model } from '../src/model.js';
import { bare, exponential, poisson, query, scriptPage, zero } from '../test/support/bare.js';

export const RATE = 269.2;
export const MEAN_MS = 48.969;
/** Time for the last requests to end; those cut off would be the long ones, and the mean too low by as much. */
const DRAIN_MS = 1000;

/** In this engine's words. The 35 ms of network are two round trips: one and a half until the request is there, half of one for the answer. */
export function site(requests: number, scale = 1, seed = '1'): Model {
  const rate = RATE * scale;
  const arrivalsMs = (1000 * requests) / rate;
  return bare({
    name: 'bench',
    seed,
    durationMs: arrivalsMs + DRAIN_MS,
    warmupMs: arrivalsMs / 20,
    host: { cores: 2 * scale, disk: { iops: Infinity, queueDepth: 1, latencyMs: exponential(0.6 / scale), fsyncMs: zero } },
    dns: { resolverMs: exponential(2) },
    nginx: { workerProcesses: Math.max(64, 2 * scale), proxyMs: exponential(0.2) },
    php: { maxChildren: 64 * scale },
    mysql: { bufferPoolBytes: 0 },
    pages: [
      scriptPage({
        cpuMs: exponential(4),
        queries: [query({ times: always(2), cpuMs: exponential(0.5), reads: always(1) })],
      }),
    ],
    visitors: { roundTripMs: exponential(17.5) },
    traffic: [poisson(rate, { curve: [{ fromMs: 0, toMs: arrivalsMs, fromRate: rate, toRate: rate }] })],
  });
}

/** Several short runs: the second makes V8 throw away what it took for granted in the first, and compile anew. */
export function warmUps(scale = 1): Model[] {
  return [1, 2, 3, 4].map((run) => site(40_000, scale, `warm-up ${run}`));
}
