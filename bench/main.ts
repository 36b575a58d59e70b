/**
 * `npm run bench`: every workload, side by side with its anchors; prints the table, writes `report.md` and `report.json`.
 *
 *   npm run bench -- --quick            smaller and with three turns, for a look while working
 *   npm run bench -- --only lifecycle   one workload
 *
 * Both only print. Ends with 1 if a bar is missed and the run was not a quick one.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { agenda } from './agenda.js';
import { crowd } from './crowd.js';
import { edges } from './edges.js';
import { flat } from './flat.js';
import { growth } from './growth.js';
import { identities } from './identities.js';
import { inFlight } from './inFlight.js';
import { lifecycle } from './lifecycle.js';
import { root } from './measure.js';
import { type Measured, markdown } from './report.js';
import { verdict, type Workload } from './row.js';
import { rxjsDoor } from './rxjsDoor.js';
import { startUp } from './startUp.js';

const workloads: Workload[] = [lifecycle, agenda, rxjsDoor, edges, inFlight, crowd, identities, growth, startUp];
/** Only when asked for: it takes minutes. */
const long: Workload[] = [flat];

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } } });
const { quick, only } = values;
const chosen = only === undefined ? workloads : [...workloads, ...long].filter(({ name }) => name === only);
if (chosen.length === 0) {
  console.error(`--only: expected one of ${[...workloads, ...long].map(({ name }) => name).join(', ')}, got ${only}`);
  process.exit(2);
}

const turns = quick ? 3 : 5;
const machine = { processor: cpus()[0].model.trim(), cores: cpus().length, node: process.versions.node };
const measured: (Measured & { name: string })[] = [];
for (const workload of chosen) {
  console.error(`${workload.name} …`);
  measured.push({ name: workload.name, title: workload.title, rows: workload.measure({ quick, turns }) });
}

const table = markdown(measured, machine, turns);
const rows = measured.flatMap(({ name, rows }) => rows.map((row) => ({ workload: name, ...row, verdict: verdict(row) })));
console.log(table);
if (!quick && only === undefined) {
  writeFileSync(join(root, 'bench', 'report.md'), table);
  writeFileSync(join(root, 'bench', 'report.json'), `${JSON.stringify({ machine, turns, rows }, null, 2)}\n`);
}
if (!quick && rows.some((row) => row.verdict === 'miss')) process.exitCode = 1;
