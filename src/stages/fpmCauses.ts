/** Why nginx gets no answer from a script, or none that is good; with the log line, nginx's own or PHP's. */
import { Cause } from '../telemetry/cause.js';

export function fpmCauses(listen: string, overTcp: boolean, executionMaxMs: number) {
  const upstream = overTcp ? listen : `unix:${listen}`;
  return {
    full: new Cause(
      '502',
      'php-fpm',
      'listen queue full',
      `[error] connect() to ${upstream} failed (11: Resource temporarily unavailable) while connecting to upstream`,
    ),
    connectTimeout: new Cause(
      '504',
      'php-fpm',
      'listen queue full until fastcgi_connect_timeout',
      '[error] upstream timed out (110: Connection timed out) while connecting to upstream',
    ),
    terminated: new Cause(
      '502',
      'php-fpm',
      'request_terminate_timeout: the child was killed',
      '[error] recv() failed (104: Connection reset by peer) while reading response header from upstream',
    ),
    refused: new Cause(
      '502',
      'php-fpm',
      'nobody listens',
      `[error] connect() to ${upstream} failed (111: Connection refused) while connecting to upstream`,
    ),
    missing: new Cause(
      '502',
      'php-fpm',
      'nobody listens: the socket is gone',
      `[crit] connect() to ${upstream} failed (2: No such file or directory) while connecting to upstream`,
    ),
    reset: new Cause(
      '502',
      'php-fpm',
      'not accepted before PHP-FPM ended',
      '[error] recv() failed (104: Connection reset by peer) while reading response header from upstream',
    ),
    overtime: new Cause(
      '500',
      'php-fpm',
      'max_execution_time: the script used too much CPU',
      `PHP Fatal error:  Maximum execution time of ${executionMaxMs / 1000} second${executionMaxMs === 1000 ? '' : 's'} exceeded`,
    ),
  };
}
