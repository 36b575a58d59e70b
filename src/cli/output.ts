/**
 * Where answers go: stdout, or a file that is either whole or not there.
 *
 * A file is written beside its final name and renamed at the end. What exists and is not an ordinary file
 * (a terminal, a pipe, `/dev/null`) is written to as it is.
 */
import { closeSync, openSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { CannotCreateError, CannotWriteError } from './failures.js';

/** Resolves once the text has left the program. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void =>
      reject(new CannotWriteError(`stdout: ${reasonOf(error)}`, error.code === 'EPIPE'));
    process.stdout.once('error', failed);
    process.stdout.write(text, (error) => {
      if (error) return failed(error);
      process.stdout.off('error', failed);
      resolve();
    });
  });
}

export class OutputFile {
  private constructor(
    private readonly path: string,
    /** Where the text goes first; the same as `path` for what cannot be renamed. */
    private readonly draft: string,
    private readonly descriptor: number,
  ) {}

  /** Opens it before the run, so that a long run is not made for a file that cannot be written. */
  static create(asked: string): OutputFile {
    try {
      const existing = statSync(asked, { throwIfNoEntry: false });
      if (existing?.isDirectory()) throw new CannotCreateError(`${asked}: is a directory`);
      const path = existing === undefined ? asked : realpathSync(asked);
      const draft = existing === undefined || existing.isFile() ? `${path}.${process.pid}.part` : path;
      return new OutputFile(path, draft, openSync(draft, 'w'));
    } catch (error) {
      if (error instanceof CannotCreateError) throw error;
      throw new CannotCreateError(`${asked}: ${reasonOf(error)}`);
    }
  }

  write(text: string): void {
    try {
      writeFileSync(this.descriptor, text);
      closeSync(this.descriptor);
      if (this.draft !== this.path) renameSync(this.draft, this.path);
    } catch (error) {
      this.discard();
      throw new CannotWriteError(`${this.path}: ${reasonOf(error)}`);
    }
  }

  /** Leaves nothing behind. */
  discard(): void {
    if (this.draft !== this.path) rmSync(this.draft, { force: true });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such directory',
  ENOTDIR: 'not a directory',
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  EPIPE: 'its reader has gone',
};

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code !== undefined && Object.hasOwn(reasons, code) ? reasons[code] : message;
}
