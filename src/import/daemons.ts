/**
 * From each server's file to the settings of a site. A directive is carried over because the site's schema has a setting of its
 * name; so what lempsim learns to model is imported from then on.
 */
import type { Place } from '../scenario/place.js';
import { settingsOf } from '../scenario/settings.js';
import { fpmDialect, mysqlDialect, nginxDialect, sysctlDialect } from './dialects.js';
import type { Entry } from './entry.js';
import { type Fact, type Facts, factOf, isPlain } from './fact.js';
import type { Directive } from './nginxConf.js';
import type { Scope } from './nginxScope.js';
import type { Fpm, Pool } from './pool.js';
import { protectionFacts, protective } from './protections.js';
import type { Chosen } from './server.js';
import { hostNameOf } from './server.js';
import { spotOf, type Trouble } from './trouble.js';

/** Settings of lempsim's own, which no server has: costs, and how systemd keeps the daemon. */
const unit = ['Restart', 'RestartSec', 'start'];
export const own: Readonly<Record<string, readonly string[]>> = {
  nginx: ['cpu', 'error_size', 'worker_memory', ...unit],
  'php-fpm': ['fork', 'memory_per_child', ...unit],
  mysql: [
    'connections',
    'connect',
    'round_trip',
    'dataset',
    'base_memory',
    'memory_per_connection',
    'checkpoint_age',
    'redo_per_commit',
    'pages_per_commit',
    'ping',
    ...unit,
  ],
};

export function carried(section: string) {
  return settingsOf(section).filter((setting) => isPlain(setting) && !own[section]?.includes(setting.name));
}

export function nginxFacts({ main, server }: Chosen, php: Scope | null, facts: Facts, trouble: Trouble): void {
  const scope = php ?? server.scope;
  const events = main.blocks('events').map((block) => main.within(block));
  for (const setting of carried('nginx')) {
    if (setting.name === 'listen.backlog' || protective.includes(setting.name)) continue;
    const directive = scope.find(setting.name) ?? events.map((block) => block.own(setting.name).at(-1)).find(Boolean);
    if (directive) put(facts, `nginx.${setting.name}`, ofDirective(directive, setting, trouble));
  }
  protectionFacts(server, scope, server.scope.around as Scope, facts, trouble);
  backlog(server.scope, facts, trouble);
  const secure = server.scope.own('listen').find(({ values }) => values.includes('ssl')) ?? oldSsl(server.scope);
  if (secure) facts.set('tcp.tls.version', tlsVersion(server.scope, secure));
  const name = hostNameOf(server.scope);
  if (name !== null) facts.set('dns.name', { value: name, place: server.scope.own('server_name')[0].place });
}

function ofDirective(directive: Directive, setting: Parameters<typeof factOf>[0], trouble: Trouble): Fact | null {
  const [word] = directive.words;
  if (word !== undefined) return factOf(setting, word.text, word.place, nginxDialect, trouble);
  trouble.wrong(directive.place, `${directive.name}: expected a value`);
  return null;
}

/** `listen 80 backlog=1024;` */
function backlog(server: Scope, facts: Facts, trouble: Trouble): void {
  const [setting] = settingsOf('nginx').filter(({ name }) => name === 'listen.backlog');
  for (const word of server.own('listen').flatMap(({ words }) => words)) {
    const [, number] = /^backlog=(.*)$/.exec(word.text) ?? [];
    if (number !== undefined) put(facts, 'nginx.listen.backlog', factOf(setting, number, word.place, nginxDialect, trouble));
  }
}

/** `ssl on;`, before nginx 1.25. */
function oldSsl(server: Scope): Directive | undefined {
  const directive = server.find('ssl');
  return directive?.values[0] === 'on' ? directive : undefined;
}

function tlsVersion(server: Scope, secure: Directive): Fact {
  const protocols = server.find('ssl_protocols');
  if (protocols === null) return { value: '1.3', place: secure.place, note: 'ssl_protocols allows 1.2 and 1.3 by default' };
  return { value: protocols.values.includes('TLSv1.3') ? '1.3' : '1.2', place: protocols.place };
}

/** What a pool's process manager does not look at. */
const idle: Readonly<Record<string, readonly string[]>> = {
  static: ['pm.start_servers', 'pm.min_spare_servers', 'pm.max_spare_servers', 'pm.max_spawn_rate', 'pm.process_idle_timeout'],
  dynamic: ['pm.process_idle_timeout'],
  ondemand: ['pm.start_servers', 'pm.min_spare_servers', 'pm.max_spare_servers', 'pm.max_spawn_rate'],
};

/** What matters only beside another directive, which is not there: the details of a cache or a limit that is off. */
export function isMoot(path: string, facts: Facts): boolean {
  const [, of] = /^nginx\.(fastcgi_cache|limit_req|limit_conn)[_.]/.exec(path) ?? [];
  if (of === undefined || facts.has(path)) return false;
  return of === 'fastcgi_cache' ? facts.get('nginx.fastcgi_cache')?.value !== 'on' : !facts.has(`nginx.${of}`);
}

export function isIdle(name: string, pm: unknown): boolean {
  return typeof pm === 'string' && (idle[pm]?.includes(name) ?? false);
}

/** The pool's own words; else those of `[global]`; PHP's settings as the pool gives them, else php.ini. */
export function fpmFacts(pool: Pool, { global }: Fpm, php: readonly Entry[], facts: Facts, trouble: Trouble): void {
  const pm = pool.entries.findLast(({ name }) => name === 'pm')?.value;
  for (const setting of carried('php-fpm')) {
    const { name } = setting;
    const ofPool = pool.entries.findLast((each) => each.name === name) ?? phpSetting(name, pool.entries);
    const entry = ofPool ?? [...global, ...php].findLast((each) => each.name === name);
    if (entry === undefined || isIdle(name, pm)) continue;
    if (name === 'listen') put(facts, 'php-fpm.listen', listenOf(pool, entry));
    else put(facts, `php-fpm.${name}`, factOf(setting, entry.value ?? '', entry.valuePlace, fpmDialect, trouble));
  }
}

/** `php_admin_value[memory_limit]`, which no script can change, and its like. */
export function phpSetting(name: string, pool: readonly Entry[]): Entry | undefined {
  const inPool = ['php_admin_value', 'php_value', 'php_admin_flag', 'php_flag'].map((kind) => `${kind}[${name}]`);
  return pool.findLast((each) => inPool.includes(each.name));
}

/** Where nginx passes `$realpath_root`, a path is another one as soon as its link leads elsewhere. */
export function realpathFact(php: Scope, facts: Facts): void {
  const parameters = php.peek('fastcgi_param').length > 0 ? php.peek('fastcgi_param') : (php.around?.peek('fastcgi_param') ?? []);
  const script = parameters.find(({ values }) => values[0] === 'SCRIPT_FILENAME' && values[1]?.includes('$realpath_root'));
  if (script) facts.set('php-fpm.realpath_cache_ttl', { value: 0, place: script.place, note: 'nginx passes $realpath_root' });
}

/** A port alone means every address. */
function listenOf({ listen }: Pool, { valuePlace }: Entry): Fact {
  const value = /^\d+$/.test(listen) ? `127.0.0.1:${listen}` : listen.replace(/^\[::\]:/, '[::1]:');
  return { value, place: valuePlace };
}

/** -1, or since PHP 8.2 nothing, leaves the queue's length to the kernel (php-src, fpm_sockets.h). */
export function fpmBacklog(pool: Pool, somaxconn: number, facts: Facts): void {
  const given = facts.get('php-fpm.listen.backlog');
  if (given !== undefined && Number(given.value) >= 0) return;
  if (given === undefined && isOld(pool)) return;
  facts.set('php-fpm.listen.backlog', {
    value: somaxconn,
    place: given?.place ?? null,
    note:
      given === undefined
        ? 'default since PHP 8.2: -1, which is net.core.somaxconn; 511 before'
        : '-1, which is net.core.somaxconn',
  });
}

/** Packages name the version in their paths: /etc/php/7.4/fpm, /run/php/php8.1-fpm.sock. */
function isOld({ listen, place }: Pool): boolean {
  const [, major, minor] = /php[/-]?(\d)\.(\d)/.exec(listen) ?? /php[/-]?(\d)\.(\d)/.exec(place.file) ?? [];
  return major !== undefined && (Number(major) < 8 || (Number(major) === 8 && Number(minor) < 2));
}

/** The groups that a server reads; those of one version too, as it is not known here which it is. */
const MYSQL_GROUP = /^(?:mysqld|server|mysql_server|mariadb|mariadbd|client-server|(?:mysqld|mariadb|mariadbd|server)-\d+\.\d+)$/;

export function ofServer(entries: readonly Entry[]): readonly Entry[] {
  return entries.filter(({ group }) => MYSQL_GROUP.test(group));
}

export function mysqlFacts(entries: readonly Entry[], facts: Facts, trouble: Trouble): void {
  for (const setting of carried('mysql')) {
    const given = entries.filter(({ name }) => name === setting.name);
    for (const { group, valuePlace } of given.filter((entry) => /\d$/.test(entry.group)))
      trouble.note(`${spotOf(valuePlace)}: ${setting.name} counts only if the server is the version of [${group}]`);
    const entry = given.at(-1);
    if (entry === undefined) continue;
    const fact = factOf(setting, entry.value ?? '', entry.valuePlace, mysqlDialect, trouble);
    put(facts, `mysql.${setting.name}`, fact && flushed(setting.name, fact));
  }
}

/** MariaDB's 3 is as safe as 1, and flushes in groups, as lempsim does for 1. */
function flushed(name: string, fact: Fact): Fact {
  const isThree = name === 'innodb_flush_log_at_trx_commit' && fact.value === 3;
  return isThree ? { ...fact, value: 1, note: '3, which flushes at each commit as 1 does' } : fact;
}

export function sysctlFacts(entries: readonly Entry[], facts: Facts, trouble: Trouble): void {
  for (const setting of carried('tcp')) {
    const entry = entries.findLast(({ name }) => name === setting.name);
    if (entry) put(facts, `tcp.${setting.name}`, factOf(setting, entry.value ?? '', entry.valuePlace, sysctlDialect, trouble));
  }
}

function put(facts: Facts, path: string, fact: Fact | null): void {
  if (fact !== null) facts.set(path, fact);
}

/** A place for what is missing from a section. */
export function sectionPlaces(chosen: Chosen, pool: Pool | null): Readonly<Record<string, Place | undefined>> {
  const { place } = chosen.server.directive;
  return { name: place, nginx: place, 'php-fpm': pool?.place, pages: place };
}
