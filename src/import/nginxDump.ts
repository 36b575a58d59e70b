/**
 * What `nginx -T` prints: every file that nginx reads, each below a heading `# configuration file /etc/nginx/nginx.conf:`. So one
 * file brings a whole configuration from another machine. Its includes are looked for among its own parts.
 */
import { isAbsolute, join } from 'node:path';
import type { Place } from '../scenario/place.js';
import type { File, Found } from './files.js';
import { matches } from './glob.js';
import type { Trouble } from './trouble.js';

const HEADING = /^# configuration file (\/.*):\r?$/gm;

export class NginxDump implements Found {
  private readonly parts: ReadonlyMap<string, File>;
  private readonly open: string[] = [];
  private opened = 0;

  constructor(
    parts: readonly (readonly [string, File])[],
    private readonly trouble: Trouble,
  ) {
    this.parts = new Map(parts);
  }

  /** The parts by their paths, each with the line at which it begins; none if the file is no such print. */
  static partsOf({ name, text }: File): (readonly [string, File])[] {
    const headings = [...text.matchAll(HEADING)];
    let line = 1;
    let counted = 0;
    return headings.map((heading, index): readonly [string, File] => {
      const from = heading.index + heading[0].length + 1;
      for (let at = text.indexOf('\n', counted); at >= 0 && at < from; at = text.indexOf('\n', at + 1)) line += 1;
      counted = from;
      return [heading[1], { name, text: text.slice(from, headings[index + 1]?.index), line }];
    });
  }

  get exhausted(): boolean {
    return this.opened > OPENED_MAX;
  }

  locate(path: string, folder: string): string {
    return isAbsolute(path) ? path : join(folder, path);
  }

  list(pattern: string): string[] {
    const wanted = pattern.split('/');
    return [...this.parts.keys()].filter((path) => fits(wanted, path.split('/')));
  }

  with(path: string, use: (file: File) => void, at?: Place): void {
    this.opened += 1;
    if (this.opened === OPENED_MAX + 1) this.trouble.closed(path, `is one more than ${OPENED_MAX} files`, at);
    if (this.open.includes(path)) return this.trouble.closed(path, 'includes itself', at);
    this.open.push(path);
    use(this.parts.get(path) as File);
    this.open.pop();
  }
}

const OPENED_MAX = 1000;

function fits(wanted: readonly string[], path: readonly string[]): boolean {
  return (
    wanted.length === path.length && wanted.every((pattern, index) => pattern === path[index] || matches(pattern, path[index]))
  );
}
