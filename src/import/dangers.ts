/** What in a box's settings is likely to hurt, each with the arithmetic that says so. */
import { fpmDialect, nginxDialect, phpBytes } from './dialects.js';
import { sizeText } from './fact.js';
import type { Known } from './known.js';
import { timeoutsOf, wrongOrders } from './timeouts.js';
import { spotOf } from './trouble.js';

export interface Danger {
  /** The setting it stands with, `php-fpm.pm.max_children`. */
  readonly path: string;
  readonly text: string;
}

/** A service's soft limit unless its unit says otherwise (systemd.exec(5), LimitNOFILE). */
const OPEN_FILES = 1024;
const CONNECTIONS_OF_A_BROWSER = 6;
const FEW_CONNECTIONS = 1024;
const FEW_CHILDREN = 5;
const SHORT_BACKLOG = 128;
const MIB = 1024 ** 2;

export function dangersOf(known: Known): readonly Danger[] {
  const dangers: Danger[] = [...ofHost(known), ...ofKernel(known), ...ofNginx(known)];
  if (known.box.pool !== null) dangers.push(...ofFpm(known), ...ofMemory(known));
  if (known.box.hasMysql) dangers.push(...ofMysql(known));
  return [...dangers, ...wrongOrders(timeoutsOf(known))];
}

function ofHost({ box: { host } }: Known): Danger[] {
  const unsure = (path: string, from: string, option: string) =>
    from === option ? [] : [{ path, text: `taken from ${from}; if the box is another, give ${option}` }];
  return [...unsure('host.cores', host.coresFrom, '--cores'), ...unsure('host.memory', host.memoryFrom, '--memory')];
}

function ofKernel(known: Known): Danger[] {
  const path = 'tcp.net.core.somaxconn';
  const somaxconn = known.number(path);
  const cut = (backlog: string, of: string) => {
    const asked = known.number(backlog);
    return asked > somaxconn
      ? [{ path, text: `the kernel cuts ${of}'s queue of ${asked} (${known.from(backlog)}) to ${somaxconn}` }]
      : [];
  };
  const fpm = known.box.pool === null ? [] : cut('php-fpm.listen.backlog', 'PHP-FPM');
  const resets = known.number('tcp.net.ipv4.tcp_abort_on_overflow') === 1;
  const abort = {
    path: 'tcp.net.ipv4.tcp_abort_on_overflow',
    text: 'visitors are reset at once when a queue is full, where they would have tried again',
  };
  return [...cut('nginx.listen.backlog', 'nginx'), ...fpm, ...(resets ? [abort] : [])];
}

function ofNginx(known: Known): Danger[] {
  const { box, workers } = known;
  const dangers: Danger[] = [];
  const connections = known.number('nginx.worker_connections');
  const limit = openFiles(known);
  const path = 'nginx.worker_connections';
  if (connections > limit.files)
    dangers.push({
      path,
      text: `more than the ${limit.files} open files of a worker (${limit.from}): beyond them connections are not accepted`,
    });
  else if (2 * connections > limit.files)
    dangers.push({
      path,
      text: `${connections} connections may need ${2 * connections} open files, two for each that sends a file or asks PHP; a worker has ${limit.files} (${limit.from})`,
    });
  if (connections <= FEW_CONNECTIONS) {
    const all = connections * workers;
    const browsers = Math.floor(all / CONNECTIONS_OF_A_BROWSER);
    const text = `${workers} × ${connections} = ${all} connections, enough for ${browsers} browsers with ${CONNECTIONS_OF_A_BROWSER} each; a request to PHP takes two`;
    dangers.push({ path, text });
  }
  if (workers < box.host.cores)
    dangers.push({
      path: 'nginx.worker_processes',
      text: `${plural(workers, 'worker')} cannot use more than ${workers} of ${box.host.cores} cores`,
    });
  if (known.text('nginx.fastcgi_buffering') === 'off')
    dangers.push({
      path: 'nginx.fastcgi_buffering',
      text: 'a visitor on a slow line holds a PHP child for as long as the answer takes',
    });
  return dangers;
}

function openFiles({ box }: Known): { readonly files: number; readonly from: string } {
  const directive = box.nginx.main.find('worker_rlimit_nofile');
  const files = nginxDialect.whole(directive?.values[0] ?? '');
  if (directive && files !== null) return { files, from: `worker_rlimit_nofile, ${spotOf(directive.place)}` };
  return { files: OPEN_FILES, from: 'the default of systemd, as worker_rlimit_nofile is not set' };
}

function ofFpm(known: Known): Danger[] {
  const dangers: Danger[] = [];
  const children = known.number('php-fpm.pm.max_children');
  const path = 'php-fpm.pm.max_children';
  if (children <= FEW_CHILDREN)
    dangers.push({
      path,
      text: `${plural(children, 'child', 'children')} answer ${plural(children, 'request')} at a time, whatever the host could do; the next one waits`,
    });
  const processMax = fpmDialect.whole(known.box.fpm.global.findLast(({ name }) => name === 'process.max')?.value ?? '') ?? 0;
  if (processMax > 0 && processMax < children) dangers.push({ path, text: `process.max allows ${processMax} children in all` });
  const backlog = known.number('php-fpm.listen.backlog');
  const length = Math.min(backlog, known.number('tcp.net.core.somaxconn'));
  const full = known.text('php-fpm.listen').startsWith('/')
    ? 'nginx answers 502 at once'
    : 'nginx waits for seconds, as the kernel drops what comes';
  if (length <= SHORT_BACKLOG)
    dangers.push({ path: 'php-fpm.listen.backlog', text: `the queue holds ${length} requests; when it is full, ${full}` });
  if (known.ms('php-fpm.process_control_timeout') === 0)
    dangers.push({
      path: 'php-fpm.process_control_timeout',
      text: 'a reload cuts off the children: what is in flight ends in 502; a few seconds let them finish',
    });
  if (known.text('php-fpm.pm') === 'dynamic' && known.number('php-fpm.pm.min_spare_servers') === 1)
    dangers.push({
      path: 'php-fpm.pm.min_spare_servers',
      text: 'a busy pool grows by one child a second, however many are waiting',
    });
  return dangers;
}

function ofMemory(known: Known): Danger[] {
  const { box } = known;
  const children = known.number('php-fpm.pm.max_children');
  const parts: [string, number][] = [
    ['system', known.bytes('host.system')],
    ['nginx', known.workers * known.bytes('nginx.worker_memory')],
    [
      `${plural(children, 'child', 'children')} × ${known.text('php-fpm.memory_per_child')}`,
      children * known.bytes('php-fpm.memory_per_child'),
    ],
  ];
  if (box.hasMysql) {
    const connections = Math.min(children, known.number('mysql.max_connections'));
    const base = known.bytes('mysql.base_memory') + connections * known.bytes('mysql.memory_per_connection');
    parts.push(['MySQL', base], ['its buffer pool', known.bytes('mysql.innodb_buffer_pool_size')]);
  }
  const needed = parts.reduce((sum, [, bytes]) => sum + bytes, 0);
  const sum = parts.map(([name, bytes]) => `${name} ${mib(bytes)}`).join(', ');
  const path = 'host.memory';
  if (needed > box.host.memoryBytes)
    return [
      {
        path,
        text: `not enough for all: ${mib(needed)} of ${mib(box.host.memoryBytes)} when every child is there (${sum}); the kernel would kill one of them`,
      },
    ];
  const limit = phpBytes(known.php('memory_limit')?.value ?? '128M') ?? 0;
  const worst = needed + children * Math.max(0, limit - known.bytes('php-fpm.memory_per_child'));
  if (worst <= box.host.memoryBytes || limit === Infinity) return [];
  return [
    {
      path,
      text: `if every child took its memory_limit of ${sizeText(limit)} (${known.php('memory_limit')?.from ?? 'by default'}), ${mib(worst)} would be needed of ${mib(box.host.memoryBytes)}`,
    },
  ];
}

function mib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}

function ofMysql(known: Known): Danger[] {
  const { box } = known;
  const dangers: Danger[] = [];
  const max = known.number('mysql.max_connections');
  const children = box.pool === null ? 0 : known.number('php-fpm.pm.max_children');
  const all = box.fpm.pools.reduce(
    (sum, { entries }) => sum + (fpmDialect.whole(entries.findLast(({ name }) => name === 'pm.max_children')?.value ?? '') ?? 0),
    0,
  );
  if (children > max)
    dangers.push({
      path: 'mysql.max_connections',
      text: `${children} children may want a connection each: from number ${max + 1} on error 1040; with persistent connections idle children keep theirs, too`,
    });
  else if (all > max)
    dangers.push({
      path: 'mysql.max_connections',
      text: `all pools together have ${all} children, which with persistent connections want more than ${max}`,
    });
  if (known.fact('mysql.innodb_buffer_pool_size') === undefined && box.host.memoryBytes >= 1024 * MIB)
    dangers.push({
      path: 'mysql.innodb_buffer_pool_size',
      text: `the default, of a host with ${mib(box.host.memoryBytes)}: a larger dataset is read from disk`,
    });
  if (known.number('mysql.innodb_flush_log_at_trx_commit') !== 1)
    dangers.push({
      path: 'mysql.innodb_flush_log_at_trx_commit',
      text: 'a crash of the host may lose the commits of the last second',
    });
  return dangers;
}

function plural(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`;
}
