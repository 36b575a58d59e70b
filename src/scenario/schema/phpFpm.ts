/** `php-fpm`: directives as in www.conf. */
import * as z from 'zod';
import { defaults } from '../defaults.js';
import { setting } from './hint.js';
import { durationLaw } from './laws.js';
import { duration, size, whole } from './quantity.js';
import { unit } from './unit.js';
import { choice, formed } from './word.js';

const given = defaults['php-fpm'];
const CHILDREN_MAX = 100_000;
const LISTEN = /^(?:\/\S{1,106}|(?:\d{1,3}\.){3}\d{1,3}:\d{1,5}|\[::1\]:\d{1,5}|localhost:\d{1,5})$/;
const listen = formed(
  LISTEN,
  120,
  'socket path or address:port',
  'a socket path, such as /run/php/fpm.sock, or an address:port, such as 127.0.0.1:9000',
);

export const phpFpm = z.strictObject({
  pm: setting(choice('static', 'dynamic', 'ondemand'), 'How children are managed.'),
  'pm.max_children': setting(whole(1, CHILDREN_MAX), 'Children at the most; each answers one request at a time.'),
  'pm.start_servers': setting(
    whole(1, CHILDREN_MAX).optional(),
    'Children at the start, dynamic only; without it (min_spare_servers + max_spare_servers) / 2 (PHP manual, FPM configuration).',
  ),
  'pm.min_spare_servers': setting(
    whole(1, CHILDREN_MAX).optional(),
    'Idle children at the least; dynamic only, where it must be given.',
  ),
  'pm.max_spare_servers': setting(
    whole(1, CHILDREN_MAX).optional(),
    'Idle children at the most; dynamic only, where it must be given.',
  ),
  'pm.max_spawn_rate': setting(
    whole(1, CHILDREN_MAX),
    'Children forked in one second, at the most; dynamic only.',
    given.max_spawn_rate,
  ),
  'pm.process_idle_timeout': setting(
    duration({ min: 1000, range: 'of at least 1s' }),
    'How long a child idles before it is stopped; ondemand only.',
    given.process_idle_timeout,
  ),
  'pm.max_requests': setting(
    whole(0, 1_000_000_000),
    'Requests after which a child is replaced; 0 for never.',
    given.max_requests,
  ),
  listen: setting(listen, 'A unix socket refuses at once when full; a TCP port makes nginx wait.', given.listen),
  'listen.backlog': setting(whole(1, 1_000_000), 'Requests that wait for a child.', given.backlog),
  request_terminate_timeout: setting(duration(), 'After which a script is killed; 0 for never.', given.request_terminate_timeout),
  process_control_timeout: setting(
    duration(),
    'How long children may finish what they are at when PHP-FPM reloads or stops gracefully.',
    given.process_control_timeout,
  ),
  max_execution_time: setting(
    duration(),
    'CPU that a script may use before PHP ends it with an error; 0 for no limit.',
    given.max_execution_time,
  ),
  realpath_cache_ttl: setting(
    duration(),
    'How long a child keeps a path after its symlink points elsewhere; 0 where nginx passes $realpath_root.',
    given.realpath_cache_ttl,
  ),
  fork: setting(durationLaw(), 'CPU that the fork of a child takes.', given.fork),
  memory_per_child: setting(size(), 'Proportional set size of a child.', given.memory_per_child),
  ...unit(given),
});
