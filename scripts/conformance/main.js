// npm run conformance -- SUITE PATH…: replays recorded behaviour and prints passed/total and every mismatch.
const suites = ['gotemplate', 'ignition', 'butane', 'http', 'grpc', 'cli', 'bootcmd'];
const [suite, ...paths] = process.argv.slice(2);
if (!suites.includes(suite) || paths.length === 0) {
  console.error(`usage: npm run conformance -- SUITE PATH…   (SUITE: ${suites.join(', ')})`);
  process.exit(2);
}
const { main } = await import(`./${suite}.js`);
process.exit(await main(paths));
