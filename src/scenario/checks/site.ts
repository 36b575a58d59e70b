/** Settings of a site that contradict each other. */
import type { Draft } from '../explain.js';
import { didYouMean } from '../nearest.js';
import type { Report } from '../report.js';
import type { Complete } from '../schema/scenario.js';

export function checkSite(scenario: Draft<Complete>, report: Report): void {
  const fpm = scenario['php-fpm'];
  if (fpm?.pm === 'dynamic') checkDynamic(fpm, report);
  if (fpm?.listen !== undefined) checkListen(fpm.listen, report);
  if ((fpm?.request_terminate_timeout ?? 0) % 1000 !== 0) {
    const path = ['php-fpm', 'request_terminate_timeout'];
    report.contradiction(path, 'expected whole seconds, which is all that PHP-FPM looks at');
  }
  checkProtections(scenario, report);
  checkPages(scenario, report);
}

/** What nginx would read otherwise than it is written, or could not do. */
function checkProtections(scenario: Draft<Complete>, report: Report): void {
  const { nginx, pages = {} } = scenario;
  if (nginx === undefined) return;
  for (const name of ['limit_req', 'limit_conn'] as const) {
    for (const [index, path] of (nginx[name]?.pages ?? []).entries()) {
      if (path === undefined || Object.hasOwn(pages, path) || report.failedWithin(['pages'])) continue;
      const meant = didYouMean(path, Object.keys(pages));
      report.wrong(['nginx', name, 'pages', index], `expected a page of the site, got "${path}"${meant}`);
    }
  }
  const { nodelay, delay } = nginx.limit_req ?? {};
  if (nodelay && delay) report.contradiction(['nginx', 'limit_req', 'delay'], 'expected either delay or nodelay, not both');
  if (!nginx.fastcgi_cache) return;
  if (nginx.fastcgi_buffering === false)
    report.contradiction(['nginx', 'fastcgi_cache'], 'expected fastcgi_buffering on, as only a buffered answer can be kept');
  const { fastcgi_cache_valid: valid, 'fastcgi_cache_path.inactive': inactive } = nginx;
  const secondsOnly = (name: string, times: readonly (number | undefined)[]) => {
    if (times.some((ms) => (ms ?? 0) % 1000 !== 0))
      report.contradiction(['nginx', name], 'expected whole seconds, which is all that nginx counts here');
  };
  secondsOnly('fastcgi_cache_valid', Object.values(valid ?? {}));
  secondsOnly('fastcgi_cache_path.inactive', [inactive]);
}

type Fpm = NonNullable<Draft<Complete>['php-fpm']>;

/** The rules by which PHP-FPM itself refuses a pool (fpm_conf.c). */
function checkDynamic(fpm: Fpm, report: Report): void {
  const at = (name: string) => ['php-fpm', name];
  const {
    'pm.max_children': children,
    'pm.min_spare_servers': min,
    'pm.max_spare_servers': max,
    'pm.start_servers': start,
  } = fpm;
  for (const name of ['pm.min_spare_servers', 'pm.max_spare_servers'] as const) {
    if (fpm[name] === undefined && !report.failedWithin(at(name))) report.missing(at(name), 'missing; pm = dynamic needs it');
  }
  if (max !== undefined && children !== undefined && max > children) {
    report.contradiction(at('pm.max_spare_servers'), `expected at most pm.max_children, which is ${children}`);
  }
  if (min !== undefined && max !== undefined && min > max) {
    report.contradiction(at('pm.min_spare_servers'), `expected at most pm.max_spare_servers, which is ${max}`);
  } else if (start !== undefined && min !== undefined && max !== undefined && (start < min || start > max)) {
    report.contradiction(
      at('pm.start_servers'),
      `expected at least pm.min_spare_servers and at most pm.max_spare_servers, which are ${min} and ${max}`,
    );
  }
}

function checkListen(listen: string, report: Report): void {
  const port = /:(\d+)$/.exec(listen);
  const octets = /^\d/.test(listen) ? listen.slice(0, listen.indexOf(':')).split('.') : [];
  if (
    listen.startsWith('/') ||
    (port && Number(port[1]) >= 1 && Number(port[1]) <= 65_535 && octets.every((octet) => Number(octet) <= 255))
  )
    return;
  report.contradiction(['php-fpm', 'listen'], 'expected an address of four numbers up to 255 and a port from 1 to 65535');
}

function checkPages(scenario: Draft<Complete>, report: Report): void {
  if (scenario.pages === undefined) return;
  const readable = !report.failedWithin(['pages']);
  const pages = Object.entries(scenario.pages);
  if (pages.length === 0 && readable) report.wrong(['pages'], 'expected at least one page');
  const noFpm = !scenario['php-fpm'] && !report.failedWithin(['php-fpm']);
  const noMysql = !scenario.mysql && !report.failedWithin(['mysql']);
  for (const [path, page] of pages) {
    if (page === undefined) continue;
    if (page.php && noFpm) report.unknown(['pages', path, 'php'], 'expected a site with php-fpm, got one without');
    checkQueries(page, path, noMysql, report);
    checkAssets(page, path, scenario.pages, report);
  }
  if (pages.length > 0 && readable) checkWeights(scenario.pages, scenario.traffic, report);
}

type Page = Draft<Complete['pages'][string]>;
type Pages = NonNullable<Draft<Complete>['pages']>;

function checkQueries(page: Page, path: string, noMysql: boolean, report: Report): void {
  const queries = page.queries ?? [];
  if (queries.length === 0) return;
  if (noMysql) report.unknown(['pages', path, 'queries'], 'expected a site with mysql, got one without');
  if (!page.php && !report.failedWithin(['pages', path, 'php'])) {
    report.unknown(['pages', path, 'queries'], 'expected a page with php, as only a script can ask, got one without');
  }
  for (const [index, query] of queries.entries()) {
    const at = ['pages', path, 'queries', index];
    if (query === undefined || report.failedWithin(at)) continue;
    const commits = query.commit ?? query.row !== undefined;
    if (query.row !== undefined && !commits)
      report.contradiction([...at, 'commit'], 'expected a query that locks a row to commit');
    const holds =
      query.hold !== undefined && !(query.hold.law === 'constant' && query.hold.value === 0 && query.hold.plus === undefined);
    if (holds && !commits) report.wrong([...at, 'hold'], 'expected a row or a commit beside it, as nothing is held otherwise');
  }
}

function checkAssets(page: Page, path: string, pages: Pages, report: Report): void {
  const paths = Object.keys(pages);
  for (const [index, asset] of (page.assets ?? []).entries()) {
    const at = ['pages', path, 'assets', index];
    if (asset === undefined) continue;
    if (asset === path) report.contradiction(at, 'expected another page than the one that loads it');
    else if (!paths.includes(asset)) {
      report.wrong(
        at,
        `expected a page of the site, got "${asset}"${didYouMean(
          asset,
          paths.filter((other) => other !== path),
        )}`,
      );
    } else if ((pages[asset]?.assets ?? []).length > 0) report.contradiction(at, 'expected a page without assets of its own');
  }
}

function checkWeights(pages: Pages, traffic: Draft<Complete>['traffic'], report: Report): void {
  if (Object.values(pages).some((page) => page?.weight !== 0)) return;
  const needed = (traffic ?? []).some((source) => source?.pages === undefined);
  if (needed) report.wrong(['pages'], 'expected at least one page with a weight above 0');
}
