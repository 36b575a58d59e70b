/**
 * Ctrl-C and its like as a stream. The first one stops the run, so that its answer so far can be printed;
 * after it the signals mean what they always mean, and a second one ends the program at once.
 */
import { fromEvent, merge, type Observable, take, tap } from 'rxjs';

export type Signal = 'SIGINT' | 'SIGTERM';

/** `npm run` passes on the signal that the terminal has sent to all: for one Ctrl-C two may come. */
const echoMs = 300;

export function signals(): Observable<Signal> {
  const from = (signal: Signal): Observable<Signal> => fromEvent(process, signal, () => signal);
  return merge(from('SIGINT'), from('SIGTERM')).pipe(take(1), tap(ignoreEcho));
}

function ignoreEcho(signal: Signal): void {
  const ignore = (): void => {};
  process.on(signal, ignore);
  setTimeout(() => process.off(signal, ignore), echoMs).unref();
}
