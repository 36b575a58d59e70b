/** The parts of the site in the words that an operator uses. */
import { several } from './format.js';

const names: Record<string, string> = {
  dns: 'DNS',
  tcp: 'TCP',
  tls: 'TLS',
  nginx: 'Nginx',
  'php-fpm': 'PHP-FPM',
  mysql: 'MySQL',
  delivery: 'delivery',
};

export function stageName(stage: string): string {
  return Object.hasOwn(names, stage) ? names[stage] : stage;
}

const singular: Record<string, string> = { children: 'child', workers: 'worker', connections: 'connection', places: 'place' };

/** `8 children`, `1 worker`. */
export function placesInWords(number: number, word: string | null): string {
  const many = word ?? 'places';
  return several(number, Object.hasOwn(singular, many) ? singular[many] : many, many);
}

/** `before`, `during`, `after`, `all`: a window's name without that of the surge, which may be long. */
export function firstWord(window: string): string {
  return window.split(' ', 1)[0];
}
