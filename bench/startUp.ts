/** From the command to its first word, by the clock on the wall, beside what Node.js itself needs. */
import { spawnSync } from 'node:child_process';
import { each, root, takeTurns } from './measure.js';
import type { Workload } from './row.js';

const TURNS = 9;

export const startUp: Workload = {
  name: 'startUp',
  title: 'Start-up',
  measure() {
    const turns = takeTurns({ help: wall('dist/src/cli/main.js', '--help'), bare: wall('-e', '0') }, TURNS);
    const beside = `${Math.round(each(turns.bare, 'ms').median)} ms for Node.js with nothing to do`;
    return [{ what: 'lempsim --help', value: each(turns.help, 'ms'), unit: 'ms', bar: { atMost: 350 }, beside }];
  },
};

function wall(...args: string[]) {
  return () => {
    const before = performance.now();
    const { status } = spawnSync(process.execPath, args, { cwd: root });
    if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
    return { ms: performance.now() - before };
  };
}
