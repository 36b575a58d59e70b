import { describe, expect, it } from 'vitest';
import { headline } from '../../src/report/headline.js';
import { findings } from '../../src/report/next.js';
import { toModel } from '../../src/scenario/scenario.js';
import { run } from '../../src/simulate.js';

const site = {
  host: { cores: 1, memory: '1 GiB' },
  'php-fpm': { 'pm.max_children': 8, pm: 'static' },
  mysql: { start: '2s' },
  pages: { '/': { size: '1 kB', php: { cpu: '2ms', wait: '50ms' }, queries: [{ cpu: '1ms' }] } },
};

function told(events: readonly object[], changes: object = {}) {
  const model = toModel({
    name: 'x',
    about: 'y',
    site,
    duration: '3m',
    traffic: [{ rate: '20/s' }],
    events,
    ...changes,
  } as never);
  const result = run(model);
  return { sentence: headline(result, model), next: findings(result, model), result };
}

describe('the sentence of an event', () => {
  it('tells the downtime that it costs, why, and when things were right again', () => {
    const { sentence, result } = told([{ at: '1m', kill: 'mysql', for: '20s' }]);
    expect(sentence).toMatch(/^Killing MySQL costs 2[1-5] s: 1\d % of the requests fail \(500, MySQL: .*\), first 500 at 1:00; /);
    expect(sentence).toMatch(/up again [\d.]+ s after its end, (as fast as before|back to normal [\d.]+ s after its end), p95 /);
    expect(result.availability.backMs).toBeGreaterThanOrEqual(2000);
  });

  it('counts requests where the site was never down', () => {
    const { sentence, next } = told([{ at: '1m', reload: 'php-fpm', name: 'deploy' }]);
    expect(sentence).toMatch(
      /^Reloading PHP-FPM \("deploy"\) costs \d+ of 3,\d\d\d requests \(502, PHP-FPM: .*\), first 502 at 1:00; back to normal /,
    );
    expect(next[0]).toContain('process_control_timeout is 0: a reload cuts off every script in flight.');
  });

  it('says so where it costs nothing, or only time', () => {
    expect(told([{ at: '1m', reload: 'nginx' }]).sentence).toMatch(
      /^Reloading Nginx costs nothing: 3,\d\d\d requests are answered, .*p95 /,
    );
    expect(told([{ at: '1m', latency: '500ms', for: '30s' }]).sentence).toMatch(
      /^Adding 500 ms to every round trip costs time, and no request: 3,\d\d\d requests are answered, .*p95 \S+ s while it lasts, \d+ ms before it\.$/,
    );
  });

  it('counts further events, and says which goals were missed', () => {
    const two = [
      { at: '1m', steal: '10%', for: '10s' },
      { at: '2m', steal: '10%', for: '10s' },
    ];
    const { sentence } = told(two, { thresholds: ['mean < 1ms'] });
    expect(sentence).toMatch(/^Misses its goal "mean < 1ms"\. Stealing 10 % of the CPU, with 1 further event, costs nothing: /);
  });

  it('gives way to the ordinary one where the event has not come yet', () => {
    const model = toModel({
      name: 'x',
      about: 'y',
      site,
      duration: '3m',
      traffic: [{ rate: '20/s' }],
      events: [{ at: '2m', reload: 'nginx' }],
    } as never);
    const result = { ...run(model), partial: true, durationMs: 60_000 };
    expect(headline(result, model)).toMatch(/^Stopped at 1:00 of 3:00\. Holds/);
  });
});

describe('what to look at after an event', () => {
  it('what comes on top of the event itself, and who had to start the daemon', () => {
    const stubborn = { ...site, mysql: { start: '2s', Restart: 'no' } };
    const { next } = told([{ at: '1m', kill: 'mysql', for: '20s' }], { site: stubborn });
    expect(next[0]).toMatch(/^Of the 2\d s that the site was down, [\d.]+ s came after the event was over/);
    expect(next[1]).toBe(
      "MySQL's unit has Restart=no: somebody had to start it, 20 s later. With Restart=on-failure systemd does, RestartSec later.",
    );
  });

  it('of a restart that lost something, the reload that would not have', () => {
    expect(told([{ at: '1m', restart: 'nginx' }]).next[0]).toMatch(/^A reload \(HUP\)/);
    expect(told([{ at: '1m', restart: 'php-fpm' }]).next[0]).toMatch(/^A reload \(USR2\) with process_control_timeout/);
  });

  it('of a batch job, that it has one share of the CPU for each of its processes, and nothing of children', () => {
    const crowded = { traffic: [{ rate: '200/s' }] };
    const { next } = told([{ at: '1m', cron: { processes: 8, cpu: '10s' } }], crowded);
    expect(next[0]).toMatch(
      /^The batch job's 8 processes share the CPU with those of the site, each as much as a child of PHP-FPM\. One after /,
    );
    expect(next.join(' ')).not.toContain('would not help');
    const alone = told([{ at: '1m', cron: { processes: 1, cpu: '10s' } }], { traffic: [{ rate: '1/s' }] });
    expect(alone.sentence).toContain('costs nothing');
    expect(alone.next.join(' ')).not.toContain('batch job');
  });

  it('of a table that is locked, what holds the children, and not that there are too few of them', () => {
    const pages = { '/': { size: '1 kB', php: { cpu: '2ms' }, queries: [{ cpu: '1ms', table: 'posts' }] } };
    const { next } = told([{ at: '1m', 'lock-table': 'posts', for: '60s' }], { site: { ...site, pages } });
    expect(next.join(' ')).toContain('Queries of posts hold their children while they wait');
    expect(next.join(' ')).not.toContain('pm.max_children can grow');
  });

  it('of a leak pm.max_requests, and of memory that ran out nothing that is not memory', () => {
    const { sentence, next, result } = told([{ at: '10s', leak: 'php-fpm', bytes: '2 MiB' }]);
    expect(result.warnings.join(' ')).toContain('memory ran out');
    expect(sentence).toContain('p95 ');
    expect(next[0]).toBe(
      'pm.max_requests is 0, so a child lives for ever and grows by 2 MiB a request. With 500 it ends when it has grown by 1000 MiB.',
    );
    expect(next[1]).toMatch(/^Memory ran out, /);
    expect(next).toHaveLength(2);
  });

  it('of a reload that costs time only, that OPcache is empty after it, if scripts must be compiled', () => {
    const pages = (php: object) => ({
      ...site,
      'php-fpm': { ...site['php-fpm'], process_control_timeout: '10s' },
      pages: { '/': { size: '1 kB', php } },
    });
    const reload = [{ at: '1m', reload: 'php-fpm' }];
    const cold = told(reload, { site: pages({ cpu: '2ms', compile: '900ms' }), visitors: { patience: 'unlimited' } });
    expect(cold.sentence).toContain('costs time, and no request');
    expect(cold.next[0]).toMatch(/^OPcache is empty afterwards/);
    expect(told(reload, { site: pages({ cpu: '2ms' }) }).next.join(' ')).not.toContain('OPcache');
  });

  it('of a move, the TTL', () => {
    const { next } = told([{ at: '1m', dns: 'moved' }], { visitors: { patience: '10s' } });
    expect(next[0]).toMatch(/^Resolvers keep the old address for the record's TTL, 5 min\./);
  });
});
