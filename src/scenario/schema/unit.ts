/** How systemd keeps a daemon: the same three settings for each, with the defaults of its own unit file. */
import { type Default, setting } from './hint.js';
import { durationLaw } from './laws.js';
import { duration } from './quantity.js';
import { choice } from './word.js';

type Restart = 'no' | 'on-failure' | 'on-abnormal' | 'always';

interface UnitDefaults {
  readonly restart: Default<Restart>;
  readonly restart_sec: Default<string>;
  readonly start: Default<string>;
}

export function unit(given: UnitDefaults) {
  return {
    Restart: setting(
      choice('no', 'on-failure', 'on-abnormal', 'always'),
      'When systemd starts it again by itself after its main process has died.',
      given.restart,
    ),
    RestartSec: setting(duration(), 'How long systemd waits before that.', given.restart_sec),
    start: setting(durationLaw(), 'From the start of the process until it takes connections.', given.start),
  };
}
