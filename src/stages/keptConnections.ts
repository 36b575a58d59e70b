/**
 * Connections that nginx keeps after an answer, for the visitor's next request: until `keepalive_timeout` is over, slots run short, or
 * their worker leaves. While nginx is stopped by a signal none is closed; those whose time has run out are when it goes on.
 */
import type { VirtualClock } from '../engine/clock.js';
import { Timeouts } from '../engine/timeouts.js';
import type { NginxModel } from '../model.js';
import type { Connection } from './connection.js';
import type { NginxWorker } from './nginxWorker.js';

export class KeptConnections {
  /** Closed for lack of slots. */
  drained = 0;
  /** Whether nginx is stopped by a signal. */
  hung = false;
  private readonly timers: Timeouts<Connection>;

  constructor(
    private readonly model: NginxModel,
    private readonly clock: VirtualClock,
    /** Nginx has closed a connection that no request was using. */
    private readonly closed: (connection: Connection) => void,
    /** A worker that leaves has a connection less. */
    private readonly freed: (worker: NginxWorker) => void,
  ) {
    this.timers = new Timeouts(clock, model.keepaliveTimeoutMs, (connection) => this.idleTooLong(connection));
  }

  /** The visitor has the answer: keeps the connection, or closes it. */
  finish(connection: Connection, keep: boolean): void {
    this.touch(connection);
    const { leaving, idle } = connection.worker!;
    const { keepaliveTimeoutMs, keepaliveRequests } = this.model;
    if (!keep || leaving || keepaliveTimeoutMs === 0 || connection.served >= keepaliveRequests) return this.close(connection);
    const idleness = idle.join(connection, this.clock.now());
    idleness.timer = this.timers.start(connection);
  }

  /** A request has come over it. */
  touch(connection: Connection): void {
    if (connection.idleness === null) return;
    this.timers.cancel(connection.idleness.timer);
    connection.worker!.idle.leave(connection);
  }

  close(connection: Connection): void {
    connection.open = false;
    const worker = connection.worker!;
    worker.giveSlot(this.clock.now());
    if (worker.leaving) this.freed(worker);
  }

  /** Before another slot is taken. */
  drain(worker: NginxWorker): void {
    this.drained += worker.drain(this.closeIdle);
  }

  readonly closeIdle = (connection: Connection): void => {
    this.touch(connection);
    this.close(connection);
    if (connection.request === null) this.closed(connection);
  };

  /** The visitors are not told that their connections are no more. */
  loseAll({ idle }: NginxWorker): void {
    while (idle.oldest !== null) {
      const connection = idle.oldest;
      this.touch(connection);
      connection.worker = null;
      connection.stale = true;
      if (connection.request === null && connection.visitor === null) this.closed(connection);
    }
  }

  closeAll({ idle }: NginxWorker): void {
    while (idle.oldest !== null) this.closeIdle(idle.oldest);
  }

  closeOverdue({ idle }: NginxWorker): void {
    while (idle.oldest !== null && idle.oldest.idleness!.timer === 0) this.closeIdle(idle.oldest);
  }

  private idleTooLong(connection: Connection): void {
    connection.idleness!.timer = 0; // It has run out.
    if (!this.hung) this.closeIdle(connection);
  }
}
