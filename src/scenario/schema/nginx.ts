/** `nginx`: directives as in nginx.conf, and what the worker's CPU costs are. */
import * as z from 'zod';
import { defaults } from '../defaults.js';
import { hinted, setting } from './hint.js';
import { durationLaw } from './laws.js';
import { pagePath } from './pages.js';
import { duration, orWord, requestRate, size, whole } from './quantity.js';
import { unit } from './unit.js';
import { choice, listOf, onOff, plainName } from './word.js';

const given = defaults.nginx;
const timeout = duration({ min: 1, range: 'of at least 1ms' });

const cpu = z.strictObject({
  accept: setting(durationLaw(), 'To accept a connection.', given.accept),
  proxy: setting(durationLaw(), 'To read a request and pass it to PHP-FPM.', given.proxy),
  answer: setting(durationLaw(), "To take PHP-FPM's answer and send it.", given.answer),
  static: setting(durationLaw(), 'To serve a file.', given.static),
  error: setting(durationLaw(), 'To answer with an error page of its own.', given.error),
});

const limited = {
  zone: setting(plainName(), 'Names it in the error log.', defaults.limit.zone),
  key: setting(
    choice('address', 'server'),
    '`address`: each visitor on their own (`$binary_remote_addr`); `server`: all together (`$server_name`).',
    defaults.limit.key,
  ),
  pages: setting(listOf(pagePath(), 200, 'paths', 1).optional(), 'What it holds for, as in a `location`; without it every page.'),
};

const status = whole(400, 599);

const limitReq = z.strictObject({
  rate: setting(requestRate(), 'Requests a second, or a minute.'),
  burst: setting(whole(0, 1_000_000), 'Requests beyond the rate that are still taken.', defaults.limit.burst),
  delay: setting(whole(0, 1_000_000), 'Of these, so many go on at once; the others wait.', defaults.limit.delay),
  nodelay: setting(onOff(), '`on`: none of them waits.', defaults.limit.nodelay),
  ...limited,
});

const limitConn = z.strictObject({
  connections: setting(whole(1, 1_000_000), 'Requests in processing at once, until the last byte is sent.'),
  ...limited,
});

const validity = duration({ min: 1000, range: 'of at least 1s' });
/** As nginx has it: the first time without a status is that of 200. */
const valid = z.strictObject({
  '200': setting(validity.optional(), 'Good answers.'),
  '500': setting(validity.optional(), "PHP's own errors."),
  '502': setting(validity.optional(), 'PHP-FPM could not be reached, or broke off.'),
  '503': setting(validity.optional(), 'PHP says that it is busy.'),
  '504': setting(validity.optional(), 'PHP-FPM took too long.'),
});
const validBy = hinted(z.union([validity.transform((ms): z.output<typeof valid> => ({ '200': ms })), valid]), {
  kind: 'duration of at least 1s, or durations by status',
  expected: 'a duration of at least 1s, or a mapping such as { 200: 10m, 502: 1s }',
  mapping: valid,
  scalar: validity,
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
  limit_req: setting(limitReq.optional(), '`limit_req_zone` and `limit_req`: requests that are taken in a time.'),
  limit_req_status: setting(status, 'What those beyond it are answered with.', given.limit_req_status),
  limit_conn: setting(limitConn.optional(), '`limit_conn_zone` and `limit_conn`: requests in processing at once.'),
  limit_conn_status: setting(status, 'What those beyond it are answered with.', given.limit_conn_status),
  fastcgi_cache: setting(onOff(), "Keeps PHP-FPM's answers, of pages that do not say `cache: off`.", given.fastcgi_cache),
  fastcgi_cache_valid: setting(
    validBy.optional(),
    'How long an answer is valid, in whole seconds; by status, or of 200 alone. Without it none is kept.',
  ),
  'fastcgi_cache_path.inactive': setting(validity, 'An answer that nobody asks for so long is deleted.', given.inactive),
  fastcgi_cache_lock: setting(
    onOff(),
    'Of several who miss one answer, one asks PHP-FPM and the others wait, looking again every 500 ms.',
    given.fastcgi_cache_lock,
  ),
  fastcgi_cache_lock_timeout: setting(
    duration(),
    'Who has waited so long asks PHP-FPM, too, and that answer is not kept.',
    given.fastcgi_cache_lock_timeout,
  ),
  fastcgi_cache_lock_age: setting(
    duration(),
    'If there is no answer after so long, one more may ask.',
    given.fastcgi_cache_lock_age,
  ),
  fastcgi_cache_use_stale: setting(
    listOf(choice('updating', 'error', 'timeout', 'http_500', 'http_503'), 5, 'words').optional(),
    'When an answer that is no longer valid will do.',
  ),
  fastcgi_cache_background_update: setting(
    onOff(),
    'With `updating`: nobody waits for a new answer, nginx asks for it by itself.',
    given.fastcgi_cache_background_update,
  ),
  cpu: setting(cpu.prefault({}), 'CPU time in the worker.'),
  error_size: setting(size(), 'Bytes of an error page of its own.', given.error_size),
  worker_memory: setting(size(), 'Memory of a worker.', given.worker_memory),
  worker_shutdown_timeout: setting(
    timeout.optional(),
    'How long a worker that was told to quit may go on with what it has; without it as long as it takes.',
  ),
  ...unit(given),
});
