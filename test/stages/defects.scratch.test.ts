import { of } from 'rxjs';
import { expect, it, describe } from 'vitest';
import { always } from '../../src/engine/law.js';
import { run } from '../../src/simulate.js';
import { bare, scriptPage, filePage, query } from '../support/bare.js';
import { story, silent } from './story.js';

const show = (f: () => unknown) => { try { console.log(JSON.stringify(f(), null, 1)); } catch (e) { console.log('THROWN', (e as Error).message, String(((e as Error).cause as Error)?.stack).slice(0, 600)); } };
describe('scratch', () => {
  it('504 then patience', () => {
    show(() => story(bare({ nginx: { fastcgiReadTimeoutMs: 1000, errorMs: always(100) }, visitors: { patienceMs: always(1050) },
      pages: [scriptPage({ queries: [query({ holdMs: always(5000) })] })] }), [0]).ends);
    show(() => story(bare({ nginx: { fastcgiReadTimeoutMs: 1000 }, visitors: { roundTripMs: always(100), patienceMs: always(1180) },
      pages: [scriptPage({ waitMs: always(5000) })] }), [0]).ends);
  });
  it('terminate unbuffered', () => {
    show(() => story(bare({ nginx: { fastcgiBuffering: false }, php: { requestTerminateTimeoutMs: 1000 }, visitors: { bytesPerMs: always(1) },
      pages: [scriptPage({}, { bytes: always(10_000) })] }), [0]).ends);
  });
  it('connect timeout', () => {
    const s = story(bare({ durationMs: 200_000, nginx: { fastcgiReadTimeoutMs: 60_000, fastcgiConnectTimeoutMs: 60_000 }, php: { listen: '127.0.0.1:9000', listenBacklog: 0 },
      pages: [scriptPage({ waitMs: always(1e5) })] }), [0, 10, 20]);
    console.log(s.ends, s.logs);
  });
  it('drain for upstream', () => {
    const s = story(bare({ durationMs: 20_000, nginx: { workerProcesses: 1, workerConnections: 4 }, visitors: { keepAlive: true, pagesPerVisit: always(2), thinkMs: always(1000) },
      pages: [filePage({ weight: 0 }), scriptPage({}, {weight: 1})] }), [[0, 0], [10, 0]]);
    console.log(s.ends, s.logs);
  });
  it('deep', () => {
    show(() => story(bare({ nginx: { workerProcesses: 1, staticMs: always(1000) }, php: { maxChildren: 10 }, pages: [filePage(), scriptPage()] }), [[0, 0], ...Array.from({ length: 20000 }, () => [10, 1] as const)]).ends.length);
  });
  it('of at 0', () => {
    console.log(run({...bare(), traffic: [silent]}, { arrivals: () => of({ source: 0 }) }).requests);
  });
  it('disk max', () => {
    const r = story(bare({ durationMs: 30_000, windows: [{name: 'a', fromMs: 0, toMs: 10000}, {name: 'b', fromMs: 10000, toMs: 30000}], php: { maxChildren: 10 },
      host: { disk: { iops: Infinity, queueDepth: 1, latencyMs: always(100), fsyncMs: always(0) } }, mysql: { bufferPoolBytes: 0, datasetBytes: 1 },
      pages: [scriptPage({ queries: [query({ reads: always(1) })] })] }), [0, 0, 0]).result;
    console.log(r.host.disk);
  });
});
