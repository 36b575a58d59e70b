import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SiteModel } from '../../src/model.js';
import { ScenarioError } from '../../src/scenario/problems.js';
import { parseScenario, printScenario } from '../../src/scenario/scenario.js';

const readSite = () => readFileSync('scenarios/foobar.site.yaml', 'utf8');
const lesson = (...events: string[]) =>
  [
    'name: c',
    'about: c',
    'site: foobar',
    'duration: 5m',
    'traffic: [{ rate: 40/s }]',
    'events:',
    ...events.map((event) => `  - ${event}`),
  ].join('\n');
const sitesOf = (...events: string[]) =>
  parseScenario(lesson(...events), 'c.yaml', { readSite }).events.map(({ what }) => (what as { site: SiteModel }).site);

function problemsOf(...events: string[]): string {
  try {
    parseScenario(lesson(...events), 'c.yaml', { readSite });
    return 'none';
  } catch (error) {
    return (error as ScenarioError).message;
  }
}

describe('config', () => {
  it('stands over the site, setting by setting', () => {
    const [site] = sitesOf('{ at: 1m, config: { php-fpm: { pm.max_children: 20 }, pages: { /: { php: { cpu: 9ms } } } } }');
    expect(site.phpFpm).toMatchObject({ maxChildren: 20, minSpareServers: 2, pm: 'dynamic' });
    expect(site.pages[0].script!.cpuMs).toEqual({ law: 'constant', value: 9 });
    expect(site.pages[0].script!.queries.length).toBe(2);
    expect(site.host.cores).toBe(1);
  });

  it('over those before it in time, wherever they stand in the list', () => {
    const [late, early] = sitesOf(
      '{ at: 2m, config: { mysql: { max_connections: 5 } } }',
      '{ at: 1m, config: { host: { cores: 4 } } }',
    );
    expect([early.host.cores, early.mysql!.maxConnections]).toEqual([4, 151]);
    expect([late.host.cores, late.mysql!.maxConnections]).toEqual([4, 5]);
  });

  it.each([
    [
      '{ at: 1m, config: { php-fpm: { listen: /x.sock } } }',
      'c.yaml:7:36: events.0.config.php-fpm.listen: unknown key; known here: pm.max_children, ',
    ],
    [
      '{ at: 1m, config: { php-fpm: { pm.max_children: 3 } } }',
      'c.yaml:7:23: events.0.config.php-fpm.pm.max_spare_servers: expected at most pm.max_children, which is 3, got 4',
    ],
    [
      '{ at: 1m, config: { pages: { /new: { size: 1 kB } } } }',
      'expected a page of the site, as no page can be added while it runs',
    ],
    ['{ at: 1m, config: { pages: { /: { queries: [] } } } }', 'expected 2 queries, as there are now'],
    [
      '{ at: 1m, config: { host: { cores: two } } }',
      'c.yaml:7:40: events.0.config.host.cores: expected a whole number from 1 to 1024, got "two"',
    ],
  ])('%s is told with its place', (event, message) => {
    expect(problemsOf(event)).toContain(message);
  });

  it('is printed as it was written, and means the same when it is read again', () => {
    const text = lesson('{ at: 1m, config: { nginx: { cpu: { proxy: 1ms } } } }');
    const again = printScenario(text, 'c.yaml', { readSite });
    expect(parseScenario(again, 'again.yaml').events).toEqual(parseScenario(text, 'c.yaml', { readSite }).events);
  });

  it('is no failure that comes again', () => {
    const text = `${lesson('{ at: 1m, reload: nginx }')}\nfailures: [{ mtbf: 1h, config: {} }]`;
    expect(() => parseScenario(text, 'c.yaml', { readSite })).toThrow(ScenarioError);
  });
});
