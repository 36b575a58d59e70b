/** Events as the model has them: `happens(100, { verb: 'kill', on: 'mysql' })`, at 100 ms, for as long as it takes. */

import type { Law } from '../../src/engine/law.js';
import type { EventModel, FailureModel, Happening } from '../../src/model.js';

export function happens(atMs: number, what: Happening, forMs: number | null = null): EventModel {
  return { name: `${what.verb} ${what.on}`, atMs, forMs, because: '', what };
}

export function fails(what: Happening, upMs: Law, downMs: Law | null = null): FailureModel {
  return { name: `${what.verb} ${what.on}`, upMs, downMs, because: '', what };
}
