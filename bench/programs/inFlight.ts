/** Many requests that all wait for something, and what the process holds for each, typed arrays included. */
import { lastValueFrom, takeWhile, tap } from 'rxjs';
import { always } from '../../src/engine/law.js';
import type { Model } from '../../src/model.js';
import { simulate } from '../../src/simulate.js';
import { bare, filePage, poisson, scriptPage } from '../../test/support/bare.js';
import type { Figures } from '../measure.js';

/** Where they wait: in PHP for something outside the box, each in a child; or for the resolver. */
export type Where = 'php' | 'dns';

const HOUR_MS = 3_600_000;

export async function measure({ requests, where }: { requests: number; where: Where }): Promise<Figures> {
  await parked(crowded(1000, where));
  const before = held();
  const { inside, bytes } = await parked(crowded(requests, where));
  return { bytes: (bytes - before) / inside, inside };
}

/** All arrive within a second; the frame after that is when they are counted. */
async function parked(model: Model): Promise<{ inside: number; bytes: number }> {
  let inside = 0;
  let bytes = 0;
  const frames = simulate(model).pipe(
    takeWhile(({ timeMs }) => timeMs < 3000),
    tap((frame) => {
      inside = frame.inside;
      bytes = held();
    }),
  );
  await lastValueFrom(frames);
  return { inside, bytes };
}

function crowded(requests: number, where: Where): Model {
  const page = where === 'php' ? scriptPage({ waitMs: always(HOUR_MS) }) : filePage();
  return bare({
    durationMs: 10_000,
    dns: { resolverMs: always(where === 'dns' ? 4000 : 0) },
    php: { maxChildren: where === 'php' ? requests : 1 },
    pages: [page],
    traffic: [poisson(requests, { spacing: 'even', curve: [{ fromMs: 0, toMs: 1000, fromRate: requests, toRate: requests }] })],
  });
}

function held(): number {
  globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
