/**
 * Which names a pattern of an `include` means: `*`, `?` and `[a-z]`, as glob(3) has them, matched without going back more than once.
 *
 * A name that begins with a dot is meant by a dot only, as the shell and both servers have it.
 */

type Mark = { readonly kind: 'any' | 'one' } | { readonly kind: 'of'; readonly fits: (character: string) => boolean };

export function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/** `matches('*.conf', 'www.conf') // => true` */
export function matches(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  return fits(marksOf(pattern), name);
}

/** After a `*` the shortest stretch that works is as good as any: only the last one is ever tried again. */
function fits(marks: readonly Mark[], name: string): boolean {
  let mark = 0;
  let at = 0;
  let star = -1;
  let from = 0;
  while (at < name.length) {
    const next = marks[mark];
    if (next?.kind === 'any') {
      star = mark++;
      from = at;
    } else if (next !== undefined && (next.kind === 'one' || (next.kind === 'of' && next.fits(name[at])))) {
      mark += 1;
      at += 1;
    } else if (star >= 0) {
      mark = star + 1;
      at = ++from;
    } else return false;
  }
  while (marks[mark]?.kind === 'any') mark += 1;
  return mark === marks.length;
}

function marksOf(pattern: string): Mark[] {
  const marks: Mark[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at];
    const close = character === '[' ? pattern.indexOf(']', at + 2) : -1;
    if (character === '*') marks.push({ kind: 'any' });
    else if (character === '?') marks.push({ kind: 'one' });
    else if (close > 0) {
      marks.push(setOf(pattern.slice(at + 1, close)));
      at = close;
    } else {
      const literal = character === '\\' && at + 1 < pattern.length ? pattern[++at] : character;
      marks.push({ kind: 'of', fits: (each) => each === literal });
    }
  }
  return marks;
}

function setOf(inner: string): Mark {
  const negated = /^[!^]/.test(inner);
  const ranges = [...(negated ? inner.slice(1) : inner).matchAll(/([\s\S])-([\s\S])|([\s\S])/g)];
  const within = (character: string) =>
    ranges.some(([, from, to, one]) => (one === undefined ? character >= from && character <= to : character === one));
  return { kind: 'of', fits: (character) => within(character) !== negated };
}
