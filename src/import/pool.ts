/** The one pool of PHP-FPM that nginx passes to; the others are told by name. */
import { dirname } from 'node:path';
import type { Place } from '../scenario/place.js';
import type { Entry, Group } from './entry.js';
import type { Files } from './files.js';
import type { Directive } from './nginxConf.js';
import type { Scope } from './nginxScope.js';
import { readPoolFile } from './phpIni.js';
import { spotOf, type Trouble } from './trouble.js';

export interface Pool {
  readonly name: string;
  readonly place: Place;
  readonly entries: readonly Entry[];
  /** `$pool` put in; empty if there is none. */
  readonly listen: string;
}

export interface Fpm {
  readonly pools: readonly Pool[];
  /** Of `[global]`. */
  readonly global: readonly Entry[];
}

/** Files and folders as given, a folder standing for its *.conf; `include` of a php-fpm.conf is followed. */
export function readFpm(paths: readonly string[], files: Files, trouble: Trouble): Fpm {
  const entries: Entry[] = [];
  const groups: Group[] = [];
  const read = (path: string, at?: Place): void => {
    if (files.exhausted) return;
    files.with(
      path,
      (file) => {
        const ini = readPoolFile(file, trouble);
        for (const group of ini.groups) groups.push(group);
        for (const entry of ini.entries) {
          if (entry.name !== 'include') entries.push(entry);
          else for (const each of included(entry)) read(each, entry.valuePlace);
        }
      },
      at,
    );
  };
  const included = (entry: Entry): string[] => {
    const found = files.list(files.locate(entry.value ?? '', dirname(entry.place.file)));
    if (found.length === 0) trouble.note(`${spotOf(entry.place)}: includes ${entry.value ?? 'nothing'}, where no file is`);
    return found;
  };
  for (const path of files.inFolders(paths, '*.conf')) read(path);
  return poolsOf(entries, groups);
}

function poolsOf(entries: readonly Entry[], groups: readonly Group[]): Fpm {
  const first = new Map<string, Group>();
  for (const group of groups) if (!first.has(group.name)) first.set(group.name, group);
  const members = new Map([...first.keys()].map((name): [string, Entry[]] => [name, []]));
  for (const entry of entries) members.get(entry.group)?.push(entry);
  const pools = [...first.values()].filter(({ name }) => name.toLowerCase() !== 'global');
  return {
    pools: pools.map(({ name, place }) => poolOf(name, place, members.get(name) ?? [])),
    global: entries.filter(({ group }) => group.toLowerCase() === 'global'),
  };
}

function poolOf(name: string, place: Place, entries: readonly Entry[]): Pool {
  const listen = entries.findLast((entry) => entry.name === 'listen')?.value ?? '';
  return { name, place, entries, listen: listen.replaceAll('$pool', name) };
}

export interface Target {
  /** Where nginx passes to, as far as it can be told: `/run/php/fpm.sock`, `127.0.0.1:9000`; `null` if a variable hides it. */
  readonly address: string | null;
  /** Further servers of an upstream. */
  readonly others: readonly string[];
}

/** Follows `fastcgi_pass` through a variable and through an upstream. */
export function targetOf(pass: Directive, scope: Scope, http: Scope): Target {
  const word = resolved(pass.values[0] ?? '', scope, http);
  const upstream = http.peek('upstream').find(({ values }) => values[0] === word);
  if (upstream === undefined) return { address: word.includes('$') ? null : addressOf(word), others: [] };
  const inside = http.within(http.use(upstream));
  const servers = inside.own('server').map(({ values }) => addressOf(values[0] ?? ''));
  return { address: servers[0] ?? null, others: servers.slice(1) };
}

/** A variable that one `set` or the default of one `map` gives. */
function resolved(word: string, scope: Scope, http: Scope): string {
  const [, name] = /^(?:unix:)?\$\{?(\w+)\}?$/.exec(word) ?? [];
  if (name === undefined) return word;
  for (let around: Scope | null = scope; around !== null; around = around.around) {
    const set = around.peek('set').find(({ values }) => values[0] === `$${name}`);
    if (set) around.use(set);
    if (set) return (word.startsWith('unix:') ? 'unix:' : '') + (set.values[1] ?? '');
  }
  const map = http.peek('map').find(({ values }) => values[1] === `$${name}`);
  if (map) http.use(map);
  return map?.children?.find((child) => child.name === 'default')?.values[0] ?? word;
}

/** `unix:/run/a.sock` and `/var/run/a.sock` are one place, and so are `localhost:9000` and `127.0.0.1:9000`. */
export function addressOf(word: string): string {
  const path = /^(?:unix:)?(\/.*?)(?::)?$/.exec(word)?.[1];
  if (path !== undefined) return path.replace(/^\/var\/run\//, '/run/');
  const [, port] = /^(?:(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\*|\[::1?\]):)?(\d{1,5})$/.exec(word) ?? [];
  return port === undefined ? word : `127.0.0.1:${port}`;
}

/** The pool that listens where nginx passes to; of several hosts' names the port decides, as in containers. */
export function poolAt(address: string, pools: readonly Pool[]): Pool | undefined {
  const portOf = (text: string) => (text.startsWith('/') ? undefined : /:(\d+)$/.exec(text)?.[1]);
  const exact = pools.find(({ listen }) => addressOf(listen) === address);
  const samePort = pools.filter(({ listen }) => portOf(address) !== undefined && portOf(addressOf(listen)) === portOf(address));
  return exact ?? samePort[0];
}
