/** A measurement in a process of its own: `node child.js programs/lifecycle '{"scale":1}'` prints its figures as JSON. */
const [module, options] = process.argv.slice(2);
const { measure } = await import(`./${module}.js`);
console.log(JSON.stringify(await measure(JSON.parse(options))));
