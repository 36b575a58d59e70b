/**
 * How requests end. A `Cause` is made once, where a stage is wired, and counted each time a request ends by it.
 *
 * The outcome is what the visitor saw: a status code, or what happened in place of one. The log is the line that the real
 * server would write, or the browser's error where no server knows of the request.
 */
export class Cause {
  constructor(
    /** `200`, `502`, `499`, `reset`, `empty reply`, `connect timeout`, `dns failure`, `abandoned`, … */
    readonly outcome: string,
    readonly stage: string,
    readonly text: string,
    readonly log: string,
  ) {}
}

/** The only good one. */
export const ANSWERED = new Cause('200', 'delivery', 'answered', '');
