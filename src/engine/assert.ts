/** For what must be true unless lempsim itself is wrong. Never switched off. On a hot path the message is a constant. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) fail(message);
}

/** For a message that must be put together: `if (wrong) fail(…)` makes the string only then. */
export function fail(message: string): never {
  throw new Error(`lempsim is wrong: ${message}`);
}
