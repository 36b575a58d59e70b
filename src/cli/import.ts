/** `lempsim import`: from a box's own files to a site file. */
import { existsSync, statSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { type BoxFiles, type Imported, importSite, readSize } from '../index.js';
import { escapedLines } from './escape.js';
import { type ExitCode, exitCodes } from './exit.js';
import { CannotCreateError, UsageError } from './failures.js';
import { OutputFile, print } from './output.js';

export interface ImportOptions {
  readonly nginx?: string;
  readonly fpm?: readonly string[];
  readonly mysql?: readonly string[];
  readonly php?: readonly string[];
  readonly sysctl?: readonly string[];
  readonly root?: string;
  readonly server?: string;
  readonly cores?: number;
  readonly memory?: string;
  readonly output?: string;
  readonly force?: true;
  readonly quiet?: true;
}

export async function importBox(options: ImportOptions): Promise<ExitCode> {
  const file = options.output === undefined || options.output === '-' ? null : options.output;
  if (file !== null && !options.force) spare(file);
  const imported = importSite(filesOf(options));
  if (!options.quiet) tell(imported, file);
  if (file === null) {
    await print(imported.text);
    return exitCodes.done;
  }
  OutputFile.create(file).write(imported.text);
  if (options.quiet) return exitCodes.done;
  const site = file.includes('/') ? file : `./${file}`;
  const next = imported.byPhp ? `lempsim steady --set site=${site} runs it` : `a scenario of yours runs it by site: ${site}`;
  await print(`${escapedLines(`${file}: ${imported.chosen}\n${next}`)}\n`);
  return exitCodes.done;
}

function filesOf({ nginx, fpm = [], mysql = [], php = [], sysctl = [], root, server, cores, memory }: ImportOptions): BoxFiles {
  if (nginx === undefined)
    throw new UsageError('which files? at least --nginx /etc/nginx/nginx.conf\nlempsim import --help tells the others');
  const memoryBytes = memory === undefined ? totalmem() : readSize(memory.replace(/([KMGT])$/, '$1iB'));
  if (memoryBytes === null || memoryBytes === 0)
    throw new UsageError(`--memory: expected a size such as 2GiB or 512M, got "${memory}"`);
  const host = {
    cores: cores ?? availableParallelism(),
    memoryBytes,
    coresFrom: cores === undefined ? 'the machine that lempsim ran on' : '--cores',
    memoryFrom: memory === undefined ? 'the machine that lempsim ran on' : '--memory',
  };
  return { nginx, fpm, mysql, php, sysctl, root: root ?? null, server: server ?? null, host };
}

/** What is there is not written over, but for a terminal or a pipe, which cannot be. */
function spare(file: string): void {
  if (existsSync(file) && !statSync(file).isCharacterDevice() && !statSync(file).isFIFO())
    throw new CannotCreateError(`${file}: exists; --force writes over it`);
}

function tell({ warnings, left }: Imported, file: string | null): void {
  const lines = [
    ...warnings.map((warning) => `warning: ${warning}`),
    ...left.map(({ daemon, names }) => `not modelled: ${daemon}: ${firstOf(names)}`),
  ];
  if (left.length > 0) lines.push(`each with its place at the end of ${file ?? 'the site file'}`);
  process.stderr.write(lines.length === 0 ? '' : `${escapedLines(lines.join('\n'))}\n`);
}

/** A stock php.ini has a hundred, which would hide the warnings above. */
const SHOWN = 40;

function firstOf(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return names.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
