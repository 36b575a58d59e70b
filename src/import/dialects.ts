/**
 * How each server writes a quantity: `65` is 65 s to nginx and to PHP-FPM, `1m` a minute, `128M` 128 MiB to PHP and MySQL.
 *
 * Each reader gives milliseconds, bytes or a number, and `null` for what the server would refuse.
 */

/** One server's way of writing quantities. */
export interface Dialect {
  durationMs(text: string): number | null;
  bytes(text: string): number | null;
  whole(text: string): number | null;
  onOff(text: string): boolean | null;
  /** What a duration and a size look like, for messages. */
  readonly examples: { readonly duration: string; readonly size: string };
}

const LONGEST = 40;
const KIB = 1024;
const SECOND = 1000;

/** ngx_parse_time: units from the largest on, each once; a bare number is seconds, and may come last. */
const NGINX_TIME =
  /^(?:(\d+)y)?\s*(?:(\d+)M)?\s*(?:(\d+)w)?\s*(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s?)??\s*(?:(\d+)ms)?$/;
const DAY = 86_400 * SECOND;
const NGINX_UNITS = [365 * DAY, 30 * DAY, 7 * DAY, DAY, 3600 * SECOND, 60 * SECOND, SECOND, 1];

export const nginxDialect: Dialect = {
  durationMs(text) {
    const [, ...parts] = (text !== '' && text.length <= LONGEST && NGINX_TIME.exec(text)) || [];
    if (parts.length === 0) return null;
    return parts.reduce((sum, part, index) => sum + Number(part ?? 0) * NGINX_UNITS[index], 0);
  },
  bytes: (text) => scaled(text, { k: KIB, m: KIB ** 2, g: KIB ** 3 }),
  whole: wholeNumber,
  onOff: (text) => (text === 'on' ? true : text === 'off' ? false : null),
  examples: { duration: '60s', size: '8k' },
};

/** fpm_conf_set_time: digits and one of s, m, h, d. */
export const fpmDialect: Dialect = {
  durationMs: (text) => scaled(text, { s: SECOND, m: 60 * SECOND, h: 3600 * SECOND, d: DAY }, SECOND),
  bytes: phpBytes,
  whole: wholeNumber,
  onOff: (text) => (/^(?:on|yes|true|1)$/i.test(text) ? true : /^(?:off|no|none|false|0|)$/i.test(text) ? false : null),
  examples: { duration: '30s', size: '128M' },
};

const MYSQL_UNITS = { k: KIB, m: KIB ** 2, g: KIB ** 3, t: KIB ** 4, p: KIB ** 5 };

export const mysqlDialect: Dialect = {
  durationMs: (text) => scaled(text, {}, SECOND),
  bytes: (text) => scaled(text, MYSQL_UNITS),
  whole: (text) => scaled(text, MYSQL_UNITS),
  onOff: (text) => (/^(?:on|true|1)$/i.test(text) ? true : /^(?:off|false|0)$/i.test(text) ? false : null),
  examples: { duration: '50', size: '128M' },
};

export const sysctlDialect: Dialect = {
  durationMs: (text) => scaled(text, {}, SECOND),
  bytes: wholeNumber,
  whole: wholeNumber,
  onOff: (text) => (text === '1' ? true : text === '0' ? false : null),
  examples: { duration: '60', size: '4096' },
};

/** `128M`, `1G`, `-1` for no limit: as PHP reads memory_limit. */
export function phpBytes(text: string): number | null {
  return text === '-1' ? Infinity : scaled(text, { k: KIB, m: KIB ** 2, g: KIB ** 3 });
}

function wholeNumber(text: string): number | null {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : null;
}

/** A number with one letter after it, in whichever case the server does not mind. */
function scaled(text: string, units: Readonly<Record<string, number>>, plain = 1): number | null {
  const [, digits, letter] = /^(\d{1,15})([a-zA-Z]?)$/.exec(text) ?? [];
  if (digits === undefined) return null;
  const unit = letter === '' ? plain : units[letter.toLowerCase()];
  return unit === undefined ? null : Number(digits) * unit;
}
