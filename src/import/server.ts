/** The one server of nginx.conf that is imported: the one asked for by name, or the first that passes to PHP-FPM. */
import { didYouMean } from '../scenario/nearest.js';
import { Expressions } from './expression.js';
import { Locations } from './locations.js';
import type { Directive } from './nginxConf.js';
import { Scope } from './nginxScope.js';
import type { Trouble } from './trouble.js';

export interface Server {
  readonly directive: Directive;
  readonly scope: Scope;
  readonly locations: Locations;
  /** Its first plain name, or where it listens. */
  readonly name: string;
}

export interface Chosen {
  readonly main: Scope;
  readonly http: Scope;
  readonly server: Server;
  readonly others: readonly Server[];
}

export function chooseServer(
  directives: readonly Directive[],
  file: string,
  asked: string | null,
  trouble: Trouble,
): Chosen | null {
  const main = new Scope(directives, null);
  const servers = serversOf(main);
  const nowhere = { file, line: 1, column: 1 };
  if (servers.length === 0) {
    trouble.wrong(nowhere, 'expected a server { … } in this file or in one that it includes, got none');
    return null;
  }
  const server =
    asked === null ? (servers.find(asksPhp) ?? servers.find((each) => !onlyReturns(each)) ?? servers[0]) : named(servers, asked);
  if (server === undefined) {
    const names = [...new Set(servers.flatMap(namesOf))];
    trouble.wrong(nowhere, `expected a server named ${asked}, got ${names.join(', ')}${didYouMean(asked as string, names)}`);
    return null;
  }
  return { main, http: server.scope.around as Scope, server, others: servers.filter((each) => each !== server) };
}

/** Those of `http`; and, where a file of sites-enabled is given by itself, those that stand at its top. */
function serversOf(main: Scope): Server[] {
  const expressions = new Expressions();
  const scopes = [...main.blocks('http').map((http) => main.within(http)), main];
  return scopes.flatMap((scope) => scope.blocks('server').map((directive) => serverOf(directive, scope, expressions)));
}

function serverOf(directive: Directive, around: Scope, expressions: Expressions): Server {
  const scope = around.within(directive);
  const listen = scope.own('listen').map(({ values }) => values[0]);
  const name = hostNameOf(scope) ?? scope.own('server_name')[0]?.values[0] ?? listen[0] ?? 'without a name';
  return { directive, scope, locations: new Locations(scope, expressions), name };
}

export function hostNameOf(scope: Scope): string | null {
  const names = scope.own('server_name').flatMap(({ values }) => values);
  return names.find((name) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name)) ?? null;
}

function namesOf({ scope, name }: Server): string[] {
  const names = scope.own('server_name').flatMap(({ values }) => values);
  return names.length > 0 ? names : [name];
}

function named(servers: readonly Server[], asked: string): Server | undefined {
  const candidates = servers.filter((server) => namesOf(server).includes(asked) || server.name === asked);
  return candidates.find(asksPhp) ?? candidates.find((each) => !onlyReturns(each)) ?? candidates[0];
}

function asksPhp({ scope, locations }: Server): boolean {
  return [scope, ...locations.all.map((location) => location.scope)].some((each) => each.peek('fastcgi_pass').length > 0);
}

/** A server that sends all visitors to another one, as from http to https. */
function onlyReturns({ scope, locations }: Server): boolean {
  return (
    scope.peek('return').length > 0 ||
    (locations.all.length > 0 && locations.all.every((each) => each.scope.peek('return').length > 0))
  );
}
