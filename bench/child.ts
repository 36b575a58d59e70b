/** A measurement in a process of its own: `node child.js programs/lifecycle '{"scale":1}'` prints its figures as JSON. */
import { inlineMore } from '../src/cli/inlining.js';

const [module, options] = process.argv.slice(2);
// The engine as the command line runs it; anchors as Node.js runs them.
if (module.startsWith('programs/')) inlineMore();
const { measure } = await import(`./${module}.js`);
console.log(JSON.stringify(await measure(JSON.parse(options))));
