#!/usr/bin/env node
/** The program. It never calls `process.exit`, so that all that was written leaves before it ends. */
import { inlineMore } from './inlining.js';
import { main } from './program.js';

inlineMore();
process.stdout.on('error', () => {});
process.exitCode = await main(process.argv.slice(2));
