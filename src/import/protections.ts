/**
 * What protects a box in nginx.conf, and takes more than one directive to say: `limit_req` and `limit_conn` with their zones,
 * `fastcgi_cache` with its path and its times.
 */
import { show } from '../scenario/problems.js';
import { nginxDialect } from './dialects.js';
import { durationText, type Fact, type Facts } from './fact.js';
import type { Directive } from './nginxConf.js';
import type { Scope } from './nginxScope.js';
import type { Server } from './server.js';
import { spotOf, type Trouble } from './trouble.js';

/** Settings that are read here, not by their names alone. */
export const protective = [
  'limit_req',
  'limit_conn',
  'fastcgi_cache',
  'fastcgi_cache_valid',
  'fastcgi_cache_path.inactive',
  'fastcgi_cache_use_stale',
];

export function protectionFacts(
  { scope: server, locations }: Server,
  php: Scope,
  http: Scope,
  facts: Facts,
  trouble: Trouble,
): void {
  for (const name of ['limit_req', 'limit_conn'] as const) {
    const found = limitsAt(php, name);
    const pages =
      found.length > 0 ? [] : locations.all.filter((each) => each.pattern.startsWith('/') && each.scope.peek(name).length > 0);
    const limits = found.length > 0 ? found : pages.slice(0, 1).flatMap(({ scope }) => scope.own(name));
    const fact = limits.length > 0 ? limitOf(limits, http, trouble) : null;
    if (fact === null) continue;
    const where = found.length > 0 ? {} : { pages: pages.map(({ pattern }) => pattern) };
    facts.set(`nginx.${name}`, { ...fact, value: { ...(fact.value as object), ...where } });
  }
  cacheFacts(php ?? server, http, facts, trouble);
}

/** Those of the innermost block that has any, as they are inherited. */
function limitsAt(scope: Scope | null, name: string): readonly Directive[] {
  if (scope === null) return [];
  const own = scope.own(name);
  return own.length > 0 ? own : limitsAt(scope.around, name);
}

function limitOf([limit, ...others]: readonly Directive[], http: Scope, trouble: Trouble): Fact | null {
  const isRate = limit.name === 'limit_req';
  for (const { name, place } of others) trouble.note(`${spotOf(place)}: a second ${name} at the same place is not modelled`);
  const zone = isRate ? option(limit, 'zone') : limit.values[0];
  const named = http.own(`${limit.name}_zone`).find((each) => option(each, 'zone')?.split(':')[0] === zone);
  if (zone === undefined || named === undefined) {
    trouble.wrong(limit.place, `${limit.name}: expected a zone that a ${limit.name}_zone defines, got ${show(zone)}`);
    return null;
  }
  const key = KEYS[named.values[0]];
  if (key === undefined) {
    trouble.note(
      `${spotOf(named.place)}: limits by ${named.values[0]} are not modelled, only those by address or for the server`,
    );
    return null;
  }
  const amount = isRate ? requestRate(limit, named) : { connections: Number(limit.values[1]) };
  return { value: { zone, key, ...amount }, place: limit.place, note: `zone at ${spotOf(named.place)}` };
}

const KEYS: Readonly<Record<string, string | undefined>> = {
  $binary_remote_addr: 'address',
  $remote_addr: 'address',
  $server_name: 'server',
  $host: 'server',
  $http_host: 'server',
};

function requestRate(limit: Directive, zone: Directive): Record<string, string | number> {
  const burst = option(limit, 'burst');
  const delay = option(limit, 'delay');
  return {
    rate: option(zone, 'rate') ?? '1r/s',
    ...(burst === undefined ? {} : { burst: Number(burst) }),
    ...(delay === undefined ? {} : { delay: Number(delay) }),
    ...(limit.values.includes('nodelay') ? { nodelay: 'on' } : {}),
  };
}

/** `option(directive, 'burst') // => '20'` for `burst=20` */
function option({ values }: Directive, name: string): string | undefined {
  return values.find((value) => value.startsWith(`${name}=`))?.slice(name.length + 1);
}

const STALE = ['updating', 'error', 'timeout', 'http_500', 'http_503'];
const STATUSES = ['200', '500', '502', '503', '504'];

function cacheFacts(scope: Scope, http: Scope, facts: Facts, trouble: Trouble): void {
  const cache = scope.find('fastcgi_cache');
  if (cache === null) return;
  const zone = cache.values[0] ?? 'off';
  facts.set('nginx.fastcgi_cache', { value: zone === 'off' ? 'off' : 'on', place: cache.place });
  if (zone === 'off') return;
  const path = http.own('fastcgi_cache_path').find((each) => option(each, 'keys_zone')?.split(':')[0] === zone);
  if (path === undefined && !zone.includes('$'))
    return trouble.wrong(cache.place, `fastcgi_cache: expected a zone that a fastcgi_cache_path defines, got ${show(zone)}`);
  const inactive = path && option(path, 'inactive');
  if (path && inactive !== undefined) {
    const ms = nginxDialect.durationMs(inactive);
    if (ms === null) trouble.wrong(path.place, `inactive: expected a duration such as 60m, got ${show(inactive)}`);
    else facts.set('nginx.fastcgi_cache_path.inactive', { value: durationText(ms), place: path.place });
  }
  validFacts(scope, facts, trouble);
  const stale = scope.find('fastcgi_cache_use_stale');
  const words = STALE.filter((word) => stale?.values.includes(word));
  if (stale && words.length > 0) facts.set('nginx.fastcgi_cache_use_stale', { value: words, place: stale.place });
}

/** `200 302 10m`, `any 1m`, `10m`: the first time that a status is given counts, and `any` for those that have none. */
function validFacts(scope: Scope, facts: Facts, trouble: Trouble): void {
  const directives = limitsAt(scope, 'fastcgi_cache_valid');
  const times = new Map<string, string>();
  for (const { words, place } of directives) {
    const codes = words.slice(0, -1).map(({ text }) => text);
    const last = words.at(-1);
    const ms = nginxDialect.durationMs(last?.text ?? '');
    if (ms === null)
      trouble.wrong(last?.place ?? place, `fastcgi_cache_valid: expected a duration such as 10m, got ${show(last?.text)}`);
    else
      for (const status of STATUSES.filter((each) => concerns(codes, each)))
        if (!times.has(status)) times.set(status, durationText(ms));
  }
  if (times.size === 0) return;
  facts.set('nginx.fastcgi_cache_valid', { value: Object.fromEntries(times), place: directives[0].place });
}

function concerns(codes: readonly string[], status: string): boolean {
  return codes.length === 0 ? status === '200' : codes.includes(status) || codes.includes('any');
}
