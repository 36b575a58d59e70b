/**
 * Which of the timeouts around a request fires first, and what it leaves behind when it is not the right one.
 *
 * The right order goes from the inside out: the database gives up before the script, the script before PHP-FPM ends it, and
 * that before nginx stops waiting; so each failure is told by who knows its cause, and nobody works for a visitor who has gone.
 */
import { durationText } from './fact.js';
import type { Known } from './known.js';

export interface Timeout {
  readonly name: string;
  /** Infinity where it never fires. */
  readonly ms: number;
  /** `www.conf:12`, or `by default`. */
  readonly from: string;
  readonly effect: string;
}

/** In the order in which they fire for a request that hangs. */
export function timeoutsOf(known: Known): readonly Timeout[] {
  const { box } = known;
  const list: Timeout[] = [];
  if (box.pool !== null) {
    list.push(
      timeoutOf(known, 'nginx.fastcgi_read_timeout', 'nginx answers 504; the child works on, until something else stops it'),
    );
    const terminate = 'php-fpm.request_terminate_timeout';
    list.push(timeoutOf(known, terminate, 'PHP-FPM kills the child, up to a third of it later; nginx answers 502'));
    const ended = 'PHP ends the script with an error, mostly 500; on Linux only its own CPU time counts, no waits for MySQL';
    list.push(timeoutOf(known, 'php-fpm.max_execution_time', ended));
  }
  if (box.hasMysql) list.push(timeoutOf(known, 'mysql.innodb_lock_wait_timeout', 'a wait for a locked row ends in error 1205'));
  return list.sort((a, b) => a.ms - b.ms);
}

function timeoutOf(known: Known, path: string, effect: string): Timeout {
  const ms = known.ms(path);
  return { name: path.slice(path.indexOf('.') + 1), ms: ms === 0 ? Infinity : ms, from: known.from(path), effect };
}

/** What is wrong with the order, each as a sentence. */
export function wrongOrders(timeouts: readonly Timeout[]): readonly { readonly path: string; readonly text: string }[] {
  const of = (name: string) => timeouts.find((timeout) => timeout.name === name);
  const [read, terminate, execution, lock] = [
    of('fastcgi_read_timeout'),
    of('request_terminate_timeout'),
    of('max_execution_time'),
    of('innodb_lock_wait_timeout'),
  ];
  const found: { path: string; text: string }[] = [];
  const wrong = (path: string, text: string) => found.push({ path, text });
  if (read && terminate && terminate.ms === Infinity)
    wrong(
      'php-fpm.request_terminate_timeout',
      `request_terminate_timeout is 0 (${terminate.from}): nothing ends a script that waits for something outside; nginx answers 504 after ${length(read)}, and the child stays busy`,
    );
  else if (read && terminate && terminate.ms >= read.ms)
    wrong(
      'php-fpm.request_terminate_timeout',
      `fastcgi_read_timeout (${length(read)}) fires before request_terminate_timeout (${length(terminate)}): the visitor has had a 504 while the child goes on for nobody`,
    );
  if (terminate && execution && terminate.ms < execution.ms && execution.ms !== Infinity)
    wrong(
      'php-fpm.request_terminate_timeout',
      `request_terminate_timeout (${length(terminate)}) fires before max_execution_time (${length(execution)}): the script is killed before PHP can log where it was`,
    );
  if (read && lock && lock.ms >= read.ms)
    wrong(
      'mysql.innodb_lock_wait_timeout',
      `fastcgi_read_timeout (${length(read)}) fires before innodb_lock_wait_timeout (${length(lock)}): a script that waits for a row still waits when its visitor has had a 504`,
    );
  if (terminate && lock && lock.ms >= terminate.ms)
    wrong(
      'mysql.innodb_lock_wait_timeout',
      `request_terminate_timeout (${length(terminate)}) fires before innodb_lock_wait_timeout (${length(lock)}): who waits for a row is killed, and no error 1205 tells why`,
    );
  return found;
}

export function length({ ms }: Timeout): string {
  return ms === Infinity ? 'never' : durationText(ms);
}
