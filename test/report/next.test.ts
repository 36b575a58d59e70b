import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import { findings } from '../../src/report/next.js';
import * as fixtures from './fixtures.js';

describe('what to look at next', () => {
  it('of a full CPU: what allows how much, and that more children would not help', () => {
    expect(findings(fixtures.surgeResult(), fixtures.surgeModel())).toEqual([
      "The CPU is the limit, 1 core 100 % busy: a request takes 5.8 ms of it, which allows 172/s; the 400/s that come would need 2.32 cores. PHP-FPM's 8 children are all taken " +
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
    const query = {
      times: always(1),
      cpuMs: always(0.5),
      reads: always(0),
      row: 'stock',
      table: null,
      holdMs: always(100),
      commit: false,
    };
    const page = fixtures.appPage({ script: { cpuMs: always(1), waitMs: always(0), compileMs: null, queries: [query] } });
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

  it('of memory that ran out, before anything else', () => {
    const { host } = fixtures.result();
    const memory = { ...host.memory, usedMax: 5 * 1024 ** 3, overcommitted: true };
    const kill = {
      atMs: 1000,
      kind: 'kernel',
      text: 'kernel: Out of memory: Killed process … (mysqld) anon-rss:1kB',
      killed: 'mysqld',
    };
    const found = (kills: number) =>
      findings(fixtures.result({ host: { ...host, memory }, events: Array(kills).fill(kill) }), fixtures.model())[0];
    expect(found(1)).toBe(
      'Memory ran out, 5 GiB of 4 GiB, and the kernel killed mysqld: fewer or smaller children, a smaller buffer pool, or more memory.',
    );
    expect(found(3)).toContain('the kernel killed mysqld, the first of 3 times:');
  });

  it('of a full network, disk, and memory that is promised twice', () => {
    const { host } = fixtures.result();
    const network = { ...host.network, sendUtilisation: 0.98 };
    const memory = { ...host.memory, usedMax: 5 * 1024 ** 3, overcommitted: true };
    const { host: machine } = fixtures.model();
    const swapping = fixtures.model({ host: { ...machine, swapBytes: 2 * 1024 ** 3 } });
    const found = findings(fixtures.result({ host: { ...host, network, memory } }), swapping);
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
    const model = fixtures.closedModel();
    expect(findings(all, { ...model, host: { ...model.host, swapBytes: 1024 ** 3 } })).toHaveLength(3);
  });

  it('of a full CPU without PHP, or with children to spare, has no word on children', () => {
    const { host, stages } = fixtures.closedResult();
    const idle = { ...stages['php-fpm'], utilisation: 0.4 };
    const spare = { ...fixtures.closedResult(), stages: { ...stages, 'php-fpm': idle } };
    expect(findings(spare, fixtures.closedModel())[0]).toBe(
      'The CPU is the limit, 1 core 99.9 % busy: a request takes 5.8 ms of it, which allows 172/s. ' +
        'Most of it goes to PHP-FPM, 53 % of what is used.',
    );
    const full = fixtures.staticResult({ host: { ...host, cpu: { cores: 2, utilisation: 0.97, by: { nginx: 0.97 } } } });
    expect(findings(full, fixtures.staticModel())[0]).toMatch(/^The CPU is the limit, 2 cores 97 % busy\. [^P]* to Nginx, 100 %/);
    const unknown = fixtures.staticResult({ host: { ...host, cpu: { cores: 1, utilisation: 0.97, by: {} } } });
    expect(findings(unknown, fixtures.staticModel())[0]).toBe('The CPU is the limit, 1 core 97 % busy.');
  });

  it('of visits that the scenario does not tell, as a caller may bring his own, says what is full and does no arithmetic', () => {
    const traffic = { traffic: [] };
    expect(findings(fixtures.closedResult(), fixtures.model(traffic))[0]).toMatch(
      /^The CPU is the limit, 1 core 99\.9 % busy\. PHP-FPM's 8 children are all taken /,
    );
    const { host, stages } = fixtures.result();
    const network = { ...host.network, sendUtilisation: 0.98 };
    expect(findings(fixtures.result({ host: { ...host, network } }), fixtures.model(traffic))[0]).toBe(
      'The network is the limit, 98 % in use. Smaller answers are what helps.',
    );
    const held = fixtures.result({ stages: { ...stages, 'php-fpm': { ...stages['php-fpm'], utilisation: 1 } } });
    expect(findings(held, fixtures.model(traffic))[0]).toBe(
      "PHP-FPM's 8 children were 100 % in use at the peak while the CPU was 23 % busy. " +
        'pm.max_children can grow by 106 before memory is full (30 MiB each).',
    );
  });

  it('of two locked rows names the one that allows least', () => {
    const query = {
      times: always(1),
      cpuMs: always(0.5),
      reads: always(0),
      row: 'stock',
      table: null,
      holdMs: always(100),
      commit: false,
    };
    const queries = [
      query,
      { ...query, row: 'cart', table: null, holdMs: always(300) },
      { ...query, row: 'log', holdMs: always(1) },
    ];
    const page = fixtures.appPage({ script: { cpuMs: always(1), waitMs: always(0), compileMs: null, queries } });
    const [first] = findings(fixtures.heldResult(), fixtures.surgeModel({ pages: [page] }));
    expect(first).toContain('they wait for the row cart, which a request locks for 301 ms');
  });

  it('of children that memory has no room for says that one more is one too many', () => {
    const held = fixtures.heldResult();
    const memory = { ...held.host.memory, usedMax: held.host.memory.bytes - 1024 };
    const [first] = findings({ ...held, host: { ...held.host, memory } }, fixtures.heldModel());
    expect(first).toMatch(/\. There is no memory for one more child of 30 MiB\.$/);
  });

  it('of places that are full elsewhere names the directive that says how many there are', () => {
    const { stages } = fixtures.result();
    const nginx = { ...stages.nginx, places: 'workers', placesMax: 4, utilisation: 0.99 };
    expect(findings(fixtures.result({ stages: { ...stages, nginx } }), fixtures.model())[0]).toBe(
      "Nginx's 4 workers (worker_processes) were 99 % in use at the peak while the CPU was 23 % busy.",
    );
    const mysql = { ...stages.mysql, utilisation: 0.98, details: { 'connections refused': 12 } };
    expect(findings(fixtures.result({ stages: { ...stages, mysql } }), fixtures.model())[0]).toBe(
      "MySQL's 151 connections (max_connections) were 98 % in use at the peak while the CPU was 23 % busy.",
    );
  });

  it('of a disk that reads what the buffer pool does not hold says how much that is', () => {
    const { host } = fixtures.result();
    const disk = { ...host.disk, utilisation: 0.97 };
    const mysql = { ...fixtures.model().mysql!, datasetBytes: 512 * 1024 ** 2 };
    expect(findings(fixtures.result({ host: { ...host, disk } }), fixtures.model({ mysql }))[0]).toBe(
      'The disk is the limit, 97 % in use: a request takes 11.3 operations; the buffer pool holds 25 % of the data.',
    );
  });

  it('promises no reserve on paper below what came, as where DNS kept most requests away', () => {
    const cause = { ...fixtures.fullQueue, outcome: 'dns failure', stage: 'dns', cause: 'SERVFAIL', count: 250_000 };
    const lost = fixtures.result({
      requests: { offered: 270_000, good: 20_000, failed: 250_000, unfinished: 0 },
      causes: [cause],
      perSecond: { offered: 500, throughput: 500, goodput: 37 },
    });
    expect(findings(lost, fixtures.model()).join(' ')).not.toContain('first limit on the way up');
  });

  it('of a surge that is answered compares the first limit with what comes at its peak', () => {
    const series = fixtures.series({ cpu: new Array<number>(600).fill(0.6), offered: new Array<number>(600).fill(100) });
    const requests = { offered: 73_800, good: 73_800, failed: 0, unfinished: 0 };
    const found = findings(fixtures.surgeResult({ series, requests, causes: [] }), fixtures.surgeModel());
    expect(found[0]).toBe(
      'The first limit on the way up is the CPU: on paper 172/s, 1.72 times the 100/s that come at the peak.',
    );
  });

  it('has nothing to say of time where none was spent', () => {
    const { stages } = fixtures.result();
    const instant = Object.entries(stages).map(([name, each], index) => [
      name,
      { ...each, timeMs: { ...each.timeMs, share: index === 0 ? 0 : null } },
    ]);
    expect(findings(fixtures.result({ stages: Object.fromEntries(instant) }), fixtures.model())).toEqual([
      'The first limit on the way up is the CPU: on paper 172/s, 4.31 times the 40/s that come.',
    ]);
  });
});
