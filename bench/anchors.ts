/** What is measured against, where the machine has it: a C++ compiler, SimPy. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { command, type Program, root } from './measure.js';

const directory = join(root, 'bench', 'anchors');
const buildDirectory = join(root, 'bench', '.build');

/** `anchors/NAME.cpp`, built by `g++ -O2`; `null` if there is no g++. */
export function cpp(name: string, ...args: string[]): Program | null {
  if (spawnSync('g++', ['--version']).status !== 0) return null;
  mkdirSync(buildDirectory, { recursive: true });
  const binary = join(buildDirectory, name);
  execFileSync('g++', ['-O2', '-o', binary, join(directory, `${name}.cpp`)], { stdio: 'inherit' });
  return command(binary, ...args);
}

/** `anchors/NAME.py`, by a Python that has SimPy; `null` if none has. */
export function simpy(name: string, ...args: string[]): Program | null {
  const python = ['/usr/bin/python3', 'python3'].find((file) => spawnSync(file, ['-c', 'import simpy']).status === 0);
  return python === undefined ? null : command(python, join(directory, `${name}.py`), ...args);
}
