/** A site's settings as they will stand in its file, from a server's file or by default, as numbers to reckon with. */
import { settingsOf } from '../scenario/settings.js';
import { readDirectiveSize, readDuration } from '../scenario/units.js';
import type { Box } from './box.js';
import { phpSetting } from './daemons.js';
import type { Fact } from './fact.js';
import { spotOf } from './trouble.js';

export class Known {
  constructor(readonly box: Box) {}

  fact(path: string): Fact | undefined {
    return this.box.facts.get(path);
  }

  text(path: string): string {
    return String(this.fact(path)?.value ?? fallbackOf(path) ?? '');
  }

  number(path: string): number {
    return Number(this.text(path));
  }

  /** Milliseconds; 0 for what is off. */
  ms(path: string): number {
    return readDuration(this.text(path)) ?? 0;
  }

  bytes(path: string): number {
    return readDirectiveSize(this.text(path)) ?? 0;
  }

  /** `www.conf:12`, or `by default`. */
  from(path: string): string {
    const place = this.fact(path)?.place;
    return place ? spotOf(place) : 'by default';
  }

  get workers(): number {
    const text = this.text('nginx.worker_processes');
    return text === 'auto' ? this.box.host.cores : Number(text);
  }

  /** A setting of PHP: the pool's own word before php.ini's. */
  php(name: string): { readonly value: string; readonly from: string } | null {
    const { pool, php } = this.box;
    const entry = phpSetting(name, pool?.entries ?? []) ?? php.findLast((each) => each.name === name);
    return entry ? { value: entry.value ?? '', from: spotOf(entry.valuePlace) } : null;
  }
}

function fallbackOf(path: string): unknown {
  const dot = path.indexOf('.');
  const name = path.slice(dot + 1);
  return settingsOf(path.slice(0, dot)).find((setting) => setting.name === name)?.fallback;
}
