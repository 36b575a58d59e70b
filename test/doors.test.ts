/** Which room may import from which, as the import lines say. The house is drawn in the README. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../src', import.meta.url));

interface Import {
  readonly file: string;
  /** The room that the file is in: a folder, or the file itself where it stands alone. */
  readonly room: string;
  readonly from: string;
  /** The imported file, from `src`; `null` for a package. */
  readonly target: string | null;
  readonly typeOnly: boolean;
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.replaceAll('\\', '/'))
  .sort();

const sources = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
const imports = files.flatMap(importsOf);

function importsOf(file: string): Import[] {
  const text = withoutComments(sources.get(file)!);
  const statements = [
    ...text.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:[\w*{][^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm),
    ...text.matchAll(/(?:\bimport|\brequire)\s*\((\s*)['"]([^'"]+)['"]/g),
  ];
  return statements.map(([, type, from]) => {
    const target = from.startsWith('.') ? relative(root, join(root, dirname(file), from)).replace(/\.js$/, '.ts') : null;
    return { file, room: roomOf(file), from, target, typeOnly: type?.trim() === 'type' };
  });
}

function roomOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : file.replace(/\.ts$/, '');
}

/** Comments blanked, so that an example in one is not taken for code; strings are left. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '));
}

/** Strings and regular expressions blanked, too. */
function codeOf(file: string): string {
  return withoutComments(sources.get(file)!)
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
    .replace(/`(?:[^`\\$]|\\.|\$(?!\{))*`/g, '``');
}

/** What a room may import from. `types` are rooms of which it may know the types only. */
const doors: Record<string, { rooms: readonly string[]; types?: readonly string[]; packages: readonly string[] }> = {
  engine: { rooms: [], packages: ['rxjs', 'seedrandom'] },
  model: { rooms: [], types: ['engine'], packages: [] },
  version: { rooms: [], packages: [] },
  host: { rooms: ['engine'], types: ['model'], packages: [] },
  telemetry: { rooms: ['model', 'version', 'engine'], types: ['host'], packages: [] },
  stages: { rooms: ['model', 'engine', 'host', 'telemetry'], packages: [] },
  streams: { rooms: ['model', 'engine'], types: ['stages'], packages: ['rxjs'] },
  simulate: { rooms: ['model', 'engine', 'host', 'telemetry', 'stages', 'streams'], packages: ['rxjs'] },
  scenario: {
    rooms: ['model', 'engine', 'version'],
    packages: [
      'yaml',
      'zod',
      'parse-duration',
      'bytes-iec',
      'fastest-levenshtein',
      'node:fs',
      'node:path',
      'node:url',
      'node:crypto',
    ],
  },
  import: { rooms: ['scenario'], packages: ['node:fs', 'node:path', 'node:vm'] },
  experiments: {
    rooms: ['model', 'engine', 'version', 'simulate', 'telemetry', 'scenario'],
    packages: ['rxjs', 'simple-statistics', 'jstat', 'piscina', 'node:worker_threads', 'node:url', 'node:os'],
  },
  validate: {
    rooms: ['model', 'engine', 'scenario', 'simulate'],
    types: ['stages', 'telemetry'],
    packages: ['rxjs', 'zod', 'node:fs', 'node:zlib'],
  },
  report: {
    rooms: ['model', 'engine', 'version', 'validate'],
    types: ['telemetry', 'experiments'],
    packages: ['cli-table3', 'simple-ascii-chart', 'bytes-iec', 'node:util'],
  },
  index: {
    rooms: [
      'version',
      'model',
      'engine',
      'host',
      'telemetry',
      'stages',
      'streams',
      'simulate',
      'scenario',
      'import',
      'experiments',
      'validate',
      'report',
    ],
    packages: [],
  },
};

/** The one file, or files, behind which a package stands. */
const behind: Record<string, RegExp> = {
  seedrandom: /^engine\/random\.ts$/,
  rxjs: /^(engine\/clock\.ts|streams\/.*|simulate\.ts|experiments\/.*|validate\/replay\.ts|cli\/.*)$/,
  yaml: /^scenario\//,
  zod: /^(scenario\/|validate\/measured\.ts$)/,
  'simple-statistics': /^experiments\//,
  jstat: /^experiments\//,
  'cli-table3': /^report\//,
  commander: /^cli\//,
  'cli-progress': /^cli\//,
  'node:fs': /^(scenario\/load\.ts|import\/files\.ts|validate\/measured\.ts|cli\/.*)$/,
  'node:vm': /^import\/expression\.ts$/,
  'node:fs/promises': /^(scenario\/load\.ts|cli\/.*)$/,
};

describe('the doors of the house', () => {
  test('the import lines are found', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(150);
    for (const { file, target } of imports)
      if (target !== null) expect(sources.has(target), `${file} imports ${target}`).toBe(true);
  });

  test.each(Object.keys(doors))('%s imports only from the rooms above it', (room) => {
    const { rooms, types = [] } = doors[room];
    const wrong = imports.filter((line) => {
      if (line.room !== room || line.target === null) return false;
      const from = roomOf(line.target);
      return from !== room && !rooms.includes(from) && !(line.typeOnly && types.includes(from));
    });
    expect(wrong.map(({ file, from }) => `${file}: ${from}`)).toEqual([]);
  });

  test.each(Object.keys(doors))('%s uses only the packages behind its door', (room) => {
    const wrong = imports.filter(
      (line) => line.room === room && line.target === null && !doors[room].packages.includes(line.from),
    );
    expect(wrong.map(({ file, from }) => `${file}: ${from}`)).toEqual([]);
  });

  test('every room has its doors', () => {
    const rooms = new Set(files.map(roomOf));
    expect([...rooms].filter((room) => room !== 'cli' && doors[room] === undefined)).toEqual([]);
  });

  test('a package is used behind its own door only', () => {
    const wrong = imports.filter(({ file, from }) => behind[from] !== undefined && !behind[from].test(file));
    expect(wrong.map(({ file, from }) => `${file}: ${from}`)).toEqual([]);
  });

  test('nobody imports the command line', () => {
    const wrong = imports.filter(({ room, target }) => room !== 'cli' && target?.startsWith('cli/'));
    expect(wrong.map(({ file, from }) => `${file}: ${from}`)).toEqual([]);
  });

  test('no file imports itself by a detour', () => {
    const next = new Map(
      files.map((file) => [
        file,
        imports.filter((line) => line.file === file && !line.typeOnly && line.target).map((line) => line.target!),
      ]),
    );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: string[]) => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      if (done.has(file) || path.includes(file)) return;
      for (const target of next.get(file) ?? []) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });
});

/** Where a simulated result is made. */
const simulated = /^(engine|host|telemetry|stages|streams)\/|^(simulate|model)\.ts$/;

describe('same seed, same bytes', () => {
  const portable = files.filter((file) => simulated.test(file));

  test.each([
    ['the clock on the wall', /\bDate\b|\bperformance\b|\bprocess\.hrtime\b/],
    ['chance that no seed governs', /\bMath\s*\.\s*random\b|\bcrypto\b/],
    [
      'logarithms and their kin that differ between processors',
      /\bMath\s*\.\s*(log|log2|log10|log1p|exp|expm1|pow|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh)\b/,
    ],
    ['locales and time zones', /\btoLocale\w*|\bIntl\b|\blocaleCompare\b/],
  ] as const)('without %s', (_, pattern) => {
    expect(portable.filter((file) => pattern.test(codeOf(file)))).toEqual([]);
  });

  test('without powers, but for whole powers of two, which are exact', () => {
    const wrong = portable.flatMap((file) =>
      [...codeOf(file).matchAll(/[^\n]*\*\*[^\n]*/g)]
        .filter(([line]) => line.replace(/\b2 \*\* -?\d+/g, '').includes('**'))
        .map(([line]) => `${file}: ${line.trim()}`),
    );
    expect(wrong).toEqual([]);
  });

  test('without Node itself, but for the turns of its event loop', () => {
    const wrong = imports.filter(({ file, from }) => simulated.test(file) && from.startsWith('node:'));
    expect(wrong.map(({ file, from }) => `${file}: ${from}`)).toEqual([]);
  });

  test('nothing is printed, and nobody exits, outside the command line', () => {
    const wrong = files.filter(
      (file) => !file.startsWith('cli/') && /\bconsole\.|\bprocess\.(exit|stdout|stderr)\b/.test(codeOf(file)),
    );
    expect(wrong).toEqual([]);
  });
});

describe('these checks', () => {
  test('see what they look for', () => {
    expect(withoutComments("import a from './b.js'; // import c from './d.js'\n/* Math.random() */")).not.toMatch(/d\.js|random/);
    expect('const x = 3 ** y;'.replace(/\b2 \*\* -?\d+/g, '')).toContain('**');
    expect('const x = 2 ** 51;'.replace(/\b2 \*\* -?\d+/g, '')).not.toContain('**');
    expect(imports.some(({ file, from, typeOnly }) => file === 'model.ts' && from === './engine/law.js' && typeOnly)).toBe(true);
    expect(imports.some(({ file, from }) => file === 'engine/random.ts' && from === 'seedrandom')).toBe(true);
    expect(imports.some(({ file, from }) => file === 'simulate.ts' && from === 'rxjs')).toBe(true);
  });
});
