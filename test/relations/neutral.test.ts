/**
 * Two scenarios that differ in nothing that could matter have the same answer, to the last byte: a part that takes no time, a limit
 * that is never met, a source that sends nobody, another name. Over 200 scenarios made up at random.
 */
import { describe, expect, test, vi } from 'vitest';
import { always } from '../../src/engine/law.js';
import type { FailureModel, Happening, Model } from '../../src/model.js';
import { toModel } from '../../src/scenario/scenario.js';
import { run, simulate } from '../../src/simulate.js';
import type { Result } from '../../src/telemetry/result.js';
import { someScenarios } from '../support/anyScenario.js';
import { filePage, poisson, scriptPage } from '../support/bare.js';
import { watch } from '../support/watch.js';

/** Hundreds of runs each, on a machine that may be busy. */
vi.setConfig({ testTimeout: 300_000 });

const SCENARIOS = 200;
/** Beyond any instant of a run, in ms. */
const NEVER = 1e9;

/** Figures that are there when a limit or the cache is, whatever they count. */
const OF_PROTECTIONS = /limit_req|limit_conn|cache|stale/;

const models = someScenarios(SCENARIOS, { events: 2 }).map((scenario) => toModel(scenario));
const answers = models.map((model) => JSON.stringify(told(run(model))));

/** What was simulated, without names and without the fingerprint of the settings. */
function told({ scenarioHash: _hash, scenario: _scenario, about: _about, site: _site, stages, ...result }: Result) {
  const { nginx, ...others } = stages;
  const details = Object.fromEntries(Object.entries(nginx.details).filter(([name]) => !OF_PROTECTIONS.test(name)));
  return { ...result, stages: { ...others, nginx: { ...nginx, details } } };
}

/** `change` makes no difference, in any of the scenarios that it applies to. */
function makesNoDifference(change: (model: Model) => Model | null, least = SCENARIOS / 8): void {
  let tried = 0;
  for (const [index, model] of models.entries()) {
    const changed = change(model);
    if (changed === null) continue;
    tried += 1;
    expect(JSON.stringify(told(run(changed))), `scenario ${index}`).toBe(answers[index]);
  }
  expect(tried).toBeGreaterThanOrEqual(least);
}

test('the scenarios are worth it: most kinds of ends occur, and most requests are answered', () => {
  const ends = new Set(models.flatMap((model) => Object.keys(run(model).outcomes)));
  for (const outcome of ['200', '499', '500', '502', '503', '504', 'empty reply', 'abandoned', 'reset'])
    expect(ends).toContain(outcome);
  expect(new Set(answers).size).toBe(SCENARIOS);
});

describe('R01 a part that takes no time', () => {
  test('a database that nobody asks changes nothing but its own figures', () => {
    let tried = 0;
    for (const model of models) {
      const pages = model.pages.map((page) =>
        page.script === null ? page : { ...page, script: { ...page.script, queries: [] } },
      );
      const events = model.events.filter(
        ({ what }) => what.on !== 'mysql' && what.verb !== 'reboot' && what.verb !== 'power-off',
      );
      const mysql = { ...model.mysql!, bufferPoolBytes: 0, datasetBytes: 0, baseBytes: 0, connectionBytes: 0 };
      const withIt = run({ ...model, pages, events, mysql });
      const without = run({ ...model, pages, events, mysql: null });
      expect(essence(withIt)).toEqual(essence(without));
      tried += 1;
    }
    expect(tried).toBe(SCENARIOS);
  });

  function essence({ requests, outcomes, latencyMs, allLatencyMs, causes, stages, series, availability }: Result) {
    const { mysql: _mysql, ...others } = stages;
    return { requests, outcomes, latencyMs, allLatencyMs, causes, stages: others, good: series.good, availability };
  }

  test('a page of no weight', () => {
    makesNoDifference((model) => ({ ...model, pages: [...model.pages, filePage({ path: '/zzz', weight: 0 })] }));
  });
});

describe('R02 what is off and what can never be met are the same', () => {
  const nginx = (parts: Partial<Model['nginx']>) => (model: Model) => ({ ...model, nginx: { ...model.nginx, ...parts } });
  const limit = { zone: 'z', pages: [], status: 503 };

  test('limit_req of a million a second, for each visitor and for all', () => {
    for (const key of ['address', 'server'] as const)
      makesNoDifference((model) =>
        model.nginx.limitReq === null
          ? nginx({ limitReq: { ...limit, key, rate: 1e6, burst: 1e6, delay: Infinity } })(model)
          : null,
      );
  });

  test('limit_conn of a million', () => {
    for (const key of ['address', 'server'] as const)
      makesNoDifference((model) =>
        model.nginx.limitConn === null ? nginx({ limitConn: { ...limit, key, connections: 1e6 } })(model) : null,
      );
  });

  test('a cache that keeps no page', () => {
    const cache = {
      pages: [],
      valid: [],
      inactiveMs: 1000,
      lock: true,
      lockTimeoutMs: 0,
      lockAgeMs: 0,
      useStale: [],
      backgroundUpdate: true,
    };
    makesNoDifference((model) => (model.nginx.fastcgiCache === null ? nginx({ fastcgiCache: cache })(model) : null));
  });

  test('patience without end', () => {
    makesNoDifference(
      (model) =>
        model.visitors.patienceMs === null ? { ...model, visitors: { ...model.visitors, patienceMs: always(NEVER) } } : null,
      5,
    );
  });

  test('timers that never run out: fastcgi_read_timeout, keepalive_timeout, innodb_lock_wait_timeout', () => {
    makesNoDifference((model) =>
      model.nginx.fastcgiReadTimeoutMs >= 60_000 ? nginx({ fastcgiReadTimeoutMs: NEVER })(model) : null,
    );
    makesNoDifference((model) => (model.nginx.keepaliveTimeoutMs >= 60_000 ? nginx({ keepaliveTimeoutMs: NEVER })(model) : null));
    makesNoDifference((model) =>
      model.mysql!.lockWaitTimeoutMs >= 50_000 ? { ...model, mysql: { ...model.mysql!, lockWaitTimeoutMs: NEVER } } : null,
    );
  });

  test('keepalive_requests 1 and keepalive_timeout 0 both close every connection', () => {
    makesNoDifference((model) =>
      model.nginx.keepaliveTimeoutMs === 0 ? nginx({ keepaliveTimeoutMs: 75_000, keepaliveRequests: 1 })(model) : null,
    );
  });

  test('request_terminate_timeout and pm.max_requests that are 0, or never reached', () => {
    makesNoDifference((model) => {
      const php = model.phpFpm!;
      const requestTerminateTimeoutMs = php.requestTerminateTimeoutMs === 0 ? NEVER : php.requestTerminateTimeoutMs;
      const maxRequests = php.maxRequests === 0 ? NEVER : php.maxRequests;
      return { ...model, phpFpm: { ...php, requestTerminateTimeoutMs, maxRequests } };
    });
  });

  test('a line of the visitor that is unlimited, or as fast as can be', () => {
    makesNoDifference(
      (model) =>
        model.visitors.bytesPerMs === null ? { ...model, visitors: { ...model.visitors, bytesPerMs: always(Infinity) } } : null,
      5,
    );
  });
});

describe('R03 watching changes nothing', () => {
  test('frames, with an answer made at each of them', async () => {
    for (const [index, model] of models.entries()) {
      let last: Result | undefined;
      await simulate(model).forEach((frame) => {
        last = frame.result();
      });
      expect(JSON.stringify(told(last!)), `scenario ${index}`).toBe(answers[index]);
    }
  });

  test('a tracer that follows every request', () => {
    for (const [index, model] of models.entries()) {
      const counted = watch(model).filter((request) => request.endedMs < Infinity && request.arrivedMs >= model.warmupMs);
      const outcomes: Record<string, number> = {};
      for (const { outcome } of counted) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      expect(outcomes, `scenario ${index}`).toEqual(JSON.parse(answers[index]).outcomes);
    }
  });
});

test('R07 names and reasons are for the reader', () => {
  makesNoDifference((model) => ({
    ...model,
    name: 'another',
    about: 'Something else.',
    siteName: 'elsewhere',
    watch: ['nothing'],
  }));
});

describe('R08 what does not happen', () => {
  test('a source of rate 0, and one that begins when all is over', () => {
    makesNoDifference((model) => ({
      ...model,
      traffic: [
        ...model.traffic,
        poisson(0, { name: 'nobody' }),
        poisson(50, { name: 'too late', curve: [{ fromMs: NEVER, toMs: 2 * NEVER, fromRate: 50, toRate: 50 }] }),
      ],
    }));
  });

  test('a page that nobody opens, with a script and queries', () => {
    makesNoDifference((model) => ({ ...model, pages: [...model.pages, scriptPage({}, { path: '/zz', weight: 0 })] }));
  });

  test('failures that never come', () => {
    const what: Happening[] = [
      { verb: 'slow', on: 'disk', times: 9 },
      { verb: 'steal', on: 'cpu', share: 0.5 },
      { verb: 'kill', on: 'mysql' },
    ];
    const failures = what.map(
      (happening): FailureModel => ({
        name: `never ${happening.verb}`,
        upMs: always(NEVER),
        downMs: always(1),
        because: '',
        what: happening,
      }),
    );
    makesNoDifference((model) => ({ ...model, failures }));
  });
});
