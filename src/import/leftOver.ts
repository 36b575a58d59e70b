/** What was read and is not modelled: by server, each name with its place, so that nothing is dropped without a word. */
import type { Place } from '../scenario/place.js';
import { printable } from '../scenario/problems.js';
import type { Box } from './box.js';
import { carried, isIdle, phpSetting } from './daemons.js';
import type { Entry } from './entry.js';
import type { Directive } from './nginxConf.js';

export interface LeftOver {
  readonly daemon: string;
  /** `nginx.conf: user (1), gzip (44)`, a line a file, in the order in which they were read. */
  readonly lines: readonly string[];
  /** The names alone, each once. */
  readonly names: readonly string[];
}

export function leftOvers(box: Box): readonly LeftOver[] {
  return [ofNginx(box), ofFpm(box), ofMysql(box), ofPhp(box), ofSysctl(box)].filter(({ names }) => names.length > 0);
}

interface Named {
  readonly name: string;
  readonly place: Place;
}

/** Those of the blocks around the chosen server and of its own; other servers as a whole. */
function ofNginx({ nginx, pages, directives }: Box): LeftOver {
  const { server, others } = nginx;
  const found: Named[] = [];
  const into = ['http', 'events', 'if', 'location', 'limit_except'];
  const skip = new Set<Directive>([server.directive, ...others.map(({ directive }) => directive)]);
  const visit = (list: readonly Directive[], depth: number): void => {
    for (const directive of list) {
      if (skip.has(directive)) continue;
      const open = into.includes(directive.name) || (directive.name === 'upstream' && server.scope.isUsed(directive));
      const inside = open && directive.children !== null && depth < 100;
      if (inside) visit(directive.children as readonly Directive[], depth + 1);
      else if (!server.scope.isUsed(directive)) found.push(directive);
    }
  };
  visit(directives, 0);
  visit(server.directive.children ?? [], 0);
  const listening = server.scope.peek('listen').flatMap(({ values, place }) =>
    values
      .slice(1)
      .filter((word) => !/^(?:ssl|default_server|backlog=.*)$/.test(word))
      .map((word) => ({ name: `listen … ${word}`, place })),
  );
  const servers = others.map(({ name, directive }) => ({ name: `server ${name}`, place: directive.place }));
  const answered = pages.left.map(({ path, at }) => ({ name: `${path} by ${at.name}`, place: at.place }));
  return leftOver('nginx', [...found, ...listening, ...answered, ...servers]);
}

function ofFpm({ fpm, pool }: Box): LeftOver {
  const known = carried('php-fpm').map(({ name }) => name);
  const pm = pool?.entries.findLast(({ name }) => name === 'pm')?.value;
  const own = (pool?.entries ?? []).filter(({ name }) => !known.includes(name) || isIdle(name, pm));
  const others = fpm.pools.filter((each) => each !== pool).map(({ name, place }) => ({ name: `pool ${name}`, place }));
  const ofPhp = (entry: Entry) => known.some((name) => phpSetting(name, [entry]));
  return leftOver('PHP-FPM', [...without(fpm.global, known), ...own.filter((entry) => !ofPhp(entry)), ...others]);
}

function ofMysql({ mysql }: Box): LeftOver {
  const known = carried('mysql').map(({ name }) => name);
  return leftOver('MySQL', without(mysql, known));
}

function ofPhp({ php }: Box): LeftOver {
  const known = carried('php-fpm').map(({ name }) => name);
  return leftOver('PHP', without(php, [...known, 'memory_limit']));
}

function ofSysctl({ sysctl }: Box): LeftOver {
  const known = carried('tcp').map(({ name }) => name);
  return leftOver('kernel', without(sysctl, known));
}

function without(entries: readonly Entry[], names: readonly string[]): readonly Entry[] {
  return entries.filter(({ name }) => !names.includes(name));
}

/** The same name in the same file is one item: `fastcgi_param (3, 24 times)`. */
function leftOver(daemon: string, found: readonly Named[]): LeftOver {
  const files = new Map<string, Map<string, { line: number; times: number }>>();
  for (const { name, place } of found) {
    const names = files.get(place.file) ?? new Map<string, { line: number; times: number }>();
    const before = names.get(shortened(name));
    if (before) before.times += 1;
    else names.set(shortened(name), { line: place.line, times: 1 });
    files.set(place.file, names);
  }
  const item = ([name, { line, times }]: [string, { line: number; times: number }]) =>
    `${name} (${line}${times > 1 ? `, ${times} times` : ''})`;
  return {
    daemon,
    lines: [...files].map(([file, names]) => `${printable(file)}: ${[...names].map(item).join(', ')}`),
    names: [...new Set([...files.values()].flatMap((names) => [...names.keys()]))],
  };
}

const NAME_LONGEST = 60;

function shortened(name: string): string {
  const text = printable(name);
  return text.length > NAME_LONGEST ? `${text.slice(0, NAME_LONGEST)}…` : text;
}
