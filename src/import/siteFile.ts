/**
 * The site file: each value with the place it came from in a comment, each default with its source, dangers above the setting
 * that they are about; at the end the timeouts in their order, and what was read and is not modelled.
 */
import { printable } from '../scenario/problems.js';
import { type SettingOf, settingsOf } from '../scenario/settings.js';
import type { Box } from './box.js';
import { isIdle, isMoot, own } from './daemons.js';
import type { Danger } from './dangers.js';
import type { Fact } from './fact.js';
import type { Known } from './known.js';
import type { LeftOver } from './leftOver.js';
import { costs, type Page } from './pages.js';
import { length, type Timeout } from './timeouts.js';
import { spotOf } from './trouble.js';

const WIDTH = 120;

export interface Findings {
  readonly known: Known;
  readonly dangers: readonly Danger[];
  readonly timeouts: readonly Timeout[];
  readonly left: readonly LeftOver[];
  readonly notes: readonly string[];
}

export function siteFileOf(findings: Findings, sources: readonly string[]): string {
  const { known } = findings;
  const { box } = known;
  const lines = [
    ...comment(`The site as its files describe it, written by lempsim import: ${sources.map(printable).join(', ')}.`),
    '#',
    ...comment(
      'A comment behind a value names the file and line that it came from, or the source of the default. What no file tells, above all what a page costs, is a choice to be replaced by what you measure.',
    ),
    ...nameOf(box),
    ...section('host', findings, () => true),
    ...dnsOf(findings),
    ...section('tcp', findings, ({ name }) => name.startsWith('net.') || name === 'tls'),
    ...section('nginx', findings, () => true),
    ...(box.pool === null
      ? ['', 'php-fpm: none']
      : section('php-fpm', findings, ({ name }) => !isIdle(name, known.text('php-fpm.pm')))),
    ...(box.hasMysql ? section('mysql', findings, () => true) : ['', 'mysql: none']),
    ...pagesText(box),
    ...timeoutsText(findings.timeouts),
    ...notesText(findings.notes),
    ...leftText(findings.left),
  ];
  return `${lines.join('\n')}\n`;
}

function nameOf({ nginx }: Box): string[] {
  const { name, directive } = nginx.server;
  return name !== '_' && /^[^:\s]{1,200}$/.test(name) ? [`name: ${yaml(name)}  # ${spotOf(directive.place)}`] : [];
}

function dnsOf({ known }: Findings): string[] {
  const fact = known.fact('dns.name');
  return fact === undefined ? [] : ['', 'dns:', `  name: ${yaml(fact.value)}  # ${originOf(fact)}`];
}

/** A section's settings in the order of the documentation; those that some file could give first, lempsim's own costs after them. */
function section(name: string, findings: Findings, wanted: (setting: SettingOf) => boolean): string[] {
  const settings = settingsOf(name).filter(wanted);
  const isOwn = (setting: SettingOf) => own[name]?.includes(setting.name) ?? false;
  const told = settings.filter((setting) => !isOwn(setting));
  const costsOf = settings.filter(isOwn);
  const heading = costsOf.length > 0 ? ['', ...comment('No file tells these: measure them on the box.', '  ')] : [];
  return [
    '',
    `${name}:`,
    ...told.flatMap((setting) => line(name, setting, findings)),
    ...heading,
    ...costsOf.flatMap((setting) => line(name, setting, findings)),
  ];
}

function line(
  path: string,
  setting: SettingOf,
  { known, dangers }: Pick<Findings, 'known' | 'dangers'>,
  indent = '  ',
): string[] {
  const at = `${path}.${setting.name}`;
  const warnings = dangers.filter((danger) => danger.path === at).flatMap(({ text }) => comment(`WARNING: ${text}`, indent));
  const fact = known.fact(at);
  if (fact) return [...warnings, `${indent}${setting.name}: ${yaml(fact.value)}  # ${originOf(fact)}`];
  if (at === 'tcp.tls') return tlsOf(known.fact('tcp.tls.version'), indent);
  if (setting.optional || isMoot(at, known.box.facts)) return warnings;
  if (setting.kind === 'mapping') {
    const inner = settingsOf(...at.split('.')).flatMap((member) => line(at, member, { known, dangers }, `${indent}  `));
    return [`${indent}${setting.name}:`, ...inner];
  }
  if (setting.fallback === undefined) return warnings;
  return [...warnings, `${indent}${setting.name}: ${flow(setting.fallback)}  # default: ${setting.source}`];
}

function tlsOf(version: Fact | undefined, indent: string): string[] {
  if (version === undefined) return [`${indent}tls: none  # the server listens without ssl`];
  const [, handshake] = settingsOf('tcp', 'tls');
  return [
    `${indent}tls:`,
    `${indent}  version: ${version.value}  # ${originOf(version)}`,
    `${indent}  handshake: ${flow(handshake.fallback)}  # default: ${handshake.source}`,
  ];
}

function originOf({ place, note }: Fact): string {
  return [...(place ? [spotOf(place)] : []), ...(note ? [note] : [])].join('; ');
}

function pagesText({ pages, hasMysql }: Box): string[] {
  const head = comment(
    `No file tells what a page costs and how often it is asked for. The figures are a choice, of a page that a content management system makes anew; replace them by what you measure (docs/import.md).`,
    '  ',
  );
  const assets = pages.pages.filter(({ by, path }) => by === 'file' && path.startsWith('/file.')).map(({ path }) => path);
  const front = pages.pages.find(({ path }) => path === '/') ?? pages.pages.find(({ by }) => by === 'php') ?? pages.pages[0];
  const weightOf = (page: Page) =>
    page === front || page.path === '/index.php' ? '1' : '0  # a choice: raise it if visitors come for it';
  return ['', 'pages:', ...head, ...pages.pages.flatMap((page) => pageText(page, weightOf(page), hasMysql, assets))];
}

function pageText({ path, by, place }: Page, weight: string, hasMysql: boolean, assets: readonly string[]): string[] {
  const at = `  ${yaml(path)}:  # ${place ? spotOf(place) : 'the server itself'}`;
  const { php, file } = costs;
  if (by === 'file') return [at, `    weight: ${weight}`, `    size: ${file.size}  # a choice`];
  const queries = hasMysql ? [`    queries: [{ times: ${php.times}, cpu: ${php.query} }]  # a choice`] : [];
  const loads = path === '/' && assets.length > 0 ? [`    assets: [${assets.map(yaml).join(', ')}]  # a choice`] : [];
  return [
    at,
    `    weight: ${weight}`,
    `    size: ${php.size}  # a choice`,
    `    php: { cpu: ${php.cpu} }  # a choice: calibrate`,
    ...queries,
    ...loads,
  ];
}

function timeoutsText(timeouts: readonly Timeout[]): string[] {
  if (timeouts.length === 0) return [];
  return [
    '',
    '# Timeouts, in the order in which they fire for a request that hangs:',
    ...comment('visitor: nobody leaves within 2 s, 40 % have left after 10 s (a choice; patience of the scenario)', '', '  '),
    ...timeouts.flatMap((each) => comment(`${length(each)}: ${each.name} (${each.from}): ${each.effect}`, '', '  ')),
  ];
}

function notesText(notes: readonly string[]): string[] {
  return notes.length === 0 ? [] : ['', '# Notes:', ...notes.flatMap((note) => comment(note, '', '  '))];
}

function leftText(left: readonly LeftOver[]): string[] {
  if (left.length === 0) return [];
  return [
    '',
    '# Read, and not modelled, each with its line:',
    ...left.flatMap(({ daemon, lines }) => lines.flatMap((line) => comment(`${daemon}, ${line}`, '', '  '))),
  ];
}

/** A text as comment lines of at most `WIDTH` characters. */
function comment(text: string, indent = '', hang = ''): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of printable(text).split(' ')) {
    const prefix = `${indent}# ${hang}${lines.length > 0 && hang !== '' ? '  ' : ''}`;
    if (current === '') current = prefix + word;
    else if (current.length + 1 + word.length <= WIDTH) current += ` ${word}`;
    else {
      lines.push(current);
      current = `${indent}# ${hang}${hang === '' ? '' : '  '}${word}`;
    }
  }
  return [...lines, current];
}

/** A scalar that YAML reads back as it is, in quotes only where it needs them. */
function yaml(value: unknown): string {
  if (typeof value !== 'string') return flow(value);
  if (/^\d+(?:\.\d+){3}:\d+$/.test(value)) return value;
  const plain = /^[A-Za-z0-9/]([\w./: -]*[\w./-])?$/.test(value) && !value.includes(': ');
  const otherwise = /^[\d.:+_-]+$|^0[xo]|^\d[\d.]*e[+-]?\d+$|^(?:true|false|null)$/i.test(value);
  return plain && !otherwise ? value : JSON.stringify(printable(value));
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'string') return yaml(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, member]) => `${key}: ${flow(member)}`)
    .join(', ')} }`;
}
