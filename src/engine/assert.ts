/** For what must be true unless lempsim itself is wrong. Never switched off. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`lempsim is wrong: ${message}`);
}
