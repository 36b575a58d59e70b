/** A clock, and a list that says what happened when. */
import { VirtualClock } from '../../src/engine/clock.js';

export function watched() {
  const clock = new VirtualClock();
  const told: string[] = [];
  const note = (text: string) => {
    told.push(`${Math.round(clock.now() * 1e6) / 1e6}: ${text}`);
  };
  return { clock, told, note };
}
