/** `nginx`: directives as in nginx.conf, and what the worker's CPU costs are. */
import * as z from 'zod';
import { defaults } from '../defaults.js';
import { setting } from './hint.js';
import { durationLaw } from './laws.js';
import { duration, orWord, size, whole } from './quantity.js';
import { unit } from './unit.js';
import { onOff } from './word.js';

const given = defaults.nginx;
const timeout = duration({ min: 1, range: 'of at least 1ms' });

const cpu = z.strictObject({
  accept: setting(durationLaw(), 'To accept a connection.', given.accept),
  proxy: setting(durationLaw(), 'To read a request and pass it to PHP-FPM.', given.proxy),
  answer: setting(durationLaw(), "To take PHP-FPM's answer and send it.", given.answer),
  static: setting(durationLaw(), 'To serve a file.', given.static),
  error: setting(durationLaw(), 'To answer with an error page of its own.', given.error),
});

export const nginx = z.strictObject({
  worker_processes: setting(
    orWord(whole(1, 1024), 'auto', 'auto' as const),
    'Worker processes; `auto` for one a core.',
    given.worker_processes,
  ),
  worker_connections: setting(
    whole(4, 1_000_000),
    'Connections of one worker, to visitors and to PHP-FPM together.',
    given.worker_connections,
  ),
  'listen.backlog': setting(
    whole(1, 1_000_000),
    "`listen … backlog=`: connections that wait for a worker's accept.",
    given.backlog,
  ),
  keepalive_timeout: setting(
    duration(),
    'How long an idle connection is kept; 0 closes each after its first answer.',
    given.keepalive_timeout,
  ),
  keepalive_requests: setting(whole(1, 1_000_000_000), 'Requests on one connection.', given.keepalive_requests),
  fastcgi_connect_timeout: setting(timeout, 'To reach PHP-FPM.', given.fastcgi_connect_timeout),
  fastcgi_send_timeout: setting(timeout, 'Between two writes of a request to PHP-FPM.', given.fastcgi_send_timeout),
  fastcgi_read_timeout: setting(timeout, "Between two reads of PHP-FPM's answer; 504 after it.", given.fastcgi_read_timeout),
  fastcgi_buffering: setting(onOff(), '`off` holds a PHP child until the visitor has the answer.', given.fastcgi_buffering),
  cpu: setting(cpu.prefault({}), 'CPU time in the worker.'),
  error_size: setting(size(), 'Bytes of an error page of its own.', given.error_size),
  worker_memory: setting(size(), 'Memory of a worker.', given.worker_memory),
  ...unit(given),
});
