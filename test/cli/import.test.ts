import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inside } from './inside.js';
import { folder } from './lempsim.js';

const files = {
  'nginx.conf':
    'events { worker_connections 4096; }\nhttp { server { server_name shop.example; location / { fastcgi_pass 127.0.0.1:9000; } } }\n',
  'www.conf': '[www]\nlisten = 127.0.0.1:9000\npm = static\npm.max_children = 12\nrequest_terminate_timeout = 50\n',
  'my.cnf': '[mysqld]\ninnodb_buffer_pool_size = 256M\ninnodb_lock_wait_timeout = 5\nport = 3306\n',
  'wrong.conf': '[www]\npm = often\n',
  'there.yaml': 'mine',
};
let home: ReturnType<typeof folder>;
beforeAll(() => {
  home = folder(files);
});
afterAll(() => home.remove());

const box = () => [
  'import',
  '--nginx',
  home.path('nginx.conf'),
  '--fpm',
  home.path('www.conf'),
  '--mysql',
  home.path('my.cnf'),
  '--cores',
  '2',
  '--memory',
  '2GiB',
];
const local = (text: string) => text.replaceAll(home.path('x').slice(0, -1), '');

describe('lempsim import', () => {
  test('writes a site that a scenario can run, and tells what to look at on stderr', async () => {
    const { code, stdout, stderr } = await inside([...box(), '-o', home.path('shop.site.yaml')]);
    expect(code).toBe(0);
    expect(local(stdout)).toBe(
      'shop.site.yaml: server shop.example, pool www\nlempsim steady --set site=shop.site.yaml runs it\n',
    );
    expect(local(stderr)).toContain('warning: php-fpm.process_control_timeout: a reload cuts off the children');
    expect(local(stderr)).toContain('not modelled: MySQL: port\neach with its place at the end of shop.site.yaml\n');
    const run = await inside(['steady', '--quiet', '--set', `site=${home.path('shop.site.yaml')}`, '--set', 'duration=70s']);
    expect(run.stderr).toBe('');
    expect(run.stdout).toContain('goodput > 35/s');
  });

  test('prints the site where no file is named, and nothing else with --quiet', async () => {
    const { code, stdout, stderr } = await inside([...box(), '--quiet']);
    expect([code, stderr]).toEqual([0, '']);
    expect(local(stdout)).toContain('  pm.max_children: 12  # www.conf:4\n');
    expect(local(stdout)).toContain('\n# Read, and not modelled, each with its line:\n#   MySQL, my.cnf: port (4)\n');
    expect((await inside([...box(), '--quiet', '-o', '-'])).stdout).toBe(stdout);
  });

  test('writes over nothing without --force', async () => {
    const kept = await inside([...box(), '-o', home.path('there.yaml')]);
    expect([kept.code, kept.stdout, local(kept.stderr)]).toEqual([73, '', 'there.yaml: exists; --force writes over it\n']);
    expect(readFileSync(home.path('there.yaml'), 'utf8')).toBe('mine');
    expect((await inside([...box(), '--quiet', '--force', '-o', home.path('there.yaml')])).code).toBe(0);
    expect(readFileSync(home.path('there.yaml'), 'utf8')).toContain('pm.max_children: 12');
  });

  test('ends in 73 where the file cannot be created', async () => {
    const { code, stderr } = await inside([...box(), '--quiet', '-o', home.path('nowhere/site.yaml')]);
    expect([code, local(stderr)]).toEqual([73, 'nowhere/site.yaml: no such directory\n']);
  });

  test('ends in 65 with every mistake and its place, and writes nothing', async () => {
    const words = ['import', '--nginx', home.path('nginx.conf'), '--fpm', home.path('wrong.conf'), '-o', home.path('none.yaml')];
    const { code, stdout, stderr } = await inside(words);
    expect([code, stdout, local(stderr)]).toEqual([
      65,
      '',
      'wrong.conf:2:6: pm: expected one of static, dynamic or ondemand, got "often"\n',
    ]);
    expect(existsSync(home.path('none.yaml'))).toBe(false);
  });

  test('ends in 66 where a file cannot be read', async () => {
    const { code, stderr } = await inside(['import', '--nginx', home.path('nginx.conf'), '--fpm', home.path('no.conf')]);
    expect([code, local(stderr)]).toEqual([66, 'no.conf: does not exist\n']);
  });

  test('ends in 2 where it is not told which files, or in what it cannot read', async () => {
    expect((await inside(['import'])).code).toBe(2);
    expect((await inside([...box(), '--memory', '2 apples'])).stderr).toBe(
      '--memory: expected a size such as 2GiB or 512M, got "2 apples"\n',
    );
    expect((await inside([...box(), '--cores', '0'])).code).toBe(2);
  });

  test('takes the machine that it runs on where it is not told the host, and says so', async () => {
    const { stdout, stderr } = await inside(['import', '--nginx', home.path('nginx.conf'), '--fpm', home.path('www.conf')]);
    expect(stdout).toMatch(/^ {2}cores: \d+ {2}# the machine that lempsim ran on$/m);
    expect(stderr).toContain(
      'warning: host.memory: taken from the machine that lempsim ran on; if the box is another, give --memory\n',
    );
  });
});
