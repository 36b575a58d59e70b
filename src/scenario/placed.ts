/** Problems of a part that stands over something else, such as a variant: each named and placed in the part. */
import { type Path, type Place, placeOf, type Tree, valueAt } from './place.js';
import type { Problem } from './problems.js';

/** What is wrong only with what the part stands over is placed at the part as a whole. */
export function placedIn(problems: readonly Problem[], path: Path, tree: Tree): Problem[] {
  const own = new Set<string>();
  placesWithin(valueAt(tree.data, path), tree, (place) => own.add(at(place)));
  const { file, line, column } = placeOf(tree, path, 'value');
  return problems.map((problem) => ({
    ...problem,
    ...(own.has(at(problem)) ? {} : { file, line, column }),
    path: [...path, ...(problem.path === '' ? [] : [problem.path])].join('.'),
  }));
}

/** A place as one text. */
export function at({ file, line, column, option }: Place): string {
  return JSON.stringify([file, line, column, option ?? null]);
}

function placesWithin(value: unknown, tree: Tree, visit: (place: Place) => void): void {
  if (typeof value !== 'object' || value === null) return;
  for (const spot of tree.spots.get(value)?.values() ?? []) {
    visit(spot.key);
    visit(spot.value);
  }
  for (const member of Object.values(value)) placesWithin(member, tree, visit);
}
