/** Which location answers: the cases of nginx's own documentation of `location`, and the ways in which sites lead to PHP. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Files } from '../../src/import/files.js';
import type { Locations } from '../../src/import/locations.js';
import { readNginx } from '../../src/import/nginxConf.js';
import { chooseServer } from '../../src/import/server.js';
import { Trouble } from '../../src/import/trouble.js';

const home = mkdtempSync(join(tmpdir(), 'lempsim-locations-'));
afterAll(() => rmSync(home, { recursive: true }));

function locations(server: string): Locations {
  const path = join(home, 'nginx.conf');
  writeFileSync(path, `http { server { ${server} } }`);
  const trouble = new Trouble();
  const chosen = chooseServer(readNginx(path, new Files(trouble), trouble), path, null, trouble);
  trouble.end();
  return (chosen as NonNullable<typeof chosen>).server.locations;
}

describe('the location of a path', () => {
  const documented = locations(`
    location = / { set $l A; }
    location / { set $l B; }
    location /documents/ { set $l C; }
    location ^~ /images/ { set $l D; }
    location ~* \\.(gif|jpg|jpeg)$ { set $l E; }`);

  test.each([
    ['/', 'A'],
    ['/index.html', 'B'],
    ['/documents/document.html', 'C'],
    ['/images/1.gif', 'D'],
    ['/documents/1.jpg', 'E'],
  ])('%s is the one that nginx’s documentation says', (path, letter) => {
    expect(documented.for(path)?.directive.children?.[0].values[1]).toBe(letter);
  });

  test('is the first of several regular expressions, and none where the server answers by itself', () => {
    const several = locations('location ~ ^/a { set $l 1; } location ~ ^/ab { set $l 2; } location =/glued { set $l 3; }');
    expect(several.for('/abc')?.directive.children?.[0].values[1]).toBe('1');
    expect(several.for('/glued')?.directive.children?.[0].values[1]).toBe('3');
    expect(several.for('/x')).toBeNull();
  });
});

const PHP = 'location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }';

describe('a page comes by PHP', () => {
  test.each([
    ['directly', 'location / { fastcgi_pass 127.0.0.1:9000; }'],
    ['by the last word of try_files', `location / { try_files $uri $uri/ /index.php?$args; } ${PHP}`],
    ['by $is_args', `location / { try_files $uri /index.php$is_args$args; } ${PHP}`],
    ['by an index', `index index.php; ${PHP}`],
    ['by an index of http’s kind, inherited', `index a.html index.php; location / { try_files $uri $uri/ =404; } ${PHP}`],
    ['by a named location', 'location / { try_files $uri @php; } location @php { fastcgi_pass 127.0.0.1:9000; }'],
    ['by a rewrite in one', `location / { try_files $uri @r; } location @r { rewrite ^ /index.php last; } ${PHP}`],
    ['by a rewrite of the server', `rewrite ^/(?!static) /index.php last; ${PHP}`],
    ['by the page of an error', `error_page 404 /index.php; ${PHP}`],
    ['in an if', 'location / { if ($request_method = GET) { fastcgi_pass 127.0.0.1:9000; } }'],
    ['through two steps', `location / { try_files $uri /front/; } location /front/ { try_files $uri /index.php; } ${PHP}`],
  ])('%s', (_, server) => expect(locations(server).answer('/').by).toBe('php'));
});

describe('a page does not come by PHP', () => {
  test.each([
    ['from a site of files', 'location / { try_files $uri =404; }', 'file'],
    ['from a server without locations', 'root /var/www;', 'file'],
    ['if only scripts do', `index index.html; location / { try_files $uri =404; } ${PHP}`, 'file'],
    ['by another server', 'location / { proxy_pass http://127.0.0.1:3000; }', 'other'],
    ['by a redirection', 'location / { return 301 /x; }', 'other'],
    ['by Lua', 'location / { content_by_lua_block { ngx.say("}") } }', 'other'],
  ])('%s', (_, server, by) => expect(locations(server).answer('/').by).toBe(by));

  test('if it is a file', () => {
    const site = locations(`location / { try_files $uri /index.php; } ${PHP}`);
    expect([site.answer('/file.css').by, site.answer('/file.css', true).by]).toEqual(['php', 'file']);
  });
});
