/** The errors that the command line itself makes. What other rooms throw is told apart in `complain.ts`. */

/** The command line cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export class CannotCreateError extends Error {
  override readonly name = 'CannotCreateError';
}

export class CannotWriteError extends Error {
  override readonly name = 'CannotWriteError';

  constructor(
    message: string,
    /** The reader left, as `| head` does: nothing to complain about. */
    readonly readerGone = false,
  ) {
    super(message);
  }
}

/** An error of ours, with the run that it happened in and how to have it again. */
export class OurError extends Error {
  override readonly name = 'OurError';

  constructor(
    override readonly cause: unknown,
    readonly where: { readonly scenario: string; readonly seed: string; readonly command: string },
  ) {
    super('an error in lempsim');
  }

  /** Simulated time of the step that went wrong; `null` where none did. */
  get timeMs(): number | null {
    const { timeMs } = this.cause as { timeMs?: unknown };
    return typeof timeMs === 'number' ? timeMs : null;
  }
}
