import { describe, expect, it } from 'vitest';
import { repeatCommand } from '../../src/cli/repeat.js';
import { bare } from '../support/bare.js';

describe('the command that repeats a run', () => {
  const model = bare({ seed: 'a b' });

  it('names the seed and every setting, quoted as a shell wants them', () => {
    expect(repeatCommand('surge', model, { set: ['host.cores=4', "about=it's"] })).toBe(
      "npm run -s sim -- surge --seed 'a b' --set host.cores=4 --set 'about=it'\\''s'",
    );
    expect(repeatCommand('./my scenario.yaml', bare(), {}, 20)).toBe("npm run -s sim -- './my scenario.yaml' --seed 1 --runs 20");
  });

  it('cannot know where standard input came from, and says so', () => {
    expect(repeatCommand('-', bare(), {})).toBe('npm run -s sim -- - --seed 1 < the same scenario');
  });
});
