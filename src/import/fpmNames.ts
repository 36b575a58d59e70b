/** The directives of a pool (php-fpm -tt prints them); a pool with any other does not start. */
import { didYouMean } from '../scenario/nearest.js';
import { show } from '../scenario/problems.js';
import type { Pool } from './pool.js';
import { spotOf, type Trouble } from './trouble.js';

const NAMES = `prefix user group listen listen.backlog listen.acl_users listen.acl_groups listen.owner listen.group listen.mode
listen.allowed_clients listen.setfib process.priority process.dumpable pm pm.max_children pm.start_servers pm.min_spare_servers
pm.max_spare_servers pm.max_spawn_rate pm.process_idle_timeout pm.max_requests pm.status_path pm.status_listen ping.path
ping.response access.log access.format access.suppress_path slowlog request_slowlog_timeout request_slowlog_trace_depth
request_terminate_timeout request_terminate_timeout_track_finished rlimit_files rlimit_core chroot chdir catch_workers_output
decorate_workers_output clear_env security.limit_extensions apparmor_hat`.split(/\s+/);
const GIVEN = /^(?:env|php_(?:admin_)?(?:value|flag)|access\.suppress_path)\[/;

/** Notes what this list does not know: a slip, or something newer than it. */
export function noteUnknown({ entries }: Pool, trouble: Trouble): void {
  for (const { name, place } of entries)
    if (!NAMES.includes(name) && !GIVEN.test(name))
      trouble.note(`${spotOf(place)}: ${show(name)} is no directive of a pool that is known here${didYouMean(name, NAMES)}`);
}
