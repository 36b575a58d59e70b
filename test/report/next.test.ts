import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import { findings } from '../../src/report/next.js';
import * as fixtures from './fixtures.js';

describe('what to look at next', () => {
  it('of a full CPU: what allows how much, and that more children would not help', () => {
    expect(findings(fixtures.surgeResult(), fixtures.surgeModel())).toEqual([
      "The CPU is the limit, 1 core 100 % busy: a request takes 5.8 ms of it, which allows 172/s. PHP-FPM's 8 children are all taken " +
        'because they wait for it: one more would not help. Most of it goes to PHP-FPM, 52 % of what is used.',
    ]);
  });

  it('of children that wait outside: how long, and how many more there is memory for', () => {
    expect(findings(fixtures.heldResult(), fixtures.heldModel())).toEqual([
      "PHP-FPM's 8 children were 100 % in use at the peak while the CPU was 4 % busy: a script holds its child for 1 s, 1 s of it " +
        'waiting for something outside the box. pm.max_children can grow by 106 before memory is full (30 MiB each).',
    ]);
  });

  it('of a locked row: that no number of children helps', () => {
    const query = { times: always(1), cpuMs: always(0.5), reads: always(0), row: 'stock', holdMs: always(100), commit: false };
    const page = fixtures.appPage({ script: { cpuMs: always(1), waitMs: always(0), queries: [query] } });
    const [first] = findings(fixtures.heldResult(), fixtures.surgeModel({ pages: [page] }));
    expect(first).toContain('they wait for the row stock, which a request locks for 101 ms, one after the other');
    expect(first).toContain('that allows 9.95/s, with any number of children');
  });

  it('of a calm run: the first limit on the way up, and where the time goes', () => {
    expect(findings(fixtures.result(), fixtures.model())).toEqual([
      'The first limit on the way up is the CPU: on paper 172/s, 4.31 times the 40/s that come.',
      'Of the time that requests took, 60 % was spent in delivery.',
    ]);
  });

  it('of work for visitors who had gone: how much', () => {
    const surge = fixtures.surgeResult();
    const php = { ...surge.stages['php-fpm'], details: { 'executed for nobody': 1200 } };
    const found = findings({ ...surge, stages: { ...surge.stages, 'php-fpm': php } }, fixtures.surgeModel());
    expect(found[1]).toContain('PHP-FPM executed 1,200 requests whose visitors had gone');
  });

  it('of failures while nothing is full: what they were, and no limit', () => {
    const cause = {
      ...fixtures.fullQueue,
      outcome: 'dns failure',
      stage: 'dns',
      cause: 'the resolver answered SERVFAIL',
      count: 900,
    };
    const failing = fixtures.result({ requests: { offered: 21_600, good: 20_700, failed: 900, unfinished: 0 }, causes: [cause] });
    expect(findings(failing, fixtures.model())[0]).toBe(
      '900 requests failed with dns failure at DNS (the resolver answered SERVFAIL) while nothing was full: ' +
        'the busiest part was the CPU, 23 % in use.',
    );
  });

  it('of a full network, disk, and memory that is promised twice', () => {
    const { host } = fixtures.result();
    const network = { ...host.network, sendUtilisation: 0.98 };
    const memory = { ...host.memory, usedMax: 5 * 1024 ** 3, overcommitted: true };
    const found = findings(fixtures.result({ host: { ...host, network, memory } }), fixtures.model());
    expect(found[0]).toContain(
      'The network is the limit, 98 % in use: a request sends 15 KiB over 119 MiB/s, which allows 8,333/s.',
    );
    expect(found[1]).toContain('Memory is promised twice: 5 GiB of 4 GiB.');
    const disk = { ...host.disk, utilisation: 0.97 };
    expect(findings(fixtures.result({ host: { ...host, disk } }), fixtures.model())[0]).toContain(
      'The disk is the limit, 97 % in use',
    );
  });

  it('of nobody: nothing', () => {
    expect(findings(fixtures.emptyResult(), fixtures.model())).toEqual([]);
  });

  it('never says more than three things', () => {
    const { host, stages } = fixtures.closedResult();
    const php = { ...stages['php-fpm'], details: { 'executed for nobody': 1 } };
    const all = {
      ...fixtures.closedResult(),
      host: { ...host, memory: { ...host.memory, overcommitted: true } },
      stages: { ...stages, 'php-fpm': php },
    };
    expect(findings(all, fixtures.closedModel())).toHaveLength(3);
  });
});
