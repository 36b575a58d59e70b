/** A tree from the objects of a TypeScript user: copied, without prototypes, without places, and without end if need be refused. */
import { dotted, emptyMapping, type Path, type Place, type Spots, type Tree } from './place.js';
import type { Problem } from './problems.js';

const DEPTH_MAX = 64;
const NODES_MAX = 20_000;
const NOWHERE: Place = { file: 'scenario', line: 0, column: 0 };

export function readPlain(scenario: unknown, problems: Problem[]): Tree {
  const spots: Spots = new WeakMap();
  let nodes = 0;
  return { data: copy(scenario, []), place: NOWHERE, spots };

  function copy(value: unknown, path: Path): unknown {
    nodes += 1;
    if (typeof value !== 'object' || value === null) return value;
    if (path.length > DEPTH_MAX || nodes > NODES_MAX) {
      if (problems.length === 0) problems.push({ ...NOWHERE, path: dotted(path.slice(0, 3)), value: '', message: tooMuch(path) });
      return null;
    }
    if (Array.isArray(value)) return value.map((item, index) => copy(item, [...path, index]));
    const mapping = emptyMapping();
    for (const [key, item] of Object.entries(value)) if (item !== undefined) mapping[key] = copy(item, [...path, key]);
    return mapping;
  }
}

function tooMuch(path: Path): string {
  return path.length > DEPTH_MAX ? `expected a nesting of at most ${DEPTH_MAX} levels` : `expected at most ${NODES_MAX} values`;
}
