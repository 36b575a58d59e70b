import { describe, expect, it } from 'vitest';
import { meaningOf } from '../../src/validate/settings.js';

const action = (label: string, began_s: number, ended_s?: number) => ({ label, began_s, ended_s });

describe('the settings of a measured run', () => {
  it('are directives of the daemons', () => {
    const config = {
      READ_TIMEOUT: '5s',
      FPM_BACKLOG: 16,
      FASTCGI_PASS: '127.0.0.1:19000',
      FPM_LISTEN: '127.0.0.1:19000',
      MAX_CHILDREN: 2,
    };
    expect(meaningOf({ config })).toEqual({
      set: [
        'nginx.fastcgi_read_timeout=5s',
        'php-fpm.listen.backlog=16',
        'php-fpm.listen=127.0.0.1:19000',
        'php-fpm.pm.max_children=2',
      ],
      events: [],
      unknown: [],
    });
  });

  it('bare numbers are seconds where the daemons take seconds, and lines of a pool file are split', () => {
    const config = {
      PROCESS_CONTROL_TIMEOUT: 10,
      TERMINATE_TIMEOUT: 0,
      PM: 'dynamic',
      PM_EXTRA: 'pm.start_servers = 2\npm.process_idle_timeout = 3\n;x',
    };
    expect(meaningOf({ config }).set).toEqual([
      'php-fpm.process_control_timeout=10s',
      'php-fpm.request_terminate_timeout=0',
      'php-fpm.pm=dynamic',
      'php-fpm.pm.start_servers=2',
      'php-fpm.pm.process_idle_timeout=3s',
    ]);
  });

  it('what lempsim does not know is told', () => {
    expect(meaningOf({ config: { GZIP: 'on' }, actions: [action('cache_flush', 3), action('nginx_dance', 4)] }).unknown).toEqual([
      'config GZIP',
      'action cache_flush',
      'action nginx_dance',
    ]);
  });
});

describe('the actions of a measured run', () => {
  it('are events', () => {
    const actions = [action('nginx_reload', 5.0002, 5.03), action('nginx_restart_quit', 6, 6.6), action('fpm_restart', 7, 7.1)];
    expect(meaningOf({ config: {}, actions }).events).toEqual([
      { at: '5000.2ms', reload: 'nginx' },
      { at: '6000ms', restart: 'nginx', signal: 'QUIT' },
      { at: '7000ms', restart: 'php-fpm', signal: 'TERM' },
    ]);
  });

  it('what is undone later lasts until then; else until the action itself was over', () => {
    const actions = [
      action('mariadb_kill', 3),
      action('mariadb_start', 5.5),
      action('fpm_hang', 7, 9),
      action('nginx_stop', 8),
      action('nginx_start', 8.25),
    ];
    expect(meaningOf({ config: {}, actions }).events).toEqual([
      { at: '3000ms', kill: 'mysql', for: '2500ms' },
      { at: '7000ms', hang: 'php-fpm', for: '2000ms' },
      { at: '8000ms', stop: 'nginx', signal: 'TERM', for: '250ms' },
    ]);
  });
});
