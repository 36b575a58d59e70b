/** What the verb `config` may change while the site runs, in the sections and by the names of the site itself. */
import * as z from 'zod';
import { dns } from './dns.js';
import { setting } from './hint.js';
import { host } from './host.js';
import { mysql } from './mysql.js';
import { nginx } from './nginx.js';
import { page, pagePath } from './pages.js';
import { phpFpm } from './phpFpm.js';
import { visitors } from './visitors.js';

/** Those settings of a section, each of which may be left out. */
function some<S extends z.ZodObject, K extends keyof S['shape'] & string>(section: S, ...names: readonly K[]) {
  const mask = Object.fromEntries(names.map((name) => [name, true]));
  return setting(
    section
      .pick(mask as never)
      .partial()
      .optional(),
    names.join(', '),
  );
}

const pageNow = page.pick({ size: true, php: true, queries: true }).extend({
  php: setting(page.shape.php.unwrap().pick({ cpu: true, wait: true }).partial().optional(), 'cpu, wait'),
});

export const running = z
  .strictObject({
    host: some(host, 'cores'),
    dns: some(dns, 'ttl', 'browser_cache', 'resolver', 'authoritative'),
    nginx: some(nginx, 'keepalive_requests', 'fastcgi_buffering', 'cpu', 'error_size'),
    'php-fpm': some(
      phpFpm,
      'pm.max_children',
      'pm.min_spare_servers',
      'pm.max_spare_servers',
      'pm.max_spawn_rate',
      'pm.process_idle_timeout',
      'pm.max_requests',
    ),
    mysql: some(
      mysql,
      'max_connections',
      'connect',
      'round_trip',
      'innodb_buffer_pool_size',
      'innodb_lock_wait_timeout',
      'innodb_flush_log_at_trx_commit',
    ),
    visitors: some(visitors, 'round_trip', 'connections', 'keep_alive', 'pages_per_visit', 'think'),
    pages: setting(z.record(pagePath(), pageNow.partial()).optional(), 'By path: size, php.cpu, php.wait, queries.'),
  })
  .meta({ id: 'settings-that-may-change' });
