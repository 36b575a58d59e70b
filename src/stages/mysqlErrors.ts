/** How a query fails: the server's or the client library's error, as PHP logs it; an exception that nobody catches is a 500. */
import { Cause } from '../telemetry/cause.js';

function uncaught(text: string, message: string): Cause {
  return new Cause('500', 'mysql', text, `PHP Fatal error:  Uncaught PDOException: ${message}`);
}

export const mysqlErrors = {
  tooMany: uncaught('error 1040: too many connections', 'SQLSTATE[08004] [1040] Too many connections'),
  shutdown: uncaught(
    'error 1053: server shutdown in progress',
    'SQLSTATE[08S01]: Communication link failure: 1053 Server shutdown in progress',
  ),
  /** InnoDB error handling (MySQL manual): no room in a tablespace is "table is full", and the statement is rolled back. */
  full: uncaught('error 1114: the table is full', 'SQLSTATE[HY000]: General error: 1114 The table is full'),
  lockTimeout: uncaught(
    'error 1205: lock wait timeout',
    'SQLSTATE[HY000]: General error: 1205 Lock wait timeout exceeded; try restarting transaction',
  ),
  /** After a crash the socket's file is there, and nobody listens on it. */
  refused: uncaught('error 2002: connection refused', 'SQLSTATE[HY000] [2002] Connection refused'),
  /** A clean stop removes the file. */
  noSocket: uncaught('error 2002: no socket', 'SQLSTATE[HY000] [2002] No such file or directory'),
  goneAway: uncaught('error 2006: server has gone away', 'SQLSTATE[HY000]: General error: 2006 MySQL server has gone away'),
  lost: uncaught(
    'error 2013: lost connection during query',
    'SQLSTATE[HY000]: General error: 2013 Lost connection to MySQL server during query',
  ),
} as const;
