import { describe, expect, it } from 'vitest';
import { Memory } from '../../src/host/memory.js';

describe('memory', () => {
  it('is a ledger: who holds how much, and the most there ever was', () => {
    const memory = new Memory(1000);
    memory.account('nginx').hold(100);
    memory.account('php-fpm').hold(600);
    memory.account('php-fpm').hold(-200);
    memory.account('mysql').hold(50);
    expect(memory.by()).toEqual({ nginx: 100, 'php-fpm': 400, mysql: 50 });
    expect(Object.keys(memory.by())).toEqual(['nginx', 'php-fpm', 'mysql']);
    expect([memory.used, memory.usedMax, memory.overcommitted]).toEqual([550, 700, false]);
  });

  it('remembers who held how much when it was most, and can look for that anew', () => {
    const memory = new Memory(1000);
    memory.account('nginx').hold(100);
    memory.account('php-fpm').hold(600);
    memory.account('php-fpm').hold(-500);
    memory.account('mysql').hold(50);
    expect([memory.usedMax, memory.byAtMax()]).toEqual([700, { nginx: 100, 'php-fpm': 600, mysql: 0 }]);
    memory.markMax();
    expect([memory.usedMax, memory.byAtMax()]).toEqual([250, { nginx: 100, 'php-fpm': 100, mysql: 50 }]);
    memory.account('mysql').hold(1);
    expect([memory.usedMax, memory.byAtMax()]).toEqual([251, { nginx: 100, 'php-fpm': 100, mysql: 51 }]);
  });

  it('refuses nothing, and knows when more is held than there is', () => {
    const memory = new Memory(1000);
    memory.account('php-fpm').hold(1000);
    expect(memory.overcommitted).toBe(false);
    memory.account('php-fpm').hold(1);
    expect([memory.overcommitted, memory.usedMax]).toEqual([true, 1001]);
  });

  it('beyond RAM lies swap, evenly: that share of everything is there; beyond both somebody hears of it', () => {
    const memory = new Memory(1000, 500);
    let heard = 0;
    memory.exhausted = () => {
      heard += 1;
    };
    memory.account('php-fpm').hold(1000);
    expect(memory.swapped).toBe(0);
    memory.account('php-fpm').hold(250);
    expect([memory.swapped, memory.exceeded, heard]).toEqual([0.2, false, 0]);
    memory.account('mysql').hold(251);
    expect([memory.exceeded, heard]).toEqual([true, 1]);
    memory.account('php-fpm').hold(-500);
    expect([memory.exceeded, heard]).toEqual([false, 1]);
    expect(() => memory.check()).not.toThrow();
  });

  it('without swap nothing lies there, however much is held', () => {
    const memory = new Memory(1000);
    memory.account('php-fpm').hold(2000);
    expect([memory.swapped, memory.exceeded]).toEqual([0, true]);
  });

  it('nobody can give back more than they hold', () => {
    const memory = new Memory(1000);
    memory.account('nginx').hold(500);
    memory.account('php-fpm').hold(10);
    expect(() => memory.account('php-fpm').hold(-11)).toThrow('php-fpm gave back more memory than it held');
  });
});
