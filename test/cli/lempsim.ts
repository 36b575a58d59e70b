/** Runs the built program as a person would, in a process of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const program = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Circumstances {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Called with the process once it runs. */
  readonly meanwhile?: (child: ReturnType<typeof spawn>) => void;
}

export function lempsim(words: readonly string[], { env = {}, input, meanwhile }: Circumstances = {}): Promise<Ended> {
  const { NO_COLOR: _, FORCE_COLOR: __, ...rest } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...words], { env: { ...rest, ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.on('error', () => {}).end(input ?? '');
    meanwhile?.(child);
  });
}

/** Ten seconds of one static page: over at once. */
export function scenario(
  changes: { readonly threshold?: string; readonly duration?: string; readonly rate?: string; readonly name?: string } = {},
): string {
  const { threshold = 'errors < 1%', duration = '10s', rate = '20/s', name = 'short' } = changes;
  return `name: ${name}
about: One static page.
duration: ${duration}
warmup: 1s
traffic:
  - { rate: ${rate} }
thresholds: [ "${threshold}" ]
site:
  name: tiny
  host: { cores: 1, memory: 1GiB }
  pages:
    /index.html: { size: 10kB }
`;
}

/** A folder with files, and the way to take it away again. */
export function folder(files: Readonly<Record<string, string>>): {
  readonly path: (name: string) => string;
  readonly remove: () => void;
} {
  const home = mkdtempSync(join(tmpdir(), 'lempsim-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text);
  return { path: (name) => join(home, name), remove: () => rmSync(home, { recursive: true }) };
}
