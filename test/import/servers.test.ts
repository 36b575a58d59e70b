/**
 * What is read here beside what the servers themselves read, where they are installed (PATH is searched): nginx says of each
 * text whether it takes it and in which line it does not, php-fpm and MariaDB print what they made of a file. Nothing is started.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { mysqlDialect } from '../../src/import/dialects.js';
import { Files } from '../../src/import/files.js';
import { readMyCnf } from '../../src/import/myCnf.js';
import { NginxWords, SyntaxTrouble } from '../../src/import/nginxWords.js';
import { readFpm } from '../../src/import/pool.js';
import { Trouble } from '../../src/import/trouble.js';
import { boxes, readBox } from './boxes.js';

const home = mkdtempSync(join(tmpdir(), 'lempsim-servers-'));
afterAll(() => rmSync(home, { recursive: true }));

function installed(...names: string[]): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

function write(name: string, text: string): string {
  const path = join(home, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text.replaceAll('<CR>', '\r'));
  return path;
}

function said(program: string, words: readonly string[]): string {
  const { stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', timeout: 20_000, cwd: home });
  return stdout + stderr;
}

const nginx = installed('nginx');

describe.skipIf(nginx === undefined)('nginx', () => {
  const ask = (text: string) => said(nginx as string, ['-t', '-p', home, '-e', join(home, 'e.log'), '-c', write('n.conf', text)]);

  test.each([
    'abc;',
    '"a b";',
    "'a;{}b' 1;",
    '"say \\"hi\\"";',
    "'it\\'s';",
    'a\\ b;',
    'a\\;b;',
    'x\\\\y;',
    '\\.php$;',
    'a}b;',
    'a#b;',
    '$\u007bhost}y;',
    'a"b c;',
    'é;',
    'abc{ }',
  ])('reads the word of %s as is done here', (text) => {
    const [, theirs] = /unknown directive "(.*)" in /s.exec(ask(text)) ?? [];
    const [ours] = new NginxWords({ name: 'n.conf', text }).statement().words;
    expect(ours.text).toBe(theirs);
  });

  test.each([
    'events { worker_connections "10"x; }',
    'events { worker_connections 10 }',
    'events { worker_connections 10',
    'events { }\n\n }',
    'events { ; }',
    'events { }\nhttp { server { return 200 "a; } }',
    'events { }\nhttp { server { if ($a = "b"){ set $a "}"; } location ~ "^/a{2}$" { return 200 a#b; } } } # the end {',
    'events { }\nhttp { map $a $b { "" 1; default 0; } }',
    'events { } {',
    'events { }\nhttp { log_format m "$a"\n  \'"$b"\'; }',
    `events { }\nerror_log ${'x'.repeat(5000)};`,
  ])('takes or refuses %j in the same line', (text) => {
    const answer = ask(text);
    const [, line] = /\[emerg\] (?:unexpected|too long).* in .*?:(\d+)$/m.exec(answer) ?? [];
    expect(refusedIn(text)).toBe(line === undefined ? null : Number(line));
  });
});

/** The line in which a text is refused here; `null` if it is not. */
function refusedIn(text: string): number | null {
  const words = new NginxWords({ name: 'n.conf', text });
  let depth = 0;
  try {
    for (;;) {
      const { mark, place } = words.statement();
      if (mark === 'end') return depth === 0 ? null : place.line;
      if (mark === '{') depth += 1;
      if (mark === '}') depth -= 1;
      if (depth < 0) return place.line;
    }
  } catch (error) {
    if (!(error instanceof SyntaxTrouble)) throw error;
    return error.place.line;
  }
}

const versions = ['8.4', '8.3', '8.2', '8.1', '7.4'];
const php = installed('php-fpm', ...versions.map((version) => `php-fpm${version}`));
const good = boxes.filter((name) => readBox(name).error === null);

describe.skipIf(php === undefined)('PHP-FPM', () => {
  const withPools = good.filter((name) => [...readBox(name).files.keys()].some((file) => file.startsWith('pool.d/')));
  const refused = (name: string) =>
    readBox(name).warnings?.some((warning) => warning.includes('is no directive of a pool')) ?? false;

  test.each(withPools)('prints the pools of %s as they are read here', (name) => {
    const pools = [...readBox(name).files].filter(([file]) => file.startsWith('pool.d/') && file.endsWith('.conf'));
    const paths = pools.map(([file, text]) => write(join(name, file), asUser(text)));
    const main = write(
      join(name, 'main.conf'),
      `[global]\nerror_log = ${home}/f.log\ninclude = ${join(home, name, 'pool.d')}/*.conf\n`,
    );
    const answer = said(php as string, ['-tt', '-n', '-R', '-y', main]);
    if (refused(name)) return expect(answer).toContain('unknown entry');
    expect(answer).toContain('test is successful');
    const trouble = new Trouble();
    for (const pool of readFpm(paths, new Files(trouble), trouble).pools) {
      const theirs = new Map(sectionOf(answer, pool.name));
      const asked = ['pm', 'pm.max_children', 'pm.max_requests', 'listen.backlog'];
      for (const each of asked) {
        const ours = pool.entries.findLast((entry) => entry.name === each)?.value;
        if (ours !== undefined) expect(`${each} = ${theirs.get(each)}`).toBe(`${each} = ${ours}`);
      }
      expect(theirs.get('listen')).toBe(pool.listen);
    }
  });
});

/** Each pool with who its children are, which root must say; not who else may use the socket, who may not exist here. */
function asUser(text: string): string {
  const lines = text.split('\n').filter((line) => !/^(?:user|group|listen\.\w+er|listen\.group) =/.test(line));
  return lines.flatMap((line) => (/^\s*\[/.test(line) ? [line, `user = ${userInfo().username}`] : [line])).join('\n');
}

/** The lines `NOTICE: \tpm = static` below `NOTICE: [www]`. */
function sectionOf(answer: string, name: string): [string, string][] {
  const lines = answer.split('\n').map((line) => line.replace(/^\[.*?\] NOTICE: /, ''));
  const from = lines.indexOf(`[${name}]`) + 1;
  const length = lines.slice(from).findIndex((line) => line.startsWith('['));
  const section = length < 0 ? lines.slice(from) : lines.slice(from, from + length);
  return section.filter((line) => line.includes(' = ')).map((line) => line.trim().split(' = ', 2) as [string, string]);
}

const printer = installed('my_print_defaults');

describe.skipIf(printer === undefined)('MariaDB', () => {
  // Where an !includedir leads nowhere MariaDB does not start; here that is noted.
  const astray = (name: string) => readBox(name).warnings?.some((warning) => /^my\.cnf.*does not exist/.test(warning)) ?? false;
  const withMysql = good.filter((name) => readBox(name).files.has('my.cnf') && !astray(name));

  test.each(withMysql)('prints the variables of %s as they are read here', (name) => {
    for (const [file, text] of readBox(name).files) {
      const folder = join(home, name);
      write(join(name, file), text.replace(/^(!include\w*) \/?/gm, `$1 ${folder}/`));
    }
    const main = join(home, name, 'my.cnf');
    const groups = ['mysqld', 'server', 'mariadb', 'mariadbd', 'mariadb-10.11', 'client-server'];
    const theirs = said(printer as string, [`--defaults-file=${main}`, ...groups])
      .split('\n')
      .filter((line) => line.startsWith('--'))
      .map((line) => line.slice(2).split('='))
      .map(([variable, ...value]) => [variable.replaceAll('-', '_').replace(/^loose_/, ''), value.join('=')]);
    const trouble = new Trouble();
    const ours = readMyCnf(main, new Files(trouble), trouble).filter(({ group }) => groups.includes(group));
    expect(ours.map((entry) => [entry.name, entry.value ?? ''])).toEqual(theirs);
    expect(mysqlDialect.bytes(ours.findLast((entry) => entry.name === 'innodb_buffer_pool_size')?.value ?? '1M')).not.toBeNull();
  });
});
