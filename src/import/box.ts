/** All that the files of a box say, put together: the settings, and what is needed to judge them. */
import { fpmBacklog, fpmFacts, mysqlFacts, nginxFacts, ofServer, realpathFact, sysctlFacts } from './daemons.js';
import type { Entry } from './entry.js';
import { type Facts, sizeText } from './fact.js';
import { type File, Files } from './files.js';
import { noteUnknown } from './fpmNames.js';
import { readMyCnf } from './myCnf.js';
import { type Directive, readNginx } from './nginxConf.js';
import { type Pages, pagesOf } from './pages.js';
import { readPhpIni } from './phpIni.js';
import { addressOf, type Fpm, type Pool, poolAt, readFpm, targetOf } from './pool.js';
import { type Chosen, chooseServer } from './server.js';
import { readSysctl } from './sysctl.js';
import { spotOf, type Trouble } from './trouble.js';

/** Where the files are, and what no file says. */
export interface BoxFiles {
  readonly nginx: string;
  /** Files, or folders of *.conf. */
  readonly fpm: readonly string[];
  readonly mysql: readonly string[];
  /** Files, or folders of *.ini. */
  readonly php: readonly string[];
  /** Files, or folders of *.conf. */
  readonly sysctl: readonly string[];
  /** Absolute paths are looked for below this folder; `null` for the machine's own. */
  readonly root: string | null;
  /** The server's name; `null` for the first that passes to PHP-FPM. */
  readonly server: string | null;
  readonly host: HostFacts;
}

export interface HostFacts {
  readonly cores: number;
  readonly memoryBytes: number;
  /** Where they come from, as a comment says it: `--cores`. */
  readonly coresFrom: string;
  readonly memoryFrom: string;
}

export interface Box {
  readonly facts: Facts;
  readonly host: HostFacts;
  readonly nginx: Chosen;
  readonly directives: readonly Directive[];
  readonly pages: Pages;
  readonly fpm: Fpm;
  readonly pool: Pool | null;
  readonly hasMysql: boolean;
  /** Of the groups that the server reads. */
  readonly mysql: readonly Entry[];
  readonly php: readonly Entry[];
  readonly sysctl: readonly Entry[];
}

/** Linux since 5.4 (Linux kernel documentation, ip-sysctl). */
export const SOMAXCONN = 4096;

/** Reads all of them and notes all that is wrong; `null` if there is no server to speak of. */
export function readBox(given: BoxFiles, trouble: Trouble): Box | null {
  const files = new Files(trouble, given.root);
  const facts: Facts = new Map();
  const directives = readNginx(given.nginx, files, trouble);
  const fpm = readFpm(given.fpm, files, trouble);
  const mysql = ofServer(given.mysql.flatMap((path) => readMyCnf(path, files, trouble)));
  const php = entriesOf(given.php, '*.ini', files, (file) => readPhpIni(file, trouble).entries);
  const sysctl = entriesOf(given.sysctl, '*.conf', files, (file) => readSysctl(file, trouble));
  const nginx = trouble.any ? null : chooseServer(directives, given.nginx, given.server, trouble);
  if (nginx === null) return null;
  const pages = pagesOf(nginx.server.locations);
  if (pages.pages.length === 0) noPages(nginx, pages, trouble);
  facts.set('host.cores', { value: given.host.cores, place: null, note: given.host.coresFrom });
  facts.set('host.memory', { value: sizeText(given.host.memoryBytes), place: null, note: given.host.memoryFrom });
  nginxFacts(nginx, pages.php?.scope ?? null, facts, trouble);
  sysctlFacts(sysctl, facts, trouble);
  const pool = pages.php ? choosePool(nginx, pages.php, fpm, trouble) : null;
  if (pool) fpmFacts(pool, fpm, php, facts, trouble);
  if (pool) noteUnknown(pool, trouble);
  if (pages.php) realpathFact(pages.php.scope, facts);
  if (pool) fpmBacklog(pool, Number(facts.get('tcp.net.core.somaxconn')?.value ?? SOMAXCONN), facts);
  mysqlFacts(mysql, facts, trouble);
  return { facts, host: given.host, nginx, directives, pages, fpm, pool, hasMysql: given.mysql.length > 0, mysql, php, sysctl };
}

function noPages({ server, others }: Chosen, { left }: Pages, trouble: Trouble): void {
  const ways = [...new Set(left.map(({ at }) => at.name))].join(', ');
  const choose = others.length > 0 ? `; choose another by --server: ${others.map(({ name }) => name).join(', ')}` : '';
  trouble.wrong(
    server.directive.place,
    `expected a server with a page by PHP or a file, got one that answers by ${ways}${choose}`,
  );
}

/** Of files, and of folders' files of such names. */
function entriesOf(
  paths: readonly string[],
  names: string,
  files: Files,
  read: (file: File) => readonly Entry[],
): readonly Entry[] {
  const entries: Entry[] = [];
  const add = (file: File) => {
    for (const entry of read(file)) entries.push(entry);
  };
  for (const path of files.inFolders(paths, names)) files.with(path, add);
  return entries;
}

function choosePool({ http }: Chosen, { pass, scope }: NonNullable<Pages['php']>, { pools }: Fpm, trouble: Trouble): Pool | null {
  const { address, others } = targetOf(pass, scope, http);
  const at = spotOf(pass.place);
  if (others.length > 0) trouble.note(`${at}: the upstream has more servers, ${others.join(', ')}; one is modelled`);
  if (pools.length === 0) {
    trouble.wrong(pass.place, `passes to ${pass.values[0]}, of which nothing is known; give the pool's file by --fpm`);
    return null;
  }
  const pool = address === null ? undefined : poolAt(address, pools);
  if (pool) return pool;
  const listening = pools.map(({ name, listen }) => `${name} (${addressOf(listen) || 'nowhere'})`).join(', ');
  if (address === null)
    trouble.note(`${at}: where ${pass.values[0]} leads depends on the request; pool ${pools[0].name} is taken`);
  else
    trouble.note(
      `${at}: passes to ${address}, where no pool listens: nginx would answer 502; pool ${pools[0].name} is taken of ${listening}`,
    );
  return pools[0];
}
