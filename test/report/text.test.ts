import { describe, expect, it } from 'vitest';
import { escaped, printable, wrap } from '../../src/report/text.js';

describe('text', () => {
  it('escapes what a terminal would obey or a reader could not see', () => {
    expect(escaped('a\u001b[31mb\u0007\u009bc\u202ed\u200be\nf\ud800g\u{e0041}')).toBe(
      'a\\u001b[31mb\\u0007\\u009bc\\u202ed\\u200be\\u000af\\ud800g\\u{e0041}',
    );
    expect(escaped('/página/日本語/😀')).toBe('/página/日本語/😀');
  });

  it('escapes keys as well as values, and adds no property to any prototype', () => {
    const hostile = JSON.parse('{"__proto__":{"x":"\\u001b"},"a\\u001b":["\\u001b"]}');
    expect(JSON.stringify(printable(hostile))).toBe('{"__proto__":{"x":"\\\\u001b"},"a\\\\u001b":["\\\\u001b"]}');
    expect('x' in {}).toBe(false);
  });

  it('breaks lines between words, and never between a number and its unit', () => {
    expect(wrap('answers take 412 ms or 38 % more', 16)).toEqual(['answers take', '412 ms or 38 %', 'more']);
  });

  it('cuts a word that is longer than a line', () => {
    expect(wrap('abcdefghij', 6, '- ', '  ')).toEqual(['- abcd', '  efgh', '  ij']);
  });
});
