/** `mysql`: variables as in my.cnf. MariaDB is meant, too. */
import * as z from 'zod';
import { defaults } from '../defaults.js';
import { hinted, setting } from './hint.js';
import { durationLaw } from './laws.js';
import { ABOVE_ZERO, decimal, directiveSize, duration, size, whole } from './quantity.js';
import { unit } from './unit.js';
import { choice, onOff } from './word.js';

const given = defaults.mysql;
const flush = hinted(z.union([z.literal(0), z.literal(1), z.literal(2)]), { kind: '0, 1, 2', expected: '0, 1 or 2' });

export const mysql = z.strictObject({
  max_connections: setting(
    whole(1, 100_000),
    'Connections at the most; the next is refused with error 1040.',
    given.max_connections,
  ),
  connections: setting(
    choice('per-request', 'persistent'),
    'Whether a PHP child keeps its connection from request to request.',
    given.connections,
  ),
  connect: setting(durationLaw(), "The server's CPU to open a connection.", given.connect),
  round_trip: setting(duration(), 'What the way to the server and back adds to each query.', given.round_trip),
  innodb_buffer_pool_size: setting(directiveSize(ABOVE_ZERO), 'Memory for table and index pages.', given.innodb_buffer_pool_size),
  dataset: setting(size(), 'Table and index bytes that the site touches.', given.dataset),
  innodb_lock_wait_timeout: setting(
    duration({ min: 1, range: 'of at least 1ms' }),
    'After which a wait for a row ends in error 1205.',
    given.innodb_lock_wait_timeout,
  ),
  innodb_flush_log_at_trx_commit: setting(
    flush,
    '1: each commit waits for a flush to disk; 0 and 2: for none.',
    given.innodb_flush_log_at_trx_commit,
  ),
  base_memory: setting(size(), 'Memory of the server besides its buffer pool.', given.base_memory),
  memory_per_connection: setting(size(), 'Memory of a connection.', given.memory_per_connection),
  innodb_log_file_size: setting(
    directiveSize(ABOVE_ZERO),
    'Redo log; after a crash no more than this must be recovered.',
    given.innodb_log_file_size,
  ),
  checkpoint_age: setting(size(), 'Redo since the last checkpoint as the run begins.', given.checkpoint_age),
  redo_per_commit: setting(size(ABOVE_ZERO), 'Redo that a commit writes.', given.redo_per_commit),
  pages_per_commit: setting(decimal(0, 100_000), 'Pages that a commit has changed.', given.pages_per_commit),
  innodb_buffer_pool_dump_pct: setting(
    whole(0, 100),
    'Percent of the resident pages that are read again in the background after a clean stop; 0 for none.',
    given.innodb_buffer_pool_dump_pct,
  ),
  innodb_io_capacity: setting(whole(1, 1_000_000), 'Pages of these read a second.', given.innodb_io_capacity),
  lock_wait_timeout: setting(
    duration({ min: 1, range: 'of at least 1ms' }),
    'After which a wait for a table, of a query or of an ALTER, ends in error 1205.',
    given.lock_wait_timeout,
  ),
  ping: setting(
    onOff(),
    'Whether PHP pings a persistent connection before a script uses it, and opens another if it is dead.',
    given.ping,
  ),
  ...unit(given),
});
