/** A page as one visitor wants it, over all the attempts at it; only there where visitors try again. */
import type { Way } from '../telemetry/views.js';

export class View {
  /** The window that it counts for. */
  window = 0;
  /** Since when the page of a network error is before their eyes, in ms; -1 if it is not. */
  errorSinceMs = -1;
  /** Network errors in a row. */
  polls = 0;
  /** How often they have pressed reload, at an error page and while they waited. */
  reloads = 0;
  refreshes = 0;
  /** They have pressed reload just now: the attempt in flight is given up for the next. */
  pressed = false;
  /** What the next attempt is. */
  way: Way = 'retry';

  reset(): void {
    this.errorSinceMs = -1;
    this.polls = 0;
    this.reloads = 0;
    this.refreshes = 0;
    this.pressed = false;
  }
}
