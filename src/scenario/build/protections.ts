/** `limit_req`, `limit_conn` and `fastcgi_cache` as the model has them: `null` where they are off. */
import type { CachedPageModel, FastcgiCacheModel, LimitConnModel, LimitReqModel, NginxModel } from '../../model.js';
import type { Complete } from '../schema/scenario.js';
import { pathsOf } from './sources.js';

type Nginx = Complete['nginx'];
type Pages = Complete['pages'];

export function protectionsOf(nginx: Nginx, pages: Pages): Pick<NginxModel, 'limitReq' | 'limitConn' | 'fastcgiCache'> {
  const paths = pathsOf(pages);
  return {
    limitReq: nginx.limit_req === undefined ? null : limitReqOf(nginx.limit_req, nginx.limit_req_status, paths),
    limitConn: nginx.limit_conn === undefined ? null : limitConnOf(nginx.limit_conn, nginx.limit_conn_status, paths),
    fastcgiCache: nginx.fastcgi_cache ? fastcgiCacheOf(nginx, pages, paths) : null,
  };
}

function limitReqOf(limit: NonNullable<Nginx['limit_req']>, status: number, paths: readonly string[]): LimitReqModel {
  const { zone, key, rate, burst, delay, nodelay } = limit;
  return { zone, key, pages: indicesOf(limit.pages, paths), status, rate, burst, delay: nodelay ? Infinity : delay };
}

function limitConnOf(limit: NonNullable<Nginx['limit_conn']>, status: number, paths: readonly string[]): LimitConnModel {
  const { zone, key, connections } = limit;
  return { zone, key, pages: indicesOf(limit.pages, paths), status, connections };
}

function indicesOf(chosen: readonly string[] | undefined, paths: readonly string[]): number[] {
  return (chosen ?? []).map((path) => paths.indexOf(path)).sort((a, b) => a - b);
}

function fastcgiCacheOf(nginx: Nginx, pages: Pages, paths: readonly string[]): FastcgiCacheModel {
  return {
    pages: paths.flatMap((path, index) => cachedOf(pages[path], index)),
    valid: Object.entries(nginx.fastcgi_cache_valid ?? {}).flatMap(([status, ms]) => (ms === undefined ? [] : [{ status, ms }])),
    inactiveMs: nginx['fastcgi_cache_path.inactive'],
    lock: nginx.fastcgi_cache_lock,
    lockTimeoutMs: nginx.fastcgi_cache_lock_timeout,
    lockAgeMs: nginx.fastcgi_cache_lock_age,
    useStale: nginx.fastcgi_cache_use_stale ?? [],
    backgroundUpdate: nginx.fastcgi_cache_background_update,
  };
}

function cachedOf(page: Pages[string], index: number): CachedPageModel[] {
  return page.php && page.cache ? [{ page: index, variants: page.variants, zipf: page.zipf }] : [];
}
