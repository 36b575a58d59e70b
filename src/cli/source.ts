/**
 * Which scenario is meant: `-`, a path (it has a `/` or ends in `.yaml`), or the name of a built-in one. A
 * name that does not exist is an error of the command line, answered with the nearest one.
 */
import { didYouMean, listScenarios } from '../index.js';
import { UsageError } from './failures.js';
import { verbs } from './verbs.js';

export async function known(asked: string | undefined, options: { readonly json?: true | string }): Promise<string> {
  if (asked === undefined) throw new UsageError(missing(options.json));
  if (asked === '-' || asked.includes('/') || /\.ya?ml$/i.test(asked)) return asked;
  const names = (await listScenarios()).map(({ name }) => name);
  if (names.includes(asked)) return asked;
  throw new UsageError(
    `no scenario "${asked}"${didYouMean(asked, [...names, ...verbs])}\nbuilt in: ${names.join(', ')}\na file of your own: ./${asked}.yaml`,
  );
}

function missing(json: true | string | undefined): string {
  const taken = typeof json === 'string' ? ` ("${json}" was taken for the file of --json; name the scenario first)` : '';
  return `which scenario?${taken}\nlempsim list shows those built in, lempsim --help how to call them`;
}
