import { describe, expect, it } from 'vitest';
import { always } from '../../src/engine/law.js';
import { secondBySecond, story } from '../stages/story.js';
import { bare, scriptPage } from '../support/bare.js';

describe('events', () => {
  const model = bare({
    durationMs: 9000,
    incident: { kind: 'surge', name: 'rush', fromMs: 3000, peakToMs: 4000, toMs: 6000 },
    php: { maxChildren: 1, listenBacklog: 0 },
    nginx: { fastcgiReadTimeoutMs: 500 },
    pages: [scriptPage({ waitMs: always(800) })],
  });

  it('tell when the surge began and ended, and the first failure of each kind, in order', () => {
    const { events } = story(model, [3500, 3500, 3500, 3600]).result;
    expect(events.map(({ atMs, kind, text }) => `${atMs} ${kind}: ${text}`)).toEqual([
      '3000 rush: the rush begins',
      '3500 first failure: first 502 (listen queue full), of 2',
      '4000 peak over: its peak is over',
      '4000 first failure: first 504 (fastcgi_read_timeout: no answer from PHP-FPM in time), of 2',
      '6000 rush over: the rush is over',
    ]);
  });

  it('tell of nothing that is yet to come', async () => {
    const kinds = await secondBySecond(model, [], (result) => result.events.map(({ kind }) => kind));
    expect(kinds.slice(0, 7)).toEqual([
      [],
      [],
      ['rush'],
      ['rush', 'peak over'],
      ['rush', 'peak over'],
      ['rush', 'peak over', 'rush over'],
      ['rush', 'peak over', 'rush over'],
    ]);
  });

  it('of a steady run without failures there are none', () => {
    expect(story(bare({ incident: null }), [0]).result.events).toEqual([]);
  });
});
