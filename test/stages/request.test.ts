import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/engine/clock.js';
import { Request, Requests, Stage } from '../../src/stages/request.js';
import { Cause } from '../../src/telemetry/cause.js';
import { Meter } from '../../src/telemetry/meter.js';

describe('request', () => {
  it('calls a stage, and goes on with its own next step when that returns', () => {
    const { clock, request, told, stage } = site();
    const slow = stage('slow', (one) => void clock.after(30, () => one.return(), undefined));
    request.call(slow, () => told.push(`back at ${clock.now()}`));
    clock.runUntil(100);
    expect(told).toEqual(['slow at 0', 'back at 30']);
    expect([slow.meter.entered, slow.meter.left, slow.meter.durations.mean]).toEqual([1, 1, 30]);
    expect(request.spentMs).toBe(30);
  });

  it('is three deep at the most, and comes back the way it went', () => {
    const { request, told, stage } = site();
    const mysql = stage('mysql', (one) => one.return());
    const php = stage('php-fpm', (one) => {
      told.push(`in ${one.stage!.meter.name}, passed on: ${one.passedOn}`);
      one.call(mysql, () => {
        told.push(`back in ${one.stage!.meter.name}`);
        one.return();
      });
    });
    const nginx = stage('nginx', (one) => one.call(php, () => one.return()));
    request.call(nginx, () => told.push('back with the visitor'));
    expect(told).toEqual([
      'nginx at 0',
      'php-fpm at 0',
      'in php-fpm, passed on: true',
      'mysql at 0',
      'back in php-fpm',
      'back with the visitor',
    ]);
    expect([request.stage, request.passedOn]).toEqual([null, false]);
    const deeper = stage('deeper', () => {});
    const fourth = stage('4', (one) => one.call(deeper, () => {}));
    const third = stage('3', (one) => one.call(fourth, () => {}));
    const second = stage('2', (one) => one.call(third, () => {}));
    expect(() => request.call(second, () => {})).toThrow('a call goes deeper than any stage calls');
  });

  it('goes back with a failure where it is refused', () => {
    const { request, stage } = site();
    const full = new Cause('502', 'php-fpm', 'listen queue full', '');
    request.call(
      stage('php-fpm', (one) => one.refuse(full)),
      () => {},
    );
    expect([request.failed, request.failure]).toEqual([true, full]);
  });

  it('parts: the visitor has one half, PHP-FPM the other', () => {
    const { clock, request, requests, told, stage } = site();
    const mysql = stage('mysql', () => {});
    const php = stage('php-fpm', (one) => one.call(mysql, () => one.return()));
    const nginx = stage('nginx', (one) => one.call(php, () => {}));
    request.call(nginx, () => told.push('the visitor is answered'));
    clock.runUntil(40);
    const half = request.part(() => told.push('gone'));
    expect([half.stage, request.stage]).toEqual([nginx, mysql]);
    expect([half.number, request.number]).toEqual([7, 0]);
    half.return();
    expect(half.spentMs).toBe(40);
    clock.runUntil(90);
    request.return();
    expect(told.slice(3)).toEqual(['the visitor is answered', 'gone']);
    expect([nginx, php, mysql].map(({ meter }) => meter.durations.max)).toEqual([40, 90, 90]);
    requests.give(half);
    requests.give(request);
    expect(() => requests.take().part(() => {})).toThrow('only a request that nginx has passed on can part');
  });

  it('unwinds out of all stages at once', () => {
    const { clock, request, stage } = site();
    const php = stage('php-fpm', () => {});
    const nginx = stage('nginx', (one) => one.call(php, () => {}));
    request.call(nginx, () => expect.fail('nobody goes on'));
    clock.runUntil(5);
    request.unwind();
    expect([nginx.meter.inside.value, php.meter.inside.value, request.spentMs]).toEqual([0, 0, 5]);
  });

  it('takes the same few steps again and again: one made for each call is a mistake', () => {
    const { request, stage } = site();
    const dns = stage('dns', (one) => one.return());
    const made = () =>
      request.call(dns, (one) => {
        one.tries += 1;
      });
    expect(() => {
      for (let i = 0; i < 300; i += 1) made();
    }).toThrow('steps are made once, when the website is wired');
    expect(request.tries).toBe(255);
  });

  it('cannot return without a call, nor to nobody', () => {
    const { request } = site();
    expect(() => request.return()).toThrow('a return without a call');
  });
});

describe('requests', () => {
  it('are used again once they have ended, as new', () => {
    const { request, requests } = site();
    request.failure = new Cause('502', 'php-fpm', 'listen queue full', '');
    request.waiting = 5;
    request.patience = 6;
    request.gone = true;
    requests.give(request);
    const next = requests.take();
    expect(next).toBe(request);
    expect([next.failed, next.waiting, next.patience, next.gone, next.spentMs]).toEqual([false, 0, 0, false, 0]);
    expect(requests.take()).not.toBe(next);
    expect(requests.take()).toBeInstanceOf(Request);
  });

  it('cannot be given back from inside a stage', () => {
    const { request, requests, stage } = site();
    request.call(
      stage('nginx', () => {}),
      () => {},
    );
    expect(() => requests.give(request)).toThrow('a request was given back that is still inside a stage');
  });
});

function site() {
  const clock = new VirtualClock();
  const requests = new Requests(clock);
  const request = requests.take();
  request.number = 7;
  const told: string[] = [];
  const stage = (name: string, enter: (request: Request) => void) =>
    new Stage(new Meter(name), (one) => {
      told.push(`${name} at ${clock.now()}`);
      enter(one);
    });
  return { clock, requests, request, told, stage };
}
