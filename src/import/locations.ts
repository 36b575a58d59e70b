/**
 * Which location answers a path, and whether it does so by PHP, with a file, or in a way that lempsim does not know.
 *
 * The choice is nginx's own: an exact location, else the longest prefix, unless it says `^~` and unless a regular expression
 * matches before (nginx documentation, ngx_http_core_module, location). `try_files`, `index`, `rewrite` and named locations are
 * followed as far as they lead to a script; whether a file exists nobody knows here, so a path is taken to be no file.
 */
import type { Expressions } from './expression.js';
import type { Directive } from './nginxConf.js';
import type { Scope } from './nginxScope.js';

export type Answer =
  | { readonly by: 'php'; readonly scope: Scope; readonly pass: Directive }
  | { readonly by: 'file'; readonly at: Directive | null }
  /** `proxy_pass`, `return`, … */
  | { readonly by: 'other'; readonly at: Directive };

interface Location {
  readonly directive: Directive;
  readonly modifier: string;
  readonly pattern: string;
  /** Whether its regular expression matches; `null` if it has none. */
  readonly fits: ((path: string) => boolean) | null;
  readonly scope: Scope;
}

const DEPTH_MAX = 20;
const TRIED_MAX = 100;
const ELSEWHERE = ['proxy_pass', 'uwsgi_pass', 'scgi_pass', 'grpc_pass', 'memcached_pass', 'return'];
const LUA = /^(?:content|rewrite)_by_lua/;

export class Locations {
  readonly all: readonly Location[];

  constructor(
    private readonly server: Scope,
    private readonly expressions: Expressions,
  ) {
    this.all = locationsIn(server, expressions, 0);
  }

  /** The answer to a path that is no file and no folder; with `asFile`, to one that is. */
  answer(path: string, asFile = false): Answer {
    return this.answerOnce(path, asFile, new Set());
  }

  for(path: string): Location | null {
    const exact = this.all.find(({ modifier, pattern }) => modifier === '=' && pattern === path);
    if (exact) return exact;
    const prefixes = this.all.filter(
      ({ modifier, pattern }) => (modifier === '' || modifier === '^~') && path.startsWith(pattern),
    );
    const prefix = prefixes.reduce<Location | null>(
      (best, each) => (best && best.pattern.length >= each.pattern.length ? best : each),
      null,
    );
    if (prefix?.modifier === '^~') return prefix;
    return this.all.find(({ fits }) => fits?.(path)) ?? prefix;
  }

  /** A path that has been tried leads nowhere new. */
  private answerOnce(path: string, asFile: boolean, tried: Set<string>): Answer {
    const location = this.for(path);
    tried.add(path);
    return this.answerIn(location?.scope ?? this.server, location, path, asFile, tried);
  }

  private answerIn(scope: Scope, location: Location | null, path: string, asFile: boolean, tried: Set<string>): Answer {
    const pass = directly(scope, 'fastcgi_pass');
    if (pass) return { by: 'php', scope, pass };
    const elsewhere = scope.directives.find(({ name }) => ELSEWHERE.includes(name) || LUA.test(name));
    if (elsewhere) return { by: 'other', at: elsewhere };
    const file: Answer = { by: 'file', at: location?.directive ?? null };
    if (asFile) return file;
    for (const target of this.targets(scope, path)) {
      const answer = this.follow(target, tried);
      if (answer?.by === 'php' || answer?.by === 'other') return answer;
    }
    return file;
  }

  /** Where a path that is no file goes on, in the order in which nginx tries. */
  private targets(scope: Scope, path: string): string[] {
    const rewrites = [...scope.own('rewrite'), ...(scope === this.server ? [] : this.server.own('rewrite'))]
      .filter(({ values }) => this.expressions.of(values[0] ?? '', false)(path))
      .map(({ values }) => values[1] ?? '');
    const index = path.endsWith('/') ? (scope.find('index')?.values ?? ['index.html']).map((name) => path + name) : [];
    const tried = scope.find('try_files')?.values ?? [];
    const last = tried.length > 1 ? [tried[tried.length - 1]] : [];
    const missing = scope.find('error_page');
    const fallback = missing?.values.includes('404') ? [missing.values[missing.values.length - 1]] : [];
    return [...rewrites, ...index.filter((name) => name.endsWith('.php')), ...last, ...fallback];
  }

  private follow(target: string, tried: Set<string>): Answer | null {
    const [path] = target.split(/[?$]/, 1);
    if (tried.has(path) || tried.size > TRIED_MAX) return null;
    if (path.startsWith('/')) return this.answerOnce(path, false, tried);
    const named = path.startsWith('@')
      ? this.all.find(({ pattern, modifier }) => modifier === '' && pattern === path)
      : undefined;
    if (named === undefined) return null;
    tried.add(path);
    return this.answerIn(named.scope, named, '/', false, tried);
  }
}

/** In the block itself or in an `if` of it. */
function directly(scope: Scope, name: string): Directive | null {
  const [own] = scope.own(name);
  if (own) return own;
  for (const block of scope.blocks('if')) {
    const [inner] = scope.within(block).own(name);
    if (inner) return inner;
  }
  return null;
}

/** Locations within locations count as if they stood beside them, the inner ones first. */
function locationsIn(scope: Scope, expressions: Expressions, depth: number): Location[] {
  if (depth > DEPTH_MAX) return [];
  return scope.blocks('location').flatMap((directive) => {
    const inner = scope.within(directive);
    return [...locationsIn(inner, expressions, depth + 1), locationOf(directive, inner, expressions)];
  });
}

function locationOf(directive: Directive, scope: Scope, expressions: Expressions): Location {
  const [first = '', second] = directive.values;
  const [, glued, rest] = /^(=|~\*?|\^~)(.+)$/s.exec(second === undefined ? first : '') ?? [];
  const modifier = second === undefined ? (glued ?? '') : first;
  const pattern = second ?? rest ?? first;
  const fits = modifier === '~' || modifier === '~*' ? expressions.of(pattern, modifier === '~*') : null;
  return { directive, modifier, pattern, fits, scope };
}
