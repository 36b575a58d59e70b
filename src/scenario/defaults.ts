/**
 * Every default, in the operator's own units, with its source.
 *
 * A source that says "a choice" is one: no document or measurement gives the value, so a scenario that depends on it should
 * set it. "Measured stack" is nginx 1.22, PHP-FPM 8.2 and MariaDB 10.11 on one core, whose CPU costs were taken at saturation.
 */

const nginxCore = 'nginx documentation, ngx_core_module';
const nginxHttp = 'nginx documentation, ngx_http_core_module';
const nginxFastcgi = 'nginx documentation, ngx_http_fastcgi_module';
const limitReq = 'nginx documentation, ngx_http_limit_req_module';
const limitConn = 'nginx documentation, ngx_http_limit_conn_module';
const fpm = 'PHP manual, FPM configuration';
const mysqlManual = 'MySQL 8.0 and MariaDB 10.11 reference manuals';
const linux = 'Linux kernel documentation, ip-sysctl';
const resolvConf = 'resolv.conf(5)';
const measured = 'measured stack, group A';
const retried: ('timeout' | 'network' | 500 | 502 | 503 | 504)[] = ['timeout', 'network', 500, 502, 503, 504];
const awsRetries = 'AWS SDKs and Tools reference guide, standard retry mode';
const choice = (why: string) => `a choice: ${why}`;

export const defaults = {
  scenario: {
    seed: { value: '1', source: choice('any text will do') },
    warmup: { value: '0s', source: choice('everything counts unless the scenario says otherwise') },
  },
  host: {
    scheduler: { value: 'fair-share', source: 'processor sharing, which the Linux scheduler approaches' },
    swap: { value: '0 B', source: choice('images of cloud servers commonly have none') },
    system: { value: '200 MiB', source: choice('a minimal Debian 12 server') },
    boot: { value: '25s', source: choice('a virtual machine boots in 15 to 40 s; EC2 takes 26 s from launch to SSH') },
  },
  disk: {
    iops: { value: 3000, source: 'AWS EBS documentation, gp3 baseline' },
    queue_depth: { value: 32, source: choice('common queue depths are 32 to 128') },
    latency: { value: '1ms', source: choice('network SSDs answer in 0.5 to 2 ms') },
    fsync: { value: '1.5ms', source: choice('network SSDs flush in 1 to 2 ms') },
  },
  network: {
    send: { value: '1 Gbit/s', source: choice('the usual port of a small server') },
    receive: { value: '1 Gbit/s', source: choice('the usual port of a small server') },
  },
  dns: {
    name: { value: 'www.example.com', source: 'RFC 2606, a name reserved for examples' },
    address: { value: '192.0.2.1', source: 'RFC 5737, an address reserved for documentation' },
    ttl: { value: '5m', source: choice('a common value for A records of web servers') },
    answer: { value: 'NOERROR', source: 'the record exists' },
    browser_cache: { value: '60s', source: 'Chromium, host cache with the system resolver; Firefox network.dnsCacheExpiration' },
    known: { value: '0%', source: choice('every visitor is new') },
    resolvers: { value: 10, source: choice('visitors of a few large providers') },
    resolver: {
      value: { lognormal: { mean: '11.3ms', cv: 0.53 } },
      source: choice('median 10 ms; caching resolvers answer in 5 to 30 ms'),
    },
    authoritative: {
      value: { lognormal: { mean: '105ms', cv: 1.12 } },
      source: choice('median 70 ms; Google Public DNS reports a mean of 130 ms for misses'),
    },
    resolver_capacity: { value: 'unlimited', source: choice('large resolvers do not notice one site') },
    loss: { value: '0%', source: choice('no packet is lost') },
    timeout: { value: '5s', source: resolvConf },
    attempts: { value: 2, source: resolvConf },
    nameservers: { value: 1, source: choice('most home routers give one') },
    negative_ttl: { value: '1h', source: 'RFC 2308, section 5: one to three hours; Unbound cache-max-negative-ttl 3600' },
    wrong_address: { value: 'silent', source: choice('most addresses that are not ours drop what they do not expect') },
    at_start: { value: 'auto', source: 'visitors have come for longer than the run, where the scenario has events of DNS' },
  },
  tcp: {
    somaxconn: { value: 4096, source: linux },
    abort: { value: 0, source: linux },
    synackRetries: { value: 5, source: linux },
    clients: {
      value: 'linux-6.4',
      source: 'RFC 6298: 1 s, doubled at each retry, as in Linux before 6.5 and most client systems',
    },
    server: { value: 'linux-6.5', source: `${linux}: tcp_syn_linear_timeouts 4, tcp_syn_retries 6` },
    rto_min: { value: '200ms', source: 'Linux kernel, TCP_RTO_MIN' },
    initcwnd: { value: 10, source: 'RFC 6928; Linux kernel, TCP_INIT_CWND' },
    mss: { value: '1460 B', source: 'Ethernet MTU 1500 less 40 bytes of IPv4 and TCP headers' },
    headers: { value: '78 B', source: 'IPv4 20, TCP 20, Ethernet 14 + 4, preamble and gap 20' },
    loss: { value: '0%', source: choice('no packet is lost') },
    tls: { value: 'none', source: choice('plain HTTP, as in the measured stack') },
    tlsVersion: { value: '1.3', source: 'RFC 8446; nginx ssl_protocols allows 1.2 and 1.3' },
    handshake: { value: '0.4ms', source: choice('a P-256 handshake costs 0.2 to 0.5 ms, an RSA one 0.8 to 1.5 ms') },
  },
  nginx: {
    worker_processes: { value: 1, source: `${nginxCore} (the packages set auto)` },
    worker_connections: { value: 512, source: `${nginxCore} (Debian sets 768)` },
    backlog: { value: 511, source: `${nginxHttp}, listen, on Linux` },
    keepalive_timeout: { value: '75s', source: nginxHttp },
    keepalive_requests: { value: 1000, source: nginxHttp },
    fastcgi_connect_timeout: { value: '60s', source: nginxFastcgi },
    fastcgi_send_timeout: { value: '60s', source: nginxFastcgi },
    fastcgi_read_timeout: { value: '60s', source: nginxFastcgi },
    fastcgi_buffering: { value: 'on', source: nginxFastcgi },
    accept: { value: '0.01ms', source: `${measured}: a third of the 0.029 ms of a small file` },
    proxy: { value: '0.07ms', source: `${measured}: nearly half of the 0.159 ms of /php.php, less accept` },
    answer: { value: '0.079ms', source: `${measured}: the rest of the 0.159 ms of /php.php` },
    static: { value: '0.019ms', source: `${measured}: the 0.029 ms of a small file, less accept` },
    error: { value: '0.02ms', source: 'measured stack, group B: a refused request costs 0.1 ms, less accept and proxy' },
    error_size: { value: '700 B', source: choice('nginx writes some 550 bytes, padded, and a header') },
    worker_memory: { value: '8 MiB', source: choice('a worker with 1,000 connections') },
    limit_req_status: { value: 503, source: limitReq },
    limit_conn_status: { value: 503, source: limitConn },
    fastcgi_cache: { value: 'off', source: nginxFastcgi },
    inactive: { value: '10m', source: `${nginxFastcgi}, fastcgi_cache_path` },
    fastcgi_cache_lock: { value: 'off', source: nginxFastcgi },
    fastcgi_cache_lock_timeout: { value: '5s', source: nginxFastcgi },
    fastcgi_cache_lock_age: { value: '5s', source: nginxFastcgi },
    fastcgi_cache_background_update: { value: 'off', source: nginxFastcgi },
    restart: { value: 'no', source: 'Debian 12, nginx.service, which has no Restart=' },
    restart_sec: { value: '100ms', source: 'systemd.service(5)' },
    start: { value: '20ms', source: 'measured stack, group E: from the start to the first accept 20 to 23 ms' },
  },
  'php-fpm': {
    max_spawn_rate: { value: 32, source: fpm },
    process_idle_timeout: { value: '10s', source: fpm },
    max_requests: { value: 0, source: fpm },
    listen: { value: '/run/php/php8.2-fpm.sock', source: 'Debian 12, php8.2-fpm www.conf' },
    backlog: { value: 511, source: `${fpm}, on Linux` },
    request_terminate_timeout: { value: 0, source: fpm },
    process_control_timeout: { value: 0, source: `${fpm}: children are cut off` },
    max_execution_time: { value: '30s', source: 'PHP manual, php.ini: CPU time on Linux, waiting does not count' },
    realpath_cache_ttl: { value: '2m', source: 'PHP manual, php.ini: 120 s' },
    fork: { value: '1ms', source: choice('page tables and first faults of a 30 to 60 MB child take 0.5 to 3 ms') },
    memory_per_child: { value: '40 MiB', source: choice('30 to 60 MB are typical of a content management system') },
    restart: { value: 'no', source: 'Debian 12, php8.2-fpm.service, which has no Restart=' },
    restart_sec: { value: '100ms', source: 'systemd.service(5)' },
    start: { value: '100ms', source: choice('parsing, opcache memory and forks take 50 to 200 ms') },
  },
  limit: {
    zone: { value: 'one', source: choice('the name in the documentation of nginx') },
    key: { value: 'address', source: choice('$binary_remote_addr, as in most examples') },
    burst: { value: 0, source: limitReq },
    delay: { value: 0, source: limitReq },
    nodelay: { value: 'off', source: limitReq },
  },
  mysql: {
    max_connections: { value: 151, source: mysqlManual },
    connections: { value: 'per-request', source: 'PHP manual: PDO and mysqli connect anew unless told otherwise' },
    connect: { value: '0.25ms', source: choice('a connection over the local socket takes 0.1 to 0.4 ms') },
    round_trip: { value: '30us', source: choice('two wake-ups over the local socket') },
    innodb_buffer_pool_size: { value: '128M', source: mysqlManual },
    dataset: { value: '100 MB', source: choice('fits the default buffer pool') },
    innodb_lock_wait_timeout: { value: '50s', source: mysqlManual },
    innodb_flush_log_at_trx_commit: { value: 1, source: mysqlManual },
    base_memory: { value: '100 MiB', source: choice('an idle MariaDB 10.11 besides its buffer pool') },
    memory_per_connection: { value: '1 MiB', source: choice('thread stack and buffers of a connection with small sorts') },
    innodb_log_file_size: { value: '96M', source: 'MariaDB 10.11 reference manual (MySQL 8.0: innodb_redo_log_capacity, 100M)' },
    checkpoint_age: { value: '48 MB', source: choice('a server that has run for days has half of its log behind it') },
    redo_per_commit: { value: '2 KiB', source: choice('a small transaction writes 0.5 to 4 KiB') },
    pages_per_commit: { value: 4, source: choice('the row, two indexes, and undo') },
    innodb_buffer_pool_dump_pct: { value: 25, source: mysqlManual },
    innodb_io_capacity: { value: 200, source: mysqlManual },
    lock_wait_timeout: { value: '86400s', source: 'MariaDB 10.11 reference manual (MySQL 8.0: a year)' },
    ping: {
      value: 'off',
      source: choice('the application keeps its handle and asks; PDO and mysqli ping when they take one up again'),
    },
    restart: { value: 'on-abnormal', source: 'Debian 12, mariadb.service' },
    restart_sec: { value: '5s', source: 'Debian 12, mariadb.service' },
    start: { value: '2s', source: choice('a small instance starts in 0.5 to 3 s after a clean stop') },
  },
  page: {
    weight: { value: 1, source: choice('pages are equally popular') },
    wait: { value: 0, source: 'nothing outside the box is asked' },
    times: { value: 1, source: 'a query stands for itself' },
    reads: { value: 0, source: 'the pages it needs are in the buffer pool' },
    hold: { value: 0, source: 'the commit follows the statement' },
    cache: { value: 'on', source: 'fastcgi_cache keeps every answer to a GET without a Set-Cookie' },
    variants: { value: 1, source: 'a page stands for itself' },
    zipf: {
      value: 1,
      source:
        'pages of a site are about as popular as words of a text: Breslau and others, INFOCOM 1999 (0.64 to 0.83 at proxies)',
    },
  },
  visitors: {
    round_trip: { value: '50ms', source: choice('the Chrome UX report has 96 ms as the desktop median of 75th percentiles') },
    bandwidth: { value: 'unlimited', source: choice('the visitor is not the bottleneck') },
    patience: {
      value: { exponential: '15.7s', plus: '2s' },
      source:
        'nobody leaves within 2 s, 40 % have left after 10 s: Krishnan and Sitaraman, IMC 2012 (video start-up, 23 million views)',
    },
    connections: { value: 6, source: 'Chromium and Firefox, connections per host over HTTP/1.1' },
    keep_alive: { value: 'on', source: 'RFC 9112, persistent by default' },
    pages_per_visit: { value: 1, source: choice('a visit is one page') },
    think: { value: { exponential: '7s' }, source: 'TPC-W 1.8, mean think time' },
    retry: { value: 'none', source: 'visitors are people; a program has to say so' },
    attempts: { value: 3, source: awsRetries },
    backoff: { value: '1s', source: awsRetries },
    multiplier: { value: 2, source: awsRetries },
    cap: { value: '20s', source: awsRetries },
    jitter: { value: 'full', source: awsRetries },
    budget: { value: 'none', source: choice('most clients have none; the Google SRE book advises 10 %') },
    on: { value: retried, source: awsRetries },
    reload: { value: 'none', source: choice('how many people reload has not been measured') },
    chance: { value: '50%', source: choice('nobody has measured it') },
    reload_after: { value: { lognormal: { mean: '3.5s', cv: 0.6 } }, source: choice('a median of 3 s') },
    times: { value: 2, source: choice('then they believe it') },
    refresh: { value: 'none', source: choice('how many people reload has not been measured') },
    refresh_after: { value: { exponential: '5s', plus: '3s' }, source: choice('nobody within 3 s, half within 6.5 s') },
    error_page_open: { value: { exponential: '2m' }, source: choice('hidden tabs are not reloaded, and nobody looks for long') },
  },
  job: {
    processes: { value: 1, source: 'a job is one process' },
    cpu: { value: 0, source: 'it only reads' },
    reads: { value: 0, source: 'it only computes' },
    memory: { value: '0 B', source: choice('too little to matter') },
  },
  traffic: {
    spacing: { value: 'poisson', source: 'visitors who know nothing of each other' },
    batch: { value: 1, source: 'they come one by one' },
    rise: { value: 0, source: 'at once' },
    fall: { value: 0, source: 'at once' },
    hold: { value: 0, source: 'decays when it has risen' },
    period: { value: '24h', source: 'a day' },
    peak_at: { value: '14h', source: choice('early afternoon') },
    users_think: { value: { exponential: '7s' }, source: 'TPC-W 1.8, mean think time' },
  },
} as const;
