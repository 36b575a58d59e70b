/**
 * The pages of a site as its locations tell them: `/`, what other locations name by a path, and a file as browsers load it.
 *
 * What a page costs no configuration says. The costs are a choice, of a page that a content management system makes anew, and
 * every one of them asks to be replaced by a measured one.
 */
import type { Place } from '../scenario/place.js';
import type { Answer, Locations } from './locations.js';
import type { Directive } from './nginxConf.js';

export interface Page {
  readonly path: string;
  readonly by: 'php' | 'file';
  /** The location that answers; `null` for the server itself. */
  readonly place: Place | null;
}

export interface Pages {
  readonly pages: readonly Page[];
  /** Locations that are answered in a way that lempsim does not model. */
  readonly left: readonly { readonly path: string; readonly at: Directive }[];
  /** How `/` is answered, or else the first page by PHP; what the settings of nginx are taken from. */
  readonly php: Extract<Answer, { by: 'php' }> | null;
}

const PAGES_MAX = 30;
/** What a browser asks for besides pages, to find the locations that serve such files. */
const FILES = ['/file.css', '/file.js', '/file.png', '/file.jpg', '/file.woff2', '/file.pdf', '/file.html'];

export const costs = {
  php: { size: '30 kB', cpu: '{ lognormal: { mean: 40ms, cv: 0.8 } }', times: 30, query: '0.3ms' },
  file: { size: '20 kB' },
} as const;

export function pagesOf(locations: Locations): Pages {
  const pages: Page[] = [];
  const left: { path: string; at: Directive }[] = [];
  let php: Pages['php'] = null;
  const look = (path: string, answer: Answer) => {
    if (answer.by === 'other') left.push({ path, at: answer.at });
    else pages.push({ path, by: answer.by, place: (locations.for(path)?.directive ?? null)?.place ?? null });
    if (answer.by === 'php') php ??= answer;
  };
  look('/', locations.answer('/'));
  for (const path of namedPaths(locations)) look(path, locations.answer(path, /\.(?!php)\w+$/.test(path)));
  // A site whose front page is a file may have scripts all the same.
  if (php === null) {
    const script = locations.answer('/index.php');
    if (script.by === 'php') look('/index.php', script);
  }
  const file = FILES.map((path) => ({ path, answer: locations.answer(path, true) })).filter(({ answer }) => answer.by === 'file');
  const own = file.find(({ path }) => locations.for(path)?.fits != null) ?? file[0];
  if (own) look(own.path, own.answer);
  return { pages: pages.slice(0, PAGES_MAX), left, php };
}

/** Paths that locations name outright, `/` aside. */
function namedPaths({ all }: Locations): string[] {
  const named = all.filter(({ modifier, pattern, scope }) => {
    const closed = scope.peek('internal').length > 0 || scope.peek('deny').some(({ values }) => values[0] === 'all');
    return ['', '=', '^~'].includes(modifier) && /^\/[\x21-\x7e]{1,199}$/.test(pattern) && !closed;
  });
  return [...new Set(named.map(({ pattern }) => pattern))].slice(0, PAGES_MAX);
}
