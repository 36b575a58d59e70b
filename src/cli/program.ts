/**
 * The command line: which words and options there are. What a command does is imported when it is called,
 * so that `--help` costs nothing.
 *
 * Called without a verb, the program runs a scenario. Its options stand with the program and with every verb
 * that takes them, so that they may be written on either side of the scenario's name.
 */
import { Command } from 'commander';
import { VERSION } from '../version.js';
import type { CapacityOptions } from './capacity.js';
import type { CompareOptions } from './compare.js';
import { complain } from './complain.js';
import type { ExitCode } from './exit.js';
import { UsageError } from './failures.js';
import type { ImportOptions } from './import.js';
import { collect, gather, moment, ordinal } from './read.js';
import type { ResolveOptions } from './resolve.js';
import type { RunOptions } from './run.js';
import type { TraceOptions } from './trace.js';
import type { ValidateOptions } from './validate.js';
import { verbs } from './verbs.js';

const examples = `Examples
  lempsim surge                                  run a built-in scenario
  lempsim ./mine.yaml --set host.cores=4         run a file, with one setting changed
  lempsim surge --json result.json               the figures to a file, the answer to the screen
  lempsim surge --runs 20                        twenty runs, one answer with intervals
  lempsim deploy --variant 'nginx reload'        one variant by itself, in full
  lempsim trace surge --outcome 502              follow one request that got a 502
  lempsim resolve surge                          the scenario as a whole, every default written out
  lempsim list                                   what is built in
  lempsim import --nginx /etc/nginx/nginx.conf --fpm /etc/php/8.2/fpm/pool.d -o site.yaml
  npm run -s sim -- surge                        the same from a checkout
`;

const codes = `
Exit codes
  0 done, thresholds met   99 a threshold failed   2 usage   65 scenario invalid   66 unreadable
  70 a bug of ours   73, 74 output not written   79 over budget   130, 143 interrupted
`;

export async function main(words: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = 0;
  try {
    await program((ended) => {
      code = ended;
    }).parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    return await complain(error);
  }
}

function program(end: (code: ExitCode) => void): Command {
  const lempsim = new Command('lempsim')
    .description("What happens to my one-server website when…? A simulator of a web request's whole life on a LEMP box.")
    .version(VERSION, '--version', 'print the version')
    .helpOption('--help', 'show this')
    .helpCommand('help [command]', 'show what a command takes')
    .enablePositionalOptions()
    .exitOverride()
    .addHelpText('before', examples)
    .addHelpText('after', codes)
    .showHelpAfterError('(lempsim --help tells more)');
  runs(lempsim, end);
  runs(lempsim.command('run').description('run a scenario; the verb may be left out'), end);
  traces(lempsim.command('trace').description('follow one request and show where its time went'), end);
  compares(lempsim.command('compare').description('two scenarios and the same visitors: what is better, what is worse'), end);
  finds(lempsim.command('capacity').description('how much load the site takes before a goal is missed'), end);
  tips(lempsim.command('tipping').description('at which load the site tips, and at which it comes back'), end);
  validates(lempsim.command('validate').description('simulate measured runs and show predicted beside measured'), end);
  imports(lempsim.command('import').description("write a site file from a box's own nginx.conf, www.conf and my.cnf"), end);
  resolves(lempsim.command('resolve').description('print the whole scenario, site and defaults written out'), end);
  lempsim
    .command('list')
    .description('list the built-in scenarios')
    .option('--json', 'as JSON')
    .option('--no-color', 'without colours')
    .action(async (options) => end(await (await import('./list.js')).list(options)));
  return lempsim;
}

function runs(command: Command, end: (code: ExitCode) => void): void {
  takesScenario(command)
    .option('--explain', 'say at the end what the words of the answer mean')
    .option('--runs <number>', 'as many runs, each with chance of its own, and one answer with 95 % intervals', ordinal)
    .action(async (scenario: string | undefined, { runs = 1, ...options }: RunOptions & { readonly runs?: number }) => {
      await oneScenario(command);
      if (runs === 1) end(await (await import('./run.js')).run(scenario, options));
      else end(await (await import('./severalRuns.js')).severalRuns(scenario, { ...options, runs }));
    });
}

function traces(command: Command, end: (code: ExitCode) => void): void {
  takesScenario(command)
    .option('--request <number>', 'the how-manieth request of the run', ordinal)
    .option('--at <time>', 'the first one from this moment on, such as 3m10s', moment)
    .option('--page <path>', 'one for this page')
    .option('--outcome <outcome>', 'one that ended like this, such as 502')
    .action(async (scenario: string | undefined, options: TraceOptions) => {
      await oneScenario(command);
      end(await (await import('./trace.js')).trace(scenario, options));
    });
}

function compares(command: Command, end: (code: ExitCode) => void): void {
  takesScenario(command)
    .argument('[after]', 'the other scenario; without it the same with the settings of --to')
    .option('--to <path=value>', 'change this setting of the other one only; may be given several times', collect)
    .option('--runs <number>', 'as many runs of each (default: 10)', ordinal)
    .option('--markdown', 'as a Markdown table, for a pull request')
    .option('--strict', 'end with exit code 99 if anything is worse')
    .action(async (before: string | undefined, after: string | undefined, options: CompareOptions) =>
      end(await (await import('./compare.js')).compare(before, after, options)),
    );
}

function finds(command: Command, end: (code: ExitCode) => void): void {
  takesScenario(command)
    .option(
      '--slo <goal>',
      "a goal, such as 'p95 < 500ms'; may be given several times (default: p95 < 500ms, errors < 1%)",
      gather,
    )
    .action(async (scenario: string | undefined, options: CapacityOptions) => {
      await oneScenario(command);
      end(await (await import('./capacity.js')).capacityOf(scenario, options));
    });
}

function tips(command: Command, end: (code: ExitCode) => void): void {
  takesScenario(command).action(async (scenario: string | undefined, options: RunOptions) => {
    await oneScenario(command);
    end(await (await import('./tipping.js')).tippingOf(scenario, options));
  });
}

function validates(command: Command, end: (code: ExitCode) => void): void {
  command
    .argument('<files...>', 'measured runs: JSON, plain or gzipped')
    .requiredOption('--site <file>', 'the calibrated site that they were measured on')
    .option('--json [file]', 'the figures as JSON, to stdout or to a file')
    .option('--quiet', 'no progress')
    .option('--no-color', 'without colours; NO_COLOR is respected, too')
    .option('--ascii', 'nothing but ASCII characters')
    .action(async (files: readonly string[], options: ValidateOptions) =>
      end(await (await import('./validate.js')).validate(files, options)),
    );
}

function imports(command: Command, end: (code: ExitCode) => void): void {
  command
    .option('--nginx <file>', 'nginx.conf, whose includes are followed, or what nginx -T printed')
    .option('--fpm <path>', 'a pool, or a folder of them (pool.d); may be given several times', gather)
    .option('--mysql <file>', 'my.cnf; its includes are followed', gather)
    .option('--php <path>', 'php.ini, or a folder of them (conf.d)', gather)
    .option('--sysctl <path>', 'sysctl.conf, a folder of them (sysctl.d), or what sysctl -a printed', gather)
    .option('--cores <number>', 'CPU cores of the box; without it those of this machine', ordinal)
    .option('--memory <size>', 'RAM of the box, such as 2GiB; without it that of this machine')
    .option('--server <name>', 'the server of nginx.conf; without it the first that passes to PHP-FPM')
    .option('--root <folder>', "where a copy of the box's files lies: absolute paths in them are looked for below it")
    .option('-o, --output <file>', 'where the site file goes; without it to stdout')
    .option('--force', 'write over a file that exists')
    .option('--quiet', 'no warnings')
    .option('--no-color', 'without colours')
    .action(async (options: ImportOptions) => end(await (await import('./import.js')).importBox(options)));
}

function resolves(command: Command, end: (code: ExitCode) => void): void {
  command
    .argument('[scenario]', 'the name of a built-in one, the path of a file, or - for stdin')
    .option('--seed <seed>', 'another draw of chance')
    .option('--set <path=value>', 'change one setting of the scenario; may be given several times', collect)
    .allowExcessArguments()
    .action(async (scenario: string | undefined, options: ResolveOptions) => {
      await oneScenario(command);
      end(await (await import('./resolve.js')).resolve(scenario, options));
    });
}

function takesScenario(command: Command): Command {
  return command
    .argument('[scenario]', 'the name of a built-in one, the path of a file, or - for stdin')
    .option('--seed <seed>', 'another draw of chance; the same seed gives the same bytes')
    .option('--set <path=value>', 'change one setting of the scenario; may be given several times', collect)
    .option('--variant <name>', 'only this one of its variants, by itself')
    .option('--json [file]', 'the figures as JSON, to stdout or to a file')
    .option('--quiet', 'no progress, no warnings, and only the shortest answer')
    .option('--no-color', 'without colours; NO_COLOR is respected, too')
    .option('--ascii', 'nothing but ASCII characters')
    .allowExcessArguments()
    .configureHelp({ sortSubcommands: false });
}

/** Two words where one scenario is expected are a misspelt verb more often than not. */
async function oneScenario({ args }: Command): Promise<void> {
  if (args.length <= 1) return;
  const { didYouMean } = await import('../index.js');
  throw new UsageError(`"${args.join(' ')}" is not one scenario${didYouMean(args[0], verbs)}`);
}
