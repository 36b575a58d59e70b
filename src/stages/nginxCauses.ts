/** What a visitor gets when nginx itself cannot, will not, or is no more; with the log line that is written, or what the browser shows. */
import type { NginxModel } from '../model.js';
import { Cause } from '../telemetry/cause.js';

export function nginxCauses({ workerConnections }: NginxModel) {
  const notEnough = `[alert] ${workerConnections} worker_connections are not enough`;
  return {
    emptyReply: new Cause('empty reply', 'nginx', 'worker_connections used up: accepted and closed', notEnough),
    noUpstreamSlot: new Cause('500', 'nginx', 'worker_connections used up: none left for PHP-FPM', notEnough),
    readTimeout: new Cause(
      '504',
      'nginx',
      'fastcgi_read_timeout: no answer from PHP-FPM in time',
      '[error] upstream timed out (110: Connection timed out) while reading response header from upstream',
    ),
    left: new Cause('499', 'nginx', 'the visitor left before nginx had an answer', 'access.log: "GET …" 499 0'),
    /** The visitor has left, and no nginx was there to notice. */
    unheard: new Cause('abandoned', 'nginx', 'the visitor left unnoticed', 'browser: the visitor closed the tab'),
    unread: new Cause('reset', 'nginx', 'nginx died before it had read the request', 'browser: ERR_CONNECTION_RESET'),
    cutOff: new Cause('reset', 'nginx', 'nginx died with the request in its hands', 'browser: ERR_EMPTY_RESPONSE'),
    shutDown: new Cause(
      'reset',
      'nginx',
      'worker_shutdown_timeout: the old worker closed the connection',
      'access.log: "GET …" 499 0',
    ),
  };
}
