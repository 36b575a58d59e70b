/**
 * What a measured run's `config` and `actions` mean here: settings of the site, as `--set` takes them, and events.
 *
 * The names are those of the measuring harness; each stands for a directive of a daemon's configuration.
 */
import type { PlainRun } from './measured.js';

type Value = string | number;

const SETTINGS: Readonly<Record<string, (value: Value) => readonly string[]>> = {
  WORKER_CONNECTIONS: (value) => [`nginx.worker_connections=${value}`],
  WORKER_PROCESSES: (value) => [`nginx.worker_processes=${value}`],
  NGINX_BACKLOG: (value) => [`nginx.listen.backlog=${value}`],
  READ_TIMEOUT: (value) => [`nginx.fastcgi_read_timeout=${seconds(value)}`],
  CONNECT_TIMEOUT: (value) => [`nginx.fastcgi_connect_timeout=${seconds(value)}`],
  SEND_TIMEOUT: (value) => [`nginx.fastcgi_send_timeout=${seconds(value)}`],
  KEEPALIVE_TIMEOUT: (value) => [`nginx.keepalive_timeout=${seconds(value)}`],
  // Where nginx connects to is where FPM listens.
  FASTCGI_PASS: () => [],
  LISTEN: () => [],
  FPM_LISTEN: (value) => [`php-fpm.listen=${value}`],
  FPM_BACKLOG: (value) => [`php-fpm.listen.backlog=${value}`],
  PM: (value) => [`php-fpm.pm=${value}`],
  MAX_CHILDREN: (value) => [`php-fpm.pm.max_children=${value}`],
  MAX_REQUESTS: (value) => [`php-fpm.pm.max_requests=${value}`],
  PM_EXTRA: (value) => String(value).split('\n').flatMap(directive),
  TERMINATE_TIMEOUT: (value) => [`php-fpm.request_terminate_timeout=${seconds(value)}`],
  PROCESS_CONTROL_TIMEOUT: (value) => [`php-fpm.process_control_timeout=${seconds(value)}`],
  MAX_CONNECTIONS: (value) => [`mysql.max_connections=${value}`],
  FLUSH: (value) => [`mysql.innodb_flush_log_at_trx_commit=${value}`],
  LOCK_WAIT_TIMEOUT: (value) => [`mysql.innodb_lock_wait_timeout=${seconds(value)}`],
  SOMAXCONN: (value) => [`tcp.net.core.somaxconn=${value}`],
};

/** `5s` and `5` are five seconds, as the daemons read them. */
function seconds(value: Value): string {
  if (Number(value) === 0) return '0';
  return /^\d+(\.\d+)?$/.test(String(value)) ? `${value}s` : String(value);
}

/** A line of a pool file: `pm.start_servers = 2`. */
function directive(line: string): readonly string[] {
  const [, name, value] = /^\s*([\w.]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
  if (name === undefined) return [];
  return [`php-fpm.${name}=${name.endsWith('timeout') ? seconds(value) : value}`];
}

export interface Meaning {
  /** As `--set` takes them. */
  readonly set: readonly string[];
  /** Events of a scenario. */
  readonly events: readonly Readonly<Record<string, string>>[];
  /** What the run had and lempsim does not know. */
  readonly unknown: readonly string[];
}

export function meaningOf(run: Pick<PlainRun, 'config'> & Partial<Pick<PlainRun, 'actions'>>): Meaning {
  const unknown: string[] = [];
  const set = Object.entries(run.config).flatMap(([name, value]) => {
    const setting = SETTINGS[name];
    if (setting === undefined) unknown.push(`config ${name}`);
    return setting?.(value) ?? [];
  });
  const actions = run.actions ?? [];
  const events = actions.flatMap((action) => {
    const event = eventOf(action, actions);
    if (event === null) unknown.push(`action ${action.label}`);
    return event === null || event === 'told' ? [] : [event];
  });
  return { set, events, unknown };
}

type Action = PlainRun['actions'][number];

const DAEMONS: Readonly<Record<string, string>> = {
  nginx: 'nginx',
  fpm: 'php-fpm',
  php: 'php-fpm',
  mariadb: 'mysql',
  mysql: 'mysql',
  db: 'mysql',
};

/** `nginx_restart_quit`, `fpm_reload`, `mariadb_kill`, …: a daemon, a verb, and how. A start belongs to the stop before it. */
function eventOf(action: Action, actions: readonly Action[]): Readonly<Record<string, string>> | 'told' | null {
  const [daemonWord, verb, how = ''] = action.label.toLowerCase().split(/[_ -]+/);
  const daemon = DAEMONS[daemonWord];
  if (daemon === undefined) return null;
  const at = ms(action.began_s);
  switch (verb) {
    case 'reload':
      return { at, reload: daemon };
    case 'restart':
      return { at, restart: daemon, signal: how === 'quit' || how === 'graceful' ? 'QUIT' : 'TERM' };
    case 'stop':
      return {
        at,
        stop: daemon,
        signal: how === 'quit' || how === 'graceful' ? 'QUIT' : 'TERM',
        for: until(action, daemonWord, ['start'], actions),
      };
    case 'kill':
      return { at, kill: daemon, for: until(action, daemonWord, ['start', 'restart'], actions) };
    case 'hang':
    case 'pause':
      return { at, hang: daemon, for: until(action, daemonWord, ['cont', 'continue', 'resume'], actions) };
    case 'start':
    case 'cont':
    case 'continue':
    case 'resume':
      return 'told';
    default:
      return null;
  }
}

/** Up to the action that undoes this one, or, if it was one action, to its own end. */
function until(action: Action, daemonWord: string, verbs: readonly string[], actions: readonly Action[]): string {
  const undone = actions.find(({ label, began_s }) => {
    const [word, verb] = label.toLowerCase().split(/[_ -]+/);
    return word === daemonWord && verbs.includes(verb) && began_s > action.began_s;
  });
  const endS = undone?.began_s ?? action.ended_s ?? action.began_s + 1;
  return ms(Math.max(0.001, endS - action.began_s));
}

function ms(s: number): string {
  return `${Math.round(s * 1e6) / 1000}ms`;
}
