/** Each stage in the order a request meets it: how full it was, how long its line, where the time went. */
import type { Result } from '../telemetry/result.js';
import { count, duration, figure, nothing, share } from './format.js';
import type { Look } from './look.js';
import { placesInWords, stageName } from './names.js';
import { left, right, table } from './table.js';
import { wrap } from './text.js';

export function stages(result: Result, look: Look): string[] {
  const during = result.windows.find((window) => window.name.startsWith('during '));
  const surge = during === undefined ? [] : [during];
  const rows = Object.entries(result.stages).map(([name, stage]) => [
    stageName(name),
    stage.placesMax === null ? nothing : count(stage.placesMax),
    share(stage.utilisation),
    ...surge.map((window) => share(window.stages[name]?.utilisation ?? null)),
    figure(stage.queue.mean),
    stage.queue.limit === null ? count(stage.queue.max) : `${count(stage.queue.max)}/${count(stage.queue.limit)}`,
    duration(stage.timeMs.mean),
    duration(stage.timeMs.waiting),
    share(stage.timeMs.share),
  ]);
  const columns = [
    left('stage'),
    right('places'),
    right('in use'),
    ...surge.map(() => right('during')),
    right('queue'),
    right('max'),
    right('time'),
    right('waiting'),
    right('share'),
  ];
  return [look.paint.strong('Stages'), ...table(columns, rows, look), ...details(result, look)];
}

/** What the places are, and whatever else a stage has to tell. */
function details(result: Result, look: Look): string[] {
  return Object.entries(result.stages).flatMap(([name, stage]) => {
    const { children, 'children max': most, ...details } = stage.details;
    const known = Object.entries(details)
      .filter(([, value]) => value !== 0)
      .map(([detail, value]) => `${detail} ${figure(value)}`);
    const pool =
      children === undefined || most === undefined ? [] : [`at most ${figure(most)} at once`, `${figure(children)} at the end`];
    const all = [...(stage.placesMax === null ? [] : [placesInWords(stage.placesMax, stage.places)]), ...pool, ...known];
    return all.length === 0 ? [] : wrap(all.join(', '), Math.max(80, look.width), `  ${stageName(name)}: `, '    ');
  });
}
