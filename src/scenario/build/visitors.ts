/** `visitors` as the model has them, those of the scenario and those of one source. */
import type { RetryModel, VisitorsModel } from '../../model.js';
import type { Complete } from '../schema/scenario.js';

type Written = Complete['visitors'];

export function visitorsOf(
  visitors: Written,
  { events = [], failures = [] }: Pick<Complete, 'events' | 'failures'>,
): VisitorsModel {
  const autoReload = visitors.auto_reload ?? events.length + failures.length > 0;
  return {
    roundTripMs: visitors.round_trip,
    bytesPerMs: visitors.bandwidth,
    patienceMs: visitors.patience,
    connections: visitors.connections,
    keepAlive: visitors.keep_alive,
    pagesPerVisit: visitors.pages_per_visit,
    thinkMs: visitors.think,
    retry: visitors.retry && retryOf(visitors.retry),
    reload: visitors.reload && {
      chance: visitors.reload.chance,
      afterMs: visitors.reload.after,
      times: visitors.reload.times,
    },
    refresh: visitors.refresh && { afterMs: visitors.refresh.after, times: visitors.refresh.times },
    autoReloadMs: autoReload ? visitors.error_page_open : null,
  };
}

function retryOf(retry: NonNullable<Written['retry']>): RetryModel {
  return {
    attempts: retry.attempts,
    backoffMs: retry.backoff,
    multiplier: retry.multiplier,
    capMs: retry.cap,
    jitter: retry.jitter,
    budget: retry.budget,
    on: [...new Set(retry.on.flatMap((word) => OUTCOMES[word] ?? [word]))],
  };
}

/** What a word stands for; a status code stands for itself. */
const OUTCOMES: Readonly<Record<string, readonly string[]>> = {
  network: ['dns failure', 'refused', 'reset', 'connect timeout', 'empty reply'],
  '5xx': ['500', '502', '503', '504'],
};
