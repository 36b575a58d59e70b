import { expect, test } from 'vitest';
import type { ThresholdModel } from '../../src/model.js';
import { readThreshold } from '../../src/scenario/threshold.js';

const known = { windows: ['before surge', 'during surge', 'after surge'], stages: ['dns', 'tcp', 'nginx', 'php-fpm', 'mysql'] };

test.each<[string, Omit<ThresholdModel, 'text'>]>([
  ['p95 < 200ms', { window: null, metric: { kind: 'p95' }, operator: '<', value: 200 }],
  ['before surge: p999 <= 1.5s', { window: 0, metric: { kind: 'p999' }, operator: '<=', value: 1500 }],
  ['during surge: errors > 5%', { window: 1, metric: { kind: 'errors' }, operator: '>', value: 0.05 }],
  ['after surge : availability >= 0.999', { window: 2, metric: { kind: 'availability' }, operator: '>=', value: 0.999 }],
  ['goodput>2400/min', { window: null, metric: { kind: 'goodput' }, operator: '>', value: 40 }],
  ['recovery < 60s', { window: null, metric: { kind: 'recovery' }, operator: '<', value: 60_000 }],
  ['downtime == 0s', { window: null, metric: { kind: 'downtime' }, operator: '==', value: 0 }],
  ['outcomes[502] > 1000', { window: null, metric: { kind: 'outcome', outcome: '502' }, operator: '>', value: 1000 }],
  [
    'outcomes[connect timeout] == 0',
    { window: null, metric: { kind: 'outcome', outcome: 'connect timeout' }, operator: '==', value: 0 },
  ],
  [
    'stages.php-fpm.queue.max < 500',
    { window: null, metric: { kind: 'queue', stage: 'php-fpm', of: 'max' }, operator: '<', value: 500 },
  ],
  [
    'stages.nginx.queue.mean < 0.5',
    { window: null, metric: { kind: 'queue', stage: 'nginx', of: 'mean' }, operator: '<', value: 0.5 },
  ],
  [
    'stages.mysql.utilisation > 80%',
    { window: null, metric: { kind: 'utilisation', stage: 'mysql', of: 'mean' }, operator: '>', value: 0.8 },
  ],
])('%s', (text, threshold) => {
  expect(readThreshold(text, known)).toEqual({ threshold: { text, ...threshold } });
});

test('where the windows cannot be known, any will do', () => {
  expect(readThreshold('during anything: p95 < 1s', { ...known, windows: null })).toMatchObject({ threshold: { window: null } });
});
